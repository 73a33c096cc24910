"""What SQLite's planner believes about our tables: written by hand, so that plans are the same at every size.

Without statistics it takes an index that begins with the firm, which holds all rows of an instance of one firm, as
gladly as one that begins with the client (tried: 580 ms instead of one). ANALYZE would know better, but its figures,
and so the plans, would change with the data. These describe a large instance: one firm, 100,000 clients.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.base.database import database

_ROWS = 300_000
# indexes of a part of their table
_PARTS = {"client_test": 1, "contact_unreachable": 3_000}
# how many different values a column has there; columns that are not named are as good as unique
_DIFFERENT = {
    "firm_id": 1,
    "archived_at": 1,
    "state": 2,
    "kind": 4,
    "outcome": 4,
    "login_granted": 2,
    "pending": 2,
    "invited_at": 1_000,
    "hour": 1_000,
    "issued_on": 700,
    "due_on": 700,
    "valid_until": 700,
    "not_before": 1_000,
    "staff_id": 50,
    "client_id": 100_000,
    "contact_id": 100_000,
    "document_id": 100_000,
    "link_id": 100_000,
    "sign_in_id": 100_000,
    "run_id": 100,
    "client_import_id": 100,
    "decision": 4,
}


def write() -> None:
    """Put the figures of all indexes into SQLite's own table and make this connection read them."""
    database.execute_sql("ANALYZE")  # makes the table
    database.execute_sql("DELETE FROM sqlite_stat1")
    for table, index, stat in _figures():
        database.execute_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", (table, index, stat))
    database.execute_sql("ANALYZE sqlite_schema")


def _figures() -> Iterator[tuple[str, str, str]]:
    """Rows of the table, then for each column of the index how many rows share the values up to it."""
    indexes = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND tbl_name NOT LIKE 'client_search%'"
    for table, index in database.execute_sql(indexes).fetchall():
        shared = _PARTS.get(index, _ROWS)
        figures = [shared]
        for _place, _column, name in database.execute_sql(f'PRAGMA index_info("{index}")').fetchall():
            shared = max(1, shared // _DIFFERENT.get(name, _ROWS))
            figures.append(shared)
        yield table, index, " ".join(map(str, figures))
