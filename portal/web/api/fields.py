"""What may stand in a body, a form or a query: each kind of field reads a value and describes itself for OpenAPI.

One list for both, so that the description cannot differ from what is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from portal.base import money
from portal.base.einvoice import Line
from portal.base.errors import Invalid
from portal.operations import lines

Schema = dict[str, Any]

DAY = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
AMOUNT = r"^-?[0-9]{1,13}(\.[0-9]{1,2})?$"
CURRENCY = r"^[A-Z]{3}$"
_LARGEST_FORM_TEXT = 2_000_000


class Wrong(Exception):
    """A value that cannot be taken: reason codes by the dotted path below the field, "" for the field itself."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.errors: dict[str, str] = {"": code} if code else {}


class Field(Protocol):
    """A kind of field. `read` raises Wrong."""

    @property
    def required(self) -> bool: ...
    @property
    def schema(self) -> Schema: ...
    def read(self, value: Any) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text of at most `most` characters; `filled`: not only blanks."""

    most: int
    filled: bool = False
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        filled = {"minLength": 1, "pattern": r"\S"} if self.filled else {}
        return _told({"type": "string", "maxLength": self.most, **filled}, self.says)

    def read(self, value: Any) -> str:
        text = _text(value)
        if len(text) > self.most:
            raise Wrong("too_long")
        if self.filled and not text.strip():
            raise Wrong("missing")
        return text


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of some words; `or_null`: or nothing."""

    words: tuple[str, ...]
    or_null: bool = False
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        options: list[str | None] = [*self.words, *([None] if self.or_null else ())]
        return _told({"type": ["string", "null"] if self.or_null else "string", "enum": options}, self.says)

    def read(self, value: Any) -> str | None:
        if value is None and self.or_null:
            return None
        if _text(value) not in self.words:
            raise Wrong("unknown")
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """`true` or `false`; `only` one of them where the other means nothing."""

    only: bool | None = None
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "boolean", **({} if self.only is None else {"const": self.only})}, self.says)

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Wrong("flag")
        if self.only is not None and value is not self.only:
            raise Wrong("only_false")
        return value


@dataclass(frozen=True, kw_only=True)
class Word:
    """`true` or `false` as the text of a form or query."""

    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "boolean"}, self.says)

    def read(self, value: Any) -> bool:
        if value not in ("true", "false"):
            raise Wrong("flag")
        return bool(value == "true")


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A whole number of a query, within bounds."""

    least: int
    most: int
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "integer", "minimum": self.least, "maximum": self.most}, self.says)

    def read(self, value: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", str(value)) or not self.least <= int(value) <= self.most:
            raise Wrong("number_between")
        return int(value)


@dataclass(frozen=True, kw_only=True)
class Day:
    """A date, ISO 8601, from 1900 to 2199 as in e-invoices."""

    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "string", "format": "date", "pattern": DAY}, self.says)

    def read(self, value: Any) -> date:
        try:
            if re.fullmatch(DAY, _text(value)):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise Wrong("day")


@dataclass(frozen=True, kw_only=True)
class Amount:
    """`"119.00"` as signed cents."""

    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "string", "pattern": AMOUNT, "examples": ["119.00"]}, self.says)

    def read(self, value: Any) -> int:
        if not re.fullmatch(AMOUNT, _text(value)):
            raise Wrong("plain_amount")
        return money.parse_plain(value)


@dataclass(frozen=True, kw_only=True)
class Currency:
    """A code of ISO 4217 by its form."""

    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "string", "pattern": CURRENCY, "examples": ["EUR"]}, self.says)

    def read(self, value: Any) -> str:
        if not re.fullmatch(CURRENCY, _text(value)):
            raise Wrong("currency")
        return str(value)


@dataclass(frozen=True, kw_only=True)
class File:
    """The place of the uploaded file in a form; it is taken by `web.uploads`."""

    says: str = ""
    required: bool = True

    @property
    def schema(self) -> Schema:
        return _told({"type": "string", "contentMediaType": "application/octet-stream"}, self.says)

    def read(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The form field `lines`: a JSON array, amounts as "119.00" (CONTRACT, JSON API)."""

    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "string", "contentMediaType": "application/json", "contentSchema": _LINES}, self.says)

    def read(self, value: Any) -> list[Line]:
        if len(_text(value)) > _LARGEST_FORM_TEXT:
            raise Wrong("too_long")
        try:
            found = lines.parse(value)
        except Invalid as error:
            raise Wrong(error.errors["lines"][0]) from error
        for line in found:
            for text in (line.title, line.detail, line.unit, line.quantity or ""):
                _text(text)
        return found


_LINES: Schema = {
    "type": "array",
    "maxItems": lines.MOST,
    "items": {
        "type": "object",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "minLength": 1},
            "detail": {"type": ["string", "null"]},
            "quantity": {"type": ["string", "number", "null"]},
            "unit": {"type": ["string", "null"]},
            "amount": {"type": ["string", "null"], "pattern": AMOUNT},
        },
    },
}


@dataclass(frozen=True, kw_only=True)
class Object:
    """Named fields; a name that is not known is refused."""

    fields: Mapping[str, Field]
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        needed = [name for name, field in self.fields.items() if field.required]
        schema: Schema = {
            "type": "object",
            "properties": {name: field.schema for name, field in self.fields.items()},
            "additionalProperties": False,
        }
        return _told({**schema, **({"required": needed} if needed else {})}, self.says)

    def read(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("object")
        wrong, found = Wrong(), {}
        wrong.errors.update({_printable(name): "unknown_field" for name in value if name not in self.fields})
        for name, field in self.fields.items():
            if name not in value:
                wrong.errors.update({name: "missing"} if field.required else {})
                continue
            try:
                found[name] = field.read(value[name])
            except Wrong as inner:
                wrong.errors.update(_below(name, inner))
        if wrong.errors:
            raise wrong
        return found


@dataclass(frozen=True, kw_only=True)
class Items:
    """A list of objects."""

    item: Object
    most: int
    says: str = ""
    required: bool = False

    @property
    def schema(self) -> Schema:
        return _told({"type": "array", "maxItems": self.most, "items": self.item.schema}, self.says)

    def read(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise Wrong("list")
        if len(value) > self.most:
            raise Wrong("too_many")
        wrong, found = Wrong(), []
        for place, each in enumerate(value):
            try:
                found.append(self.item.read(each))
            except Wrong as inner:
                wrong.errors.update(_below(str(place), inner))
        if wrong.errors:
            raise wrong
        return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("text")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        # half a character: JSON can say it, no file and no database can hold it
        raise Wrong("characters")
    return value


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[:100]


def _below(name: str, inner: Wrong) -> dict[str, str]:
    return {f"{name}.{path}" if path else name: code for path, code in inner.errors.items()}


def _told(schema: Schema, says: str) -> Schema:
    return {**schema, "description": says} if says else schema
