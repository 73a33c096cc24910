"""Which language a page speaks: the person's choice, then the browser's (X4). Texts come from translations/."""

from __future__ import annotations

from typing import Any

from babel.support import NullTranslations
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, Domain
from markupsafe import Markup

from portal.base.language import LANGUAGES, translations

NAMES = {"de": "Deutsch", "en": "English"}
COOKIE = "foyer-lang"
_YEAR = 365 * 24 * 3600

babel = Babel()


class OneCatalogue(Domain):
    """Flask-Babel's texts from the catalogues that mails and papers use, too."""

    def get_translations(self) -> NullTranslations:
        return translations(language())


def init_app(app: Flask) -> None:
    babel.init_app(app, default_locale="en", locale_selector=language, timezone_selector=_time_zone)
    babel.domain_instance = OneCatalogue()
    # Jinja's own wrappers look everything up anew for each text; a page has a hundred
    app.jinja_env.globals.update(_=text, gettext=text, ngettext=counted_text)


def text(source: str, /, **values: Any) -> Markup:
    """A text of a template in the page's language; values are escaped as they are put in."""
    found = Markup(translations(language()).gettext(source))  # noqa: S704  texts of the program
    return found % values if values else found


def counted_text(one: str, many: str, number: int, /, **values: Any) -> Markup:
    """The same with a number, which stands for %(num)s."""
    found = Markup(translations(language()).ngettext(one, many, number))  # noqa: S704  texts of the program
    return found % {"num": number, **values}


def language() -> str:
    """`de` or `en`: chosen in this browser, then by the person, then what the browser asks for, then the firm's."""
    if not has_request_context():
        return "en"
    if "language" not in g:
        g.language = _chosen() or _asked()
    found: str = g.language
    return found


def keep(response: Response, chosen: str | None) -> Response:
    """Let a person's choice hold in this browser at once: one made here before would win over it. None: forget it."""
    secure = current_app.config["HTTPS"]
    if chosen:
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=secure, httponly=True)
    else:
        response.delete_cookie(COOKIE, samesite="Lax", secure=secure, httponly=True)
    return response


def _chosen() -> str | None:
    cookie = request.cookies.get(COOKIE)
    if cookie in LANGUAGES:
        return cookie
    own = g.visit.language if "visit" in g else g.get("shown_language")
    return own if own in LANGUAGES else None


def _asked() -> str:
    best = request.accept_languages.best_match(LANGUAGES)
    if best:
        return str(best)
    firm = g.visit.firm if "visit" in g else g.get("shown_firm")
    return str(firm.language) if firm is not None else "de"


def _time_zone() -> str:
    return str(g.visit.firm.time_zone) if "visit" in g else "Europe/Berlin"
