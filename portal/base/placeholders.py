"""`[Client.name]` and its siblings in texts of the firm's own (B7, DETAILS 8)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

OF_CLIENT = ("Client.customerportal_url", "Client.name", "Client.number", "Client.contact_name")
OF_DOCUMENT = (
    "Document.number",
    "Document.title",
    "Document.date",
    "Document.due_date",
    "Document.valid_until",
    "Document.total",
    "Document.url",
)
OF_FIRM = ("Firm.name", "Firm.phone", "Firm.email")
OF_STAFF = ("Staff.name",)
KNOWN = (*OF_CLIENT, *OF_DOCUMENT, *OF_FIRM, *OF_STAFF)

_PLACEHOLDER = re.compile(r"\[([A-Za-z]{2,20}\.[A-Za-z_]{1,40})\]")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of their names, once: what a value holds is not filled again. Unknown names stay."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown(text: str, known: Collection[str] = KNOWN) -> list[str]:
    """Placeholders as typed that would stay in the text, each once. `known`: those that have a value there."""
    names = dict.fromkeys(found[1] for found in _PLACEHOLDER.finditer(text))
    return [f"[{name}]" for name in names if name not in known]
