"""Are all texts translated? `python tests/translations.py` says what is missing, `--update` writes it there.

The source language is English: its texts are the keys. Catalogues are sorted and carry no places and no dates, so that
a change shows what it changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de",)
_METHODS = [("portal/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
_KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "_l": None, "lazy_gettext": None, "_n": (1, 2), "gettext_in": (2,),
    "N_": None, "pgettext": ((1, "c"), 2),
}  # fmt: skip
_OPTIONS = {"jinja2": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def extracted() -> Catalog:
    """All texts of code and templates."""
    found = Catalog(project="Foyer", charset="utf-8")
    for folder in ("portal", "templates"):
        methods = [(p.removeprefix(f"{folder}/"), m) for p, m in _METHODS if p.startswith(folder)]
        local = {p: _OPTIONS.get(m, {}) for p, m in methods}
        for _file, _line, text, comments, context in extract_from_dir(
            ROOT / folder, methods, local, keywords=_KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(text, None, auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The catalogue of a language as it stands."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, project="Foyer", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def problems(language: str) -> Iterator[str]:
    """What is missing, unsure, left over, or has other placeholders than its source."""
    wanted, have = extracted(), catalogue(language)
    for message in wanted:
        if message.id and (found := have.get(message.id, message.context)) is None:
            yield f"{language}: not in the catalogue: {message.id!r}"
        elif message.id:
            yield from _flaws(language, message, found)
    for message in have:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"{language}: no longer used: {message.id!r}"


def update(language: str) -> None:
    """Add what is missing with an empty translation, drop what is no longer used."""
    wanted, have = extracted(), catalogue(language)
    fresh = Catalog(
        locale=language,
        project="Foyer",
        version="1",
        charset="utf-8",
        fuzzy=False,
        header_comment=f"# {language}: texts of Foyer",
    )
    for message in sorted(wanted, key=lambda m: str(m.id)):
        if not message.id:
            continue
        old = have.get(message.id, message.context)
        fresh.add(message.id, old.string if old else None, context=message.context, auto_comments=message.auto_comments)
    path = _path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=120, no_location=True, omit_header=False, sort_output=False)
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid)[^\n]*\n',
        "",
        path.read_text(),
        flags=re.M,
    )
    path.write_text(text)


def _flaws(language: str, source: Message, found: Message) -> Iterator[str]:
    ids = source.id if isinstance(source.id, tuple | list) else [source.id]
    texts = found.string if isinstance(found.string, tuple | list) else [found.string]
    if found.fuzzy or not all(texts):
        yield f"{language}: not translated: {source.id!r}"
        return
    wanted = set(_PLACEHOLDER.findall(" ".join(ids)))
    for text in texts:
        had = set(_PLACEHOLDER.findall(text))
        if had != wanted and not (had | {"%(num)s", "%(num)d"} >= wanted and had <= wanted):
            yield f"{language}: other placeholders: {source.id!r}"


def _path(language: str) -> Path:
    return ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"


def main() -> int:
    if "--update" in sys.argv:
        for language in LANGUAGES:
            update(language)
    found = [line for language in LANGUAGES for line in problems(language)]
    print("\n".join(found) or f"{len(extracted())} texts, all translated")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
