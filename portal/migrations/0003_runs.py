"""Work on many rows in the background. Frozen: later changes are migrations of their own."""

from __future__ import annotations

from typing import Any

# fmt: off
STATEMENTS = (
    'CREATE TABLE "run" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "by_id" INTEGER, "kind" TEXT NOT NULL, "key" TEXT NOT NULL, "state" TEXT NOT NULL, "choice" TEXT NOT NULL, "total" INTEGER NOT NULL, "done" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "started_at" INTEGER, "finished_at" INTEGER, "leased_until" INTEGER, "error" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "by_id") REFERENCES "staff" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "run_uid" ON "run" ("uid")',
    'CREATE UNIQUE INDEX "run_firm_id_key" ON "run" ("firm_id", "key")',
    'CREATE INDEX "run_state_leased_until" ON "run" ("state", "leased_until")',
    'CREATE INDEX "run_firm_id_created_at" ON "run" ("firm_id", "created_at")',
    'CREATE TABLE "run_row" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "run_id" INTEGER NOT NULL, "act" TEXT NOT NULL, "client_id" INTEGER, "contact_id" INTEGER, "membership_id" INTEGER, "facts" TEXT NOT NULL, "outcome" TEXT NOT NULL, "reason" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "run_id") REFERENCES "run" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE INDEX "run_row_run_id_outcome_id" ON "run_row" ("run_id", "outcome", "id")',
)
# fmt: on


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
