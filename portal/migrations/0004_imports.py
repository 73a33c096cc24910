"""Imports of client lists. Frozen: later changes are migrations of their own."""

from __future__ import annotations

from typing import Any

# fmt: off
STATEMENTS = (
    'CREATE TABLE "client_import" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "by_id" INTEGER, "state" TEXT NOT NULL, "filename" TEXT NOT NULL, "path" TEXT NOT NULL, "size" INTEGER NOT NULL, "sha256" TEXT NOT NULL, "charset" TEXT NOT NULL, "separator" TEXT NOT NULL, "sheet" TEXT NOT NULL, "header_line" INTEGER, "header_key" TEXT NOT NULL, "format" TEXT NOT NULL, "names" TEXT NOT NULL, "targets" TEXT NOT NULL, "choice" TEXT NOT NULL, "answers" TEXT NOT NULL, "counts" TEXT NOT NULL, "total" INTEGER NOT NULL, "checked" INTEGER NOT NULL, "error" TEXT NOT NULL, "run_id" INTEGER, "created_at" INTEGER NOT NULL, "started_at" INTEGER, "finished_at" INTEGER, "leased_until" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "by_id") REFERENCES "staff" ("firm_id", "id"), FOREIGN KEY ("firm_id", "run_id") REFERENCES "run" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "client_import_uid" ON "client_import" ("uid")',
    'CREATE INDEX "client_import_run_id" ON "client_import" ("run_id")',
    'CREATE INDEX "client_import_firm_id_created_at" ON "client_import" ("firm_id", "created_at")',
    'CREATE INDEX "client_import_state_leased_until" ON "client_import" ("state", "leased_until")',
    'CREATE TABLE "column_choice" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "header_key" TEXT NOT NULL, "targets" TEXT NOT NULL, "chosen_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "column_choice_firm_id_header_key" ON "column_choice" ("firm_id", "header_key")',
    'CREATE TABLE "import_row" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "client_import_id" INTEGER NOT NULL, "line" INTEGER NOT NULL, "leader" INTEGER NOT NULL, "entry" TEXT NOT NULL, "problems" TEXT NOT NULL, "notes" TEXT NOT NULL, "decision" TEXT NOT NULL, "question" TEXT NOT NULL, "candidates" TEXT NOT NULL, "reason" TEXT NOT NULL, "client_id" INTEGER, "outcome" TEXT NOT NULL, "made" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_import_id") REFERENCES "client_import" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "import_row_client_import_id_line" ON "import_row" ("client_import_id", "line")',
    'CREATE INDEX "import_row_client_import_id_decision_line" ON "import_row" ("client_import_id", "decision", "line")',
    'CREATE INDEX "import_row_client_import_id_leader" ON "import_row" ("client_import_id", "leader")',
)
# fmt: on


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
