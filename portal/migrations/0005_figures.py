"""Figures of *Today* that are kept, and an index of the contacts whom no mail reaches. Frozen."""

from __future__ import annotations

from typing import Any

# fmt: off
STATEMENTS = (
    'CREATE TABLE "kept_figures" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "figures" TEXT NOT NULL, "counted_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "kept_figures_firm_id" ON "kept_figures" ("firm_id")',
    'CREATE INDEX "contact_unreachable" ON "contact" ("firm_id", "pending", "invited_at", "id") WHERE (email_error IS NOT NULL OR email_key IS NULL OR held_until IS NOT NULL)',
)
# fmt: on


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
