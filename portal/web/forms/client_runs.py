"""The form of a bulk change of contacts, and which clients it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField

from portal.base.text import uid
from portal.operations.client_runs import SWITCHES
from portal.policies.scope import Scope
from portal.queries import clients
from portal.web.forms import choices
from portal.web.forms.clients import ClientFilters
from portal.web.forms.form import Form

LEAVE, ON, OFF = "leave", "on", "off"
_MEANING = {LEAVE: None, ON: True, OFF: False}
_CHOICES = (
    (LEAVE, _l("Leave as it is")), (ON, _l("Enable for all contacts")), (OFF, _l("Disable for all contacts")),
)  # fmt: skip
_MOST_TICKED = 500


class ClientRunForm(Form):
    """Each switch left, on or off; and invitations with a word of one's own. `key` makes sending twice one run."""

    words = {
        "nothing": _l("Nothing would change. Please choose what is to be done."),
        "nobody": _l("Please select at least one client."),
    }

    login = SelectField(_l("Login"), choices=choices.listed(_CHOICES), default=LEAVE)
    notify = SelectField(_l("Notify"), choices=choices.listed(_CHOICES), default=LEAVE)
    email_sync = SelectField(_l("E-mail sync"), choices=choices.listed(_CHOICES), default=LEAVE)
    invite = BooleanField(_l("Send invitations"))
    message = TextAreaField(_l("Personal message"))
    only = HiddenField()  # y: nothing but invitations was asked for
    key = HiddenField(default=uid)

    @property
    def switches(self) -> dict[str, bool | None]:
        """What each switch is to become; None: as it is."""
        return {name: _MEANING.get(str(self[name].data)) for name in SWITCHES}

    @property
    def asks_for_something(self) -> bool:
        return bool(self.invite.data) or any(on is not None for on in self.switches.values())

    def values(self) -> dict[str, Any]:
        """For the operation."""
        return {**self.switches, "invite": bool(self.invite.data), "message": self.message.data or ""}

    def hidden(self) -> dict[str, str]:
        """What travels along while the summary is read."""
        typed = {name: str(self[name].data or "") for name in (*SWITCHES, "message", "only", "key")}
        return {**typed, **({"invite": "y"} if self.invite.data else {})}


@dataclass(frozen=True)
class Selection:
    """Clients that were ticked, or all that filters find: then the filters travel, not a thousand ids."""

    filters: ClientFilters | None
    uids: tuple[str, ...] = ()

    @classmethod
    def asked(cls, args: MultiDict[str, str]) -> Selection:
        """As it stands in an address or a form."""
        if args.get("all") == "1":
            return cls(ClientFilters.asked(args))
        return cls(None, tuple(dict.fromkeys(args.getlist("client")))[:_MOST_TICKED])

    def ids(self, scope: Scope) -> list[int]:
        """The clients, as they are now."""
        if self.filters is None:
            return clients.chosen(scope, self.uids)
        return clients.selected(scope, **self.filters.narrowing)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As hidden fields or in an address."""
        if self.filters is None:
            return [("client", uid) for uid in self.uids]
        return [("all", "1"), *((name, "1" if value is True else value) for name, value in self.said.items())]

    @property
    def said(self) -> dict[str, Any]:
        """How they were chosen, for the run."""
        return {"clients": sorted(self.uids)} if self.filters is None else self.filters.narrowing

    @property
    def back(self) -> str:
        """The list it came from."""
        return (self.filters or ClientFilters()).but()
