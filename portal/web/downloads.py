"""Sending stored files: as attachments that nothing can run in; only the firm's own PDFs inline (TRUST, Files)."""

from __future__ import annotations

from flask import Response, send_file

from portal.base import files
from portal.models.stored_file import StoredFile
from portal.web.headers import FILE_CSP, PDF_CSP

_PDF = "application/pdf"


def attachment(file: StoredFile, *, inline: bool = False) -> Response:
    """The file under the name a person gave it. `inline` holds for PDFs; their viewers bear no `sandbox` (tried)."""
    shown = inline and file.media_type == _PDF
    response = send_file(
        files.path_of(file.path),
        mimetype=file.media_type,
        as_attachment=not shown,
        download_name=file.name,
        etag=file.sha256,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = PDF_CSP if shown else FILE_CSP
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def picture(file: StoredFile) -> Response:
    """A picture that the program drew."""
    response = send_file(files.path_of(file.path), mimetype=file.media_type, etag=file.sha256)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
