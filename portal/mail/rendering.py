"""Templates of `templates/emails/<kind>/` to a letter, in the recipient's language."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from portal.base.colour import ink_on
from portal.base.language import translations
from portal.mail.mailing import Mailing
from portal.mail.message import Letter

DIRECTORY = Path(__file__).resolve().parent.parent.parent / "templates" / "emails"
_MANY_EMPTY = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Fact:
    """A line of what was agreed or done."""

    label: str
    value: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the firm's own text. `address`: it is nothing but this address, so it becomes a button."""

    text: str
    address: str = ""


def letter(mailing: Mailing, subject: str, greeting: str, **values: Any) -> Letter:
    """Text and HTML of the mailing's kind; a value that a template misses is an error, never a gap."""
    firm = mailing.firm
    everything = {
        "subject": subject,
        "greeting": greeting,
        "firm": firm,
        "language": mailing.language,
        "base_url": mailing.base_url,
        "choice_address": mailing.choice_address,
        "colour": firm.colour,
        "ink": ink_on(firm.colour),
        **values,
    }
    kind, language = mailing.first.kind, mailing.language
    text = _environment(language).get_template(f"{kind}/text.txt").render(everything)
    html = _environment(language).get_template(f"{kind}/html.html").render(everything)
    return Letter(subject, _tidy(text), html)


def paragraphs(text: str, addresses: Sequence[str]) -> list[Paragraph]:
    """A text of the firm's own cut at its empty lines."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    return [Paragraph(block, block if block in addresses else "") for block in blocks if block]


@functools.cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(DIRECTORY),
        autoescape=select_autoescape(["html"], default=False),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {"linked": _linked, "quoted": _quoted}
    return environment


def _linked(text: str, *addresses: str) -> Markup:
    """Plain text as HTML: line ends kept, these addresses and no others made links."""
    made = str(escape(text)).replace("\n", "<br>\n")
    for address in sorted(set(addresses), key=len, reverse=True):
        plain = str(escape(address))
        made = re.sub(re.escape(plain) + r"(?![\w?=])", f'<a href="{plain}" class="link">{plain}</a>', made)
    return Markup(made)  # noqa: S704 - escaped two lines above


def _quoted(text: str) -> str:
    """Somebody else's words in a plain text: nobody can make them look like ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _MANY_EMPTY.sub("\n\n", lines).strip() + "\n"
