"""What a PDF says, found out by a child process that cannot harm this one."""

import base64
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from portal.base.child import Child
from portal.base.einvoice import EInvoice
from portal.base.refusal import Refused

# Each may take 512 MB: two fit the smallest machine, a third upload waits for its turn.
_child = Child("portal.base.pdf_child", seconds=15, answer_bytes=24 * 1024 * 1024, turns=BoundedSemaphore(2))


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What `inspect` found in a PDF that can be opened without a password."""

    pages: int
    encrypted: bool  # restricted by its author, but readable
    text: str  # of the first 40 pages, empty for a scan
    text_complete: bool
    placeholder: bool  # "[Client." stands in the text: a template nobody filled
    attachments: tuple[str, ...]
    xml_name: str | None  # of the embedded e-invoice, Factur-X before ZUGFeRD 1
    xml: bytes | None  # its bytes; None with a name: there, but unreadable
    active: bool  # scripts or actions: only as a download


def inspect(path: Path) -> PdfFacts:
    """Raises `Refused` with encrypted, broken, bomb or busy; within 15 seconds of its turn."""
    answer = _child.ask("inspect", str(path.resolve()))
    answer["attachments"] = tuple(answer["attachments"])
    if answer["xml"] is not None:
        answer["xml"] = base64.b64decode(answer["xml"])
    return PdfFacts(**answer)


def picture(path: Path, target: Path) -> None:
    """Page 1 as WebP of at most 60 kB at `target`, which does not exist after a refusal (as `inspect`)."""
    try:
        _child.ask("picture", str(path.resolve()), str(target.resolve()))
    except Refused:
        target.unlink(missing_ok=True)
        raise


def page_agrees(facts: PdfFacts, invoice: EInvoice) -> list[str]:
    """Codes "number", "total" of what the pages don't show as the XML says it.

    The XML counts, the person publishing is told. Nothing is said about a scan or about pages not read.
    """
    if not facts.text.strip() or not facts.text_complete:
        return []
    text = _normalised(facts.text)
    differs = []
    if invoice.number and not _number_pattern(invoice.number).search(text):
        differs.append("number")
    if invoice.total is not None and not _amount_pattern(invoice.total).search(text):
        differs.append("total")
    return differs


def _normalised(text: str) -> str:
    """Compatibility forms (ligatures, special blanks) made plain, every dash a hyphen, soft hyphens gone."""
    plain = unicodedata.normalize("NFKC", text).replace("\xad", "").casefold()
    return re.sub(r"[\u2010-\u2015\u2212\ufffe\x02]", "-", plain)


def _number_pattern(number: str) -> re.Pattern[str]:
    """The number with blanks anywhere (text of a PDF has them at will), but not as part of a longer one."""
    signs = [re.escape(sign) for sign in _normalised(number) if not sign.isspace()]
    return re.compile(r"(?<!\d)" + r"\s*".join(signs) + r"(?!\d)" if signs else "")


def _amount_pattern(cents: int) -> re.Pattern[str]:
    """An amount as Germans, English, Swiss or French write it, under either sign; 300 also without cents."""
    whole, fraction = divmod(abs(cents), 100)
    groups = f"{whole:,}".split(",")
    written = r"\s?[.,'’]?\s?".join(r"\s?".join(group) for group in groups)
    decimals = rf"\s?[.,]\s?{fraction // 10}\s?{fraction % 10}"
    if fraction % 10 == 0:
        decimals = rf"(?:{decimals}|\s?[.,]{fraction // 10}(?!\d))"
    if fraction == 0:
        decimals = rf"(?:{decimals}|\s?[.,]\s?--?)?"
    return re.compile(rf"(?<!\d)(?<!\d[.,'’]){written}{decimals}(?!\d)(?![.,]\d)")
