"""A run of any kind: how far it is, and what came of it."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from portal.base import sheet
from portal.models.run import Run
from portal.policies.permissions import Permission
from portal.queries import runs
from portal.web.answers import page, page_or_part, see_other
from portal.web.firm import area, run_words
from portal.web.gate import scope


@area.get("/runs", allow=Permission.CLIENT_WORK)
def index() -> Response:
    """The last ones."""
    return page("firm/runs/index.html", found=runs.latest(scope()), title_of=run_words.title)


@area.get("/runs/<uid>", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """The bar while it goes on, asked for again and again; then the result with each row that was not done."""
    run = scope().get(Run, uid)
    if run.kind == "client_import":
        # a list has a page of its own, with rows by line and the way to undo it
        return see_other("firm.imports.show", uid=run.choice["import"])
    found = runs.figures(scope(), run)
    rows = None
    if not run.is_open:
        rows = runs.not_done(scope(), run, after=request.args.get("after"), before=request.args.get("before"))
    return page_or_part(
        "firm/runs/show.html", part="firm/runs/_state.html", run=run, title=run_words.title(run), figures=found,
        done=run_words.done(found), rows=rows, reason=run_words.reason, by=runs.started_by(scope(), run),
    )  # fmt: skip


@area.get("/runs/<uid>/rows.csv", allow=Permission.CLIENT_WORK)
def download(uid: str) -> Response:
    """All rows that were not done, as a file for spreadsheets."""
    run = scope().get(Run, uid)
    columns = (_("Client number"), _("Client"), _("Contact"), _("E-mail"), _("Reason"))
    lines = (
        (line.number, line.client, line.contact, line.email, run_words.reason(line.reason))
        for line in runs.all_not_done(scope(), run)
    )
    answer = Response(b"".join(sheet.lines(columns, lines)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="run-{run.uid}.csv"'
    return answer
