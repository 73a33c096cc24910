"""Which language a page speaks: the person's choice, then the browser's (X4). Texts come from translations/."""

from __future__ import annotations

from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain

from portal.base.language import LANGUAGES, translations

NAMES = {"de": "Deutsch", "en": "English"}
COOKIE = "foyer-lang"

babel = Babel()


class OneCatalogue(Domain):
    """Flask-Babel's texts from the catalogues that mails and papers use, too."""

    def get_translations(self) -> NullTranslations:
        return translations(language())


def init_app(app: Flask) -> None:
    babel.init_app(
        app, default_locale="en", locale_selector=language, timezone_selector=_time_zone, default_domain=OneCatalogue()
    )


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
