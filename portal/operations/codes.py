"""Codes by e-mail before an offer is accepted: six digits for one session, one offer, one content (DETAILS 7).

A code lives ten minutes; a new one at most every 60 seconds and five an hour, voiding the older ones of the session;
five wrong ones end the form. Nothing of it is stored: a code is derived from its row.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.base import clock, tokens
from portal.base.errors import Conflict, TooMany
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.decision import StepUpCode
from portal.models.document import Document
from portal.models.firm import Firm
from portal.models.outbox import enqueue
from portal.operations import audit, recipients
from portal.operations.operation import operation
from portal.policies import amounts
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

PURPOSE = "code"
LIVES = timedelta(minutes=10)
AGAIN_AFTER = timedelta(seconds=60)
AN_HOUR, IN_AN_HOUR = timedelta(hours=1), 5
TRIES = 5

_mail_available = True


def configure(*, mail_available: bool) -> None:
    """Whether mail really goes out: no mail server outside the demo means no codes, so that staff confirm instead."""
    global _mail_available
    _mail_available = mail_available


@dataclass(frozen=True)
class Sent:
    """A code is on its way. `to` is the full address: pages show it masked."""

    to: str
    expires_at: datetime


def needed(firm: Firm, document: Document, actor: ClientActor) -> bool:
    """Whether accepting this offer asks for a code: from the firm's limit on, and when the amount is not known.

    Whoever signed in with a password has shown who she is; codes are for links (TRUST, Secret links).
    """
    if firm.code_limit is None or actor.by_password:
        return False
    return document.payable is None or document.payable >= firm.code_limit


def shown(version: int, sha256: str, fields_sha256: str) -> str:
    """What a code is bound to besides session and offer: the content that the form showed."""
    return hashlib.sha256(f"accept|{version}|{sha256}|{fields_sha256}".encode()).hexdigest()


def destination(scope: Scope, actor: ClientActor) -> Contact | None:
    """Who gets the code: the link's contact, behind a link of nobody the primary one. None: no usable address.

    Works in the scope of an operation and of a client's visit alike.
    """
    if not _mail_available:
        return None
    contact = contact_of(scope, actor)
    return contact if contact is not None and recipients.has_address(contact) else None


def contact_of(scope: Scope, actor: ClientActor) -> Contact | None:
    """The contact behind the visit, else the client's primary one."""
    with scopes.of_firm(actor.firm_id) as whole:
        query = whole.join(whole.of(Contact), Membership, Membership.contact == Contact.id)
        query = query.where(Membership.client == actor.client_id, Membership.ended_at.is_null())
        is_whose = Membership.primary if actor.contact_id is None else Membership.contact == actor.contact_id
        found: Contact | None = whole.first(query.where(is_whose))
        return found


@operation(allow=Permission.PORTAL_DECIDE)
def send(actor: ClientActor, document: Document, shown: str) -> Sent:
    """Mail a new code for accepting what is `shown`. Raises TooMany, NotPermitted above the visitor's own limit, and
    Conflict `no_address`."""
    scope = scopes.current()
    amounts.demand_within_limit(actor, scope.by_id(Document, document.id).payable)
    contact = destination(scope, actor)
    if contact is None:
        raise Conflict("no_address")
    now = clock.now()
    _demand_pause(scope, document, contact, now)
    scope.update(StepUpCode, voided=True).where(*_of_session(actor, document)).execute()
    code = scope.add(
        StepUpCode,
        sign_in=actor.sign_in_id,
        client=document.client_id,
        document=document.id,
        shown=shown,
        sent_to=contact.email,
        created_at=now,
        expires_at=now + LIVES,
    )
    client = scope.by_id(Client, document.client_id)
    enqueue(
        "code",
        {"client": client.id, "contact": contact.id, "code": code.id},
        contact.email,
        key=str(code.id),
        language=recipients.language_of(contact, client, scope.firm),
        client_id=client.id,
        not_after=code.expires_at,
    )
    audit.record(actor, "code.sent", document, personal={"to": contact.email})
    return Sent(contact.email, code.expires_at)


def waiting(scope: Scope, actor: ClientActor, document: Document, shown: str) -> Sent | None:
    """The code that this session could type now, for showing where it went."""
    code = _live(scope, actor, document, shown)
    return None if code is None else Sent(code.sent_to, code.expires_at)


@operation(allow=Permission.PORTAL_DECIDE, audited=False)
def check(actor: ClientActor, document: Document, *, shown: str, typed: str) -> str:
    """`right`, `wrong`, `expired` or `used_up`; wrong ones are counted, and this count stays whatever comes next.

    The fifth wrong one voids the code.
    """
    scope = scopes.current()
    code = _live(scope, actor, document, shown)
    if code is None:
        return "used_up" if _was_used_up(scope, actor, document, shown) else "expired"
    if hmac.compare_digest(digits(code).encode(), _plain(typed).encode()):
        return "right"
    tries = code.tries + 1
    scope.change(code, StepUpCode.tries == code.tries, tries=tries, voided=tries >= TRIES)
    return "used_up" if code.voided else "wrong"


def use(scope: Scope, actor: ClientActor, document: Document, *, shown: str, typed: str) -> StepUpCode:
    """Use the code up, in the transaction of the decision. Raises Conflict when it was used or voided meanwhile."""
    code = _live(scope, actor, document, shown)
    if code is None or not hmac.compare_digest(digits(code).encode(), _plain(typed).encode()):
        raise Conflict("code_used_up")
    return scope.change(code, StepUpCode.used == False, StepUpCode.voided == False, used=True)  # noqa: E712


def digits(code: StepUpCode) -> str:
    """The six digits of a code."""
    return tokens.digits(PURPOSE, code.id, code.nonce)


def _plain(typed: str) -> str:
    return "".join(sign for sign in typed if sign.isalnum())


def _demand_pause(scope: Scope, document: Document, contact: Contact, now: datetime) -> None:
    """Counted by address and offer, not by session: a new session would begin a new count."""
    query = scope.of(StepUpCode, StepUpCode.created_at).where(
        StepUpCode.document == document.id,
        StepUpCode.sent_to == contact.email,
        StepUpCode.created_at > now - AN_HOUR,
    )
    sent = [row.created_at for row in list(query.order_by(StepUpCode.created_at.desc()))]
    if sent and now - sent[0] < AGAIN_AFTER:
        raise TooMany(_seconds(sent[0] + AGAIN_AFTER - now))
    if len(sent) >= IN_AN_HOUR:
        raise TooMany(_seconds(sent[IN_AN_HOUR - 1] + AN_HOUR - now))


def _seconds(wait: timedelta) -> int:
    return max(1, int(wait.total_seconds()) + 1)


def _of_session(actor: ClientActor, document: Document) -> tuple[object, ...]:
    return (StepUpCode.sign_in == actor.sign_in_id, StepUpCode.document == document.id)


def _live(scope: Scope, actor: ClientActor, document: Document, shown: str) -> StepUpCode | None:
    query = scope.of(StepUpCode).where(
        *_of_session(actor, document),
        StepUpCode.shown == shown,
        StepUpCode.used == False,  # noqa: E712
        StepUpCode.voided == False,  # noqa: E712
        StepUpCode.expires_at > clock.now(),
    )
    found: StepUpCode | None = scope.first(query.order_by(StepUpCode.created_at.desc()))
    return found


def _was_used_up(scope: Scope, actor: ClientActor, document: Document, shown: str) -> bool:
    """Whether the newest code of this form ended by wrong tries."""
    query = scope.of(StepUpCode).where(*_of_session(actor, document), StepUpCode.shown == shown)
    newest: StepUpCode | None = scope.first(query.order_by(StepUpCode.created_at.desc()))
    return newest is not None and newest.tries >= TRIES
