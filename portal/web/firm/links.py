"""Secret links: given away, shown as a code, renewed, revoked, exported. No page holds a token before a POST asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Response
from flask_babel import gettext as _
from markupsafe import Markup

from portal.base import clock, qr, tokens
from portal.base.errors import StepUpNeeded
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.link import Link
from portal.models.staff import Staff
from portal.operations import links as operations
from portal.operations import sign_ins
from portal.policies import scope as scopes
from portal.policies.actors import StaffActor
from portal.policies.permissions import Permission
from portal.queries import links
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.firm import area
from portal.web.forms.contacts import ExportForm
from portal.web.gate import actor, firm, scope
from portal.web.paths import base_url
from portal.web.routing import Limit


@area.post("/clients/<uid>/portal-link", allow=Permission.CLIENT_WORK)
def make(uid: str) -> Response:
    """A new portal link for a client that has none: the old one was revoked."""
    operations.make(actor(), scope().get(Client, uid))
    toast(_("The client has a portal link again."))
    return see_other("firm.clients.show", uid=uid, fragment="links")


@area.post("/memberships/<uid>/link/copy", allow=Permission.CLIENT_WORK)
def take(uid: str) -> Response:
    """The contact's link, made if there is none, in a field to copy."""
    return _shown(operations.take(actor(), scope().get(Membership, uid)))


@area.post("/memberships/<uid>/link/qr", allow=Permission.CLIENT_WORK)
def take_qr(uid: str) -> Response:
    """The contact's link as a code."""
    return _drawn(operations.take(actor(), scope().get(Membership, uid)))


@area.post("/links/<uid>/copy", allow=Permission.CLIENT_WORK)
def copy(uid: str) -> Response:
    """The link in a field to copy; noted in the log (DETAILS 9)."""
    return _shown(operations.copied(actor(), scope().get(Link, uid)))


@area.post("/links/<uid>/qr", allow=Permission.CLIENT_WORK)
def show_qr(uid: str) -> Response:
    """The link as a code on a sheet to print."""
    return _drawn(operations.copied(actor(), scope().get(Link, uid)))


@area.post("/links/<uid>/qr.svg", allow=Permission.CLIENT_WORK)
def download_svg(uid: str) -> Response:
    """The code as an SVG file."""
    link = operations.copied(actor(), scope().get(Link, uid))
    return _file(qr.svg_file(links.qr_payload(base_url(), link)), "image/svg+xml", f"{_name(link)}.svg")


@area.post("/links/<uid>/qr.png", allow=Permission.CLIENT_WORK)
def download_png(uid: str) -> Response:
    """The code as a PNG file."""
    link = operations.copied(actor(), scope().get(Link, uid))
    return _file(qr.png(links.qr_payload(base_url(), link)), "image/png", f"{_name(link)}.png")


@area.get("/links/<uid>/renewal", allow=Permission.CLIENT_WORK)
def ask_renewal(uid: str) -> Response:
    """What renewing means, before it is done."""
    return _question("renewal", scope().get(Link, uid))


@area.post("/links/<uid>/renewal", allow=Permission.CLIENT_WORK)
def renew(uid: str) -> Response:
    """Put a new link in its place."""
    link = operations.renew(actor(), scope().get(Link, uid))
    toast(_("The link was renewed. The old one does not open anything any more."))
    return see_other("firm.clients.show", uid=_client(link).uid, fragment="links")


@area.get("/links/<uid>/revocation", allow=Permission.CLIENT_WORK)
def ask_revocation(uid: str) -> Response:
    """What revoking means, before it is done."""
    return _question("revocation", scope().get(Link, uid))


@area.post("/links/<uid>/revocation", allow=Permission.CLIENT_WORK)
def revoke(uid: str) -> Response:
    """End the link at once."""
    link = operations.revoke(actor(), scope().get(Link, uid))
    toast(_("The link was revoked."))
    return see_other("firm.clients.show", uid=_client(link).uid, fragment="links")


@area.get("/clients/links", allow=Permission.LINKS_EXPORT)
def ask_export() -> Response:
    """What the export is and who learns of it; asks for the password when the sign-in is not young."""
    return _export(200, ExportForm())


@area.post("/clients/links.csv", allow=Permission.LINKS_EXPORT, form=True, limit=Limit(20, 600))
def export() -> Response:
    """All portal addresses as CSV for mail merge (B7)."""
    form, who = ExportForm(), _staff()
    if not form.sent():
        return _export(422, form)
    if form.password.data:
        if not sign_ins.prove(who, scope().by_id(Staff, who.staff_id), password=form.password.data):
            form.password.errors = [form.words["wrong"]]
            return _export(422, form)
        who = replace(who, proved_at=clock.now())
    try:
        operations.exported(who, firm(), count=links.export_count(scope()))
    except StepUpNeeded:
        form.password.errors = [_("Please enter your password: your sign-in is older than 15 minutes.")]
        return _export(422, form)
    return _streamed(who.firm_id)


def _shown(link: Link) -> Response:
    return page_or_part("firm/links/copy.html", part="firm/links/_copy.html", **_context(link))


def _drawn(link: Link) -> Response:
    label = _("QR code of the secret link")
    code = Markup(qr.svg(links.qr_payload(base_url(), link), label=label))  # noqa: S704  drawn by us
    return page("firm/links/qr.html", code=code, **_context(link))


def _context(link: Link) -> dict[str, object]:
    contact = scope().by_id(Contact, link.contact_id) if link.contact_id is not None else None
    token = links.token(link)
    return {
        "link": link,
        "client": _client(link),
        "contact": contact,
        "address": links.address(base_url(), link),
        "typed": tokens.grouped(token),
    }


def _question(what: str, link: Link) -> Response:
    contact = scope().by_id(Contact, link.contact_id) if link.contact_id is not None else None
    return page_or_part(
        f"firm/links/{what}.html", part=f"firm/links/_{what}.html", link=link, client=_client(link), contact=contact
    )


def _client(link: Link) -> Client:
    return scope().by_id(Client, link.client_id)


def _name(link: Link) -> str:
    return f"portal-{_client(link).uid}"


def _file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _export(status: int, form: ExportForm) -> Response:
    young = clock.now() - _staff().proved_at <= operations.EXPORT_PROOF
    return page("firm/links/export.html", status, form=form, count=links.export_count(scope()), young=young)


def _staff() -> StaffActor:
    found = actor()
    assert isinstance(found, StaffActor)
    return found


def _streamed(firm_id: int) -> Response:
    response = Response(_lines(base_url(), firm_id), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="portal-links.csv"'
    return response


def _lines(base: str, firm_id: int) -> Iterator[str]:
    yield links.CSV_HEAD
    after: str | None = ""
    while after is not None:
        # a scope for each batch: none may stay open between two pieces of an answer
        with scopes.of_firm(firm_id) as whole:
            rows, after = links.export_batch(base, whole, whole.firm, after)
        yield links.csv_lines(rows)
