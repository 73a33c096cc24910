"""Importing clients and contacts from a list: file, columns, preview with questions, progress, result, undo (T14)."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.base import sheet
from portal.base.charset import CHARSETS
from portal.base.errors import Conflict, Invalid, NotFound
from portal.base.spreadsheet import SEPARATORS
from portal.models.client_import import ASK, CHECKED, CHECKING, COLUMNS, DONE, DROPPED, RUNNING, UNDONE, ClientImport
from portal.operations import client_import_undo, client_imports
from portal.operations.client_matches import Choice
from portal.operations.client_runs import PLACEHOLDERS
from portal.policies.permissions import Permission
from portal.queries import client_imports as known
from portal.web.answers import page, page_or_part, see_other, toast
from portal.web.firm import area, import_words
from portal.web.firm.import_words import FILE_WORDS
from portal.web.forms.imports import ChoiceForm, ColumnsForm, ListForm, answers
from portal.web.gate import actor, firm, scope
from portal.web.htmx import is_htmx
from portal.web.uploads import received

_BEFORE = (known.PROBLEMS, ASK, "new", "change", "same", "leave", "skip", known.NOTES)
_AFTER = ("made", "changed", "failed", "skip", "same", "leave")


@area.get("/clients/import", allow=Permission.CLIENT_WORK)
def index() -> Response:
    """Where a list is chosen, and what was imported before."""
    client_imports.demand_whole(actor())
    return _begin_page(ListForm(formdata=None, words=FILE_WORDS), 200)


@area.post("/clients/import", allow=Permission.CLIENT_WORK, form=True, files=True)
def create() -> Response:
    """Take the list; on to its columns."""
    client_imports.demand_whole(actor())
    form = ListForm(words=FILE_WORDS)
    if not form.sent():
        return _begin_page(form, 422)
    try:
        upload = request.files.get("file")
        with received(upload) as file:
            name = (upload.filename if upload else "") or ""
            of = client_imports.begin(actor(), firm(), file=file, filename=name)
    except Invalid as error:
        form.refuse(error)
        return _begin_page(form, 422)
    return see_other("firm.imports.show", uid=of.uid)


@area.get("/clients/import/<uid>", allow=Permission.CLIENT_WORK)
def show(uid: str) -> Response:
    """What comes next: columns, preview, progress or result."""
    of = _import(uid)
    if of.state in (CHECKING, RUNNING):
        progress = known.progress(scope(), of)
        return page_or_part("firm/imports/progress.html", part="firm/imports/_progress.html", of=of, progress=progress)
    if is_htmx():
        # what was waited for is done: the whole page is another one now
        return see_other("firm.imports.show", uid=uid)
    if of.state == COLUMNS:
        return _columns_page(of, ColumnsForm(formdata=None), 200)
    if of.state == CHECKED:
        return _preview_page(of, ChoiceForm.of(Choice(**of.choice)), 200)
    return _result_page(of)


@area.get("/clients/import/<uid>/columns", allow=Permission.CLIENT_WORK)
def columns(uid: str) -> Response:
    """The columns once more."""
    of = _import(uid)
    if of.state not in (COLUMNS, CHECKED):
        return see_other("firm.imports.show", uid=uid)
    return _columns_page(of, ColumnsForm(formdata=None), 200)


@area.post("/clients/import/<uid>/reading", allow=Permission.CLIENT_WORK)
def reread(uid: str) -> Response:
    """Read the file in another way."""
    of, form = _import(uid), request.form
    line = form.get("line", "")
    try:
        client_imports.reread(
            actor(), of, charset=form.get("charset", "") if form.get("charset") in CHARSETS else "",
            separator=form.get("separator", "") if form.get("separator") in SEPARATORS else "",
            sheet=form.get("sheet", ""), line=int(line) if line.isdecimal() and len(line) < 7 else None,
        )  # fmt: skip
    except Invalid as error:
        toast(str(FILE_WORDS.get(error.errors["file"][0], _("The file cannot be read so."))), "bad")
    return see_other("firm.imports.columns", uid=uid)


@area.post("/clients/import/<uid>/columns", allow=Permission.CLIENT_WORK, form=True)
def choose(uid: str) -> Response:
    """Say what the columns are; then the list is looked over."""
    of, form = _import(uid), ColumnsForm()
    targets = form.targets(len(of.names))
    try:
        if not form.sent():
            return _columns_page(of, form, 422, targets)
        of = client_imports.choose(actor(), of, targets=targets)
    except Invalid as error:
        form.refuse(error)
        return _columns_page(of, form, 422, targets)
    return _looked_over(of)


@area.post("/clients/import/<uid>/choice", allow=Permission.CLIENT_WORK, form=True)
def decide(uid: str) -> Response:
    """Keep what was chosen and answered; the preview is made anew."""
    of, form = _import(uid), ChoiceForm()
    try:
        if not form.sent():
            return _preview_page(of, form, 422)
        of = client_imports.decide(actor(), of, choice=form.choice(), answers=answers())
    except Invalid as error:
        form.refuse(error)
        return _preview_page(of, form, 422)
    return _looked_over(of)


@area.post("/clients/import/<uid>/start", allow=Permission.CLIENT_WORK, form=True)
def start(uid: str) -> Response:
    """Import the list, in the background; what was changed on the page and not saved counts."""
    of, form = _import(uid), ChoiceForm()
    try:
        if not form.sent():
            return _preview_page(of, form, 422)
        if "access" in request.form and form.choice() != Choice(**of.choice):
            again = client_imports.decide(actor(), of, choice=form.choice())
            return _start_or_show(of, again)
        client_imports.start(actor(), of)
    except Invalid as error:
        form.refuse(error)
        return _preview_page(of, form, 422)
    except Conflict as conflict:
        toast(_why_not(conflict.code), "bad")
    return see_other("firm.imports.show", uid=uid)


@area.post("/clients/import/<uid>/cancellation", allow=Permission.CLIENT_WORK)
def drop(uid: str) -> Response:
    """Leave it before anything was imported."""
    client_imports.drop(actor(), _import(uid))
    toast(_("Nothing was imported; the file was removed."))
    return see_other("firm.imports.index")


@area.get("/clients/import/<uid>/undo", allow=Permission.CLIENT_WORK)
def ask_undo(uid: str) -> Response:
    """What taking it back means, and what stands in the way."""
    of = _import(uid)
    if of.state != DONE:
        return see_other("firm.imports.show", uid=uid)
    return _undo_page(of, 200)


@area.post("/clients/import/<uid>/undo", allow=Permission.CLIENT_WORK)
def undo(uid: str) -> Response:
    """Take it back as a whole."""
    of = _import(uid)
    try:
        client_import_undo.undo(actor(), of)
    except Conflict as conflict:
        if conflict.code != "depends":
            toast(_why_not(conflict.code), "bad")
            return see_other("firm.imports.show", uid=uid)
        return _undo_page(of, 409)
    toast(_("The import was undone: everything it made is gone, everything it changed is as it was."))
    return see_other("firm.imports.index")


@area.get("/clients/import/<uid>/rows.csv", allow=Permission.CLIENT_WORK)
def save_rows(uid: str) -> Response:
    """Every row of the list with what came of it, to be mended and imported again."""
    of = _import(uid)
    columns = [_("Line"), _("Client number"), _("Name"), _("Result"), _("Reason")]
    buffer = io.BytesIO()
    for line in sheet.lines(columns, (_saved(row) for row in known.every_row(scope(), of))):
        buffer.write(line)
    answer = Response(buffer.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="import.csv"'
    return answer


def _import(uid: str) -> ClientImport:
    client_imports.demand_whole(actor())
    of = scope().get(ClientImport, uid)
    if of.state == DROPPED:
        raise NotFound("ClientImport")
    return of


def _looked_over(of: ClientImport) -> Response:
    """Short lists are looked over at once, long ones by the worker."""
    if of.total <= client_imports.AT_ONCE:
        client_imports.check(of)
    return see_other("firm.imports.show", uid=of.uid)


def _start_or_show(before: ClientImport, of: ClientImport) -> Response:
    """With another choice it is started only if the preview stays what the person saw."""
    seen = dict(before.counts)
    if of.total <= client_imports.AT_ONCE and client_imports.check(of).counts == seen:
        client_imports.start(actor(), scope().get(ClientImport, of.uid))
    else:
        toast(_("With what you changed, something else would happen. Please look at the preview once more."), "wait")
    return see_other("firm.imports.show", uid=of.uid)


def _begin_page(form: ListForm, status: int) -> Response:
    return page(
        "firm/imports/index.html", status, form=form, items=known.listed(scope()), states=import_words.STATES,
        formats=import_words.FORMATS,
    )  # fmt: skip


def _columns_page(of: ClientImport, form: ColumnsForm, status: int, targets: list[str] | None = None) -> Response:
    try:
        found = client_imports.preview(of)
    except (Invalid, NotFound):
        toast(str(FILE_WORDS["gone"]), "bad")
        return see_other("firm.imports.index")
    shown = [column for column in found.columns if column.name or column.samples]
    return page(
        "firm/imports/columns.html", status, of=of, form=form, found=found, columns=shown,
        chosen=targets or of.targets, groups=import_words.target_groups(), words=import_words,
        error=str(FILE_WORDS.get(of.error, of.error)) if of.error else "",
    )  # fmt: skip


def _preview_page(of: ClientImport, form: ChoiceForm, status: int) -> Response:
    shown = _shown(of, _BEFORE)
    found = known.rows(scope(), of, shown, after=request.args.get("after"))
    return page(
        "firm/imports/preview.html", status, of=of, form=form, choice=Choice(**of.choice), found=found, shown=shown,
        placeholders=" ".join(f"[{name}]" for name in PLACEHOLDERS), **_row_context(of, found.rows, _BEFORE),
    )  # fmt: skip


def _result_page(of: ClientImport) -> Response:
    shown = _shown(of, _AFTER)
    found = known.rows(scope(), of, shown, after=request.args.get("after"))
    undoable = of.state == DONE and of.finished_at is not None
    return page(
        "firm/imports/result.html", of=of, found=found, shown=shown, undoable=undoable, undone=of.state == UNDONE,
        **_row_context(of, found.rows, _AFTER),
    )  # fmt: skip


def _row_context(of: ClientImport, rows: Any, kinds: tuple[str, ...]) -> dict[str, Any]:
    figures = {kind: known.figure(of, kind) for kind in kinds}
    return {
        "words": import_words,
        "figures": {kind: count for kind, count in figures.items() if count},
        "clients": known.clients_of(scope(), list(rows)),
    }


def _shown(of: ClientImport, kinds: tuple[str, ...]) -> str:
    """What was asked for, else the first kind that has rows: what is wrong comes before what is fine."""
    asked = request.args.get("show", "")
    filled = [kind for kind in kinds if known.figure(of, kind)]
    return asked if asked in kinds else (filled or list(kinds))[0]


def _undo_page(of: ClientImport, status: int) -> Response:
    found = client_import_undo.obstacles(of)
    return page("firm/imports/undo.html", status, of=of, obstacles=found[:100], many=len(found), words=import_words)


def _saved(row: Any) -> list[str]:
    client = row.entry.get("client", {})
    said = [import_words.problem(each["kind"], each.get("hint", "")) for each in row.problems]
    reason = "; ".join(said) or str(import_words.REASONS.get(row.reason, row.reason))
    outcome = str(import_words.OUTCOMES.get(row.outcome, row.outcome))
    return [str(row.line), client.get("number", ""), client.get("name", ""), outcome, reason]


def _why_not(code: str) -> str:
    words = {
        "asked": _("Some questions are not answered yet."),
        "stopped": _("Some rows have problems that stop the import. Mend the list, or choose to leave these rows out."),
        "nothing": _("Nothing would happen: there is no new client and nothing to change."),
        "running": _("Its invitations are still being sent. Please wait until they are done."),
        "past": _("This import ended more than 30 days ago; it cannot be undone as a whole any more."),
    }
    return words.get(code) or _("This was changed meanwhile. Here is the present state.")
