"""What entries of the audit log say in words: one whole sentence for each act."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.queries.activity import ActivityRow

# act -> (icon, sentence)
WORDS: dict[str, tuple[str, Any]] = {
    "client.created": ("plus", _l("%(who)s created the client.")),
    "client.imported": ("upload", _l("%(who)s imported the client from a list.")),
    "client.import_changed": ("upload", _l("%(who)s changed the client's data by an imported list: %(fields)s.")),
    "client.changed": ("edit", _l("%(who)s changed the client's data: %(fields)s.")),
    "client.archived": ("archive", _l("%(who)s archived the client.")),
    "client.unarchived": ("unarchive", _l("%(who)s fetched the client back from the archive.")),
    "client.access_on": ("key", _l("%(who)s opened the client's portal.")),
    "client.access_off": ("lock", _l("%(who)s closed the client's portal.")),
    "client.assigned": ("team", _l("%(who)s assigned %(staff)s to the client.")),
    "client.unassigned": ("team", _l("%(who)s ended the assignment of %(staff)s.")),
    "client.viewed_as": ("eye", _l("%(who)s looked at the portal as the client does.")),
    "contact.added": ("user", _l("%(who)s added the contact %(contact)s.")),
    "contact.changed": ("edit", _l("%(who)s changed the contact %(contact)s: %(fields)s.")),
    "contact.bounced": ("warning", _l("Mail to %(contact)s came back: %(words)s")),
    "contact.signed_in": ("login", _l("%(contact)s signed in with a password.")),
    "contact.switched": ("login", _l("%(contact)s came over from another client.")),
    "contact.preferred": ("bell", _l("%(contact)s changed the own settings: %(fields)s.")),
    "contact.changed_self": ("edit", _l("%(contact)s changed the own data: %(fields)s.")),
    "contact.sessions_ended": ("logout", _l("%(contact)s signed out on other devices.")),
    "contact.address_asked": (
        "mail",
        _l("%(contact)s wants to use another e-mail address; the new one has yet to confirm."),
    ),
    "contact.address_changed": (
        "mail",
        _l("%(contact)s changed the own e-mail address. Links and other sessions ended."),
    ),
    "colleague.invited": ("invite", _l("%(who)s invited the colleague %(contact)s.")),
    "colleague.unsure": (
        "warning",
        _l(
            "%(who)s wants to invite %(contact)s as a colleague. The address is on file under another name or belonged "
            "to a former contact, so nobody was added. Please check."
        ),
    ),
    "invitation.sent": ("send", _l("%(who)s invited %(contact)s.")),
    "invitation.cancelled": ("ban", _l("%(who)s took back the invitation of %(contact)s.")),
    "invitation.asked": ("send", _l("%(contact)s asked for the way in, and it was mailed to the stored address.")),
    "invitation.accepted": ("login", _l("%(contact)s accepted the invitation.")),
    "contact.reset_asked": ("key", _l("%(contact)s asked for a new password.")),
    "contact.password_reset": ("key", _l("%(contact)s set a new password by mail.")),
    "contact.password_changed": ("key", _l("%(contact)s changed the own password.")),
    "membership.login_on": ("key", _l("%(who)s switched login on for %(contact)s.")),
    "membership.login_off": ("lock", _l("%(who)s switched login off for %(contact)s.")),
    "membership.notify_on": ("bell", _l("%(who)s switched notifications on for %(contact)s.")),
    "membership.notify_off": ("bell", _l("%(who)s switched notifications off for %(contact)s.")),
    "membership.email_sync_on": ("sync", _l("%(who)s switched e-mail sync on for %(contact)s.")),
    "membership.email_sync_off": ("sync", _l("%(who)s switched e-mail sync off for %(contact)s.")),
    "membership.made_primary": ("star", _l("%(who)s made %(contact)s the primary contact.")),
    "membership.rights_changed": ("key", _l("%(who)s changed what %(contact)s may do in the portal.")),
    "client.access_revoked": (
        "ban",
        _l("%(who)s revoked all access: %(links)s links, %(sessions)s sessions, %(invitations)s invitations."),
    ),
    "session.ended": ("logout", _l("%(who)s ended a session in the client's portal.")),
    "contact.signed_out": ("logout", _l("%(who)s signed %(contact)s out everywhere: %(count)s sessions ended.")),
    "contact.address_released": (
        "shield",
        _l("%(who)s let mail go to the new address of %(contact)s at once: %(reason)s"),
    ),
    "contact.address_confirmed": ("shield", _l("The old address of %(contact)s confirmed the new one.")),
    "membership.ended": ("trash", _l("%(who)s removed the contact %(contact)s.")),
    "access.sent": ("send", _l("%(who)s sent %(contact)s the access by e-mail.")),
    "link.made": ("link", _l("%(who)s made a secret link.")),
    "link.copied": ("copy", _l("%(who)s took the secret link to give it away.")),
    "link.renewed": ("renew", _l("%(who)s renewed the secret link. The old one is dead.")),
    "link.revoked": ("ban", _l("%(who)s revoked the secret link.")),
    "link.asked": ("link", _l("A new link was asked for and mailed to the stored address.")),
    "document.created": ("file-plus", _l("%(who)s uploaded %(number)s.")),
    "document.published": ("send", _l("%(who)s published %(number)s.")),
    "document.version_added": ("file-plus", _l("%(who)s added version %(version)s of %(number)s.")),
    "document.withdrawn": ("file-x", _l("%(who)s withdrew %(number)s.")),
    "document.cancelled": ("file-x", _l("%(who)s cancelled %(number)s.")),
    "document.deleted": ("trash", _l("%(who)s deleted the draft %(number)s.")),
    "comment.written": ("comment", _l("%(who)s commented on %(number)s.")),
    "payment.recorded": ("euro", _l("%(who)s recorded a payment for %(number)s.")),
    "code.sent": ("shield", _l("A code for %(number)s was sent to the stored address.")),
    "offer.accepted": ("st-ok", _l("%(name)s accepted the offer %(number)s.")),
    "offer.declined": ("st-no", _l("%(name)s declined the offer %(number)s.")),
    "offer.confirmed": ("st-ok", _l("%(who)s confirmed the acceptance of %(number)s.")),
    "offer.rejected": ("st-no", _l("%(who)s rejected the acceptance of %(number)s.")),
}
# the same act on a link, when it was the link of a person
OF_PERSON: dict[str, Any] = {
    "link.made": _l("%(who)s made a secret link for %(contact)s."),
    "link.copied": _l("%(who)s took the secret link of %(contact)s to give it away."),
    "link.renewed": _l("%(who)s renewed the secret link of %(contact)s. The old one is dead."),
    "link.revoked": _l("%(who)s revoked the secret link of %(contact)s."),
}
FIELDS: dict[str, Any] = {
    "number": _l("client number"), "name": _l("name"), "kind": _l("kind"), "email": _l("e-mail"), "phone": _l("phone"),
    "vat_id": _l("VAT ID"), "language": _l("language"), "street": _l("street"), "extra": _l("address supplement"),
    "postcode": _l("postcode"), "city": _l("city"), "country": _l("country"), "login_type": _l("login type"),
    "external_accountant": _l("external accountant"), "portal_access": _l("portal access"),
    "salutation": _l("salutation"), "title": _l("title"), "first_name": _l("first name"),
    "last_name": _l("last name"), "role": _l("role"), "login": _l("login"), "notify": _l("notify"),
    "email_sync": _l("e-mail sync"), "primary": _l("primary contact"), "mail": _l("mails about news"),
}  # fmt: skip


def sentence(row: ActivityRow) -> tuple[str, str]:
    """Icon and sentence of an entry. An act without words of its own shows its name."""
    icon, words = WORDS.get(row.action, ("history", None))
    if words is None:
        return icon, _("%(who)s: %(act)s", who=_who(row), act=row.action)
    if row.personal.get("contact") and row.action in OF_PERSON:
        words = OF_PERSON[row.action]
    gone = _("(erased)")
    values = {
        "who": _who(row),
        "contact": row.personal.get("contact") or gone,
        "staff": row.personal.get("staff") or gone,
        "name": row.personal.get("name") or gone,
        "fields": ", ".join(str(FIELDS.get(name, name)) for name in row.facts.get("fields", ())),
        "number": row.facts.get("number") or row.document_number or gone,
        "version": row.facts.get("version", ""),
        "reason": row.personal.get("reason") or gone,
        **{name: row.facts.get(name, 0) for name in ("links", "sessions", "invitations", "count")},
        "words": row.personal.get("words") or "",
    }
    return icon, str(words) % values


def _who(row: ActivityRow) -> str:
    if row.by == "link":
        return _("Somebody with the client's link")
    if row.by == "token":
        return _("The program “%(name)s”", name=row.who)
    return row.who or _("Somebody")
