"""The team: list, invite, role, deactivate. The last portal admin stays."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _

from portal.base.errors import Conflict, NotFound
from portal.models.staff import Staff
from portal.operations import team as operations
from portal.policies.permissions import Permission
from portal.queries import team
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.forms.attempt import succeeds, typed
from portal.web.forms.team import ROLE_WORDS, InviteForm, RoleForm
from portal.web.gate import actor, firm, scope

_LIST, _PERSON = "firm/team/index.html", "firm/team/show.html"


@area.get("/team", allow=Permission.TEAM_MANAGE)
def index() -> Response:
    """Everybody, and the form that invites somebody."""
    return _list(200, InviteForm())


@area.post("/team", allow=Permission.TEAM_MANAGE, form=True)
def invite() -> Response:
    """Invite by e-mail; once more for somebody who did not come yet."""
    form = InviteForm()
    try:
        if not succeeds(form, lambda: operations.invite(actor(), firm(), **typed(form))):
            return _list(422, form)
    except Conflict as conflict:
        form.email.errors = [_in_the_way(conflict.code)]
        return _list(409, form)
    toast(_("The invitation to %(email)s is on its way.", email=form.email.data))
    return see_other("firm.team.index")


@area.get("/team/<uid>", allow=Permission.TEAM_MANAGE)
def show(uid: str) -> Response:
    """One person: role, state, and what can be done."""
    return _person(200, uid)


@area.post("/team/<uid>/role", allow=Permission.TEAM_MANAGE, form=True)
def change_role(uid: str) -> Response:
    """Give another role; the person signs in anew."""
    form, staff = RoleForm(), scope().get(Staff, uid)
    try:
        if not succeeds(form, lambda: operations.set_role(actor(), staff, role=form.role.data or "")):
            return _person(422, uid, form)
    except Conflict as conflict:
        form.role.errors = [_in_the_way(conflict.code)]
        return _person(409, uid, form)
    toast(_("%(name)s has another role now.", name=_name(uid)))
    return see_other("firm.team.index")


@area.post("/team/<uid>/invitation", allow=Permission.TEAM_MANAGE)
def resend(uid: str) -> Response:
    """Send the invitation again; the older one stops working."""
    member = _member(uid)
    operations.invite(actor(), firm(), email=member.email, role=member.role, name=member.name)
    toast(_("The invitation to %(email)s is on its way.", email=member.email))
    return see_other("firm.team.show", uid=uid)


@area.post("/team/<uid>/reset", allow=Permission.TEAM_MANAGE)
def send_reset(uid: str) -> Response:
    """Mail an address at which a new password can be set."""
    operations.reset(actor(), scope().get(Staff, uid))
    toast(_("A mail for a new password is on its way to %(name)s.", name=_name(uid)))
    return see_other("firm.team.show", uid=uid)


@area.get("/team/<uid>/deactivation", allow=Permission.TEAM_MANAGE)
def ask(uid: str) -> Response:
    """What deactivating means, before it is done."""
    return _question(200, uid, "")


@area.post("/team/<uid>/deactivation", allow=Permission.TEAM_MANAGE)
def deactivate(uid: str) -> Response:
    """End a person's access at once."""
    try:
        operations.deactivate(actor(), scope().get(Staff, uid))
    except Conflict as conflict:
        return _question(409, uid, _in_the_way(conflict.code))
    toast(_("%(name)s has no access any more.", name=_name(uid)))
    return see_other("firm.team.index")


@area.post("/team/<uid>/activation", allow=Permission.TEAM_MANAGE)
def activate(uid: str) -> Response:
    """Let a person in again."""
    operations.activate(actor(), scope().get(Staff, uid))
    toast(_("%(name)s has access again.", name=_name(uid)))
    return see_other("firm.team.show", uid=uid)


def _list(status: int, form: InviteForm) -> Response:
    return page(_LIST, status, form=form, members=team.members(scope()), roles=ROLE_WORDS)


def _person(status: int, uid: str, form: RoleForm | None = None) -> Response:
    member = _member(uid)
    return page(_PERSON, status, member=member, form=form or RoleForm(data={"role": member.role}), roles=ROLE_WORDS)


def _question(status: int, uid: str, wrong: str) -> Response:
    return page_or_part(
        "firm/team/deactivation.html", status, part="firm/team/_deactivation.html", member=_member(uid), wrong=wrong
    )


def _member(uid: str) -> team.Member:
    found = next((member for member in team.members(scope()) if member.uid == uid), None)
    if found is None:
        raise NotFound("Staff")
    return found


def _name(uid: str) -> str:
    member = _member(uid)
    return member.name or member.email


def _in_the_way(code: str) -> str:
    words = {
        "member": _("This person is in the team already."),
        "deactivated": _("This person was deactivated. Open the entry in the list to let the person in again."),
        "last_admin": _("This is the last portal admin who can sign in. Make somebody else portal admin first."),
    }
    return words.get(code) or _("Somebody was quicker. This is the present state.")
