"""The firm's own texts and their defaults."""

from __future__ import annotations

import pytest

from portal.base import placeholders
from portal.base.config import Config
from portal.models.terms import FirmText
from portal.policies import scope as scopes
from portal.queries import texts
from portal.queries.texts import Step
from tests.personas import World


def test_the_default_stands_until_the_firm_writes_its_own(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        assert "Kundenportal" in texts.text_of(scope, texts.SEND_ACCESS_BODY, "de")
        scope.add(FirmText, key=texts.SEND_ACCESS_BODY, language="de", text="Kommen Sie herein.")
        assert texts.text_of(scope, texts.SEND_ACCESS_BODY, "de") == "Kommen Sie herein."
        assert "client portal" in texts.text_of(scope, texts.SEND_ACCESS_BODY, "en")
    with scopes.of_firm(world.other_firm) as other:
        assert "Kundenportal" in texts.text_of(other, texts.SEND_ACCESS_BODY, "de")


def test_steps_are_one_a_line() -> None:
    assert texts.steps(" Termin | Wir rufen an \n\nArbeit\n | nichts") == [
        Step("Termin", "Wir rufen an"),
        Step("Arbeit"),
    ]


@pytest.mark.parametrize("key", texts.KEYS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_defaults_use_only_what_has_a_value(key: str, language: str) -> None:
    text = texts.DEFAULTS[key][language]
    assert text.strip()
    assert placeholders.unknown(text, texts.placeholders_of(key)) == []


def test_mails_name_the_address() -> None:
    for language in ("de", "en"):
        assert "[Client.customerportal_url]" in texts.DEFAULTS[texts.SEND_ACCESS_BODY][language]
        assert "[Document.url]" in texts.DEFAULTS[texts.NEW_DOCUMENT_BODY][language]
