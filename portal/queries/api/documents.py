"""Documents as the API answers them: with the version that counts and the client's number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.models.client import Client
from portal.models.document import Document, DocumentVersion, Payment
from portal.policies.scope import Scope
from portal.queries import documents


@dataclass(frozen=True)
class DocumentCard:
    """`version` is the one that counts; `payments` are read for a single document only."""

    document: Document
    version: DocumentVersion
    client_number: str
    payments: Sequence[Payment] = ()


@dataclass(frozen=True)
class Cards:
    """A page of documents; `next` is the cursor of the following one."""

    cards: Sequence[DocumentCard]
    next: str | None


def card(scope: Scope, document: Document) -> DocumentCard:
    """One document, read anew, with all that belongs to it."""
    fresh = scope.by_id(Document, document.id)
    version = _versions(scope, [fresh.id])[fresh.id]
    client = scope.by_id(Client, fresh.client_id)
    return DocumentCard(fresh, version, client.number, documents.payments(scope, fresh))


def page(
    scope: Scope, *, client: Client | None, kind: str | None, status: str | None, after: str | None, limit: int
) -> Cards:
    """A page of documents, the newest first."""
    found = documents.page(scope, client=client, kind=kind, status=status, after=after, limit=limit)
    versions = _versions(scope, [row.document.id for row in found.rows])
    cards = [DocumentCard(row.document, versions[row.document.id], row.client_number) for row in found.rows]
    return Cards(cards, found.next)


def _versions(scope: Scope, ids: list[int]) -> dict[int, DocumentVersion]:
    current = (DocumentVersion.document == Document.id) & (DocumentVersion.number == Document.version)
    query = scope.join(scope.of(DocumentVersion), Document, current)
    return {version.document_id: version for version in list(query.where(DocumentVersion.document.in_(ids)))}
