"""All kinds of mail by name; what each needs in its row stands in `portal/mail/__init__.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal.mail.access import access, code, new_link
from portal.mail.changed_addresses import address_changed
from portal.mail.colleagues import colleague_invited
from portal.mail.comments import comment_to_client, comment_to_staff
from portal.mail.decisions import decision, decision_receipt
from portal.mail.digests import digest
from portal.mail.documents import document
from portal.mail.invitations import invitation
from portal.mail.mailing import Mailing
from portal.mail.message import Letter
from portal.mail.notices import audit_head, links_exported
from portal.mail.own_addresses import address, address_moved
from portal.mail.passwords import password_changed, reset
from portal.mail.staff import invite

KINDS: Mapping[str, Callable[[Mailing], Letter]] = {
    "invite": invite,
    "reset": reset,
    "password_changed": password_changed,
    "access": access,
    "invitation": invitation,
    "document": document,
    "digest": digest,
    "new_link": new_link,
    "code": code,
    "decision": decision,
    "decision_receipt": decision_receipt,
    "comment_to_client": comment_to_client,
    "comment_to_staff": comment_to_staff,
    "address": address,
    "address_moved": address_moved,
    "address_changed": address_changed,
    "colleague_invited": colleague_invited,
    "links_exported": links_exported,
    "audit_head": audit_head,
}

# What may come in thousands or waits for nobody. All else is waited for at a screen and goes first: a code is worth
# nothing behind 5,000 invitations.
BULK = frozenset({
    "access", "invitation", "document", "comment_to_client", "comment_to_staff", "digest", "decision",
    "decision_receipt", "colleague_invited", "links_exported", "audit_head",
})  # fmt: skip
URGENT = tuple(sorted(KINDS.keys() - BULK))
