"""The firm's own style sheet and its logo, under addresses that change with them and may be kept for a year."""

from __future__ import annotations

import functools
import hashlib

from flask import Response, request

from portal.base import colour
from portal.base.errors import NotFound
from portal.models.firm import Firm
from portal.policies.permissions import PUBLIC
from portal.queries import settings
from portal.web.public import area

_YEAR = "public, max-age=31536000, immutable"
_A_DAY = "public, max-age=86400"
_DIGITS = 6


def stylesheet_address(firm: Firm | None) -> str:
    """Where the firm's style sheet is; nothing without a firm: the program's own colours are in the common sheet."""
    return f"/brand/{_name(firm.colour)}.css" if firm is not None else ""


@area.get("/brand/<name>.css", allow=PUBLIC, kept=True)
def stylesheet(name: str) -> Response:
    """The sheet is made from the colour in its name; the rest of the name changes when the program's formulas do."""
    try:
        plain = colour.parse(name[:_DIGITS])
    except ValueError:
        raise NotFound("style sheet") from None
    # a page of the version before may still ask under its old name: served, but not to be kept for long
    return _css(_sheet(plain), _YEAR if name == _name(plain) else "no-cache")


@area.get("/brand/preview.css", allow=PUBLIC, kept=True)
def preview() -> Response:
    """A colour on trial, for the parts of the settings page that wear it: light and dark side by side."""
    try:
        plain = colour.parse(request.args.get("colour", ""))
    except ValueError:
        raise NotFound("style sheet") from None
    return _css(_preview(plain), _A_DAY)


@area.get("/brand/<slug>/<name>.png", allow=PUBLIC, kept=True)
def logo(slug: str, name: str) -> Response:
    """The firm's logo, drawn anew by the program when it was uploaded."""
    return Response(settings.logo(slug, name).read_bytes(), mimetype="image/png", headers={"Cache-Control": _YEAR})


@functools.lru_cache(maxsize=500)
def _sheet(plain: str) -> str:
    return colour.brand_css(plain)


@functools.lru_cache(maxsize=500)
def _name(plain: str) -> str:
    return plain.removeprefix("#") + hashlib.sha256(_sheet(plain).encode()).hexdigest()[:10]


@functools.lru_cache(maxsize=100)
def _preview(plain: str) -> str:
    schemes = {"light": colour.light(plain), "dark": colour.dark(plain)}
    rules = (
        f"[data-brand-scope={scheme}] {{ color-scheme: {scheme}; "
        + " ".join(f"{token}: {value};" for token, value in tokens.items())
        + " }"
        for scheme, tokens in schemes.items()
    )
    return "@layer brand {\n" + "\n".join(rules) + "\n}\n"


def _css(text: str, keep: str) -> Response:
    return Response(text, mimetype="text/css", headers={"Cache-Control": keep})
