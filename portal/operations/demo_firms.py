"""What only the making of demo data does: the mark of a demo firm, and its mail, which belongs to a past nobody saw."""

from __future__ import annotations

from portal.base import clock
from portal.models.contact import Contact
from portal.models.firm import Firm
from portal.models.outbox import FAILED, QUEUED, SENT, OutboxMail
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission


@operation(allow=Permission.INSTANCE)
def mark(actor: InstanceActor, firm: Firm) -> None:
    """Mark a firm as invented: its pages wear the sign of the program, its outgoing mail can be looked at."""
    scopes.current().change(firm, is_demo=True)
    audit.record(actor, "firm.marked_demo", firm)


@operation(allow=Permission.INSTANCE, audited=False)
def settle_mail(actor: InstanceActor, firm: Firm) -> int:
    """Count all mail that waits as sent when it was due, so that none of it goes out; how many there were."""
    scope, now = scopes.current(), clock.now()
    waiting = list(scope.of(OutboxMail).where(OutboxMail.state == QUEUED, OutboxMail.firm == firm.id))
    for mail in waiting:
        scope.change(mail, state=SENT, attempts=1, done_at=min(mail.not_before, now))
    return len(waiting)


@operation(allow=Permission.INSTANCE)
def mark_bounced(actor: InstanceActor, contact: Contact, words: str) -> None:
    """The contact's mail came back with these words of the server, as `mail.queue.refused` notes it."""
    scope = scopes.current()
    scope.change(contact, email_error=words)
    failed = scope.update(OutboxMail, state=FAILED, attempts=1, error=words, done_at=clock.now())
    failed.where(OutboxMail.state == QUEUED, OutboxMail.to_key == contact.email_key).execute()
    audit.record(actor, "contact.bounced", contact)
