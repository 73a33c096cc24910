"""Uploads: streamed to the file store and counted, so that a form keeps its fields when a file is too large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from flask import Request
from werkzeug.datastructures import FileStorage

from portal.base import files
from portal.base.errors import Invalid


class _CountingFile(SpooledTemporaryFile[bytes]):
    """Takes no more than the limit: the rest is read from the line and dropped, and the file says it is too large."""

    too_large = False

    def write(self, content: Any) -> int:
        if self.too_large or self.tell() + len(content) > files.LARGEST:
            self.too_large = True
            return len(content)
        return super().write(content)


class CountingRequest(Request):
    """A request whose uploaded files are bounded one by one (DETAILS 11, Bodies)."""

    max_form_memory_size = 2 * 1024 * 1024
    max_form_parts = 200

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:  # fmt: skip
        return cast(IO[bytes], _CountingFile(max_size=512 * 1024))


@contextmanager
def received(upload: FileStorage | None, *, field: str = "file") -> Iterator[files.Received]:
    """Take an uploaded file into the store's waiting room. Raises Invalid(field=…): missing, empty, too large."""
    if upload is None or not upload.filename:
        raise Invalid(**{field: "missing"})
    if getattr(upload.stream, "too_large", False):
        raise Invalid(**{field: "too_large"})
    upload.stream.seek(0)
    with files.received(cast(Any, upload.stream)) as file:
        if file.size == 0:
            raise Invalid(**{field: "empty"})
        yield file
