"""A firm begins: its row, its first admin, its test client; and the set-up of an empty instance."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from portal.base.config import Config, load
from portal.base.database import database
from portal.base.errors import Conflict, Invalid, NotFound
from portal.models import notices, schema
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.identity import Identity
from portal.models.outbox import OutboxMail
from portal.models.staff import ADMIN, Staff
from portal.operations import firms, setup, sign_ins
from portal.operations.boot import open_instance
from portal.operations.setup import NewFirm
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor, Stranger
from tests.personas import World

HAND = InstanceActor(None, "test")
NEW = NewFirm(
    name="Möller & Söhne Elektro", language="de", time_zone="Europe/Vienna", email="post@moeller.example.com",
    admin_name="Mia Möller", admin_email="mia@moeller.example.com", password="vier nasse Regenschirme",
    city="Wien", country="AT",
)  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[None]:
    """An instance without a firm."""
    database.close()
    open_instance(load({"PORTAL_INSTANCE": str(tmp_path / "empty")}))
    schema.upgrade()
    yield
    database.close()


def all_firms() -> list[Firm]:
    with scopes.instance("a test") as scope:
        return list(scope.of(Firm))


@pytest.mark.usefixtures("empty")
def test_a_firm_has_an_invited_admin_and_a_marked_test_client() -> None:
    firm, ticket = firms.create(HAND, name="Möller & Söhne", admin_email="mia@moeller.example.com", admin_name="Mia")
    assert firm.slug == "moeller-soehne"
    with scopes.of_firm(firm.id) as scope:
        staff = scope.by_id(Staff, ticket.staff_id)
        clients = list(scope.of(Client))
        mails = list(scope.of(OutboxMail))
    assert (staff.role, staff.name, staff.is_active) == (ADMIN, "Mia", True)
    assert (ticket.expires_at - ticket.created_at).days == 7
    assert [(client.name, client.is_test) for client in clients] == [("Testkunde", True)]
    assert mails == []


@pytest.mark.usefixtures("empty")
def test_slugs_are_unique() -> None:
    first, _ = firms.create(HAND, name="Möller", admin_email="a@moeller.example.com")
    second, _ = firms.create(HAND, name="Moeller", admin_email="a@moeller.example.com", language="en")
    assert (first.slug, second.slug) == ("moeller", "moeller-2")
    with pytest.raises(Conflict):
        firms.create(HAND, name="Dritte", admin_email="a@moeller.example.com", slug="moeller")
    assert len(all_firms()) == 2


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"slug": "Ä"}, {"slug": "-a"}, {"language": "fr"}, {"admin_email": "mia"}],
)
def test_a_wrong_firm_leaves_nothing(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        firms.create(HAND, **{"name": "Möller", "admin_email": "mia@moeller.example.com", **wrong})
    assert all_firms() == []


@pytest.mark.usefixtures("empty")
def test_the_set_up_makes_firm_and_admin_and_uses_its_token_up() -> None:
    token = setup.token()
    kept = notices.find(setup.NOTICE)
    assert kept is not None
    assert token not in kept.value
    assert setup.is_open(token)
    staff = setup.finish(Stranger(), token, NEW)
    [firm] = all_firms()
    assert (firm.name, firm.time_zone, firm.country, firm.email) == (NEW.name, "Europe/Vienna", "AT", NEW.email)
    assert staff.role == ADMIN
    assert sign_ins.authenticate(Stranger(firm.id), NEW.admin_email, NEW.password) is not None
    assert not setup.is_open(token)
    with pytest.raises(NotFound):
        setup.finish(Stranger(), token, replace(NEW, name="Zweite"))
    assert len(all_firms()) == 1


@pytest.mark.usefixtures("empty")
def test_each_start_makes_the_older_token_worthless() -> None:
    old, new = setup.token(), setup.token()
    assert not setup.is_open(old)
    assert not setup.is_open("")
    assert setup.is_open(new)


@pytest.mark.usefixtures("empty")
def test_a_firm_made_elsewhere_closes_the_set_up() -> None:
    token = setup.token()
    firms.create(HAND, name="Möller", admin_email="mia@moeller.example.com")
    assert not setup.needed()
    assert not setup.is_open(token)


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"admin_name": " "}, "admin_name"),
        ({"admin_email": "mia"}, "admin_email"),
        ({"password": "kurz"}, "password"),
        ({"password": "Mia Möller 1"}, "password"),
    ],
)
def test_a_wrong_set_up_leaves_the_token_alive(change: dict[str, str], field: str) -> None:
    token = setup.token()
    with pytest.raises(Invalid) as error:
        setup.finish(Stranger(), token, replace(NEW, **change))
    assert list(error.value.errors) == [field]
    assert setup.is_open(token)
    assert all_firms() == []


@pytest.mark.usefixtures("empty")
def test_two_tabs_make_one_firm() -> None:
    token = setup.token()

    def once(number: int) -> bool:
        try:
            setup.finish(Stranger(), token, replace(NEW, name=f"Möller {number}"))
        except NotFound:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(once, range(2))) == [False, True]
    assert len(all_firms()) == 1
    with scopes.of_firm(all_firms()[0].id) as scope:
        assert len(list(scope.of(Identity))) == 1


def test_a_firm_made_without_a_test_client_gets_one(instance: Config, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Client, is_test=False).where(Client.id == world.test_client).execute()
    assert firms.add_missing_test_clients() == 1
    assert firms.add_missing_test_clients() == 0
    with scopes.of_firm(world.firm) as scope:
        (made,) = scope.of(Client).where(Client.is_test)
        assert (made.number, made.name) == ("TEST-2", "Testkunde")
        assert scope.of(Client).where(Client.number_key == "test").count() == 1
