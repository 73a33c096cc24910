"""Rate limits: a count and a window for each key, in the database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.base.config import Config
from portal.base.database import database
from portal.base.errors import TooMany
from portal.operations import limits
from portal.operations.boot import open_instance


def test_beyond_the_most_it_is_too_many_until_the_window_ends(
    instance: Config, move_clock: Callable[..., None]
) -> None:
    for _ in range(3):
        limits.spend("k", most=3, seconds=60)
    with pytest.raises(TooMany) as error:
        limits.spend("k", most=3, seconds=60)
    assert 0 < error.value.retry_after <= 60
    limits.spend("other", most=3, seconds=60)
    move_clock(seconds=40)
    with pytest.raises(TooMany) as later:
        limits.spend("k", most=3, seconds=60)
    assert later.value.retry_after <= 20
    move_clock(seconds=21)
    limits.spend("k", most=3, seconds=60)


def test_forgiving_begins_anew(instance: Config) -> None:
    for _ in range(3):
        limits.spend("k", most=3, seconds=60)
    limits.forgive("k")
    limits.spend("k", most=3, seconds=60)
    limits.forgive("unknown")


def test_counts_survive_a_restart(instance: Config) -> None:
    for _ in range(3):
        limits.spend("k", most=3, seconds=60)
    database.close()
    open_instance(instance)
    with pytest.raises(TooMany):
        limits.spend("k", most=3, seconds=60)


def test_at_the_same_moment_nobody_slips_through(instance: Config) -> None:
    def try_it(_number: int) -> bool:
        try:
            limits.spend("k", most=5, seconds=60)
        except TooMany:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(40))) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"), ("unknown", "unknown"), ("", ""),
    ],
)  # fmt: skip
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert limits.network(address) == network
