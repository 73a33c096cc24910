"""Whose letter it is: name, address, colour, logo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """A firm's letter paper.

    `reach`: lines at the top right (address, phone, e-mail); `sender`: one line above the address window; `foot`:
    columns at the foot, a tuple of lines each. `colour` is #rrggbb. `logo` is a PNG; without one an arch with `sign`
    (a path in a field of 24 by 24, as SVG writes it) or the first letter of the name.
    """

    name: str
    colour: str
    reach: tuple[str, ...] = ()
    sender: str = ""
    foot: tuple[tuple[str, ...], ...] = ()
    logo: bytes | None = None
    sign: str = ""
