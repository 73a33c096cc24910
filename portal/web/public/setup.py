"""The first start: the page that makes the first firm, behind the one-time token of the console."""

from __future__ import annotations

from flask import Response

from portal.base.errors import NotFound
from portal.models.staff import Staff
from portal.operations import setup, sign_ins
from portal.policies.permissions import PUBLIC
from portal.web.answers import page, see_other
from portal.web.forms.attempt import succeeds
from portal.web.forms.team import SetupForm
from portal.web.gate import stranger
from portal.web.languages import language
from portal.web.public import area
from portal.web.routing import Limit
from portal.web.session import give_cookie

_PAGE = "public/setup/index.html"


@area.get("/setup/<token>", allow=PUBLIC)
def index(token: str) -> Response:
    """The form. A wrong or used token is an address like any other that does not exist."""
    _demand(token)
    return page(_PAGE, form=SetupForm(data={"language": language(), "country": "DE", "time_zone": "Europe/Berlin"}))


@area.post("/setup/<token>", allow=PUBLIC, form=True, limit=Limit(30, 900))
def finish(token: str) -> Response:
    """Make the firm and its portal admin, who is signed in; the token is used up."""
    _demand(token)
    form, made = SetupForm(), list[Staff]()
    if not succeeds(form, lambda: made.append(setup.finish(stranger(), token, form.typed()))):
        return page(_PAGE, 422, form=form)
    give_cookie("staff", sign_ins.begin_staff(stranger(made[0].firm_id), made[0]))
    return see_other("firm.today.index")


def _demand(token: str) -> None:
    if not setup.is_open(token):
        raise NotFound("set-up")
