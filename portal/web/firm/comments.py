"""Answers of staff to a client's comments."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict, Invalid
from portal.models.document import Document
from portal.operations import comments as writing
from portal.policies.permissions import Permission
from portal.queries import comments
from portal.web.answers import is_htmx, page_or_part, part, see_other, toast
from portal.web.firm import area
from portal.web.firm.documents import conflict_page, shown
from portal.web.forms.documents import ReplyForm
from portal.web.gate import actor, scope


@area.post("/documents/<uid>/comments", allow=Permission.CLIENT_WORK, form=True)
def create(uid: str) -> Response:
    """Write to the client about a document."""
    document, form = scope().get(Document, uid), ReplyForm()
    if form.sent():
        try:
            writing.write(actor(), document, text=form.text.data or "", author=actor().name, key=form.key.data or None)
        except Invalid as error:
            form.refuse(error)
        except Conflict as conflict:
            return conflict_page(document, conflict)
        else:
            toast(_("Your message was sent."))
            return _thread(document)
    return page_or_part(
        "firm/documents/show.html", 422, part="firm/documents/_comments.html", **shown(document, form=form)
    )


def _thread(document: Document) -> Response:
    if not is_htmx():
        return see_other("firm.documents.show", uid=document.uid, fragment="comments")
    found = comments.of(scope(), document)
    return part("firm/documents/_comments.html", document=document, comments=found, form=ReplyForm.fresh())
