"""Headers on every answer: CSP without exceptions, no store on signed-in pages, our own gzip (TRUST, Pages)."""

from __future__ import annotations

import gzip

from flask import Flask, Response, current_app, request

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
FILE_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"
# A browser's own PDF viewer needs its scripts and styles; it runs nothing of ours and the page has no origin.
PDF_CSP = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
_SMALLEST = 1024


def init_app(app: Flask) -> None:
    app.after_request(_secure)
    app.after_request(_compress)


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
    headers.setdefault("Referrer-Policy", _referrer_policy())
    if current_app.config["HTTPS"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response


def _referrer_policy() -> str:
    """Addresses with tokens tell nobody where one comes from. Under `no-referrer` older Safaris send `Origin: null`
    with a form, so the signed-in areas, whose addresses hold no tokens, keep the referrer within the house."""
    area = request.path.split("/", 2)[1] if request.path.startswith("/") else ""
    return "same-origin" if area in ("firm", "portal") else "no-referrer"


def _compress(response: Response) -> Response:
    if (
        response.direct_passthrough
        or response.is_streamed
        or response.status_code in (204, 304)
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(("text/", "application/json", "application/problem", "image/svg"))
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < _SMALLEST or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return response
    response.set_data(gzip.compress(body, 3, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response
