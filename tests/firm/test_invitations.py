"""Staff ask a contact in, one by one; what is missing is mended in the same step (T2, T8, T11, F3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.base import clock
from portal.models.client import Client
from portal.models.contact import Contact, Membership
from portal.models.firm import PASSWORD
from portal.models.link import Link
from portal.models.outbox import DROPPED, OutboxMail
from portal.models.ticket import Ticket
from portal.operations import access, contacts, memberships
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import acting
from tests.browser_client import Browser
from tests.personas import World


def added(world: World, **fields: object) -> Membership:
    """A further contact of Lindner, at no other client."""
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    values = {"last_name": "Vogt", "email": "vogt@lindner.example.org", **fields}
    return contacts.add(InstanceActor(world.firm, "test"), client, **values)


def change(world: World, row: Membership, **fields: object) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, row.contact_id), **fields)


def fresh(world: World, row: Membership) -> tuple[Membership, Contact]:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Membership, row.id), scope.by_id(Contact, row.contact_id)


def mails(world: World) -> list[OutboxMail]:
    return acting.mails(world.firm, "access") + acting.mails(world.firm, "invitation")


def at(row: Membership, end: str = "") -> str:
    return f"/firm/memberships/{row.uid}/invitation{end}"


def test_shows_the_mail_before_it_goes(anna: Browser, world: World) -> None:
    page = anna.get(at(added(world))).text
    assert "vogt@lindner.example.org" in page
    assert "The secret link of Vogt" in page
    assert "Petry Haustechnik GmbH" in page
    assert "/l/" not in page


def test_of_several_clients_it_names_them(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        dora = scope.by_id(Membership, world.dora_at_lindner)
    assert "Bäckerei Thode, Hausverwaltung Lindner" in anna.get(at(dora)).text
    anna.post(at(dora), {"message": "Bis bald"})
    (mail,) = mails(world)
    assert (mail.kind, mail.to, mail.subject["message"]) == ("invitation", "dora@lindner.example.org", "Bis bald")


def test_is_sent_and_noted(anna: Browser, world: World) -> None:
    row = added(world)
    answer = anna.post(at(row), {"message": "Bis bald"}, htmx=True, headers={"HX-Target": "invitation"})
    assert answer.status_code == 200
    assert "Invited on" in answer.text
    assert "by Anna Petry" in answer.text
    (mail,) = mails(world)
    assert (mail.kind, mail.subject["message"]) == ("access", "Bis bald")
    assert fresh(world, row)[1].invited_at is not None
    assert "Last invited on" in anna.get(at(row)).text


def test_pressed_twice_it_is_one_invitation(anna: Browser, world: World) -> None:
    """The first may have left the house already: the second must neither be a mail nor void what the first brought."""
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, login_type="password")
    row = added(world)
    (key,) = re.findall(r'name="key"[^>]* value="([^"]+)"', anna.get(at(row)).text)
    anna.post(at(row), {"message": "Bis bald", "key": key})
    (mail,) = mails(world)
    with scopes.of_firm(world.firm) as scope:
        scope.change(mail, state="sent")
    assert anna.post(at(row), {"message": "Bis bald", "key": key}).status_code == 303
    assert len(mails(world)) == 1
    with scopes.of_firm(world.firm) as scope:
        (ticket,) = list(scope.of(Ticket).where(Ticket.contact == row.contact_id))
    assert ticket.cancelled_at is None
    (other,) = re.findall(r'name="key"[^>]* value="([^"]+)"', anna.get(at(row)).text)
    anna.post(at(row), {"message": "Noch einmal", "key": other})
    assert len(mails(world)) == 2


def test_granting_and_inviting_in_one_step(anna: Browser, world: World) -> None:
    row = added(world, login=False)
    assert anna.post(at(row), {"login": "y"}).status_code == 303
    assert fresh(world, row)[0].login
    assert len(mails(world)) == 1


@pytest.mark.parametrize(
    ("state", "said", "mended"),
    [
        (
            {"email": "", "email_key": None},
            "Without an e-mail address nothing can be sent.",
            {"email": "v@example.org"},
        ),
        ({"email": "vogt@", "email_key": "vogt@"}, "like name@example.com", {"email": "v@example.org"}),
        ({"email_error": "550 no such user"}, "The mail server said: 550 no such user", {"email": "v@example.org"}),
    ],
)
def test_a_bad_address_is_said_and_mended(
    anna: Browser, world: World, state: dict[str, str], said: str, mended: dict[str, str]
) -> None:
    row = added(world)
    change(world, row, **state)
    page = anna.get(at(row)).text
    assert said in page or "Please enter a valid address." in page
    refused = anna.post(at(row), {"message": "Hallo"})
    assert refused.status_code == 422
    assert "Hallo" in refused.text
    assert mails(world) == []
    assert anna.post(at(row), mended).status_code == 303
    assert [mail.to for mail in mails(world)] == ["v@example.org"]


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        ("login", "Switch on login for this contact"), ("notify", "Switch on notifications for this contact"),
        ("portal", "Open the portal of this client"),
    ],
)  # fmt: skip
def test_what_is_off_is_switched_on_in_the_same_step(anna: Browser, world: World, switch: str, words: str) -> None:
    row = added(world, **({switch: False} if switch != "portal" else {}))
    if switch == "portal":
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.by_id(Client, world.lindner), portal_access=False)
    assert words in anna.get(at(row)).text
    assert anna.post(at(row), {}).status_code == 422
    assert mails(world) == []
    assert anna.post(at(row), {switch: "y"}).status_code == 303
    assert len(mails(world)) == 1


def test_nothing_else_is_changed_by_it(anna: Browser, world: World) -> None:
    row = added(world)
    anna.post(at(row), {"email": "other@example.com", "login": "y"})
    assert [mail.to for mail in mails(world)] == ["vogt@lindner.example.org"]


def test_a_held_address_waits(anna: Browser, world: World) -> None:
    row = added(world)
    change(world, row, held_until=clock.now() + timedelta(hours=1))
    assert "Release the new address" in anna.get(at(row)).text
    assert anna.post(at(row), {"email": "third@example.com"}).status_code == 422
    assert mails(world) == []
    assert fresh(world, row)[1].email == "vogt@lindner.example.org"


def test_a_long_message_is_refused(anna: Browser, world: World) -> None:
    assert anna.post(at(added(world)), {"message": "x" * 2001}).status_code == 422
    assert mails(world) == []


def test_a_membership_that_ended_gets_no_mail(anna: Browser, world: World) -> None:
    row = added(world)
    memberships.end(InstanceActor(world.firm, "test"), row)
    assert anna.post(at(row), {}).status_code in (409, 422)
    assert mails(world) == []


def test_cancelling_takes_the_link_and_the_queued_mail_back(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Client, world.lindner), login_type=PASSWORD)
        access.refresh(world.lindner)
    row = added(world)
    anna.post(at(row), {})
    (mail,) = mails(world)
    assert "Cancel the invitation of Vogt?" in anna.get(at(row, "/cancellation")).text
    assert anna.post(at(row, "/cancellation")).status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert scope.by_id(OutboxMail, mail.id).state == DROPPED
        assert scope.by_id(Ticket, mail.subject["ticket"]).cancelled_at is not None
    assert fresh(world, row)[1].invited_at is None
    assert anna.post(at(row, "/cancellation")).status_code == 409
    page = anna.get(f"/firm/clients/{_client_uid(world)}").text
    assert "Not yet. Login is on, but nobody has sent an invitation." in page


def test_the_menu_offers_what_works(anna: Browser, world: World) -> None:
    row = added(world)
    here = f"/firm/clients/{_client_uid(world)}"
    menu = _menu(anna.get(here).text, row)
    assert "Send invitation" in menu
    assert "Copy secret link" in menu
    assert "Cancel invitation" not in menu
    assert "Renew link" not in menu
    anna.post(at(row), {})
    menu = _menu(anna.get(here).text, row)
    assert "Resend invitation" in menu
    assert "Cancel invitation" in menu
    assert "Renew link" in menu
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Client, world.lindner), login_type=PASSWORD)
    menu = _menu(anna.get(here).text, row)
    assert "secret link" not in menu
    assert "Show QR code" not in menu


def test_a_secret_link_is_given_away_only_where_links_open(anna: Browser, world: World) -> None:
    row = added(world)
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Client, world.lindner), login_type=PASSWORD)
    assert anna.post(f"/firm/memberships/{row.uid}/link/copy").status_code == 409
    with scopes.of_firm(world.firm) as scope:
        assert not scope.holds(scope.of(Link).where(Link.contact == row.contact_id))


def _menu(page: str, row: Membership) -> str:
    return page.split(f'id="menu-{row.uid}"')[1].split("</div>")[0]


def _client_uid(world: World) -> str:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Client, world.lindner).uid
