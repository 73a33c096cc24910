"""A contact's row on the client's page: what it shows, and answers that change it in place."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, request, url_for

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.queries import contacts
from portal.web.answers import closing_dialog, page_or_part, part, see_other
from portal.web.firm import access_words, rights_words
from portal.web.forms.clients import STATUS_WORDS
from portal.web.gate import firm, scope
from portal.web.htmx import is_htmx


def context(client: Client) -> dict[str, Any]:
    """What rows need besides themselves."""
    now = clock.now()
    return {
        "client": client,
        "status": client.status(now),
        "statuses": STATUS_WORDS,
        "now": now,
        "access_sentence": access_words.sentence,
        "rights_sentences": rights_words.sentences,
    }


def done(membership: Membership) -> Response:
    """After an act: the row anew, in its own place or, from a dialog or *Undo*, out of band; without htmx the page."""
    client = scope().by_id(Client, membership.client_id)
    if not is_htmx() or not _is_on_page(client):
        return see_other("firm.clients.show", uid=client.uid, fragment=f"m-{membership.uid}")
    in_place = request.headers.get("HX-Target") == f"m-{membership.uid}"
    row = contacts.one(scope(), membership, client, firm(), clock.now())
    answer = part("firm/contacts/_row.html", row=row, oob_row=not in_place, **context(client))
    return answer if in_place else closing_dialog(answer)


def _is_on_page(client: Client) -> bool:
    """A dialog's address may stand in a tab of its own, where there is no row to change."""
    current = request.headers.get("HX-Current-URL")
    return current is None or urlsplit(current).path == url_for("firm.clients.show", uid=client.uid)


def question(
    membership: Membership, *, heading: str, text: str, endpoint: str, button: str, danger: bool = True
) -> Response:
    """What an act means, before it is done: a dialog, or a page without script."""
    return page_or_part(
        "firm/contacts/question.html", part="firm/contacts/_question.html", membership=membership,
        client=scope().by_id(Client, membership.client_id), contact=scope().by_id(Contact, membership.contact_id),
        heading=heading, text=text, endpoint=endpoint, button=button, danger=danger,
    )  # fmt: skip
