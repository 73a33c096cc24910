"""Reading what a programme sent: JSON, a form with a file, a query. Strict: what is not known is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from portal.base.errors import Invalid
from portal.web.api.fields import Field, File, Object, Wrong


def json_object(fields: Object) -> dict[str, Any]:
    """The fields of a JSON body. Raises UnsupportedMediaType, BadRequest (no JSON), Invalid."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        sent = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise BadRequest from None
    return _read(fields, sent)


def form(fields: Object) -> dict[str, Any]:
    """The fields of a multipart form but for the file; empty ones count as not sent. Raises as `json_object`."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    files = {name for name, field in fields.fields.items() if isinstance(field, File)}
    sent: dict[str, Any] = {name: file for name, file in request.files.items() if file.filename}
    sent |= {name: text for name, text in _single(request.form).items() if text and name not in files}
    misplaced = {name: "file_here" for name in request.files if name in fields.fields and name not in files}
    if misplaced:
        raise Invalid(**misplaced)
    found = _read(fields, sent)
    return {name: value for name, value in found.items() if name not in files}


def query(fields: Mapping[str, Field]) -> dict[str, Any]:
    """The fields of the query. Raises Invalid."""
    return _read(Object(fields=fields), _single(request.args))


def _single(sent: MultiDict[str, str]) -> dict[str, str]:
    repeated = [name for name, values in sent.lists() if len(values) > 1]
    if repeated:
        raise Invalid(**dict.fromkeys(repeated, "once"))
    return {name: values[0] for name, values in sent.lists()}


def _read(fields: Object, sent: Any) -> dict[str, Any]:
    try:
        return fields.read(sent)
    except Wrong as wrong:
        raise Invalid(**{path or "body": code for path, code in wrong.errors.items()}) from wrong
