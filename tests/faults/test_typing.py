"""What outsiders found about typed codes, and about words that belong to another thing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser_client import Browser
from tests.personas import World


@pytest.mark.parametrize("pasted", ["http://localhost/l/{}", "https://portal.example.com/L/{}/", "localhost/l/{}"])
def test_the_whole_address_in_the_field_for_the_code(
    nobody: Browser, world: World, token_of: Callable[[int], str], pasted: str
) -> None:
    token = token_of(world.lindner_link)
    answer = nobody.post("/l", {"code": pasted.format(token)})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/l/{token}")
    assert nobody.post("/l", {"code": "http://localhost/l/"}).status_code == 422
