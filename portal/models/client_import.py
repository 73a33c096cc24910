"""Imports of client lists: the file and how it is read, its rows and what came of each (T14)."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.base.text import uid
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField, JsonField
from portal.models.run import Run
from portal.models.staff import Staff

# states of an import
COLUMNS, CHECKING, CHECKED, RUNNING, DONE, UNDOING, UNDONE, DROPPED = (
    "columns", "checking", "checked", "running", "done", "undoing", "undone", "dropped",
)  # fmt: skip
# what is to be done with a client of the list
NEW, CHANGE, SAME, LEAVE, SKIP, ASK = "new", "change", "same", "leave", "skip", "ask"
# how it came out
WAITING, MADE, CHANGED, LEFT, FAILED = "waiting", "made", "changed", "left", "failed"


class ClientImport(FirmRecord):
    """An import. `path` names the file in the store's folder for imports, empty once it was removed; size in bytes.

    `header_line` null: found by itself, 0: there is none. `targets` say what each column is (`client_columns`),
    `choice` what the person decided (`client_imports.Choice`), `answers` what each question was answered, by line.
    `counts` are those of the preview, later of the result. `checked` lines of `total` were looked at so far.
    """

    uid = TextField(default=uid, unique=True)
    by = Ref(Staff, null=True, index=False)
    state = TextField(default=COLUMNS)
    filename = TextField()
    path = TextField(default="")
    size = IntegerField()
    sha256 = TextField()
    charset = TextField(default="")
    separator = TextField(default="")
    sheet = TextField(default="")
    header_line = IntegerField(null=True)
    header_key = TextField(default="")
    format = TextField(default="")
    names = JsonField(default=list)
    targets = JsonField(default=list)
    choice = JsonField(default=dict)
    answers = JsonField(default=dict)
    counts = JsonField(default=dict)
    total = IntegerField(default=0)
    checked = IntegerField(default=0)
    error = TextField(default="")
    run = Ref(Run, null=True)
    created_at = InstantField()
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    leased_until = InstantField(null=True)

    class Meta:
        table_name = "client_import"
        indexes = ((("firm_id", "created_at"), False), (("state", "leased_until"), False))


class ImportRow(FirmRecord):
    """A row of the file. `leader`: the line of the first row about the same client; that row carries the decision.

    `entry` holds what was read (client, people), `problems` and `notes` what was wrong or guessed, `question` and
    `candidates` what has to be asked. Ids are plain numbers: they may be gone after an undo. `made` on a leader: ids
    of what the import made, and of what it changed the values before and after.
    """

    client_import = Ref(ClientImport, index=False)
    line = IntegerField()
    leader = IntegerField()
    entry = JsonField(default=dict)
    problems = JsonField(default=list)
    notes = JsonField(default=list)
    decision = TextField()
    question = TextField(default="")
    candidates = JsonField(default=list)
    reason = TextField(default="")
    client_id = IntegerField(null=True)
    outcome = TextField(default=WAITING)
    made = JsonField(default=dict)

    class Meta:
        table_name = "import_row"
        indexes = ((("client_import_id", "line"), True), (("client_import_id", "decision", "line"), False),
                   (("client_import_id", "leader"), False))  # fmt: skip


class ColumnChoice(FirmRecord):
    """What a firm said the columns of a header are: proposed again for the next file with it."""

    header_key = TextField()
    targets = JsonField()
    chosen_at = InstantField()

    class Meta:
        table_name = "column_choice"
        indexes = ((("firm_id", "header_key"), True),)
