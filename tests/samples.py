"""The sample files beside the checkout: real e-invoices, PDFs and hostile files. Tests do without them too."""

import csv
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"

requires_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the sample files are not there (../shared/samples beside the checkout)"
)


def expected_invoices() -> list[dict[str, str]]:
    """The rows of einvoice/EXPECTED.csv; none without the samples, so that a test over them is skipped."""
    table = SAMPLES / "einvoice" / "EXPECTED.csv"
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
