"""Every text is translated (X4)."""

from __future__ import annotations

import pytest

from tests import translations


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert not list(translations.problems(language))
