"""Forms of clients, and the filters of their list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, SelectField, StringField

from portal.models.client import ACTIVE, COMPANY, OFFLINE, PENDING, PERSON, Client
from portal.models.firm import PASSWORD, SECRET_LINK
from portal.queries import clients
from portal.web.forms import choices
from portal.web.forms.form import Form
from portal.web.gate import firm
from portal.web.languages import NAMES, language

KIND_WORDS = {COMPANY: _l("Company"), PERSON: _l("Person")}
LOGIN_WORDS = {SECRET_LINK: _l("Secret link"), PASSWORD: _l("User name and password")}
# of a client's dot, and of the filter *Last login*
STATUS_WORDS = {ACTIVE: _l("Active"), PENDING: _l("Pending"), OFFLINE: _l("Offline")}
LAST_LOGIN_WORDS = {**STATUS_WORDS, clients.NEVER_INVITED: _l("Never invited")}
PAGE, ALL = "page", "all"
SEEN_WORDS = {
    clients.NEVER: _l("Never seen"),
    "7": _l("Seen in the last 7 days"),
    "30": _l("Seen in the last 30 days"),
    "365": _l("Seen in the last year"),
}


class ClientForm(Form):
    """A client's own data (DETAILS 8)."""

    words = {
        "required": _l("Please fill this in."),
        "characters": _l("Use letters, digits, dots, hyphens, underscores or blanks."),
        "taken": _l("Another client has this number already."),
        "unknown": _l("Please choose one of the list."),
    }

    name = StringField(_l("Name"))
    number = StringField(_l("Client number"))
    kind = SelectField(_l("Kind"), choices=list(KIND_WORDS.items()), default=COMPANY, validate_choice=False)
    email = EmailField(_l("E-mail"))
    phone = StringField(_l("Phone"))
    vat_id = StringField(_l("VAT ID"))
    language = SelectField(_l("Language"), choices=[("", _l("As the firm")), *NAMES.items()], validate_choice=False)
    street = StringField(_l("Street and number"))
    extra = StringField(_l("Address supplement"))
    postcode = StringField(_l("Postcode"))
    city = StringField(_l("City"))
    country = SelectField(_l("Country"), validate_choice=False)
    external_accountant = BooleanField(_l("We are this client's external accountant"))
    login_type = SelectField(_l("Login"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = _("As the firm has it (%(type)s)", type=LOGIN_WORDS[firm().login_type])
        self.login_type.choices = choices.listed([("", usual), *LOGIN_WORDS.items()])
        known = choices.countries(language())
        own = self.country.data or ""
        extra = [] if not own or any(choice.value == own for choice in known) else [(own, own)]
        self.country.choices = choices.listed([("", "–"), *extra]) + known

    @classmethod
    def of(cls, client: Client) -> ClientForm:
        """The form with a client's data."""
        return cls(obj=client)

    def values(self) -> dict[str, Any]:
        """What was typed, for the operation; an empty language is the firm's, an empty number the next free one."""
        typed = {name: "" if value is None else value for name, value in self.data.items()}
        return {**typed, "language": typed["language"] or None, "login_type": typed["login_type"] or None}


_NARROWING = ("search", "status", "seen", "kind", "archived")


@dataclass(frozen=True)
class ClientFilters:
    """What stands in the address of the list, so that it can be shared and Back works."""

    search: str = ""
    status: str = ""
    seen: str = ""
    kind: str = ""
    archived: bool = False
    sort: str = "name"
    after: str = ""
    before: str = ""
    select: str = ""

    @classmethod
    def asked(cls, args: MultiDict[str, str] | None = None) -> ClientFilters:
        """As asked for in this request, or in its form; words that nobody here wrote are passed over."""
        args = request.args if args is None else args
        select = args.get("select", "")
        status, seen, kind = args.get("status", ""), args.get("seen", ""), args.get("kind", "")
        return cls(
            search=args.get("search", "").strip(),
            status=status if status in LAST_LOGIN_WORDS else "",
            seen=seen if seen in SEEN_WORDS else "",
            kind=kind if kind in KIND_WORDS else "",
            archived=args.get("archived") == "1",
            sort=sort if (sort := args.get("sort", "name")).removeprefix("-") in clients.SORTS else "name",
            after=args.get("after", ""),
            before=args.get("before", ""),
            select=select if select in (PAGE, ALL) else "",
        )

    def query(self) -> dict[str, Any]:
        """The same for `queries.clients.page`."""
        texts = {name: value or None for name, value in vars(self).items() if isinstance(value, str)}
        texts.pop("select")
        return {**texts, "search": self.search, "archived": self.archived}

    @property
    def narrowing(self) -> dict[str, Any]:
        """The filters alone, without order and page: what *all that match* means."""
        return {name: value for name in _NARROWING if (value := getattr(self, name))}

    @property
    def address(self) -> str:
        """The address that shows the list so."""
        defaults = ClientFilters()
        values = {name: value for name, value in vars(self).items() if value != getattr(defaults, name)}
        if self.archived:
            values["archived"] = "1"
        return url_for("firm.clients.index", **values)

    def but(self, **changes: Any) -> str:
        """The address of the list with these changes, from its first page on."""
        return replace(self, **{"after": "", "before": "", "select": "", **changes}).address

    def sorted_by(self, name: str) -> str:
        """The address of the list sorted by a column; once more turns it round."""
        return self.but(sort=f"-{name}" if self.sort == name else name)

    def direction(self, name: str) -> str:
        """The word of aria-sort for a column, or nothing."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")

    @property
    def narrows(self) -> bool:
        """Whether anything but the order was asked for: an empty list says so then."""
        return bool(self.search or self.status or self.seen or self.kind)
