"""A client's questions and remarks on a document."""

from __future__ import annotations

from flask import Response, session
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid
from portal.models.document import Document
from portal.operations import comments as writing
from portal.policies.permissions import Permission
from portal.queries import comments
from portal.web.answers import is_htmx, page, page_or_part, see_other, toast
from portal.web.client import area
from portal.web.client.conflicts import conflict_page
from portal.web.client.documents import shown
from portal.web.forms.client import comment_form
from portal.web.gate import actor, scope
from portal.web.routing import Limit


@area.post("/documents/<uid>/comments", allow=Permission.PORTAL_COMMENT, limit=Limit(60, 600), form=True)
def create(uid: str) -> Response:
    """Write to the firm. Behind a link of nobody the name is typed."""
    document = scope().get(Document, uid)
    form = comment_form(actor())
    if form.sent():
        try:
            written = writing.write_as_client(
                actor(), document, text=form.text.data, author=actor().name or form.author.data, key=form.key.data
            )
        except Invalid as error:
            form.refuse(error)
        except Conflict as error:
            return conflict_page(document, error)
        else:
            session["author"] = written.author
            toast(_("Your message was sent."))
            return _answer(document)
    return page_or_part(
        "client/documents/show.html", 422, part="client/documents/_comments.html", **{**shown(document), "form": form}
    )


def _answer(document: Document) -> Response:
    if not is_htmx():
        return see_other("client.documents.show", uid=document.uid, fragment="comments")
    return page(
        "client/documents/_comments.html",
        document=document,
        comments=comments.of(scope(), document),
        form=comment_form(actor(), fresh=True),
        partial=True,
    )
