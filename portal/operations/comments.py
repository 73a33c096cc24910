"""Comments on documents, both ways, each with one plain notice by mail (F7, DETAILS 10)."""

from __future__ import annotations

from datetime import timedelta

from portal.base import clock, text
from portal.base.errors import Conflict, Invalid, NotFound
from portal.models.client import Client
from portal.models.document import DRAFT, WITHDRAWN, Comment, Document
from portal.models.outbox import enqueue
from portal.models.staff import Staff
from portal.operations import access, audit, news, recipients
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

LETTERS, AUTHOR_LETTERS, KEY_LETTERS = 5_000, 200, 100
MAIL_WAITS = timedelta(minutes=10)


@operation(allow=Permission.CLIENT_WORK)
def write(actor: Actor, document: Document, *, text: str, author: str, key: str | None = None) -> Comment:
    """Write to the client about a document; `author` is the name shown, `key` the form's idempotency key.

    The same key again answers the comment that is there. Raises Invalid (text, author), Conflict (draft, withdrawn).
    """
    return _write(actor, document, words=text, author=author, key=key, by_staff=True)


@operation(allow=Permission.PORTAL_COMMENT)
def write_as_client(actor: Actor, document: Document, *, text: str, author: str, key: str | None = None) -> Comment:
    """Write to the firm about a document. As `write`; behind a link of nobody the person typed `author` herself."""
    return _write(actor, document, words=text, author=author, key=key, by_staff=False)


def _write(actor: Actor, document: Document, *, words: str, author: str, key: str | None, by_staff: bool) -> Comment:
    scope = scopes.current()
    document = scope.by_id(Document, document.id)
    key = f"{document.uid}:{key[:KEY_LETTERS]}" if key else None
    existing = _by_key(scope, key)
    if existing is not None:
        audit.noticed()
        return existing
    words, author = _checked(words, author)
    _demand_readable(document, by_staff=by_staff)
    comment = scope.add(
        Comment,
        client=document.client_id,
        document=document.id,
        by_staff=by_staff,
        author=author,
        text=words,
        idempotency_key=key,
        at=clock.now(),
    )
    facts = {"comment": comment.uid, "by_staff": by_staff}
    audit.record(actor, "comment.written", document, facts=facts, personal={"author": author})
    _tell_client(scope, document, comment) if by_staff else _tell_staff(scope, document, comment)
    return comment


def _by_key(scope: Scope, key: str | None) -> Comment | None:
    if key is None:
        return None
    found: Comment | None = scope.first(scope.of(Comment).where(Comment.idempotency_key == key))
    return found


def _checked(words: str, author: str) -> tuple[str, str]:
    words, author = text.many_lines(words), text.one_line(author)
    errors = {
        name: "missing" if not value else "too_long"
        for name, value, most in (("text", words, LETTERS), ("author", author, AUTHOR_LETTERS))
        if not value or len(value) > most
    }
    if errors:
        raise Invalid(**errors)
    return words, author


def _demand_readable(document: Document, *, by_staff: bool) -> None:
    """On what the client can read; a draft does not exist for the client."""
    if document.state == DRAFT and not by_staff:
        raise NotFound("Document")
    if document.state in (DRAFT, WITHDRAWN):
        raise Conflict(document.state)


def _tell_client(scope: Scope, document: Document, comment: Comment) -> None:
    client = scope.by_id(Client, document.client_id)
    told = [recipient for recipient in recipients.of_client(scope, client) if recipient.is_told]
    if told:
        access.extend(client.id)
    for recipient in told:
        about = {"comment": comment.id}
        news.tell(recipient, client, "comment_to_client", about, key=str(comment.id), wait=MAIL_WAITS)


def _tell_staff(scope: Scope, document: Document, comment: Comment) -> None:
    for recipient in recipients.staff_about(scope, document, Staff.mail_comments):
        subject = {"staff": recipient.staff.id, "comment": comment.id}
        key = f"{comment.id}:{recipient.staff.id}"
        enqueue(
            "comment_to_staff", subject, recipient.email, key=key, language=recipient.language,
            client_id=document.client_id, not_before=clock.now() + MAIL_WAITS,
        )  # fmt: skip
