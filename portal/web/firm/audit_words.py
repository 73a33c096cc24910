"""What entries about the firm itself say in words; those about clients are in `activity_words`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.queries.activity import ActivityRow
from portal.web.firm import activity_words
from portal.web.formats import money
from portal.web.forms.settings import RIGHT_WORDS
from portal.web.forms.team import ROLE_WORDS

# act -> (icon, sentence)
WORDS: dict[str, tuple[str, Any]] = {
    "firm.created": ("building", _l("The firm was set up.")),
    "settings.firm_changed": ("building", _l("%(who)s changed the firm's data.")),
    "settings.bank_changed": ("bank", _l("%(who)s changed the bank account.")),
    "settings.look_changed": ("palette", _l("%(who)s changed colour or background.")),
    "settings.logo_changed": ("image", _l("%(who)s put a new logo in place.")),
    "settings.logo_removed": ("image", _l("%(who)s removed the logo.")),
    "settings.links_changed": ("link", _l("%(who)s changed what secret links may do.")),
    "settings.access_changed": ("key", _l("%(who)s changed who gets in, and how.")),
    "run.begun": ("clients", _l("%(who)s began work on many contacts at once (%(total)s steps).")),
    "run.finished": ("st-ok", _l("Work on many contacts that %(who)s began is done: %(done)s steps.")),
    "settings.advisers_changed": ("team", _l("%(who)s changed for which clients advisers work.")),
    "settings.mail_changed": ("bell", _l("%(who)s changed who is told about decisions.")),
    "terms.saved": ("terms", _l("%(who)s put version %(version)s of the terms in force.")),
    "text.saved": ("mail", _l("%(who)s changed a text (%(key)s, %(language)s).")),
    "token.created": ("api", _l("%(who)s made the API token “%(name)s”.")),
    "token.revoked": ("ban", _l("%(who)s revoked the API token “%(name)s”.")),
    "import.begun": ("upload", _l("%(who)s chose a list of clients to import.")),
    "import.started": ("upload", _l("%(who)s began to import a list of clients.")),
    "import.finished": ("check", _l("An import of clients by %(who)s was finished.")),
    "import.dropped": ("x", _l("%(who)s cancelled an import of clients before it began.")),
    "import.undone": ("undo", _l("%(who)s undid an import of clients.")),
    "links.exported": ("download", _l("%(who)s exported %(count)s secret links.")),
    "mail.released": ("send", _l("%(who)s released the outgoing mail that was on hold.")),
    "staff.invited": ("invite", _l("%(who)s invited %(email)s to the team.")),
    "staff.joined": ("user", _l("%(name)s accepted the invitation.")),
    "staff.signed_in": ("login", _l("%(name)s signed in.")),
    "staff.proved": ("login", _l("%(who)s entered the password again.")),
    "staff.not_proved": ("warning", _l("A wrong password was entered in a session of %(who)s.")),
    "staff.deactivated": ("ban", _l("%(who)s deactivated %(name)s.")),
    "staff.activated": ("user", _l("%(who)s gave %(name)s access again.")),
    "staff.role_changed": ("team", _l("%(who)s changed the role of %(name)s.")),
    "staff.reset_sent": ("key", _l("%(who)s sent %(name)s a mail for a new password.")),
    "staff.reset_asked": ("key", _l("%(name)s asked for a new password.")),
    "staff.password_reset": ("key", _l("%(name)s set a new password by mail.")),
    "staff.password_changed": ("key", _l("%(who)s changed the own password.")),
    "staff.sessions_ended": ("logout", _l("%(who)s signed out %(count)s devices.")),
    "staff.account_changed": ("user", _l("%(who)s changed the own account.")),
}
FIELDS: dict[str, Any] = {
    "name": _l("name"), "street": _l("street"), "postcode": _l("postcode"), "city": _l("city"),
    "country": _l("country"), "phone": _l("phone"), "hours": _l("office hours"), "email": _l("e-mail"),
    "vat_id": _l("VAT ID"), "imprint_url": _l("imprint"), "privacy_url": _l("privacy notice"),
    "time_zone": _l("time zone"), "language": _l("language"), "account_holder": _l("account holder"),
    "iban": _l("IBAN"), "bic": _l("BIC"), "colour": _l("colour"), "background": _l("background"), "logo": _l("logo"),
    "link_comment": _l("links may comment"), "link_decide": _l("links may decide on offers"),
    "link_days": _l("days until a link expires"), "code_limit": _l("code by e-mail from"),
    "persons_accept": _l("consumers may accept offers"), "advisers_see_all": _l("advisers work for all clients"),
    "login_type": _l("login type"), "default_access": _l("default access"), "role": _l("role"), "rights": _l("rights"),
    "amounts": _l("sees amounts"), "decide": _l("decides on offers"), "decide_limit": _l("decides up to"),
    "pay": _l("may pay"), "upload": _l("may upload"), "invite": _l("may invite colleagues"),
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One field that was changed: what it was and what it became, as words."""

    field: str
    old: str
    new: str


def sentence(row: ActivityRow) -> tuple[str, str]:
    """Icon and sentence of any entry of the log."""
    found = WORDS.get(row.action)
    if found is None:
        return activity_words.sentence(row)
    icon, words = found
    gone = _("(erased)")
    values = {
        "who": row.who or _("Somebody"),
        "name": row.personal.get("name") or row.who or gone,
        "email": row.personal.get("email") or gone,
        **{fact: row.facts.get(fact, "") for fact in ("version", "key", "language", "count", "total", "done")},
    }
    return icon, str(words) % values


def changes(row: ActivityRow) -> list[Change]:
    """Old and new of each field, where the entry holds them."""
    if row.action == "staff.role_changed":
        old, new = row.facts.get("role", ["", ""])
        return [Change(str(FIELDS["role"]), _role(old), _role(new))]
    if row.action == "token.created":
        rights = (str(RIGHT_WORDS.get(right, right)) for right in row.facts.get("rights", ()))
        return [Change(str(FIELDS["rights"]), "", ", ".join(rights))]
    changed = row.facts.get("changed")
    if not isinstance(changed, dict):
        return []
    return [
        Change(str(FIELDS.get(field, field)), _value(field, old), _value(field, new))
        for field, (old, new) in sorted(changed.items())
    ]


def _role(role: str) -> str:
    return str(ROLE_WORDS.get(role, role))


def _value(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field == "code_limit":
        return _("never") if value is None else money(value) if value else _("always")
    if field == "decide_limit":
        return _("any amount") if value is None else money(value)
    if field == "link_days" and value is None:
        return _("never")
    return _("nothing") if value in (None, "") else str(value)
