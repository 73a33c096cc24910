"""News for a contact (documents, comments): each at once, all of a day together, or not at all, as she chose (X18).

What she asked for or must have (invitation, link, code, new password, receipts) is none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.base import clock
from portal.base.errors import Invalid
from portal.models.client import Client
from portal.models.contact import DAILY, EACH, MAIL_CHOICES, NONE, Contact, Membership
from portal.models.firm import Firm
from portal.models.outbox import DROPPED, QUEUED, OutboxMail, enqueue
from portal.operations import audit, links, recipients
from portal.operations.operation import operation
from portal.operations.recipients import Recipient
from portal.policies import scope as scopes
from portal.policies.actors import Stranger
from portal.policies.permissions import Permission

DIGEST = "digest"
KINDS = ("document", "comment_to_client", DIGEST)
MORNING = time(7)


def tell(
    recipient: Recipient, client: Client, kind: str, about: Mapping[str, int], *, key: str, wait: timedelta
) -> None:
    """Queue one piece of news; several in `wait`, or in a day, become one mail. For the inside of operations."""
    firm, contact = scopes.current().firm, recipient.contact
    subject = {"client": client.id, "contact": contact.id, "link": links.newest_or_make(client, contact).id, **about}
    daily = recipient.membership.mail == DAILY
    enqueue(
        DIGEST if daily else kind,
        subject,
        contact.email,
        key=f"{kind}:{key}" if daily else key,
        language=recipients.language_of(contact, client, firm),
        client_id=client.id,
        not_before=next_morning(firm) if daily else clock.now() + wait,
    )


def next_morning(firm: Firm) -> datetime:
    """When the next daily mails go out: 7 o'clock by the firm's clocks."""
    zone = ZoneInfo(firm.time_zone)
    here = clock.now().astimezone(zone)
    morning = datetime.combine(here.date(), MORNING, zone)
    return morning if morning > here else datetime.combine(here.date() + timedelta(days=1), MORNING, zone)


def follow(membership: Membership) -> None:
    """After a choice: what waits under the old one is not sent, or no longer waits. For the inside of operations."""
    scope, now = scopes.current(), clock.now()
    contact = scope.by_id(Contact, membership.contact_id)
    waiting = (OutboxMail.client_id == membership.client_id) & (OutboxMail.state == QUEUED)
    hers = waiting & (OutboxMail.to_key == contact.email_key) & (OutboxMail.attempts == 0)
    if membership.mail == NONE:
        dropped = scope.update(OutboxMail, state=DROPPED, error="unwanted", done_at=now)
        dropped.where(hers, OutboxMail.kind.in_(KINDS)).execute()
    elif membership.mail == EACH:
        scope.update(OutboxMail, not_before=now).where(hers, OutboxMail.kind == DIGEST).execute()


@operation(allow=Permission.PUBLIC)
def choose(actor: Stranger, membership: Membership, *, choice: str) -> None:
    """Choose by the link in a mail's foot or header, which only the recipient has. Raises Invalid, Conflict.

    The same choice again changes nothing and is no second entry.
    """
    if choice not in MAIL_CHOICES:
        raise Invalid(mail="unknown")
    scope = scopes.current()
    membership = scope.by_id(Membership, membership.id)
    if membership.mail == choice:
        audit.noticed()
        return
    scope.change(membership, Membership.ended_at.is_null(), mail=choice)
    follow(membership)
    contact = scope.by_id(Contact, membership.contact_id)
    audit.record(
        actor, "contact.preferred", membership, facts={"fields": ["mail"], "mail": choice, "by": "mail"},
        personal={"contact": contact.name},
    )  # fmt: skip
