"""Staff: *Pending activation*; asking again and taking invitations back, one by one and many at once (T9 to T11)."""

from __future__ import annotations

import json
import re

import pytest

from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.outbox import DROPPED, FAILED, QUEUED, SENT, OutboxMail
from portal.models.run import Run, RunRow
from portal.models.ticket import Ticket
from portal.operations import pending as operations
from portal.operations.access import refresh_of
from portal.policies import scope as scopes
from tests import acting, factories
from tests.browser_client import Browser
from tests.personas import World

LIST = "/firm/clients/pending"


def contact(world: World, contact_id: int | None = None) -> Contact:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Contact, contact_id or world.dora)


def path(world: World, end: str, contact_id: int | None = None) -> str:
    return f"{LIST}/{contact(world, contact_id).uid}/{end}"


def mails(world: World) -> list[OutboxMail]:
    """Invitations that are or were on their way, in order."""
    with scopes.of_firm(world.firm) as scope:
        query = scope.of(OutboxMail).where(OutboxMail.kind.in_(("access", "invitation")))
        return list(query.order_by(OutboxMail.id))


def states(world: World) -> list[str]:
    return [mail.state for mail in mails(world)]


def invite(world: World, contact_id: int | None = None) -> None:
    operations.resend(acting.staff(world.firm, world.ben), contact(world, contact_id), key="first")


def toast(answer: object) -> dict[str, str]:
    found: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["toast"]  # type: ignore[attr-defined]
    return found


def people(world: World, many: int) -> list[Contact]:
    client = factories.client(world.firm, name="Viele Leute GmbH")
    made = [
        factories.contact(client, email=f"p{number:03}@viele.example.com", last_name=f"Person {number:03}")
        for number in range(many)
    ]
    return [contact(world, each.contact_id) for each in made]


def test_the_tab_shows_its_four_columns_and_the_person(anna: Browser, world: World) -> None:
    invite(world)
    text = anna.get(LIST).text
    columns = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+?)\s*<', text)
    assert columns == ["E-mail", "Clients", "Invitation sent", "Invited by"]
    row = text[text.index(f'id="p-{contact(world).uid}"') :]
    row = row[: row.index("</tr>")]
    assert all(
        part in row for part in ("dora@lindner.example.org", "Bäckerei Thode", "Ben Aydin", "waiting to be sent")
    )
    assert 'aria-current="page">Pending activation <span class="count">2</span>' in text
    assert "never sent" in text, "Emil was not asked"


def test_the_list_of_clients_leads_there_with_the_count(anna: Browser) -> None:
    assert re.search(
        rf'<a href="{LIST}">Pending activation <span class="count">2</span></a>', anna.get("/firm/clients").text
    )


def test_with_htmx_only_the_list_comes_and_the_address_follows(anna: Browser) -> None:
    answer = anna.get(f"{LIST}?show=never&search=&sort=sent", htmx=True)
    assert answer.text.lstrip().startswith('<div class="stack region" id="list">')
    assert answer.headers["HX-Push-Url"] == f"{LIST}?show=never"
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    "address", ["?show=x", "?sort=x", "?after=x&before=y", "?search=%00", "?show=sent&search=%F0%9F"]
)
def test_what_nobody_here_wrote_is_passed_over(anna: Browser, address: str) -> None:
    assert anna.get(LIST + address).status_code == 200


def test_empty_lists_say_why(anna: Browser, world: World) -> None:
    assert "Nobody who is waited for fits the filter above." in anna.get(f"{LIST}?show=sent").text
    assert "“nobody”" in anna.get(f"{LIST}?search=nobody").text
    for contact_id in (world.dora, world.emil):
        acting.give_password(world.firm, contact_id)
    assert "Everybody who may sign in has done so." in anna.get(LIST).text


def test_a_name_is_text_and_never_markup(anna: Browser, world: World) -> None:
    client = factories.client(world.firm, name="<b>Kühn</b> & Söhne")
    made = factories.contact(client, email="kuehn@example.com", last_name="<img src=x>")
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, email_error="550 <script>x</script>").where(Contact.id == made.contact_id).execute()
    text = anna.get(LIST).text
    assert "<b>Kühn" not in text
    assert "<img src=x>" not in text
    assert "<script>x" not in text
    assert "Mail came back: 550 &lt;script&gt;x&lt;/script&gt;" in text
    assert "Correct<span" in text, "nothing can be sent there, the way out is the address"


ACTS = ["deliveries", "cancellations", "selection"]


@pytest.mark.parametrize("end", ["delivery", "cancellation"])
def test_nothing_of_one_person_is_for_others(
    nobody: Browser, frida: Browser, dora: Browser, world: World, end: str
) -> None:
    invite(world)
    before = contact(world).invited_at
    assert frida.post(path(world, end)).status_code == 404
    assert nobody.post(path(world, end)).location == "/login"
    assert dora.post(path(world, end)).location == "/login"
    assert frida.get(path(world, "cancellation")).status_code == 404
    assert contact(world).invited_at == before
    assert states(world) == [QUEUED]


@pytest.mark.parametrize("end", ACTS)
def test_nothing_of_many_is_for_others(nobody: Browser, frida: Browser, world: World, end: str) -> None:
    invite(world)
    before, form = contact(world).invited_at, {"which": "ticked", "contact": [contact(world).uid], "key": "x"}
    assert nobody.post(f"{LIST}/{end}", form).location == "/login"
    assert frida.post(f"{LIST}/{end}", form).status_code == 303
    assert frida.post(f"{LIST}/{end}", {"which": "matching", "key": "x"}).status_code == 303
    assert contact(world).invited_at == before
    assert states(world) == [QUEUED]


@pytest.mark.parametrize("end", [*ACTS, "delivery", "cancellation"])
def test_nothing_happens_without_the_pages_token(anna: Browser, world: World, end: str) -> None:
    invite(world)
    address = path(world, end) if end in ("delivery", "cancellation") else f"{LIST}/{end}"
    assert anna.post(address, {"which": "matching"}, csrf=False).status_code == 400
    assert states(world) == [QUEUED]
    assert contact(world).invited_at is not None


@pytest.mark.usefixtures("advisers_restricted")
def test_a_restricted_adviser_acts_for_assigned_clients_only(ben: Browser, clara: Browser, world: World) -> None:
    assert "dora@" in ben.get(LIST).text
    assert "emil@" not in ben.get(LIST).text
    assert "dora@" not in clara.get(LIST).text
    assert ben.post(path(world, "delivery", world.emil)).status_code == 403
    assert ben.post(path(world, "cancellation", world.emil)).status_code == 403
    assert clara.post(path(world, "delivery")).status_code == 403
    assert ben.post(f"{LIST}/deliveries", {"contact": [contact(world, world.emil).uid], "key": "k"}).status_code == 303
    assert mails(world) == []
    assert ben.post(path(world, "delivery")).status_code == 303
    assert ben.post(f"{LIST}/deliveries", {"which": "matching", "key": "k"}).status_code == 303
    assert {mail.to for mail in mails(world)} == {"dora@lindner.example.org"}


def test_resend_answers_with_the_row(anna: Browser, world: World) -> None:
    answer = anna.post(path(world, "delivery"), {"key": "k"}, htmx=True)
    assert answer.status_code == 200
    assert answer.text.startswith(f'<tr data-row id="p-{contact(world).uid}" class="flash">')
    assert answer.text.count("<tr") == 1
    assert "waiting to be sent" in answer.text
    assert "Anna Petry" in answer.text
    assert toast(answer)["text"] == "The invitation to Dora Lindner is on its way."
    assert states(world) == [QUEUED]


def test_resend_works_without_script_and_comes_back_to_the_list(anna: Browser, world: World) -> None:
    answer = anna.post(path(world, "delivery"), {"key": "k", "show": "never", "after": "abc"})
    assert answer.status_code == 303
    assert answer.location == f"{LIST}?show=never&after=abc#p-{contact(world).uid}"


def test_resend_voids_the_older_one(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.firm, login_type="password")
        refresh_of(scope.by_id(Contact, world.dora))
    invite(world)
    anna.post(path(world, "delivery"), {"key": "k"})
    assert states(world) == [DROPPED, QUEUED]
    with scopes.of_firm(world.firm) as scope:
        tickets = list(scope.of(Ticket).where(Ticket.contact == world.dora).order_by(Ticket.created_at))
    assert [ticket.cancelled_at is None for ticket in tickets] == [False, True]


def test_a_double_click_sends_one(anna: Browser, world: World) -> None:
    for _ in range(2):
        assert anna.post(path(world, "delivery"), {"key": "k"}, htmx=True).status_code == 200
    assert states(world) == [QUEUED]
    anna.post(path(world, "delivery"), {"key": "another"}, htmx=True)
    assert states(world) == [DROPPED, QUEUED]


@pytest.mark.parametrize("end", ["delivery", "cancellation"])
def test_who_came_in_meanwhile_is_left_alone(anna: Browser, world: World, end: str) -> None:
    invite(world)
    acting.give_password(world.firm, world.dora)
    answer = anna.post(path(world, end), {"key": "k"}, htmx=True)
    assert answer.status_code == 409
    assert answer.text.startswith(f'<tr data-row id="p-{contact(world).uid}"')
    assert "not waited for any more" in answer.text
    assert "checkbox" not in answer.text
    assert toast(answer) == {"text": "Dora Lindner: Active already.", "tone": "bad", "undo": None}
    plain = anna.post(path(world, end), {"key": "k"})
    assert plain.status_code == 409
    assert "Dora Lindner: Active already." in plain.text
    assert states(world) == [QUEUED]
    assert contact(world).invited_at is not None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"email_error": "550 no"}, "Mail to this address came back."),
        ({"email": "", "email_key": None}, "There is no e-mail address."),
    ],
)
def test_who_cannot_be_reached_is_not_asked(anna: Browser, world: World, fields: dict[str, str], reason: str) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, **fields).where(Contact.id == world.dora).execute()
    answer = anna.post(path(world, "delivery"), {"key": "k"}, htmx=True)
    assert answer.status_code == 409
    assert toast(answer)["text"] == f"Dora Lindner: {reason}"
    assert mails(world) == []


def test_cancelling_is_asked_first_in_a_dialog_and_on_a_page(anna: Browser, world: World) -> None:
    invite(world)
    part = anna.get(path(world, "cancellation"), htmx=True).text
    assert part.startswith('<form class="in g4" id="cancelling"')
    assert "The mailed link stops working at once" in part
    assert f'hx-target="#p-{contact(world).uid}"' in part
    whole = anna.get(path(world, "cancellation")).text
    assert "<h1>Cancel invitations</h1>" in whole
    assert "hx-post" not in whole[whole.index('id="cancelling"') : whole.index("</main>")], "there is no row to swap"
    assert contact(world).invited_at is not None, "asking does nothing"


def test_cancel_takes_the_invitation_back(anna: Browser, world: World) -> None:
    invite(world)
    answer = anna.post(path(world, "cancellation"), htmx=True)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger-After-Swap"] == "close-dialog"
    assert "never sent" in answer.text
    assert states(world) == [DROPPED]
    assert contact(world).invited_at is None
    again = anna.post(path(world, "cancellation"), htmx=True)
    assert again.status_code == 409
    assert toast(again)["text"] == "Dora Lindner: Came in meanwhile, or was never invited."


def test_many_are_asked_at_once_with_counts_and_reasons(anna: Browser, world: World) -> None:
    made = people(world, 4)
    with scopes.of_firm(world.firm) as scope:
        scope.update(Contact, email_error="550 no").where(Contact.id == made[0].id).execute()
    acting.give_password(world.firm, made[1].id)
    answer = anna.post(f"{LIST}/deliveries", {"contact": [each.uid for each in made], "key": "k"}, htmx=True)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="stack region" id="list">')
    assert toast(answer)["text"] == (
        "2 invitations are on their way. Skipped: 1. Mail to this address came back. Skipped: 1. Active already."
    )
    assert [mail.to for mail in mails(world)] == ["p002@viele.example.com", "p003@viele.example.com"]
    assert "<caption" in answer.text
    assert "data-focus" in answer.text


def test_many_without_script(anna: Browser, world: World) -> None:
    made = people(world, 2)
    form = {"contact": [each.uid for each in made], "key": "k", "show": "never"}
    answer = anna.post(f"{LIST}/deliveries", form)
    assert (answer.status_code, answer.location) == (303, f"{LIST}?show=never")
    assert "2 invitations are on their way." in anna.get(LIST).text
    assert anna.post(f"{LIST}/deliveries", form).status_code == 303
    assert states(world) == [QUEUED, QUEUED], "sent twice, asked once"


def test_two_staff_at_once_ask_once(anna: Browser, ben: Browser, world: World) -> None:
    made = people(world, 2)
    for browser, key in ((anna, "a"), (ben, "b")):
        browser.post(f"{LIST}/deliveries", {"contact": [each.uid for each in made], "key": key})
    assert states(world) == [QUEUED, QUEUED]


def test_all_that_match_and_those_never_asked(anna: Browser, world: World) -> None:
    people(world, 3)
    invite(world)
    anna.post(f"{LIST}/deliveries", {"which": "matching", "search": "viele", "key": "k"})
    assert [mail.to for mail in mails(world)][1:] == [f"p00{number}@viele.example.com" for number in range(3)]
    anna.post(f"{LIST}/deliveries", {"which": "never", "key": "l"})
    assert [mail.to for mail in mails(world)][4:] == ["emil@okonkwo.example.org"]


def test_many_invitations_are_cancelled_after_a_question(anna: Browser, world: World) -> None:
    made = people(world, 3)
    for each in made[:2]:
        invite(world, each.id)
    chosen = {"contact": [each.uid for each in made], "which": "ticked"}
    asked = anna.post(f"{LIST}/selection", {**chosen, "show": "sent"})
    assert asked.status_code == 303
    assert "csrf" not in asked.location
    question = anna.get(asked.location).text
    assert "Cancel 2 invitations?" in question
    assert "Person 000" in question
    assert contact(world, made[0].id).invited_at is not None
    answer = anna.post(f"{LIST}/cancellations", chosen, htmx=True)
    assert toast(answer)["text"] == "2 invitations were cancelled. Skipped: 1. Came in meanwhile, or was never invited."
    assert answer.headers["HX-Trigger-After-Swap"] == "close-dialog"
    assert states(world) == [DROPPED, DROPPED]


def test_nobody_selected_does_nothing(anna: Browser, world: World) -> None:
    assert anna.post(f"{LIST}/deliveries", {"key": "k"}).status_code == 303
    assert anna.post(f"{LIST}/cancellations", {}).status_code == 303
    assert "None of those selected has an invitation" in anna.get(f"{LIST}/cancellation").text
    assert mails(world) == []


@pytest.mark.parametrize(("end", "kind"), [("deliveries", "invitations"), ("cancellations", "cancellations")])
def test_more_than_fifty_are_left_to_the_worker(anna: Browser, world: World, end: str, kind: str) -> None:
    people(world, operations.AT_ONCE + 1)
    form = {"which": "matching", "search": "viele", "key": "k"}
    answer = anna.post(f"{LIST}/{end}", form)
    assert answer.status_code == 303
    assert mails(world) == []
    with scopes.of_firm(world.firm) as scope:
        (run,) = list(scope.of(Run))
        assert (run.kind, run.total) == (kind, operations.AT_ONCE + 1)
        assert scope.of(RunRow).where(RunRow.run == run.id).count() == operations.AT_ONCE + 1
    assert run.uid in answer.location
    assert anna.post(f"{LIST}/{end}", form).location == answer.location, "asked twice, one run"


def test_each_act_stands_in_the_log(anna: Browser, world: World) -> None:
    anna.post(path(world, "delivery"), {"key": "k"})
    anna.post(path(world, "cancellation"))
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.thode)
    assert client is not None
    text = anna.get("/firm/audit").text
    assert "Dora Lindner" in text


def test_a_mail_that_could_not_be_sent_says_what_the_server_said(anna: Browser, world: World) -> None:
    invite(world)
    with scopes.of_firm(world.firm) as scope:
        scope.update(OutboxMail, state=FAILED, error="451 greylisted").where(OutboxMail.state == QUEUED).execute()
    assert "could not be sent: 451 greylisted" in anna.get(LIST).text
    with scopes.of_firm(world.firm) as scope:
        scope.update(OutboxMail, state=SENT, error="").where(OutboxMail.state == FAILED).execute()
    assert "not used yet" in anna.get(LIST).text
