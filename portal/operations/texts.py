"""The firm's own wording of mails and next steps, per language; without one the program's default stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.base.errors import Invalid
from portal.base.language import LANGUAGES
from portal.base.text import many_lines
from portal.models.firm import Firm
from portal.models.terms import FirmText
from portal.operations import audit
from portal.operations.operation import operation
from portal.policies import scope as scopes
from portal.policies.actors import Actor
from portal.policies.permissions import Permission

LONGEST = 10_000


@dataclass(frozen=True)
class Wording:
    """A text as typed. `default` is what stands without one of the firm's own."""

    key: str
    language: str
    text: str
    default: str = ""


@operation(allow=Permission.SETTINGS_MANAGE)
def save_all(actor: Actor, firm: Firm, wordings: Sequence[Wording]) -> None:
    """Keep several texts, all or none. Raises Invalid with `key.language` of each text that is too long."""
    errors = {_field(each): "too_long" for each in wordings if len(many_lines(each.text)) > LONGEST}
    if errors:
        raise Invalid(**errors)
    for each in wordings:
        save(actor, firm, each.key, each.language, each.text, default=each.default)


@operation(allow=Permission.SETTINGS_MANAGE)
def save(actor: Actor, firm: Firm, key: str, language: str, text: str, *, default: str = "") -> None:
    """Keep the firm's text for a key and language; an empty one, or the default again, removes it. Raises Invalid.

    `default` is what stands without it: a firm that kept the wording gets a better one with the next version.
    """
    plain = many_lines(text)
    if language not in LANGUAGES:
        raise Invalid(language="bad")
    if len(plain) > LONGEST:
        raise Invalid(text="too_long")
    own = "" if plain == many_lines(default) else plain
    scope = scopes.current()
    row: FirmText | None = scope.first(scope.of(FirmText).where(FirmText.key == key, FirmText.language == language))
    if own == (row.text if row else ""):
        audit.noticed()
        return
    if row is not None and not own:
        scope.delete(FirmText).where(FirmText.id == row.id).execute()
    elif row is not None:
        scope.change(row, text=own)
    else:
        scope.add(FirmText, key=key, language=language, text=own)
    audit.record(actor, "text.saved", firm, facts={"key": key, "language": language, "own": bool(own)})


def _field(wording: Wording) -> str:
    return f"{wording.key}.{wording.language}"
