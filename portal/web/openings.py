"""Noting *opened* when a person's browser asks for a page: once per document and session, never for staff who look."""

from __future__ import annotations

from contextlib import suppress

from flask import session

from portal.base.errors import Unavailable
from portal.models.document import Document
from portal.operations import sign_ins
from portal.policies.actors import ClientActor
from portal.web.agents import is_navigation
from portal.web.gate import visit

_REMEMBERED = 200


def note(document: Document | None = None) -> None:
    """The session remembers what it noted, so that a page asked for again costs no write and no query."""
    found = visit()
    if (
        not isinstance(found.actor, ClientActor)
        or found.actor.viewer_uid
        or found.client is None
        or not is_navigation()
    ):
        return
    what = document.id if document else 0
    noted: list[int] = session.get("opened", [])
    if what in noted:
        return
    with suppress(Unavailable):  # reading goes on with a full disk
        sign_ins.note_opening(found.actor, found.client, document_id=document.id if document else None)
        session["opened"] = [*noted, what][-_REMEMBERED:]
