"""The address in a mail's foot: which e-mails a contact gets (X18). GET changes nothing; mail scanners may look."""

from __future__ import annotations

from flask import Response, g, request
from flask_babel import gettext as _

from portal.base.errors import NotFound
from portal.base.text import masked_email
from portal.models.contact import NONE
from portal.operations import news
from portal.policies.permissions import PUBLIC
from portal.queries import firms, mail_doors
from portal.queries.mail_doors import MailDoor
from portal.web.answers import page, see_other, toast
from portal.web.forms.attempt import succeeds
from portal.web.forms.mail_choice import MailChoiceForm
from portal.web.gate import stranger
from portal.web.public import area


@area.get("/unsubscribe/<token>", allow=PUBLIC)
def show(token: str) -> Response:
    """Whose mails, and the three choices."""
    door = _door(token)
    return _page(door, token, MailChoiceForm.of(door.membership))


@area.post_by_token("/unsubscribe/<token>", allow=PUBLIC)
def end(token: str) -> Response:
    """One click in a mail program, which asks nothing more (RFC 8058). Other bodies change nothing."""
    door = _door(token)
    if request.form.get("List-Unsubscribe") != "One-Click":
        return _page(door, token, MailChoiceForm.of(door.membership), 422)
    news.choose(stranger(door.firm.id), door.membership, choice=NONE)
    return page("public/mail_choices/ended.html", door=door)


@area.post("/unsubscribe/<token>/choice", allow=PUBLIC, form=True)
def choose(token: str) -> Response:
    """What the person chose on the page."""
    door, form = _door(token), MailChoiceForm()
    choice = form.mail.data or ""
    if not succeeds(form, lambda: news.choose(stranger(door.firm.id), door.membership, choice=choice)):
        return _page(door, token, form, 422)
    toast(_("Saved."))
    return see_other("public.mail_choices.show", token=token)


def _door(token: str) -> MailDoor:
    try:
        door = mail_doors.find(token)
    except NotFound:
        g.shown_firm = firms.the_only()
        raise
    g.shown_firm = door.firm
    return door


def _page(door: MailDoor, token: str, form: MailChoiceForm, status: int = 200) -> Response:
    masked = masked_email(door.contact.email)
    return page("public/mail_choices/show.html", status, door=door, masked=masked, token=token, form=form)
