"""People who come by invitation and password; rights of contacts. Frozen: later changes are migrations of their own.

References that carry the firm cannot be added to a table by SQLite, so the changed tables are made anew and filled.
"""

from __future__ import annotations

from typing import Any

_NEW_VALUES = {
    "firm": {"default_access": "'future'"},
    "client": {},
    "contact": {"pending": "0"},
    "membership": {"amounts": "1", "decide": "1", "pay": "1", "upload": "1", "invite": "0", "mail": "'each'"},
    "ticket": {"new_email": "''"},
}
# fmt: off
STATEMENTS = (
    'CREATE TABLE "firm" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "uid" TEXT NOT NULL, "slug" TEXT NOT NULL, "name" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "is_demo" INTEGER NOT NULL, "street" TEXT NOT NULL, "postcode" TEXT NOT NULL, "city" TEXT NOT NULL, "country" TEXT NOT NULL, "phone" TEXT NOT NULL, "hours" TEXT NOT NULL, "email" TEXT NOT NULL, "vat_id" TEXT NOT NULL, "imprint_url" TEXT NOT NULL, "privacy_url" TEXT NOT NULL, "time_zone" TEXT NOT NULL, "language" TEXT NOT NULL, "account_holder" TEXT NOT NULL, "iban" TEXT NOT NULL, "bic" TEXT NOT NULL, "colour" TEXT NOT NULL, "background" TEXT NOT NULL, "logo" TEXT, "login_type" TEXT NOT NULL, "link_comment" INTEGER NOT NULL, "link_decide" INTEGER NOT NULL, "link_days" INTEGER, "code_limit" INTEGER, "persons_accept" INTEGER NOT NULL, "default_access" TEXT NOT NULL, "advisers_see_all" INTEGER NOT NULL)',
    'CREATE UNIQUE INDEX "firm_uid" ON "firm" ("uid")',
    'CREATE UNIQUE INDEX "firm_slug" ON "firm" ("slug")',
    'CREATE TABLE "client" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "number" TEXT NOT NULL, "number_key" TEXT NOT NULL, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "kind" TEXT NOT NULL, "vat_id" TEXT NOT NULL, "email" TEXT NOT NULL, "phone" TEXT NOT NULL, "language" TEXT, "street" TEXT NOT NULL, "extra" TEXT NOT NULL, "postcode" TEXT NOT NULL, "city" TEXT NOT NULL, "country" TEXT NOT NULL, "external_accountant" INTEGER NOT NULL, "portal_access" INTEGER NOT NULL, "login_type" TEXT, "is_test" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "archived_at" INTEGER, "login_granted" INTEGER NOT NULL, "reachable_until" INTEGER, "invited_at" INTEGER, "last_seen_at" INTEGER, "search_text" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "client_uid" ON "client" ("uid")',
    'CREATE UNIQUE INDEX "client_firm_id_number_key" ON "client" ("firm_id", "number_key")',
    'CREATE INDEX "client_firm_id_archived_at_name_key_id" ON "client" ("firm_id", "archived_at", "name_key", "id")',
    'CREATE INDEX "client_firm_id_archived_at_number_key_id" ON "client" ("firm_id", "archived_at", "number_key", "id")',
    'CREATE INDEX "client_firm_id_archived_at_last_seen_at_id" ON "client" ("firm_id", "archived_at", "last_seen_at", "id")',
    'CREATE INDEX "client_firm_id_archived_at_login_granted_reachable_until" ON "client" ("firm_id", "archived_at", "login_granted", "reachable_until")',
    'CREATE INDEX "client_firm_id_archived_at_login_granted_invited_at" ON "client" ("firm_id", "archived_at", "login_granted", "invited_at")',
    'CREATE INDEX "client_firm_id_vat_id" ON "client" ("firm_id", "vat_id")',
    'CREATE TABLE "contact" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "salutation" TEXT, "title" TEXT NOT NULL, "first_name" TEXT NOT NULL, "last_name" TEXT NOT NULL, "role" TEXT NOT NULL, "email" TEXT NOT NULL, "email_key" TEXT, "email_error" TEXT, "phone" TEXT NOT NULL, "language" TEXT, "created_at" INTEGER NOT NULL, "identity_id" INTEGER, "held_until" INTEGER, "pending" INTEGER NOT NULL, "invited_at" INTEGER, "invited_by_id" INTEGER, "invited_by_contact_id" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "identity_id") REFERENCES "identity" ("firm_id", "id"), FOREIGN KEY ("firm_id", "invited_by_id") REFERENCES "staff" ("firm_id", "id"), FOREIGN KEY ("firm_id", "invited_by_contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "contact_uid" ON "contact" ("uid")',
    'CREATE INDEX "contact_identity_id" ON "contact" ("identity_id")',
    'CREATE UNIQUE INDEX "contact_firm_id_email_key" ON "contact" ("firm_id", "email_key")',
    'CREATE INDEX "contact_firm_id_pending_invited_at_id" ON "contact" ("firm_id", "pending", "invited_at", "id")',
    'CREATE TABLE "membership" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "contact_id" INTEGER NOT NULL, "login" INTEGER NOT NULL, "notify" INTEGER NOT NULL, "email_sync" INTEGER NOT NULL, "primary" INTEGER NOT NULL, "amounts" INTEGER NOT NULL, "decide" INTEGER NOT NULL, "decide_limit" INTEGER, "pay" INTEGER NOT NULL, "upload" INTEGER NOT NULL, "invite" INTEGER NOT NULL, "mail" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "activated_at" INTEGER, "seen_at" INTEGER, "ended_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE UNIQUE INDEX "membership_uid" ON "membership" ("uid")',
    'CREATE INDEX "membership_client_id" ON "membership" ("client_id")',
    'CREATE INDEX "membership_contact_id" ON "membership" ("contact_id")',
    'CREATE UNIQUE INDEX "membership_client_id_contact_id" ON "membership" ("client_id", "contact_id") WHERE ended_at IS NULL',
    'CREATE UNIQUE INDEX "membership_primary" ON "membership" ("client_id") WHERE "primary" = 1 AND ended_at IS NULL',
    'CREATE TABLE "ticket" ("id" INTEGER NOT NULL PRIMARY KEY, "firm_id" INTEGER NOT NULL, "nonce" BLOB NOT NULL, "purpose" TEXT NOT NULL, "staff_id" INTEGER, "contact_id" INTEGER, "email_key" TEXT NOT NULL, "new_email" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "expires_at" INTEGER NOT NULL, "used_at" INTEGER, "cancelled_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "staff_id") REFERENCES "staff" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',
    'CREATE INDEX "ticket_staff_id" ON "ticket" ("staff_id")',
    'CREATE INDEX "ticket_contact_id" ON "ticket" ("contact_id")',
    'CREATE INDEX "sign_in_contact_id" ON "sign_in" ("contact_id")',
)
# fmt: on
# who came in by a link was there; who may and never came is waited for
_BACKFILL = (
    """UPDATE membership SET
        activated_at = (SELECT MIN(at) FROM opening
            WHERE opening.client_id = membership.client_id AND opening.contact_id = membership.contact_id),
        seen_at = (SELECT MAX(at) FROM opening
            WHERE opening.client_id = membership.client_id AND opening.contact_id = membership.contact_id)""",
    """UPDATE contact SET pending = EXISTS (SELECT 1 FROM membership JOIN client ON client.id = membership.client_id
        WHERE membership.contact_id = contact.id AND membership.login AND membership.ended_at IS NULL
        AND membership.activated_at IS NULL AND client.portal_access AND client.archived_at IS NULL
        AND NOT client.is_test)""",
)


def up(migrator: Any, db: Any) -> None:
    for table, values in _NEW_VALUES.items():
        _rebuild(db, table, values)
    for statement in STATEMENTS:
        if not statement.startswith("CREATE TABLE"):
            db.execute_sql(statement)
    for statement in _BACKFILL:
        db.execute_sql(statement)


def _rebuild(db: Any, table: str, values: dict[str, str]) -> None:
    """The table's rows in a new table of its name; indexes go with the old one."""
    create = next(each for each in STATEMENTS if each.startswith(f'CREATE TABLE "{table}" '))
    before = [f'"{column.name}"' for column in db.get_columns(table)]
    db.execute_sql(create.replace(f'"{table}"', f'"new_{table}"', 1))
    into = ", ".join([*before, *(f'"{name}"' for name in values)])
    taken = ", ".join([*before, *values.values()])
    db.execute_sql(f'INSERT INTO "new_{table}" ({into}) SELECT {taken} FROM "{table}"')  # noqa: S608 - our own names
    db.execute_sql(f'DROP TABLE "{table}"')
    db.execute_sql(f'ALTER TABLE "new_{table}" RENAME TO "{table}"')
