"""Works on runs, one batch a round, so that mail and runs do not wait for each other."""

from __future__ import annotations

from portal.base.errors import Unavailable
from portal.operations import runs
from portal.operations.run_kinds import KINDS
from portal.operations.runs import Claim, Kind
from portal.policies.actors import InstanceActor


class Runs:
    """Each round the next run has its turn. A batch that fails is tried again row by row; a row that fails then is
    marked, and the run goes on."""

    def __init__(self) -> None:
        self._last = 0
        self._careful: dict[int, int] = {}  # run -> how many of its rows are still taken one by one
        self._stumbled: set[int] = set()

    def step(self) -> bool:
        """Work on one batch of the next run; whether there may be more at once."""
        claimed = runs.claim(after=self._last)
        if claimed is None:
            return False
        self._last, kind = claimed.run.id, KINDS.get(claimed.run.kind)
        actor = InstanceActor(claimed.run.firm_id, "worker")
        if kind is None:
            runs.park(actor, claimed.run, claimed, f"this program knows no runs of the kind {claimed.run.kind}")
        elif self._last in self._stumbled:
            runs.give_up(actor, claimed.run, claimed, kind)
            self._stumbled.discard(self._last)
        else:
            self._advance(actor, claimed, kind)
        return True

    def _advance(self, actor: InstanceActor, claimed: Claim, kind: Kind) -> None:
        run, careful = claimed.run, self._careful.get(claimed.run.id, 0)
        went_well = False
        try:
            runs.advance(actor, run, claimed, kind, most=1 if careful else kind.batch)
            went_well = True
        except Unavailable:
            went_well = True  # the moment is bad, not the row
            raise
        finally:
            self._note(run.id, kind, careful, went_well)
            if not went_well:
                runs.release(claimed)

    def _note(self, run_id: int, kind: Kind, careful: int, went_well: bool) -> None:
        if not went_well and careful:
            self._stumbled.add(run_id)
        elif not went_well:
            self._careful[run_id] = kind.batch
        elif careful > 1:
            self._careful[run_id] = careful - 1
        else:
            self._careful.pop(run_id, None)
