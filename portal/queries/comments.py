"""Reading the comments on a document."""

from __future__ import annotations

from typing import Any

from portal.models.document import Comment, Document
from portal.policies.prepared import prepared
from portal.policies.scope import Scope

MOST = 500


def of(scope: Scope, document: Document) -> list[Comment]:
    """The newest 500, the oldest of them first."""
    return _newest(scope, document=document.id)[::-1]


@prepared
def _newest(scope: Scope, document: Any) -> Any:
    return scope.of(Comment).where(Comment.document == document).order_by(Comment.id.desc()).limit(MOST)
