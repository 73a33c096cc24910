"""Uploads: each file is counted while it comes in, so that a form keeps its fields when one is too large."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, request
from werkzeug.datastructures import FileStorage

from portal.base import files
from portal.base.errors import Invalid
from portal.web.htmx import PortalRequest
from portal.web.uploads import received


@contextmanager
def sent(app: Flask, content: bytes, **fields: str) -> Iterator[tuple[FileStorage, dict[str, str]]]:
    """A form as it arrives: the file and the fields."""
    data = {**fields, "file": (io.BytesIO(content), "x.pdf")}
    with app.test_request_context("/", method="POST", data=data):
        yield request.files["file"], dict(request.form)


def test_our_request_class_is_in_place(app: Flask) -> None:
    assert app.request_class is PortalRequest


@pytest.mark.parametrize("size", [1, 512 * 1024, 512 * 1024 + 1, 3_000_000])
def test_a_file_arrives_whole(app: Flask, size: int) -> None:
    content = b"%PDF-" + b"x" * size
    with sent(app, content, title="Angebot") as (upload, fields), received(upload) as file:
        assert file.size == len(content)
        assert len(file.sha256) == 64
    assert fields == {"title": "Angebot"}


def test_a_file_too_large_is_said_and_the_fields_stay(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1_000_000)
    large = sent(app, b"x" * 1_000_001, title="Angebot")
    with large as (upload, fields), pytest.raises(Invalid) as error, received(upload):
        raise AssertionError
    assert error.value.errors == {"file": ["too_large"]}
    assert fields == {"title": "Angebot"}
    with sent(app, b"x" * 1_000_000) as (fitting, _fields), received(fitting) as file:
        assert file.size == 1_000_000


def test_a_file_too_large_takes_no_more_room_than_the_limit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1_000_000)
    with sent(app, b"x" * 5_000_000) as (upload, _fields):
        upload.stream.seek(0, io.SEEK_END)
        assert upload.stream.tell() <= 1_000_000


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (None, "missing"),
        (FileStorage(io.BytesIO(b"x"), ""), "missing"),
        (FileStorage(io.BytesIO(b""), "x.pdf"), "empty"),
    ],
)
def test_nothing_and_empty_files_are_refused(app: Flask, upload: FileStorage | None, code: str) -> None:
    with pytest.raises(Invalid) as error, received(upload, field="logo"):
        raise AssertionError
    assert error.value.errors == {"logo": [code]}
