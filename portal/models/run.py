"""Work on many rows that goes on in the background: what was asked for, and how each row came out (T4)."""

from __future__ import annotations

from peewee import IntegerField, TextField

from portal.base.text import uid
from portal.models.firm import FirmRecord, Ref
from portal.models.record import InstantField, JsonField
from portal.models.staff import Staff

# states of a run
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
OPEN = (QUEUED, RUNNING)
# outcomes of a row; DONE and FAILED are words of both
WAITING, SKIPPED = "waiting", "skipped"


class Run(FirmRecord):
    """A run. `kind` names its entry in `operations/run_kinds.py`, `choice` is what that kind does with each row.

    `by` null: no staff member asked for it. `key` is unique in the firm for what was asked: the same once more is this
    run. `leased_until` is the claim of the worker at it, `done` counts its rows that wait no more, `error` (for staff
    of the instance, English) says why it `failed` as a whole.
    """

    uid = TextField(default=uid, unique=True)
    by = Ref(Staff, null=True, index=False)
    kind = TextField()
    key = TextField()
    state = TextField(default=QUEUED)
    choice = JsonField(default=dict)
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    created_at = InstantField()
    started_at = InstantField(null=True)
    finished_at = InstantField(null=True)
    leased_until = InstantField(null=True)
    error = TextField(default="")

    class Meta:
        table_name = "run"
        indexes = (
            (("firm_id", "key"), True),
            (("state", "leased_until"), False),
            (("firm_id", "created_at"), False),
        )

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class RunRow(FirmRecord):
    """One thing to be done in a run, in the order of ids. `act` is the kind's own word for what is done to it.

    Ids are plain numbers: the result stays readable when what it speaks of is gone. `facts` hold what the kind needs
    and a name for the result only where there is no row to take it from. `reason`: a code, why it was not done.
    """

    run = Ref(Run, index=False)
    act = TextField(default="")
    client_id = IntegerField(null=True)
    contact_id = IntegerField(null=True)
    membership_id = IntegerField(null=True)
    facts = JsonField(default=dict)
    outcome = TextField(default=WAITING)
    reason = TextField(default="")

    class Meta:
        table_name = "run_row"
        indexes = ((("run_id", "outcome", "id"), False),)
