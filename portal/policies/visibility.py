"""Which rows of a table a restricted adviser and a client may see. A table without a rule is not there for clients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peewee import Expression, ModelAlias

from portal.base.errors import NotFound, NotPermitted
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.decision import OfferDecision, StepUpCode
from portal.models.document import (
    CANCELLED,
    PUBLISHED,
    WITHDRAWN,
    Comment,
    Document,
    DocumentVersion,
    PagePicture,
    Payment,
)
from portal.models.firm import Firm
from portal.models.record import ScopeCondition, ScopeMissing, TenantRecord
from portal.models.run import Run
from portal.models.sign_in import SignIn
from portal.models.staff import Assignment
from portal.models.stored_file import StoredFile
from portal.models.terms import FirmText, Terms


def of_firm(source: Any, firm_id: int | None) -> Expression:
    """All rows of a firm; without a firm all rows, for the instance's own work."""
    if firm_id is None:
        return source.id == source.id
    return source.id == firm_id if model_of(source) is Firm else source.firm == firm_id


def model_of(source: Any) -> type[TenantRecord]:
    """The model behind an alias."""
    return source.model if isinstance(source, ModelAlias) else source


def of_adviser(scope: Any, source: Any, staff_id: int) -> Expression:
    """An adviser who works only for assigned clients: their rows, and what belongs to the firm as a whole."""
    mine = of_firm(source, scope.firm_id)
    model = model_of(source)
    if model is Assignment:
        return mine & (source.staff == staff_id)
    if model is Run:
        return mine & (source.by == staff_id)
    assigned = _assigned(scope, staff_id)
    if model is Client:
        return mine & source.id.in_(assigned)
    if model is Contact:
        return mine & source.id.in_(scope.of(Membership, Membership.contact).where(Membership.ended_at.is_null()))
    if model is StoredFile:
        return mine & source.id.in_(scope.of(DocumentVersion, DocumentVersion.file))
    if "client" in model._meta.fields:
        return mine & (source.client.in_(assigned))
    if "client_id" in model._meta.fields:
        return mine & (source.client_id.is_null() | source.client_id.in_(assigned))
    return mine


def _assigned(scope: Any, staff_id: int) -> Any:
    return scope.of(Assignment, Assignment.client).where(Assignment.staff == staff_id)


def get_as_adviser(scope: Any, model: Any, uid: str) -> Any:
    """As `Scope.get`; what exists in the firm but belongs to a client not assigned is 403, not 404 (DETAILS 1)."""
    row = scope.first(scope.of(model).where(model.uid == uid))
    if row is not None:
        return row
    everything = ScopeCondition(model, scope, of_firm(model, scope.firm_id))
    if scope.holds(model.select(model.id).where(everything, model.uid == uid)):
        raise NotPermitted("not assigned")
    raise NotFound(model.__name__)


def of_client(scope: Any, source: Any) -> Expression:
    """What was released to the client of this visit."""
    rule = _CLIENT_RULES.get(model_of(source))
    if rule is None:
        raise ScopeMissing(f"clients have no way to {source}")
    return of_firm(source, scope.firm_id) & rule(scope, source)


def _released(scope: Any, source: Any) -> Expression:
    visible = (source.client == scope.client_id) & source.state.in_((PUBLISHED, WITHDRAWN, CANCELLED))
    return visible if scope.document_id is None else visible & (source.id == scope.document_id)


def _of_released(scope: Any, source: Any) -> Expression:
    documents = scope.of(Document, Document.id).where(Document.state != WITHDRAWN)
    return (source.client == scope.client_id) & source.document.in_(documents)


def _files(scope: Any, source: Any) -> Expression:
    versions = scope.of(DocumentVersion, DocumentVersion.file)
    pictures = scope.of(PagePicture, PagePicture.file)
    return source.id.in_(versions) | source.id.in_(pictures)


def _pictures(scope: Any, source: Any) -> Expression:
    return (source.client == scope.client_id) & source.version.in_(scope.of(DocumentVersion, DocumentVersion.id))


_CLIENT_RULES: dict[type[TenantRecord], Callable[[Any, Any], Expression]] = {
    Firm: lambda scope, source: source.id == scope.firm_id,
    Client: lambda scope, source: source.id == scope.client_id,
    Contact: lambda scope, source: source.id == scope.contact_id,
    Document: _released,
    DocumentVersion: _of_released,
    PagePicture: _pictures,
    StoredFile: _files,
    Comment: _of_released,
    Payment: _of_released,
    OfferDecision: _of_released,
    StepUpCode: lambda scope, source: source.sign_in == scope.sign_in_id,
    SignIn: lambda scope, source: source.id == scope.sign_in_id,
    Terms: lambda _scope, source: source.version > 0,
    FirmText: lambda _scope, source: source.id > 0,
}
