"""The migrations make what the models say, triggers and virtual tables included; references carry the firm."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from portal.base.config import Config, load
from portal.base.database import database
from portal.models import schema
from portal.models.all import TABLES
from portal.models.record import tenant_records
from portal.operations.boot import open_instance


def test_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    migrated = _opened(tmp_path / "migrated")
    schema.upgrade()
    by_migrations = _objects(migrated)
    modelled = _opened(tmp_path / "modelled")
    with database.unguarded("the schema by the models"):
        database.create_tables(TABLES, safe=False)
        schema._make_extras()
    by_models = _objects(modelled)
    by_migrations = {name: sql for name, sql in by_migrations.items() if not name.startswith("schema_migration")}
    assert by_migrations == by_models


def test_every_table_is_in_the_list() -> None:
    assert {
        model for model in tenant_records() if model._meta.table_name not in ("firm_record", "tenant_record")
    } <= set(TABLES)


def test_references_between_tenant_tables_carry_the_firm(instance: Config) -> None:
    tenants = {model._meta.table_name for model in tenant_records()}
    with sqlite3.connect(instance.database_path) as connection:
        for table in sorted(tenants - {"firm", "firm_record", "tenant_record"}):
            keys: dict[int, list[tuple[str, str]]] = {}
            for row in connection.execute(f'PRAGMA foreign_key_list("{table}")'):
                keys.setdefault(row[0], []).append((row[2], row[3]))
            for parts in keys.values():
                target = parts[0][0]
                columns = {column for _table, column in parts}
                if target in tenants - {"firm"}:
                    assert "firm_id" in columns, f"{table} -> {target} without the firm"


def test_the_database_refuses_a_row_that_refers_to_another_firm(instance: Config, world: object) -> None:
    connection = sqlite3.connect(instance.database_path)
    connection.execute("PRAGMA foreign_keys=1")
    statement = "UPDATE membership SET firm_id = ? WHERE firm_id = ?"
    try:
        connection.execute(statement, (world.other_firm, world.firm))  # type: ignore[attr-defined]
        connection.commit()
    except sqlite3.IntegrityError:
        return
    finally:
        connection.close()
    raise AssertionError("a membership moved to another firm")


def test_the_audit_log_refuses_changes(instance: Config) -> None:
    connection = sqlite3.connect(instance.database_path)
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "DELETE FROM audit_text"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def _opened(folder: Path) -> Path:
    if not database.deferred:
        database.close()
    config = load({"PORTAL_INSTANCE": str(folder)})
    open_instance(config)
    return config.database_path


def _objects(path: Path) -> dict[str, str]:
    rows = database.execute_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {name: re.sub(r"\s+", " ", sql.replace("IF NOT EXISTS ", "")) for name, sql in rows}
