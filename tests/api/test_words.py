"""The words at fields: each belongs to the thing it speaks of."""

from __future__ import annotations

from tests.api.conftest import Programme


def test_a_kind_of_client_that_is_none(api: Programme) -> None:
    refused = api.put("/clients/K-7000", {"name": "Kunde", "kind": "firm"})
    assert refused.status_code == 422
    assert refused.json["errors"]["kind"] == ["This is not known here."]
