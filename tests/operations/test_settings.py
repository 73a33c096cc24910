"""The firm's settings: what is taken, what is refused, what the audit log keeps."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from PIL import Image

from portal.base import clock, files
from portal.base.errors import Conflict, Invalid, NotPermitted
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.firm import Firm
from portal.models.link import Link
from portal.models.staff import Staff
from portal.operations import settings
from portal.policies import scope as scopes
from tests import acting
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")

FIRM = {"name": "Petry Haustechnik GmbH", "language": "de", "time_zone": "Europe/Berlin"}


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


def last_entry(world: World) -> AuditEntry:
    with scopes.of_firm(world.firm) as scope:
        return scope.first(scope.of(AuditEntry).order_by(AuditEntry.number.desc()))


def test_the_bank_account_is_kept_without_blanks_and_its_change_is_recorded(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    settings.change_bank(
        actor, firm_of(world), account_holder="Petry", iban="de02 1203 0000 0000 2020 51", bic="byladem1001"
    )
    firm = firm_of(world)
    assert (firm.iban, firm.bic, firm.account_holder) == ("DE02120300000000202051", "BYLADEM1001", "Petry")
    entry = last_entry(world)
    assert entry.action == "settings.bank_changed"
    assert entry.facts["changed"]["iban"] == ["DE89370400440532013000", "DE02120300000000202051"]
    assert entry.actor == actor.who


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"iban": "DE02120300000000202052"}, {"iban": ["iban"]}),
        ({"bic": "BYLA"}, {"bic": ["bic"]}),
        ({"account_holder": " "}, {"account_holder": ["missing"]}),
    ],
)
def test_a_wrong_bank_account_changes_nothing(
    world: World, fields: dict[str, str], wrong: dict[str, list[str]]
) -> None:
    good = {"account_holder": "Petry", "iban": "DE02120300000000202051", "bic": ""}
    with pytest.raises(Invalid) as error:
        settings.change_bank(acting.staff(world.firm, world.anna), firm_of(world), **{**good, **fields})
    assert error.value.errors == wrong
    assert firm_of(world).iban == "DE89370400440532013000"


def test_saving_what_stands_there_leaves_no_entry(world: World) -> None:
    actor, firm = acting.staff(world.firm, world.anna), firm_of(world)
    before = last_entry(world).number
    settings.change_bank(actor, firm, account_holder=firm.account_holder, iban=firm.iban, bic=firm.bic)
    assert last_entry(world).number == before


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "  ", "missing"),
        ("name", "x" * 201, "too_long"),
        ("email", "post@", "email"),
        ("time_zone", "Europe/Entenhausen", "time_zone"),
        ("language", "fr", "bad"),
        ("country", "Deutschland", "country"),
        ("imprint_url", "javascript:alert(1)", "url"),
        ("privacy_url", "petry.example.com", "url"),
    ],
)
def test_the_firm_refuses(world: World, field: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as error:
        settings.change_firm(acting.staff(world.firm, world.anna), firm_of(world), **{**FIRM, field: value})
    assert error.value.errors == {field: [code]}


def test_the_firm_is_kept_in_one_line_each(world: World) -> None:
    settings.change_firm(
        acting.staff(world.firm, world.anna), firm_of(world),
        **{**FIRM, "street": " Fährstieg \n 14 ", "hours": "Mo–Fr 7–16\r\nSa 8–12", "country": "at"},
    )  # fmt: skip
    firm = firm_of(world)
    assert (firm.street, firm.hours, firm.country) == ("Fährstieg 14", "Mo–Fr 7–16\nSa 8–12", "AT")


def test_a_colour_is_kept_in_its_plain_form(world: World) -> None:
    settings.change_look(acting.staff(world.firm, world.anna), firm_of(world), colour="0B5A72", background="fade")
    assert (firm_of(world).colour, firm_of(world).background) == ("#0b5a72", "fade")
    for wrong in ({"colour": "blue", "background": "fade"}, {"colour": "#0b5a72", "background": "url(x)"}):
        with pytest.raises(Invalid):
            settings.change_look(acting.staff(world.firm, world.anna), firm_of(world), **wrong)


def picture(size: tuple[int, int] = (300, 100), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", size, (11, 90, 114, 128)).save(buffer, kind)
    return buffer.getvalue()


def test_a_new_logo_takes_the_place_of_the_old_one_and_of_its_file(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    settings.change_logo(actor, firm_of(world), content=picture(), name="logo.png")
    first = str(firm_of(world).logo)
    assert files.path_of(first).read_bytes().startswith(b"\x89PNG")
    settings.change_logo(actor, firm_of(world), content=picture(kind="WEBP"), name="logo.webp")
    second = str(firm_of(world).logo)
    assert second != first
    assert not files.path_of(first).exists()
    settings.remove_logo(actor, firm_of(world))
    assert firm_of(world).logo is None
    assert not files.path_of(second).exists()


def test_a_logo_that_is_none_leaves_the_old_one(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    settings.change_logo(actor, firm_of(world), content=picture(), name="logo.png")
    before = firm_of(world).logo
    with pytest.raises(Invalid) as error:
        settings.change_logo(actor, firm_of(world), content=b"<svg/>", name="logo.svg")
    assert error.value.errors == {"logo": ["wrong_type"]}
    assert firm_of(world).logo == before


LINKS = {"link_comment": True, "link_decide": True, "link_days": 365, "code_limit": 100_000, "persons_accept": False}


def test_a_new_life_of_links_holds_for_those_that_are_out(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    settings.change_links(actor, firm_of(world), **{**LINKS, "link_days": 30})
    link, client = rows(world)
    assert link.expires_at == link.extended_at + timedelta(days=30)
    assert client.reachable_until == max_end(world)
    settings.change_links(actor, firm_of(world), **{**LINKS, "link_days": None})
    link, client = rows(world)
    assert link.expires_at is None
    assert client.reachable_until.year == 9999


def rows(world: World) -> tuple[Link, Client]:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Link, world.lindner_link), scope.by_id(Client, world.lindner)


def max_end(world: World) -> object:
    with scopes.of_firm(world.firm) as scope:
        links = scope.of(Link).where(Link.client == world.lindner, Link.revoked_at.is_null())
        return max(link.expires_at for link in links)


@pytest.mark.parametrize(
    ("field", "value"), [("link_days", 6), ("link_days", 3651), ("code_limit", -1), ("code_limit", 10**13)]
)
def test_links_refuse(world: World, field: str, value: int) -> None:
    with pytest.raises(Invalid) as error:
        settings.change_links(acting.staff(world.firm, world.anna), firm_of(world), **{**LINKS, field: value})
    assert list(error.value.errors) == [field]
    assert firm_of(world).link_days == 365


def test_a_link_that_ran_out_lives_again_with_more_days(world: World, move_clock: Callable[..., None]) -> None:
    actor = acting.staff(world.firm, world.anna)
    settings.change_links(actor, firm_of(world), **{**LINKS, "link_days": 7})
    move_clock(days=8)
    assert not rows(world)[0].is_live(clock.now())
    settings.change_links(actor, firm_of(world), **{**LINKS, "link_days": 365})
    assert rows(world)[0].is_live(clock.now())


def test_who_is_told_about_decisions(world: World) -> None:
    actor = acting.staff(world.firm, world.anna)
    with scopes.of_firm(world.firm) as scope:
        ben = scope.by_id(Staff, world.ben)
    settings.change_mail(actor, firm_of(world), decisions=[ben.uid, "nobody"])
    with scopes.of_firm(world.firm) as scope:
        told = {row.id for row in scope.of(Staff).where(Staff.mail_decisions)}
    assert told == {world.ben}
    assert last_entry(world).facts["on"] == []
    assert len(last_entry(world).facts["off"]) == 3


def test_advisers_may_not(world: World) -> None:
    actor = acting.staff(world.firm, world.ben)
    with pytest.raises(NotPermitted):
        settings.change_look(actor, firm_of(world), colour="#123456", background="plain")
    with pytest.raises(NotPermitted):
        settings.change_links(actor, firm_of(world), **LINKS)


def test_a_firm_changes_no_other_firm(world: World) -> None:
    frida = acting.staff(world.other_firm, world.frida)
    with pytest.raises(Conflict):
        settings.change_look(frida, firm_of(world), colour="#123456", background="plain")
    assert firm_of(world).colour != "#123456"
