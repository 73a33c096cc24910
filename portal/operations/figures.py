"""Keeping what was counted for *Today* of a large firm."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.models.figures import KeptFigures
from portal.models.firm import Firm
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.policies.permissions import Permission


@operation(allow=Permission.INSTANCE, audited=False)
def keep(_actor: InstanceActor, firm: Firm, *, figures: dict[str, Any], counted_at: datetime) -> None:
    """Put the firm's figures in place of those from before."""
    assert firm.id == scopes.current().firm_id
    values = {"figures": figures, "counted_at": counted_at}
    KeptFigures.insert(firm=firm.id, **values).on_conflict(
        conflict_target=[KeptFigures.firm],
        update={KeptFigures.figures: figures, KeptFigures.counted_at: counted_at},
    ).execute()
