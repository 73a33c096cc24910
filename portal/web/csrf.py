"""Flask-WTF's CSRF check with a masked token: a fresh mask in each answer, so that gzip tells nothing (BREACH)."""

from __future__ import annotations

import base64
import binascii
import secrets

from flask import g
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

_PAD = 12


class MaskedCSRF(CSRFProtect):
    """Takes the mask off before Flask-WTF compares. The gate calls `protect`, since it knows the route."""

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return None if token is None else _unmasked(token)


csrf = MaskedCSRF()


def is_stale() -> bool:
    """Whether this POST came without a living token: the view shows its form again and does nothing."""
    return bool(g.get("csrf_stale", False))


def csrf_field() -> Markup:
    """The hidden field of every form that posts."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


def csrf_token() -> str:
    """The masked token; one mask serves all forms of an answer."""
    if "masked_csrf" not in g:
        plain = generate_csrf().encode()
        pad = secrets.token_bytes(_PAD)
        g.masked_csrf = base64.urlsafe_b64encode(pad + _xor(plain, pad)).decode()
    masked: str = g.masked_csrf
    return masked


def _unmasked(token: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(token)
        return _xor(raw[_PAD:], raw[:_PAD]).decode()
    except (binascii.Error, ValueError):
        return ""


def _xor(text: bytes, pad: bytes) -> bytes:
    return bytes(b ^ pad[i % len(pad)] for i, b in enumerate(text)) if pad else b""
