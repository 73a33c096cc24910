"""The first schema. Frozen: later changes are migrations of their own."""

from __future__ import annotations

from typing import Any

# fmt: off
STATEMENTS = (
    'CREATE TABLE "firm" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "uid" TEXT NOT NULL, "slug" TEXT NOT NULL, "name" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "is_demo" INTEGER NOT NULL, "street" TEXT NOT NULL, "postcode" TEXT NOT NULL, "city" TEXT NOT NULL, "country" TEXT NOT NULL, "phone" TEXT NOT NULL, "hours" TEXT NOT NULL, "email" TEXT NOT NULL, "vat_id" TEXT NOT NULL, "imprint_url" TEXT NOT NULL, "privacy_url" TEXT NOT NULL, "time_zone" TEXT NOT NULL, "language" TEXT NOT NULL, "account_holder" TEXT NOT NULL, "iban" TEXT NOT NULL, "bic" TEXT NOT NULL, "colour" TEXT NOT NULL, "background" TEXT NOT NULL, "logo" TEXT, "login_type" TEXT NOT NULL, "link_comment" INTEGER NOT NULL, "link_decide" INTEGER NOT NULL, "link_days" INTEGER, "code_limit" INTEGER, "persons_accept" INTEGER NOT NULL, "advisers_see_all" INTEGER NOT NULL)',  # noqa: E501
    'CREATE UNIQUE INDEX "firm_uid" ON "firm" ("uid")',
    'CREATE UNIQUE INDEX "firm_slug" ON "firm" ("slug")',
    'CREATE TABLE "api_token" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "name" TEXT NOT NULL, "token" TEXT NOT NULL, "rights" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "used_at" INTEGER, "revoked_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "api_token_uid" ON "api_token" ("uid")',
    'CREATE UNIQUE INDEX "api_token_token" ON "api_token" ("token")',
    'CREATE TABLE "client" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "number" TEXT NOT NULL, "number_key" TEXT NOT NULL, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL, "kind" TEXT NOT NULL, "vat_id" TEXT NOT NULL, "email" TEXT NOT NULL, "phone" TEXT NOT NULL, "language" TEXT, "street" TEXT NOT NULL, "extra" TEXT NOT NULL, "postcode" TEXT NOT NULL, "city" TEXT NOT NULL, "country" TEXT NOT NULL, "external_accountant" INTEGER NOT NULL, "portal_access" INTEGER NOT NULL, "login_type" TEXT, "is_test" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "archived_at" INTEGER, "login_granted" INTEGER NOT NULL, "reachable_until" INTEGER, "last_seen_at" INTEGER, "search_text" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "client_uid" ON "client" ("uid")',
    'CREATE UNIQUE INDEX "client_firm_id_number_key" ON "client" ("firm_id", "number_key")',
    'CREATE INDEX "client_firm_id_archived_at_name_key_id" ON "client" ("firm_id", "archived_at", "name_key", "id")',
    'CREATE INDEX "client_firm_id_archived_at_number_key_id" ON "client" ("firm_id", "archived_at", "number_key", "id")',  # noqa: E501
    'CREATE INDEX "client_firm_id_archived_at_last_seen_at_id" ON "client" ("firm_id", "archived_at", "last_seen_at", "id")',  # noqa: E501
    'CREATE INDEX "client_firm_id_archived_at_login_granted_reachable_until" ON "client" ("firm_id", "archived_at", "login_granted", "reachable_until")',  # noqa: E501
    'CREATE INDEX "client_firm_id_vat_id" ON "client" ("firm_id", "vat_id")',
    'CREATE TABLE "identity" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "email" TEXT NOT NULL, "email_key" TEXT NOT NULL, "password" TEXT, "password_at" INTEGER, "language" TEXT, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "identity_firm_id_email_key" ON "identity" ("firm_id", "email_key")',
    'CREATE TABLE "staff" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "identity_id" INTEGER NOT NULL, "name" TEXT NOT NULL, "role" TEXT NOT NULL, "mail_decisions" INTEGER NOT NULL, "mail_comments" INTEGER NOT NULL, "shortcuts" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "deactivated_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "identity_id") REFERENCES "identity" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "staff_uid" ON "staff" ("uid")',
    'CREATE INDEX "staff_identity_id" ON "staff" ("identity_id")',
    'CREATE UNIQUE INDEX "staff_firm_id_identity_id" ON "staff" ("firm_id", "identity_id")',
    'CREATE TABLE "assignment" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "client_id" INTEGER NOT NULL, "staff_id" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "staff_id") REFERENCES "staff" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE INDEX "assignment_client_id" ON "assignment" ("client_id")',
    'CREATE INDEX "assignment_staff_id" ON "assignment" ("staff_id")',
    'CREATE UNIQUE INDEX "assignment_staff_id_client_id" ON "assignment" ("staff_id", "client_id")',
    'CREATE TABLE "audit_entry" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "at" INTEGER NOT NULL, "actor" TEXT NOT NULL, "action" TEXT NOT NULL, "subject" TEXT NOT NULL, "client_id" INTEGER, "facts" TEXT NOT NULL, "text_digest" TEXT, "previous" TEXT NOT NULL, "hash" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE INDEX "audit_entry_client_id" ON "audit_entry" ("client_id")',
    'CREATE UNIQUE INDEX "audit_entry_firm_id_number" ON "audit_entry" ("firm_id", "number")',
    'CREATE TABLE "audit_text" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "entry_id" INTEGER NOT NULL, "salt" TEXT NOT NULL, "personal" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "entry_id") REFERENCES "audit_entry" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "audit_text_entry_id" ON "audit_text" ("entry_id")',
    'CREATE TABLE "document" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "kind" TEXT NOT NULL, "number" TEXT NOT NULL, "number_key" TEXT NOT NULL, "state" TEXT NOT NULL, "outcome" TEXT, "version" INTEGER NOT NULL, "title" TEXT NOT NULL, "issued_on" DATE NOT NULL, "due_on" DATE, "valid_until" DATE, "currency" TEXT NOT NULL, "payable" INTEGER, "paid" INTEGER NOT NULL, "replaces" INTEGER, "created_at" INTEGER NOT NULL, "published_at" INTEGER, "closed_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "document_uid" ON "document" ("uid")',
    'CREATE INDEX "document_client_id" ON "document" ("client_id")',
    'CREATE UNIQUE INDEX "document_firm_id_kind_number" ON "document" ("firm_id", "kind", "number")',
    'CREATE INDEX "document_client_id_issued_on_id" ON "document" ("client_id", "issued_on", "id")',
    'CREATE INDEX "document_firm_id_issued_on_id" ON "document" ("firm_id", "issued_on", "id")',
    'CREATE INDEX "document_firm_id_kind_issued_on_id" ON "document" ("firm_id", "kind", "issued_on", "id")',
    'CREATE INDEX "document_firm_id_number_key" ON "document" ("firm_id", "number_key")',
    'CREATE INDEX "document_firm_id_kind_state_outcome_due_on" ON "document" ("firm_id", "kind", "state", "outcome", "due_on")',  # noqa: E501
    'CREATE TABLE "comment" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL, "by_staff" INTEGER NOT NULL, "author" TEXT NOT NULL, "text" TEXT NOT NULL, "idempotency_key" TEXT, "at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "comment_uid" ON "comment" ("uid")',
    'CREATE INDEX "comment_document_id" ON "comment" ("document_id")',
    'CREATE UNIQUE INDEX "comment_idempotency_key" ON "comment" ("idempotency_key")',
    'CREATE TABLE "contact" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "salutation" TEXT, "title" TEXT NOT NULL, "first_name" TEXT NOT NULL, "last_name" TEXT NOT NULL, "role" TEXT NOT NULL, "email" TEXT NOT NULL, "email_key" TEXT, "email_error" TEXT, "phone" TEXT NOT NULL, "language" TEXT, "created_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "contact_uid" ON "contact" ("uid")',
    'CREATE UNIQUE INDEX "contact_firm_id_email_key" ON "contact" ("firm_id", "email_key")',
    'CREATE TABLE "stored_file" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "path" TEXT NOT NULL, "name" TEXT NOT NULL, "media_type" TEXT NOT NULL, "size" INTEGER NOT NULL, "sha256" TEXT NOT NULL, "created_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "stored_file_path" ON "stored_file" ("path")',
    'CREATE INDEX "stored_file_sha256" ON "stored_file" ("sha256")',
    'CREATE TABLE "document_version" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL, "client_id" INTEGER NOT NULL, "number" INTEGER NOT NULL, "file_id" INTEGER NOT NULL, "title" TEXT NOT NULL, "note" TEXT NOT NULL, "note_filled" TEXT NOT NULL, "lines" TEXT NOT NULL, "issued_on" DATE NOT NULL, "due_on" DATE, "valid_until" DATE, "currency" TEXT NOT NULL, "net" INTEGER, "tax" INTEGER, "total" INTEGER, "payable" INTEGER, "pages" INTEGER, "syntax" TEXT NOT NULL, "warnings" TEXT NOT NULL, "sha256" TEXT NOT NULL, "fields_sha256" TEXT NOT NULL, "created_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "file_id") REFERENCES "stored_file" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "document_version_document_id_number" ON "document_version" ("document_id", "number")',
    'CREATE TABLE "firm_text" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "key" TEXT NOT NULL, "language" TEXT NOT NULL, "text" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "firm_text_firm_id_key_language" ON "firm_text" ("firm_id", "key", "language")',
    'CREATE TABLE "link" ("id" INTEGER NOT NULL PRIMARY KEY, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "nonce" BLOB NOT NULL, "client_id" INTEGER NOT NULL, "contact_id" INTEGER, "document_id" INTEGER, "kind" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "extended_at" INTEGER NOT NULL, "expires_at" INTEGER, "used_at" INTEGER, "revoked_at" INTEGER, "revoked_by_id" INTEGER, "successor" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), FOREIGN KEY ("firm_id", "revoked_by_id") REFERENCES "staff" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "link_uid" ON "link" ("uid")',
    'CREATE INDEX "link_client_id" ON "link" ("client_id")',
    'CREATE INDEX "link_contact_id" ON "link" ("contact_id")',
    'CREATE INDEX "link_document_id" ON "link" ("document_id")',
    'CREATE TABLE "link_fetch" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "link_id" INTEGER NOT NULL, "hour" INTEGER NOT NULL, "count" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "link_id") REFERENCES "link" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "link_fetch_link_id_hour" ON "link_fetch" ("link_id", "hour")',
    'CREATE TABLE "membership" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "contact_id" INTEGER NOT NULL, "login" INTEGER NOT NULL, "notify" INTEGER NOT NULL, "email_sync" INTEGER NOT NULL, "primary" INTEGER NOT NULL, "created_at" INTEGER NOT NULL, "ended_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "membership_uid" ON "membership" ("uid")',
    'CREATE INDEX "membership_client_id" ON "membership" ("client_id")',
    'CREATE INDEX "membership_contact_id" ON "membership" ("contact_id")',
    'CREATE UNIQUE INDEX "membership_client_id_contact_id" ON "membership" ("client_id", "contact_id") WHERE ended_at IS NULL',  # noqa: E501
    'CREATE UNIQUE INDEX "membership_primary" ON "membership" ("client_id") WHERE "primary" = 1 AND ended_at IS NULL',
    'CREATE TABLE "notice" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL, "value" TEXT NOT NULL, "at" INTEGER NOT NULL)',  # noqa: E501
    'CREATE UNIQUE INDEX "notice_name" ON "notice" ("name")',
    'CREATE TABLE "offer_decision" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL, "verdict" TEXT NOT NULL, "state" TEXT NOT NULL, "version" INTEGER NOT NULL, "sha256" TEXT NOT NULL, "fields_sha256" TEXT NOT NULL, "amount" INTEGER, "currency" TEXT NOT NULL, "terms_version" INTEGER, "terms_sha256" TEXT, "button" TEXT NOT NULL, "language" TEXT NOT NULL, "name" TEXT NOT NULL, "reason" TEXT NOT NULL, "contact_id" INTEGER, "contact_name" TEXT NOT NULL, "identified_by" TEXT NOT NULL, "step_up" TEXT NOT NULL, "step_up_to" TEXT NOT NULL, "address" TEXT NOT NULL, "agent" TEXT NOT NULL, "key" TEXT NOT NULL, "at" INTEGER NOT NULL, "settled_at" INTEGER, "settled_by_id" INTEGER, "settled_with" TEXT NOT NULL, "settled_how" TEXT NOT NULL, "settled_when" TEXT NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), FOREIGN KEY ("firm_id", "settled_by_id") REFERENCES "staff" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "offer_decision_uid" ON "offer_decision" ("uid")',
    'CREATE INDEX "offer_decision_document_id" ON "offer_decision" ("document_id")',
    'CREATE UNIQUE INDEX "offer_decision_key" ON "offer_decision" ("key")',
    'CREATE UNIQUE INDEX "offer_decision_one" ON "offer_decision" ("document_id") WHERE state <> \'rejected\'',
    'CREATE INDEX "offer_decision_recent" ON "offer_decision" ("firm_id", "at")',
    'CREATE TABLE "sign_in" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "token" TEXT NOT NULL, "kind" TEXT NOT NULL, "staff_id" INTEGER, "client_id" INTEGER, "contact_id" INTEGER, "link_id" INTEGER, "document_id" INTEGER, "parent" INTEGER, "memory" TEXT NOT NULL, "address" TEXT NOT NULL, "agent" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "seen_at" INTEGER NOT NULL, "proved_at" INTEGER NOT NULL, "idle_seconds" INTEGER NOT NULL, "expires_at" INTEGER NOT NULL, "opened_at" INTEGER, "ended_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "staff_id") REFERENCES "staff" ("firm_id", "id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "sign_in_uid" ON "sign_in" ("uid")',
    'CREATE UNIQUE INDEX "sign_in_token" ON "sign_in" ("token")',
    'CREATE INDEX "sign_in_staff_id" ON "sign_in" ("staff_id")',
    'CREATE INDEX "sign_in_client_id" ON "sign_in" ("client_id")',
    'CREATE INDEX "sign_in_link_id" ON "sign_in" ("link_id")',
    'CREATE INDEX "sign_in_parent" ON "sign_in" ("parent")',
    'CREATE TABLE "opening" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "client_id" INTEGER NOT NULL, "document_id" INTEGER, "sign_in_id" INTEGER, "contact_id" INTEGER, "what" TEXT NOT NULL, "at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), FOREIGN KEY ("firm_id", "sign_in_id") REFERENCES "sign_in" ("firm_id", "id"), FOREIGN KEY ("firm_id", "contact_id") REFERENCES "contact" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE INDEX "opening_client_id" ON "opening" ("client_id")',
    'CREATE INDEX "opening_document_id" ON "opening" ("document_id")',
    'CREATE UNIQUE INDEX "opening_sign_in_id_what" ON "opening" ("sign_in_id", "what")',
    'CREATE TABLE "outbox_mail" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "kind" TEXT NOT NULL, "subject" TEXT NOT NULL, "to" TEXT NOT NULL, "to_key" TEXT NOT NULL, "client_id" INTEGER, "language" TEXT NOT NULL, "unique_key" TEXT NOT NULL, "message_id" TEXT NOT NULL, "state" TEXT NOT NULL, "held" INTEGER NOT NULL, "attempts" INTEGER NOT NULL, "error" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "not_before" INTEGER NOT NULL, "not_after" INTEGER, "leased_until" INTEGER, "done_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "outbox_mail_uid" ON "outbox_mail" ("uid")',
    'CREATE INDEX "outbox_mail_to_key" ON "outbox_mail" ("to_key")',
    'CREATE INDEX "outbox_mail_client_id" ON "outbox_mail" ("client_id")',
    'CREATE UNIQUE INDEX "outbox_mail_unique_key" ON "outbox_mail" ("unique_key")',
    'CREATE INDEX "outbox_mail_state_not_before" ON "outbox_mail" ("state", "not_before")',
    'CREATE INDEX "outbox_mail_firm_id_state_done_at" ON "outbox_mail" ("firm_id", "state", "done_at")',
    'CREATE TABLE "page_picture" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "version_id" INTEGER NOT NULL, "client_id" INTEGER NOT NULL, "file_id" INTEGER, "width" INTEGER NOT NULL, "height" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "version_id") REFERENCES "document_version" ("firm_id", "id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "file_id") REFERENCES "stored_file" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "page_picture_version_id" ON "page_picture" ("version_id")',
    'CREATE TABLE "payment" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "uid" TEXT NOT NULL, "client_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL, "amount" INTEGER NOT NULL, "currency" TEXT NOT NULL, "paid_on" DATE NOT NULL, "reference" TEXT NOT NULL, "recorded_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "payment_uid" ON "payment" ("uid")',
    'CREATE UNIQUE INDEX "payment_document_id_reference" ON "payment" ("document_id", "reference")',
    'CREATE TABLE "rate_count" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL, "since" INTEGER NOT NULL, "count" INTEGER NOT NULL)',  # noqa: E501
    'CREATE UNIQUE INDEX "rate_count_key" ON "rate_count" ("key")',
    'CREATE TABLE "step_up_code" ("id" INTEGER NOT NULL PRIMARY KEY, "firm_id" INTEGER NOT NULL, "nonce" BLOB NOT NULL, "sign_in_id" INTEGER NOT NULL, "client_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL, "shown" TEXT NOT NULL, "sent_to" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "expires_at" INTEGER NOT NULL, "tries" INTEGER NOT NULL, "used" INTEGER NOT NULL, "voided" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "sign_in_id") REFERENCES "sign_in" ("firm_id", "id"), FOREIGN KEY ("firm_id", "client_id") REFERENCES "client" ("firm_id", "id"), FOREIGN KEY ("firm_id", "document_id") REFERENCES "document" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE INDEX "step_up_code_sign_in_id" ON "step_up_code" ("sign_in_id")',
    'CREATE TABLE "terms" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "firm_id" INTEGER NOT NULL, "version" INTEGER NOT NULL, "text" TEXT NOT NULL, "sha256" TEXT NOT NULL, "created_at" INTEGER NOT NULL, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE UNIQUE INDEX "terms_firm_id_version" ON "terms" ("firm_id", "version")',
    'CREATE TABLE "ticket" ("id" INTEGER NOT NULL PRIMARY KEY, "firm_id" INTEGER NOT NULL, "nonce" BLOB NOT NULL, "purpose" TEXT NOT NULL, "staff_id" INTEGER NOT NULL, "email_key" TEXT NOT NULL, "created_at" INTEGER NOT NULL, "expires_at" INTEGER NOT NULL, "used_at" INTEGER, "cancelled_at" INTEGER, FOREIGN KEY ("firm_id") REFERENCES "firm" ("id"), FOREIGN KEY ("firm_id", "staff_id") REFERENCES "staff" ("firm_id", "id"), UNIQUE ("firm_id", "id"))',  # noqa: E501
    'CREATE INDEX "ticket_staff_id" ON "ticket" ("staff_id")',
)
# fmt: on


def up(migrator: Any, db: Any) -> None:
    for statement in STATEMENTS:
        db.execute_sql(statement)
