"""The cast: who tries what in the tests. Made once, then copied for each test."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "sehr blaue Gartenstühle"


@dataclass(frozen=True)
class World:
    """Ids of the cast and of what they have, as made by `tests/factories.py:build`.

    Anna portal admin, Ben adviser assigned to Lindner, Clara adviser not assigned, Frida admin of another firm, Olga an
    operator whom the portal does not know yet. Dora is contact of Lindner and Thode, Emil of Okonkwo (a person).
    """

    firm: int
    other_firm: int
    anna: int
    ben: int
    clara: int
    frida: int
    lindner: int
    thode: int
    okonkwo: int
    other_client: int
    test_client: int
    dora: int
    emil: int
    dora_at_lindner: int
    dora_at_thode: int
    emil_at_okonkwo: int
    lindner_link: int
    dora_link: int
    okonkwo_link: int
    offer: int
    small_offer: int
    invoice: int
    report: int
    draft: int
    thode_offer: int
    other_offer: int
