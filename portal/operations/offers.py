"""What a client does with an offer: accept or decline it, in one transaction (DETAILS 7, X2).

One conditional UPDATE (published, undecided, this version, still valid), a row that is unique for the offer, the
audit entry and the mails: all or nothing, whoever comes second.
"""

from __future__ import annotations

from typing import Any

from portal.base import clock, text
from portal.base.errors import Conflict, Invalid, NotFound, NotPermitted
from portal.models.client import PERSON, Client
from portal.models.contact import Contact
from portal.models.decision import ACCEPT, AWAITING, BINDING, DECLINE, OfferDecision, StepUpCode
from portal.models.document import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    DRAFT,
    OFFER,
    PUBLISHED,
    WITHDRAWN,
    Document,
    DocumentVersion,
)
from portal.models.document import AWAITING as AWAITING_CONFIRMATION
from portal.models.firm import Firm
from portal.models.outbox import enqueue
from portal.models.sign_in import SignIn
from portal.models.staff import Staff
from portal.models.terms import Terms
from portal.operations import audit, codes, links, recipients
from portal.operations.operation import operation
from portal.policies import amounts
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

NAME_LETTERS, REASON_LETTERS, KEY_LETTERS, LINE_LETTERS = 200, 2_000, 100, 300
BY_LINK, BY_CONTACT_LINK, BY_PASSWORD, BY_VIEW = "link", "contact_link", "password", "staff_view"
CODE = "code"


def may_accept(firm: Firm, client: Client) -> bool:
    """Whether accepting is offered: to consumers only when the firm switched it on (DETAILS 7)."""
    return client.kind != PERSON or firm.persons_accept


@operation(allow=Permission.PORTAL_DECIDE)
def accept(
    actor: ClientActor,
    document: Document,
    *,
    version: int,
    sha256: str,
    fields_sha256: str,
    name: str,
    agreed: bool,
    key: str,
    language: str,
    button: str,
    code: str,
    terms_version: int | None,
) -> OfferDecision:
    """The second half of `decisions.accept`, which counts wrong codes before. NotPermitted above one's own limit."""
    scope = scopes.current()
    made = _made_before(scope, actor, document, key, ACCEPT)
    if made is not None:
        return made
    client = scope.by_id(Client, document.client_id)
    if not may_accept(scope.firm, client):
        raise NotPermitted("persons")
    name = _checked_name(name, agreed=agreed)
    document = scope.by_id(Document, document.id)
    current = _demand_as_shown(scope, document, version, sha256, fields_sha256)
    amounts.demand_within_limit(actor, current.payable)
    terms = _terms(scope)
    if terms_version is not None and (terms is None or terms.version != terms_version):
        raise Conflict("changed")
    proof = _step_up(scope, actor, document, codes.shown(version, sha256, fields_sha256), code)
    waits = proof is None
    return _decide(
        actor, scope, document, current, ACCEPT,
        AWAITING if waits else BINDING, AWAITING_CONFIRMATION if waits else ACCEPTED,
        name=name, key=key, language=language, button=button, **_terms_facts(terms), **(proof or {}),
    )  # fmt: skip


@operation(allow=Permission.PORTAL_DECIDE)
def decline(
    actor: ClientActor,
    document: Document,
    *,
    version: int,
    sha256: str,
    fields_sha256: str,
    name: str,
    key: str,
    language: str,
    button: str,
    reason: str = "",
) -> OfferDecision:
    """Decline an offer as it was shown; never asks for a code. Raises as `accept`, and Invalid (reason).

    Declining is deciding: it is bound to the visitor's own limit as accepting is (X19).
    """
    scope = scopes.current()
    made = _made_before(scope, actor, document, key, DECLINE)
    if made is not None:
        return made
    name, reason = _checked_name(name), text.many_lines(reason)
    if len(reason) > REASON_LETTERS:
        raise Invalid(reason="too_long")
    document = scope.by_id(Document, document.id)
    current = _demand_as_shown(scope, document, version, sha256, fields_sha256)
    amounts.demand_within_limit(actor, current.payable)
    return _decide(
        actor, scope, document, current, DECLINE, BINDING, DECLINED,
        name=name, reason=reason, key=key, language=language, button=button,
    )  # fmt: skip


def _made_before(scope: Scope, actor: ClientActor, document: Document, key: str, verdict: str) -> OfferDecision | None:
    if not key or len(key) > KEY_LETTERS:
        raise Invalid(key="bad")
    made = by_key(scope, document, key)
    if made is None:
        return None
    if made.verdict != verdict or made.client_id != actor.client_id:
        raise Conflict("decided")
    audit.noticed()
    return made


def by_key(scope: Scope, document: Document, key: str) -> OfferDecision | None:
    """The decision that was made with this idempotency key."""
    found: OfferDecision | None = scope.first(
        scope.of(OfferDecision).where(OfferDecision.key == _stored_key(document, key))
    )
    return found


def _stored_key(document: Document, key: str) -> str:
    return f"{document.uid}:{key}"


def _checked_name(name: str, *, agreed: bool = True) -> str:
    name = text.one_line(name)
    errors = {} if agreed else {"agreed": "missing"}
    if not name or len(name) > NAME_LETTERS:
        errors["name"] = "too_long" if name else "missing"
    if errors:
        raise Invalid(**errors)
    return name


def _demand_as_shown(
    scope: Scope, document: Document, version: int, sha256: str, fields_sha256: str
) -> DocumentVersion:
    """The current version, if the offer can be decided and is what the form showed. Raises Conflict, NotFound."""
    refusal = _refusal(scope, document)
    if refusal is not None:
        raise Conflict(refusal)
    current: DocumentVersion = scope.one(
        scope.of(DocumentVersion).where(
            DocumentVersion.document == document.id, DocumentVersion.number == document.version
        )
    )
    if (version, sha256, fields_sha256) != (current.number, current.sha256, current.fields_sha256):
        raise Conflict("changed")
    return current


def _refusal(scope: Scope, document: Document) -> str | None:
    if document.kind != OFFER or document.state == DRAFT:
        raise NotFound("offer")
    if document.state in (WITHDRAWN, CANCELLED):
        return document.state
    if document.outcome is not None:
        return "decided"
    return "expired" if document.is_expired(clock.today(scope.firm.time_zone)) else None


def _terms(scope: Scope) -> Terms | None:
    found: Terms | None = scope.first(scope.of(Terms).order_by(Terms.version.desc()))
    return found if found is not None and found.text else None  # saved empty: the firm has none


def _step_up(scope: Scope, actor: ClientActor, document: Document, shown: str, typed: str) -> dict[str, str] | None:
    """How the acceptance was confirmed: {} when nothing was asked, None when nobody can be asked by mail."""
    if not codes.needed(scope.firm, document, actor):
        return {}
    if codes.destination(scope, actor) is None:
        return None
    if not typed:
        raise Invalid(code="missing")
    code: StepUpCode = codes.use(scope, actor, document, shown=shown, typed=typed)
    return {"step_up": CODE, "step_up_to": code.sent_to}


def _terms_facts(terms: Terms | None) -> dict[str, Any]:
    return {} if terms is None else {"terms_version": terms.version, "terms_sha256": terms.sha256}


def _decide(
    actor: ClientActor,
    scope: Scope,
    document: Document,
    current: DocumentVersion,
    verdict: str,
    state: str,
    outcome: str,
    *,
    name: str,
    key: str,
    language: str,
    button: str,
    **more: Any,
) -> OfferDecision:
    now, today = clock.now(), clock.today(scope.firm.time_zone)
    scope.change(
        document,
        *standing(None),
        Document.version == current.number,
        Document.valid_until.is_null() | (Document.valid_until >= today),
        outcome=outcome,
        closed_at=now,
    )
    decision = scope.add(
        OfferDecision,
        client=document.client_id,
        document=document.id,
        verdict=verdict,
        state=state,
        version=current.number,
        sha256=current.sha256,
        fields_sha256=current.fields_sha256,
        amount=current.payable if current.total is None else current.total,
        currency=current.currency,
        button=text.one_line(button)[:LINE_LETTERS],
        language=language,
        name=name,
        contact=actor.contact_id,
        contact_name=actor.contact_name,
        identified_by=_identified_by(actor),
        address=actor.address,
        agent=actor.agent[:LINE_LETTERS],
        key=_stored_key(document, key),
        at=now,
        **more,
    )
    _record(actor, document, decision)
    _tell_staff(scope, document, decision)
    tell_contact(scope, decision)
    return decision


def standing(outcome: str | None) -> tuple[Any, Any]:
    """The condition under which a decision may change the offer: it is out, and this has become of it."""
    undecided = Document.outcome.is_null() if outcome is None else Document.outcome == outcome
    return (Document.state == PUBLISHED, undecided)


def _identified_by(actor: ClientActor) -> str:
    if actor.viewer_uid:
        return BY_VIEW
    if actor.by_password:
        return BY_PASSWORD
    return BY_LINK if actor.contact_id is None else BY_CONTACT_LINK


def _record(actor: ClientActor, document: Document, decision: OfferDecision) -> None:
    words = {ACCEPT: "offer.accepted", DECLINE: "offer.declined"}
    names = (
        "uid", "state", "version", "sha256", "fields_sha256", "amount", "currency", "terms_version", "terms_sha256",
        "button", "language", "identified_by", "step_up",
    )  # fmt: skip
    facts = {name: getattr(decision, name) for name in names} | _way_in(actor)
    personal = {name: getattr(decision, name) for name in ("name", "reason", "address", "agent", "step_up_to")}
    audit.record(actor, words[decision.verdict], document, facts=facts, personal=personal)


def _way_in(actor: ClientActor) -> dict[str, str]:
    if actor.by_password:
        return {"session": scopes.current().by_id(SignIn, actor.sign_in_id).uid}
    return {"link": actor.link_uid}


def _tell_staff(scope: Scope, document: Document, decision: OfferDecision) -> None:
    for recipient in recipients.staff_about(scope, document, Staff.mail_decisions):
        enqueue(
            "decision",
            {"staff": recipient.staff.id, "decision": decision.id},
            recipient.email,
            key=f"{decision.id}:{decision.state}:{recipient.staff.id}",
            language=recipient.language,
            client_id=decision.client_id,
        )


def tell_contact(scope: Scope, decision: OfferDecision) -> None:
    """A receipt to whoever decided; behind a link of nobody to the primary contact, who then knows of it."""
    contact = _decider(scope, decision)
    if contact is None or not recipients.has_address(contact):
        return
    client = scope.by_id(Client, decision.client_id)
    enqueue(
        "decision_receipt",
        {"client": client.id, "contact": contact.id, "decision": decision.id, "link": _link_id(scope, client, contact)},
        contact.email,
        key=f"{decision.id}:{decision.state}",
        language=recipients.language_of(contact, client, scope.firm),
        client_id=client.id,
    )


def _decider(scope: Scope, decision: OfferDecision) -> Contact | None:
    for recipient in recipients.of_client(scope, scope.by_id(Client, decision.client_id)):
        if decision.contact_id in (None, recipient.contact.id) and (
            decision.contact_id is not None or recipient.membership.primary
        ):
            return recipient.contact
    return None


def _link_id(scope: Scope, client: Client, contact: Contact) -> int | None:
    """Only who gets mail with an address gets one here (DETAILS 3)."""
    told = any(r.may_have_address and r.contact.id == contact.id for r in recipients.of_client(scope, client))
    return links.newest_or_make(client, contact).id if told else None
