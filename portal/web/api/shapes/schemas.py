"""Pieces of the description of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from portal.base import money
from portal.web.api.fields import Schema

UID: Schema = {"type": "string", "description": "The public id, as in the addresses of pages."}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
DAY: Schema = {"type": "string", "format": "date"}
DAY_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ADDRESS: Schema = {"type": "string", "format": "uri"}
ADDRESS_OR_NULL: Schema = {"type": ["string", "null"], "format": "uri"}
WORDS: Schema = {"type": "array", "items": {"type": "string"}}


def thing(properties: Mapping[str, Schema], says: str = "", *, optional: tuple[str, ...] = ()) -> Schema:
    """An object whose properties are all there but the optional ones."""
    told = {"description": says} if says else {}
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required, **told}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def list_of(name: str) -> Schema:
    return {"type": "array", "items": named(name)}


def page_of(name: str) -> Schema:
    """A page of a list."""
    following = {**ADDRESS_OR_NULL, "description": "The address of the next page; null: there is none."}
    return thing({"items": list_of(name), "next": following})


def named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(name: str) -> Schema:
    return {"anyOf": [named(name), {"type": "null"}]}


def amount(cents: int | None, currency: str) -> dict[str, str] | None:
    """`{"amount": "119.00", "currency": "EUR"}`."""
    return None if cents is None else {"amount": money.plain(cents), "currency": currency}


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def instant(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None


MONEY: Schema = thing(
    {
        "amount": {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["119.00"]},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
    }
)
PROBLEM: Schema = thing(
    {
        "type": TEXT,
        "title": TEXT,
        "status": WHOLE,
        "detail": TEXT,
        "errors": {
            "type": "object",
            "additionalProperties": WORDS,
            "description": "Why fields were not taken, by their dotted path: `contacts.0.email`.",
        },
        "code": {"type": "string", "description": "A stable word for the reason of a 409 or 404."},
        "id": {"type": "string", "description": "Of the object that is in the way."},
        "at": {"type": "string", "description": "The path of what the conflict is about."},
        "name": {"type": "string", "description": "The name on file of the contact with this e-mail address."},
    },
    "RFC 9457.",
    optional=("errors", "code", "id", "at", "name"),
)
SCHEMAS: dict[str, Schema] = {"Money": MONEY, "Problem": PROBLEM}
