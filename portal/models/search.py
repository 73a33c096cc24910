"""The search index over clients: what of SQL is SQLite's own stands here.

FTS5 trigram, contentless, over `Client.search_text`; rowid = firm << 32 | client, so that a small firm does not pay
for its neighbour. Kept by FTS5's 'delete' command in the transaction of the change (DETAILS 11, Search).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from peewee import JOIN, SQL, Expression, Join, fn

from portal.base.database import database

TABLE = "CREATE VIRTUAL TABLE \"client_search\" USING fts5(text, content='', tokenize='trigram')"
SHORTEST = 3
_FIRM_BITS = 32


def put(firm_id: int, client_id: int, old: str | None, new: str) -> None:
    """Index a client anew; `old` is the text that was indexed before, None for a new client."""
    row = firm_id << _FIRM_BITS | client_id
    with database.unguarded("the search index"):
        if old is not None:
            database.execute_sql(
                "INSERT INTO client_search(client_search, rowid, text) VALUES ('delete', ?, ?)", (row, old)
            )
        database.execute_sql("INSERT INTO client_search(rowid, text) VALUES (?, ?)", (row, new))


def put_all(firm_id: int, texts: Iterable[tuple[int, str]]) -> None:
    """Index many new clients."""
    with database.unguarded("the search index"):
        database.connection().executemany(
            "INSERT INTO client_search(rowid, text) VALUES (?, ?)",
            ((firm_id << _FIRM_BITS | client_id, text) for client_id, text in texts),
        )


def drop_all(firm_id: int, texts: Iterable[tuple[int, str]]) -> None:
    """Take clients out of the index that are no more; the text must be the one that was indexed."""
    with database.unguarded("the search index"):
        database.connection().executemany(
            "INSERT INTO client_search(client_search, rowid, text) VALUES ('delete', ?, ?)",
            ((firm_id << _FIRM_BITS | client_id, text) for client_id, text in texts),
        )


def find(firm_id: int, words: list[str], at_most: int) -> list[int]:
    """Ids of the firm's clients whose text holds all words (each of three letters or more), at most so many."""
    match = " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
    low, high = firm_id << _FIRM_BITS, (firm_id + 1) << _FIRM_BITS
    with database.unguarded("the search index"):
        rows = database.execute_sql(
            "SELECT rowid FROM client_search WHERE client_search MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?",
            (match, low, high, at_most),
        ).fetchall()
    return [row[0] & ((1 << _FIRM_BITS) - 1) for row in rows]


def holds(field: Any, word: str) -> Expression:
    """Whether a text column holds a word, for rows that are looked at anyway."""
    return fn.INSTR(field, word) > 0


def among(field: Any, ids: list[int] | list[str]) -> Expression:
    """`field IN (ids)` with one parameter: a thousand placeholders would be a new statement for each length."""
    return field.in_(SQL("(SELECT value FROM json_each(?))", (json.dumps(ids),)))


def fetched(query: Any, ids: list[int]) -> Any:
    """The query's rows looked up by id. Left to itself SQLite takes the index of the firm and tests each row (tried);
    a CROSS JOIN is the one order of tables that it never changes."""
    listed = SQL("json_each(?) AS ids", (json.dumps(ids),))
    return query.from_(Join(listed, query.model, JOIN.CROSS)).where(query.model.id == SQL("ids.value"))
