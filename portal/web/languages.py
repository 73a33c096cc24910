"""Which language a page speaks: the person's choice, then the browser's (X4). Texts come from translations/."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

LANGUAGES = ("de", "en")
NAMES = {"de": "Deutsch", "en": "English"}
COOKIE = "foyer-lang"
_FOLDER = Path(__file__).resolve().parents[2] / "translations"

babel = Babel()


def init_app(app: Flask) -> None:
    app.config.update(BABEL_TRANSLATION_DIRECTORIES=str(_FOLDER), BABEL_DEFAULT_LOCALE="en")
    babel.init_app(app, locale_selector=language, timezone_selector=_time_zone)


def language() -> str:
    """`de` or `en`: chosen in this browser, then by the person, then what the browser asks for, then the firm's."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = _chosen() or _asked()
    found: str = g.language
    return found


def _chosen() -> str | None:
    cookie = request.cookies.get(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    own = g.visit.language if "visit" in g else None
    return own if own in LANGUAGES else None


def _asked() -> str:
    best = request.accept_languages.best_match(LANGUAGES)
    if best:
        return str(best)
    return str(g.visit.firm.language) if "visit" in g else "de"


def _time_zone() -> str:
    return str(g.visit.firm.time_zone) if "visit" in g else "Europe/Berlin"
