"""An address that takes no mail: marked with the server's words, so that nobody counts on it (T9, X18)."""

from __future__ import annotations

from collections.abc import Sequence

from portal.base import clock
from portal.models.contact import Contact
from portal.models.outbox import FAILED, SENT, OutboxMail
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission


def sent_as(message_ids: Sequence[str]) -> list[OutboxMail]:
    """The rows of the mails with these Message-IDs; joined ones share theirs."""
    with scopes.instance("a mail of any firm came back") as scope:
        tried = scope.of(OutboxMail).where(OutboxMail.message_id.in_(message_ids), OutboxMail.attempts > 0)
        return list(tried.order_by(OutboxMail.id))


@operation(allow=Permission.INSTANCE)
def note(actor: InstanceActor, mail: OutboxMail, *, words: str) -> None:
    """A mail that went out came back for good: it has failed, and the contact of its address is marked.

    Told twice it does nothing; so it does where the address is no longer anybody's.
    """
    scope = scopes.current()
    came_back = scope.update(OutboxMail, state=FAILED, error=words, done_at=clock.now())
    came_back.where(OutboxMail.id == mail.id, OutboxMail.state == SENT).execute()
    _mark(actor, mail, words, "bounce")


@operation(allow=Permission.INSTANCE)
def refused(actor: InstanceActor, mail: OutboxMail, *, words: str) -> None:
    """The mail server said at once that there is nobody of this address."""
    _mark(actor, mail, words, "server")


def _mark(actor: InstanceActor, mail: OutboxMail, words: str, by: str) -> None:
    scope = scopes.current()
    contact = scope.first(scope.of(Contact).where(Contact.email_key == mail.to_key, Contact.email_error.is_null()))
    if contact is None:
        audit.noticed()
        return
    scope.change(contact, email_error=words)
    personal = {"contact": contact.name, "email": contact.email, "words": words}
    audit.record(
        actor, "contact.bounced", contact, facts={"kind": mail.kind, "by": by}, personal=personal,
        client_id=mail.client_id,
    )  # fmt: skip
