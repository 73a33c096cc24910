"""One's own account: language, notifications, keyboard, password, signed-in devices."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import NotFound
from portal.models.identity import Identity
from portal.models.staff import Staff
from portal.operations import sign_ins as sessions
from portal.operations import team
from portal.policies.actors import StaffActor
from portal.policies.permissions import Permission
from portal.queries import sign_ins
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.devices import device
from portal.web.firm import area
from portal.web.forms.attempt import succeeds
from portal.web.forms.team import AccountForm, PasswordForm
from portal.web.gate import actor, scope
from portal.web.languages import keep
from portal.web.routing import Limit

_PAGE = "firm/account/index.html"


@area.get("/account", allow=Permission.FIRM_VIEW)
def index() -> Response:
    """All of it on one page."""
    return _page(200, _present(), PasswordForm())


@area.post("/account", allow=Permission.FIRM_VIEW, form=True)
def save() -> Response:
    """Keep the settings; the language holds in this browser at once."""
    form = AccountForm()
    if not succeeds(form, lambda: _keep(form)):
        return _page(422, form, PasswordForm())
    toast(_("Saved."))
    return keep(see_other("firm.account.index"), form.language.data)


@area.post("/account/password", allow=Permission.FIRM_VIEW, form=True, limit=Limit(10, 900))
def change_password() -> Response:
    """Set a new password; everywhere else the person is signed out."""
    form = PasswordForm()
    current, new = form.current.data or "", form.new.data or ""
    if not succeeds(form, lambda: team.change_password(_me(), current=current, new=new)):
        return _page(422, _present(), form)
    toast(_("Your password was changed. Other devices are signed out."))
    return see_other("firm.account.index")


@area.post("/account/sessions/<uid>/end", allow=Permission.FIRM_VIEW)
def end_session(uid: str) -> Response:
    """Sign out on one device."""
    if all(each.uid != uid for each in sign_ins.list_of(scope(), _me().staff_id)):
        raise NotFound("SignIn")
    sessions.end_own(_me(), _staff(), sign_in_uid=uid)
    toast(_("The device was signed out."))
    return see_other("firm.account.index", fragment="devices")


@area.post("/account/sessions/end", allow=Permission.FIRM_VIEW)
def end_others() -> Response:
    """Sign out everywhere but here."""
    sessions.end_own(_me(), _staff())
    toast(_("All other devices were signed out."))
    return see_other("firm.account.index", fragment="devices")


@area.get("/account/shortcuts", allow=Permission.FIRM_VIEW)
def shortcuts() -> Response:
    """The list of keyboard shortcuts."""
    return page_or_part("firm/account/shortcuts.html", part="firm/account/_shortcuts.html")


def _me() -> StaffActor:
    found = actor()
    assert isinstance(found, StaffActor)
    return found


def _staff() -> Staff:
    return scope().by_id(Staff, _me().staff_id)


def _present() -> AccountForm:
    identity = scope().by_id(Identity, _me().identity_id)
    return AccountForm.of(_staff(), identity.language)


def _keep(form: AccountForm) -> None:
    team.change_account(
        _me(),
        _staff(),
        name=form.name.data or "",
        language=form.language.data or None,
        shortcuts=form.shortcuts.data,
        mail_decisions=form.mail_decisions.data,
        mail_comments=form.mail_comments.data,
    )


def _page(status: int, form: AccountForm, password_form: PasswordForm) -> Response:
    me = _me()
    return page(
        _PAGE,
        status,
        form=form,
        password_form=password_form,
        email=me.email,
        devices=sign_ins.list_of(scope(), me.staff_id),
        present=me.sign_in_id,
        device_name=device,
    )
