"""Decisions about offers: how a client makes one, and what staff do with an acceptance that waits (DETAILS 7, X2)."""

from __future__ import annotations

from portal.base import clock, text
from portal.base.errors import Conflict, Invalid
from portal.models.decision import AWAITING, CONFIRMED, REJECTED, OfferDecision
from portal.models.document import ACCEPTED, PUBLISHED, Document
from portal.models.document import AWAITING as AWAITING_CONFIRMATION
from portal.operations import audit, codes, offers
from portal.operations.offers import LINE_LETTERS, decline, may_accept
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.policies.permissions import Permission
from portal.policies.scope import Scope

__all__ = ["accept", "confirm", "decline", "may_accept", "reject"]


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
    code: str | None = None,
    terms_version: int | None = None,
) -> OfferDecision:
    """Accept an offer as it was shown; with the same `key` again, the same answer.

    `button` are the words of the button pressed, `terms_version` the terms shown. Where a code is needed and an address
    is known, `code` must be right; without a usable address the acceptance awaits confirmation by staff.
    Raises Invalid (name, agreed, code), NotPermitted for consumers and above the visitor's own limit, and Conflict:
    decided, expired, changed, withdrawn, cancelled, code_used_up.
    """
    shown = codes.shown(version, sha256, fields_sha256)
    if code:
        _check_code(actor, document, shown, code, key)
    return offers.accept(
        actor, document, version=version, sha256=sha256, fields_sha256=fields_sha256, name=name, agreed=agreed,
        key=key, language=language, button=button, code=code or "", terms_version=terms_version,
    )  # fmt: skip


@operation(allow=Permission.CLIENT_WORK)
def confirm(actor: StaffActor, decision: OfferDecision, *, with_whom: str, how: str, when: str) -> OfferDecision:
    """Make an acceptance that waits binding: with whom staff spoke, how and when are part of the proof.

    Raises Invalid (with_whom, how, when), and Conflict: settled, expired, or the state of the offer.
    """
    scope = scopes.current()
    document = scope.by_id(Document, decision.document_id)
    said = _lines(with_whom=with_whom, how=how, when=when)
    _demand_waiting(scope, document)
    _settle(actor, scope, decision, CONFIRMED, settled_with=said["with_whom"], settled_how=said["how"],
            settled_when=said["when"])  # fmt: skip
    scope.change(document, *offers.standing(AWAITING_CONFIRMATION), outcome=ACCEPTED, closed_at=clock.now())
    facts = {"decision": decision.uid, "version": decision.version, "sha256": decision.sha256}
    audit.record(actor, "offer.confirmed", document, facts=facts, personal=said)
    offers.tell_contact(scope, decision)
    return decision


@operation(allow=Permission.CLIENT_WORK)
def reject(actor: StaffActor, decision: OfferDecision, *, reason: str) -> OfferDecision:
    """Do not confirm an acceptance that waits: the row stays, the offer is open again. Raises Invalid, Conflict."""
    scope = scopes.current()
    document = scope.by_id(Document, decision.document_id)
    said = _lines(reason=reason)
    _settle(actor, scope, decision, REJECTED, settled_how=said["reason"])
    scope.update(Document, outcome=None, closed_at=None).where(
        Document.id == document.id, Document.state == PUBLISHED, Document.outcome == AWAITING_CONFIRMATION
    ).execute()
    audit.record(actor, "offer.rejected", document, facts={"decision": decision.uid}, personal=said)
    offers.tell_contact(scope, decision)
    return decision


def _check_code(actor: ClientActor, document: Document, shown: str, code: str, key: str) -> None:
    """Wrong codes are counted in a transaction of their own: the refusal must not undo the count."""
    if not _is_to_decide(actor, document, key):
        return
    verdict = codes.check(actor, document, shown=shown, typed=code)
    if verdict == "used_up":
        raise Conflict("code_used_up")
    if verdict != "right":
        raise Invalid(code=verdict)


def _is_to_decide(actor: ClientActor, document: Document, key: str) -> bool:
    """False: the answer is known without a code, and says more than that the code is no longer good."""
    with scopes.of_firm(actor.firm_id) as scope:
        return scope.by_id(Document, document.id).is_open and offers.by_key(scope, document, key) is None


def _lines(**said: str) -> dict[str, str]:
    clean = {name: text.one_line(value) for name, value in said.items()}
    errors = {
        name: "too_long" if value else "missing"
        for name, value in clean.items()
        if not value or len(value) > LINE_LETTERS
    }
    if errors:
        raise Invalid(**errors)
    return clean


def _demand_waiting(scope: Scope, document: Document) -> None:
    if document.state != PUBLISHED:
        raise Conflict(document.state)
    if document.outcome != AWAITING_CONFIRMATION:
        raise Conflict("settled")
    # it binds nobody until confirmed and runs out with the offer
    if document.valid_until is not None and document.valid_until < clock.today(scope.firm.time_zone):
        raise Conflict("expired")


def _settle(actor: StaffActor, scope: Scope, decision: OfferDecision, state: str, **said: str) -> None:
    try:
        scope.change(
            decision,
            OfferDecision.state == AWAITING,
            state=state,
            settled_at=clock.now(),
            settled_by=actor.staff_id,
            **said,
        )
    except Conflict:
        raise Conflict("settled") from None
