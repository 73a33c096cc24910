"""Signing in with a password: a new session in place of whatever the cookie of that side held."""

from __future__ import annotations

from flask import Response, redirect, url_for

from portal.models.contact import Membership
from portal.models.staff import Staff
from portal.operations import sign_ins
from portal.policies.actors import Stranger
from portal.web.doors import asked_for
from portal.web.session import Side, give_cookie, visit_of


def enter_firm(actor: Stranger, staff: Staff, *, mark: str = "") -> Response:
    """To the staff's side: the page asked for, or *Today*. `mark` as in `sign_ins.begin_staff`."""
    _begin("staff", sign_ins.begin_staff(actor, staff, mark=mark))
    return redirect(asked_for("/firm") or url_for("firm.today.index"), 303)  # type: ignore[return-value]


def enter_portal(actor: Stranger, membership: Membership, *, mark: str = "") -> Response:
    """To a client's portal: the page asked for, or its start page. `mark` as in `sign_ins.begin_staff`."""
    _begin("client", sign_ins.begin_contact(actor, membership, mark=mark))
    return redirect(asked_for("/portal") or url_for("client.start.index"), 303)  # type: ignore[return-value]


def _begin(side: Side, token: str) -> None:
    before = visit_of(side)
    give_cookie(side, token)
    if before is not None:
        sign_ins.end(before.actor, before.sign_in_id)
