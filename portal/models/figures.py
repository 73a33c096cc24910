"""The figures of *Today* for firms that are too large to be counted while somebody waits."""

from __future__ import annotations

from portal.models.firm import FirmRecord
from portal.models.record import InstantField, JsonField


class KeptFigures(FirmRecord):
    """One row for a firm: what the worker last counted, as `queries/figures.py` writes it, and when."""

    figures = JsonField(default=dict)
    counted_at = InstantField()

    class Meta:
        table_name = "kept_figures"
        indexes = ((("firm_id",), True),)
