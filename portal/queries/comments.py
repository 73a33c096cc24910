"""Reading the comments on a document."""

from __future__ import annotations

from portal.models.document import Comment, Document
from portal.policies.scope import Scope

MOST = 500


def of(scope: Scope, document: Document) -> list[Comment]:
    """The newest 500, the oldest of them first."""
    query = scope.of(Comment).where(Comment.document == document.id)
    return list(query.order_by(Comment.id.desc()).limit(MOST))[::-1]
