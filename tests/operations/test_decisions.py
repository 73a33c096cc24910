"""Deciding offers: one decision, provable, with a code where the firm asks for one, all or nothing (DETAILS 7)."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from peewee import IntegrityError

from portal.base import clock, files
from portal.base.config import Config
from portal.base.database import database
from portal.base.errors import Conflict, DomainError, Invalid, NotFound, NotPermitted, TooMany
from portal.models.audit_entry import AuditEntry
from portal.models.client import Client
from portal.models.contact import Contact
from portal.models.decision import AWAITING, BINDING, CONFIRMED, REJECTED, OfferDecision, StepUpCode
from portal.models.document import ACCEPTED, DECLINED, Document, DocumentVersion
from portal.models.document import AWAITING as AWAITING_CONFIRMATION
from portal.models.staff import Staff
from portal.models.terms import Terms
from portal.operations import codes, decisions, documents
from portal.policies import scope as scopes
from portal.policies.actors import ClientActor, StaffActor
from portal.queries import decisions as reading
from tests import acting, factories
from tests.personas import World

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _mail_goes_out() -> Iterator[None]:
    codes.configure(mail_available=True)
    yield
    codes.configure(mail_available=True)


@pytest.fixture
def dora(world: World) -> ClientActor:
    return acting.by_link(world.firm, world.dora_link)


@pytest.fixture
def anna(world: World) -> StaffActor:
    return acting.staff(world.firm, world.anna)


def offer(world: World, row_id: int | None = None) -> Document:
    with scopes.of_firm(world.firm) as scope:
        return scope.by_id(Document, row_id or world.small_offer)


def as_shown(document: Document) -> dict[str, Any]:
    with scopes.of_firm(document.firm_id) as scope:
        version = scope.one(
            scope.of(DocumentVersion).where(
                DocumentVersion.document == document.id, DocumentVersion.number == document.version
            )
        )
    return {"version": version.number, "sha256": version.sha256, "fields_sha256": version.fields_sha256}


def shown(document: Document) -> str:
    return codes.shown(**as_shown(document))


def accept(actor: ClientActor, document: Document, **values: Any) -> OfferDecision:
    filled = {
        "name": "Dora Lindner",
        "agreed": True,
        "key": "key-1",
        "language": "de",
        "button": "Zahlungspflichtig beauftragen",
    }
    return decisions.accept(actor, document, **{**as_shown(document), **filled, **values})


def decline(actor: ClientActor, document: Document, **values: Any) -> OfferDecision:
    filled = {"name": "Dora Lindner", "key": "key-2", "language": "de", "button": "Ablehnen"}
    return decisions.decline(actor, document, **{**as_shown(document), **filled, **values})


def sent_code(actor: ClientActor, document: Document) -> str:
    codes.send(actor, document, shown(document))
    with scopes.of_firm(actor.firm_id) as scope:
        return codes.digits(scope.first(scope.of(StepUpCode).order_by(StepUpCode.created_at.desc())))


def count(world: World, model: Any = OfferDecision) -> int:
    with scopes.of_firm(world.firm) as scope:
        return len(list(scope.of(model)))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestAccept:
    def test_makes_a_row_that_proves_it(self, world: World, dora: ClientActor) -> None:
        document = offer(world)
        with scopes.of_firm(world.firm) as scope:
            terms = scope.add(Terms, version=7, text="AGB", sha256="ab" * 32, created_at=clock.now())
        made = accept(dora, document, name="  Dora \u202eLindner ")
        kept = as_shown(document)
        assert (made.state, made.name, made.version, made.sha256) == (BINDING, "Dora Lindner", 1, kept["sha256"])
        assert (made.fields_sha256, made.amount, made.currency) == (kept["fields_sha256"], 238_00, "EUR")
        assert (made.terms_version, made.terms_sha256) == (terms.version, terms.sha256)
        assert (made.contact_id, made.contact_name, made.identified_by) == (world.dora, "Dora Lindner", "contact_link")
        assert (made.address, made.agent, made.step_up) == ("203.0.113.7", "Test browser", "")
        assert (made.button, made.language) == ("Zahlungspflichtig beauftragen", "de")
        after = offer(world)
        assert (after.outcome, after.closed_at) == (ACCEPTED, made.at)

    def test_tells_staff_and_the_contact(self, world: World, dora: ClientActor) -> None:
        made = accept(dora, offer(world))
        (to_staff,), (receipt,) = acting.mails(world.firm, "decision"), acting.mails(world.firm, "decision_receipt")
        assert (to_staff.to, to_staff.subject["decision"]) == ("ben@petry.example.com", made.id)
        assert (receipt.to, receipt.subject["decision"]) == ("dora@lindner.example.org", made.id)
        assert receipt.subject["link"] == world.dora_link

    def test_is_in_the_audit_log_without_names(self, world: World, dora: ClientActor) -> None:
        made = accept(dora, offer(world))
        with scopes.of_firm(world.firm) as scope:
            entry = scope.one(scope.of(AuditEntry).where(AuditEntry.action == "offer.accepted"))
        assert (entry.facts["uid"], entry.facts["sha256"]) == (made.uid, made.sha256)
        assert "Dora" not in str(entry.facts)

    def test_the_same_key_answers_the_same(self, world: World, dora: ClientActor) -> None:
        assert accept(dora, offer(world)).id == accept(dora, offer(world), name="Anders").id
        assert (count(world), len(acting.mails(world.firm, "decision"))) == (1, 1)

    def test_another_key_is_told_that_it_is_decided(self, world: World, dora: ClientActor) -> None:
        accept(dora, offer(world))
        with pytest.raises(Conflict, match="decided"):
            accept(dora, offer(world), key="key-9")
        with pytest.raises(Conflict, match="decided"):
            decline(dora, offer(world), key="key-1")

    @pytest.mark.parametrize(
        ("values", "errors"),
        [
            ({"name": " "}, {"name": ["missing"]}),
            ({"name": "x" * 201}, {"name": ["too_long"]}),
            ({"agreed": False}, {"agreed": ["missing"]}),
            ({"key": ""}, {"key": ["bad"]}),
        ],
    )
    def test_refuses(
        self, world: World, dora: ClientActor, values: dict[str, Any], errors: dict[str, list[str]]
    ) -> None:
        with pytest.raises(Invalid) as refused:
            accept(dora, offer(world), **values)
        assert refused.value.errors == errors
        assert offer(world).outcome is None

    @pytest.mark.parametrize("name", ["version", "sha256", "fields_sha256"])
    def test_only_what_was_shown(self, world: World, dora: ClientActor, name: str) -> None:
        stale = 2 if name == "version" else "0" * 64
        with pytest.raises(Conflict, match="changed"):
            accept(dora, offer(world), **{name: stale})
        assert count(world) == 0

    def test_not_under_terms_that_changed(self, world: World, dora: ClientActor) -> None:
        with scopes.of_firm(world.firm) as scope:
            scope.add(Terms, version=2, text="neu", sha256="cd" * 32, created_at=clock.now())
        with pytest.raises(Conflict, match="changed"):
            accept(dora, offer(world), terms_version=1)
        assert accept(dora, offer(world), terms_version=2).terms_version == 2

    def test_not_when_a_new_version_came(self, world: World, dora: ClientActor, anna: StaffActor) -> None:
        before = offer(world)
        old = as_shown(before)
        with files.received(io.BytesIO(b"%PDF-1.4 neu")) as file:
            documents.add_version(
                anna, before, file=file, filename="a.pdf", title="Neu", issued_on=before.issued_on, total=1
            )
        with pytest.raises(Conflict, match="changed"):
            accept(dora, offer(world), **old)

    def test_not_after_its_last_day(self, world: World, dora: ClientActor, move_clock: Callable[..., None]) -> None:
        move_clock(days=14)
        actor = acting.by_link(world.firm, world.dora_link)
        assert offer(world).valid_until == clock.today("Europe/Berlin")
        move_clock(days=1)
        with pytest.raises(Conflict, match="expired"):
            accept(actor, offer(world))
        with pytest.raises(Conflict, match="expired"):
            decline(actor, offer(world))

    def test_on_its_last_day_until_midnight(
        self, world: World, dora: ClientActor, move_clock: Callable[..., None]
    ) -> None:
        move_clock(days=14)
        assert accept(dora, offer(world)).state == BINDING

    @pytest.mark.parametrize(("close", "code"), [(documents.withdraw, "withdrawn"), (documents.cancel, "cancelled")])
    def test_not_what_is_gone(self, world: World, dora: ClientActor, anna: StaffActor, close: Any, code: str) -> None:
        close(anna, offer(world))
        with pytest.raises(Conflict, match=code):
            accept(dora, offer(world))

    def test_only_offers_that_are_out(self, world: World, dora: ClientActor) -> None:
        for row_id in (world.invoice, world.draft):
            with pytest.raises(NotFound):
                accept(dora, offer(world, row_id))

    def test_only_her_own(self, world: World, dora: ClientActor) -> None:
        with pytest.raises(NotFound):
            accept(dora, offer(world, world.thode_offer))

    def test_not_where_links_may_not_decide(self, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.firm, link_decide=False)
        with pytest.raises(NotPermitted):
            accept(acting.by_link(world.firm, world.dora_link), offer(world))

    def test_not_by_who_only_looks(self, world: World, anna: StaffActor) -> None:
        with pytest.raises(NotPermitted):
            accept(acting.viewing(anna, world.lindner), offer(world))

    def test_by_staff_at_the_test_client(self, world: World, anna: StaffActor) -> None:
        with scopes.of_firm(world.firm) as scope:
            client = scope.by_id(Client, world.test_client)
        tried = factories.document(client, number="T-1", total=1)
        assert accept(acting.viewing(anna, world.test_client), tried).identified_by == "staff_view"

    def test_consumers_only_when_the_firm_said_so(self, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            client = scope.by_id(Client, world.okonkwo)
        theirs, emil = factories.document(client, number="P-1", total=1), acting.by_link(world.firm, world.okonkwo_link)
        with pytest.raises(NotPermitted):
            accept(emil, theirs)
        with scopes.of_firm(world.firm) as scope:
            scope.change(scope.firm, persons_accept=True)
        assert accept(emil, theirs).state == BINDING

    def test_consumers_may_decline(self, world: World) -> None:
        with scopes.of_firm(world.firm) as scope:
            client = scope.by_id(Client, world.okonkwo)
        theirs = factories.document(client, number="P-1", total=1)
        assert decline(acting.by_link(world.firm, world.okonkwo_link), theirs).verdict == "decline"


class TestDecline:
    def test_with_a_reason_and_never_a_code(self, world: World, dora: ClientActor) -> None:
        made = decline(dora, offer(world, world.offer), reason="Zu teuer")
        assert (made.state, made.reason, made.step_up) == (BINDING, "Zu teuer", "")
        assert offer(world, world.offer).outcome == DECLINED

    def test_refuses_a_novel(self, world: World, dora: ClientActor) -> None:
        with pytest.raises(Invalid):
            decline(dora, offer(world), reason="x" * 2001)


class TestCode:
    def test_needed_from_the_limit_on_and_without_an_amount(self, world: World, dora: ClientActor) -> None:
        with scopes.of_firm(world.firm) as scope:
            firm = scope.firm
        document = offer(world)
        for payable, limit, needed in (
            (99_99, 100_00, False),
            (100_00, 100_00, True),
            (None, 100_00, True),
            (10**9, None, False),
        ):
            document.payable, firm.code_limit = payable, limit
            assert codes.needed(firm, document, dora) is needed

    def test_without_one_nothing_is_decided(self, world: World, dora: ClientActor) -> None:
        with pytest.raises(Invalid) as refused:
            accept(dora, offer(world, world.offer))
        assert refused.value.errors == {"code": ["missing"]}
        assert offer(world, world.offer).outcome is None

    def test_the_right_one_binds(self, world: World, dora: ClientActor) -> None:
        code = sent_code(dora, offer(world, world.offer))
        made = accept(dora, offer(world, world.offer), code=f" {code[:3]} {code[3:]} ")
        assert (made.state, made.step_up, made.step_up_to) == (BINDING, "code", "dora@lindner.example.org")
        (mail,) = acting.mails(world.firm, "code")
        assert (mail.to, code in str(mail.__data__)) == ("dora@lindner.example.org", False)

    def test_the_same_key_answers_although_the_code_is_used(self, world: World, dora: ClientActor) -> None:
        code = sent_code(dora, offer(world, world.offer))
        first = accept(dora, offer(world, world.offer), code=code)
        assert accept(dora, offer(world, world.offer), code=code).id == first.id

    def test_a_second_tab_learns_that_it_is_decided(self, world: World, dora: ClientActor) -> None:
        code = sent_code(dora, offer(world, world.offer))
        accept(dora, offer(world, world.offer), code=code)
        with pytest.raises(Conflict, match="decided"):
            accept(dora, offer(world, world.offer), code=code, key="key-9")

    def test_wrong_ones_are_counted_and_the_fifth_ends_the_form(self, world: World, dora: ClientActor) -> None:
        document = offer(world, world.offer)
        code = sent_code(dora, document)
        for _try in range(4):
            with pytest.raises(Invalid) as refused:
                accept(dora, document, code=wrong(code))
            assert refused.value.errors == {"code": ["wrong"]}
        with pytest.raises(Conflict, match="code_used_up"):
            accept(dora, document, code=wrong(code))
        with pytest.raises(Conflict, match="code_used_up"):
            accept(dora, document, code=code)
        assert count(world) == 0

    def test_not_after_ten_minutes(self, world: World, dora: ClientActor, move_clock: Callable[..., None]) -> None:
        code = sent_code(dora, offer(world, world.offer))
        move_clock(minutes=10, seconds=1)
        with pytest.raises(Invalid) as refused:
            accept(dora, offer(world, world.offer), code=code)
        assert refused.value.errors == {"code": ["expired"]}

    def test_a_new_one_after_a_minute_voids_the_older(
        self, world: World, dora: ClientActor, move_clock: Callable[..., None]
    ) -> None:
        document = offer(world, world.offer)
        first = sent_code(dora, document)
        with pytest.raises(TooMany) as pause:
            sent_code(dora, document)
        assert 50 <= pause.value.retry_after <= 61
        move_clock(seconds=61)
        second = sent_code(dora, document)
        with pytest.raises(Invalid):
            accept(dora, document, code=first if first != second else wrong(second))
        assert accept(dora, document, code=second)

    def test_five_an_hour_whatever_session_asks(
        self, world: World, dora: ClientActor, move_clock: Callable[..., None]
    ) -> None:
        document = offer(world, world.offer)
        for _time in range(5):
            sent_code(acting.by_link(world.firm, world.dora_link), document)
            move_clock(seconds=61)
        with pytest.raises(TooMany) as pause:
            sent_code(acting.by_link(world.firm, world.dora_link), document)
        assert 3200 < pause.value.retry_after < 3600
        move_clock(hours=1)
        assert sent_code(acting.by_link(world.firm, world.dora_link), document)

    def test_counts_for_one_session_offer_and_content(self, world: World, dora: ClientActor) -> None:
        document = offer(world, world.offer)
        code = sent_code(dora, document)
        other_session = acting.by_link(world.firm, world.dora_link)
        assert codes.check(other_session, document, shown=shown(document), typed=code) == "expired"
        assert codes.check(dora, offer(world), shown=shown(offer(world)), typed=code) == "expired"
        assert codes.check(dora, document, shown=codes.shown(1, "0", "0"), typed=code) == "expired"
        assert codes.check(dora, document, shown=shown(document), typed=code) == "right"

    def test_goes_to_the_primary_contact_behind_a_link_of_nobody(self, world: World) -> None:
        holder = acting.by_link(world.firm, world.lindner_link)
        assert (
            codes.send(holder, offer(world, world.offer), shown(offer(world, world.offer))).to
            == "dora@lindner.example.org"
        )

    def test_says_where_it_went(self, world: World, dora: ClientActor) -> None:
        document = offer(world, world.offer)
        with scopes.of_firm(world.firm) as scope:
            assert codes.waiting(scope, dora, document, shown(document)) is None
        sent_code(dora, document)
        with scopes.of_firm(world.firm) as scope:
            sent = codes.waiting(scope, dora, document, shown(document))
        assert sent is not None
        assert sent.to == "dora@lindner.example.org"


def bounce(world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Contact, world.dora), email_error="550")


def awaiting(world: World, dora: ClientActor) -> OfferDecision:
    bounce(world)
    return accept(dora, offer(world, world.offer))


class TestAwaiting:
    def test_without_a_usable_address(self, world: World, dora: ClientActor) -> None:
        made = awaiting(world, dora)
        assert (made.state, made.step_up) == (AWAITING, "")
        assert offer(world, world.offer).outcome == AWAITING_CONFIRMATION
        assert [mail.subject["decision"] for mail in acting.mails(world.firm, "decision")] == [made.id]

    def test_without_a_mail_server(self, world: World, dora: ClientActor) -> None:
        codes.configure(mail_available=False)
        assert accept(dora, offer(world, world.offer)).state == AWAITING
        with pytest.raises(Conflict, match="no_address"):
            codes.send(dora, offer(world, world.offer), "x")

    def test_below_the_limit_no_address_is_needed(self, world: World, dora: ClientActor) -> None:
        bounce(world)
        assert accept(dora, offer(world)).state == BINDING

    def test_nothing_else_happens_meanwhile(self, world: World, dora: ClientActor, anna: StaffActor) -> None:
        awaiting(world, dora)
        waiting = offer(world, world.offer)
        with pytest.raises(Conflict, match="decided"):
            documents.withdraw(anna, waiting)
        with pytest.raises(Conflict, match="decided"):
            decline(dora, waiting)

    def test_staff_confirm_it(self, world: World, dora: ClientActor, anna: StaffActor) -> None:
        made = decisions.confirm(
            anna, awaiting(world, dora), with_whom="Dora Lindner", how="Telefon", when="heute, 10 Uhr"
        )
        assert (made.state, made.settled_with, made.settled_how, made.settled_when) == (
            CONFIRMED, "Dora Lindner", "Telefon", "heute, 10 Uhr",
        )  # fmt: skip
        assert made.settled_by_id == world.anna
        assert offer(world, world.offer).outcome == ACCEPTED
        with pytest.raises(Conflict, match="settled"):
            decisions.confirm(anna, made, with_whom="x", how="y", when="z")
        with pytest.raises(Conflict, match="settled"):
            decisions.reject(anna, made, reason="x")

    def test_confirming_wants_to_know_all(self, world: World, dora: ClientActor, anna: StaffActor) -> None:
        with pytest.raises(Invalid) as refused:
            decisions.confirm(anna, awaiting(world, dora), with_whom="", how=" ", when="x" * 301)
        assert refused.value.errors == {"with_whom": ["missing"], "how": ["missing"], "when": ["too_long"]}

    def test_staff_reject_it_and_the_offer_is_open_again(
        self, world: World, dora: ClientActor, anna: StaffActor
    ) -> None:
        rejected = decisions.reject(anna, awaiting(world, dora), reason="Niemand weiß davon")
        assert (rejected.state, offer(world, world.offer).outcome) == (REJECTED, None)
        decline(dora, offer(world, world.offer))
        with scopes.of_firm(world.firm) as scope:
            document = offer(world, world.offer)
            standing = reading.of(scope, document)
            assert standing is not None
            assert standing.verdict == "decline"
            assert [d.state for d in reading.history(scope, document)] == [BINDING, REJECTED]

    def test_runs_out_with_the_offer(
        self, world: World, dora: ClientActor, anna: StaffActor, move_clock: Callable[..., None]
    ) -> None:
        made = awaiting(world, dora)
        move_clock(days=15)
        with pytest.raises(Conflict, match="expired"):
            decisions.confirm(anna, made, with_whom="x", how="y", when="z")
        decisions.reject(anna, made, reason="abgelaufen")
        assert offer(world, world.offer).is_expired(clock.today("Europe/Berlin"))

    def test_not_once_it_was_cancelled(self, world: World, dora: ClientActor, anna: StaffActor) -> None:
        made = awaiting(world, dora)
        documents.cancel(anna, offer(world, world.offer))
        with pytest.raises(Conflict, match="cancelled"):
            decisions.confirm(anna, made, with_whom="x", how="y", when="z")

    def test_clients_and_other_firms_do_not_settle(self, world: World, dora: ClientActor) -> None:
        made = awaiting(world, dora)
        with pytest.raises(NotPermitted):
            decisions.confirm(dora, made, with_whom="x", how="y", when="z")  # type: ignore[type-var]
        with pytest.raises(NotFound):
            decisions.reject(acting.staff(world.other_firm, world.frida), made, reason="x")


def test_who_switched_decisions_off_is_not_mailed(world: World, dora: ClientActor) -> None:
    with scopes.of_firm(world.firm) as scope:
        scope.change(scope.by_id(Staff, world.ben), mail_decisions=False)
    accept(dora, offer(world))
    assert acting.mails(world.firm, "decision") == []


def test_a_hundred_at_once_make_one(world: World, dora: ClientActor) -> None:
    document, results = offer(world), []
    start = threading.Barrier(100)

    def run(number: int) -> None:
        start.wait()
        try:
            results.append(accept(dora, document, key=f"key-{number}").uid)
        except DomainError as error:
            results.append(getattr(error, "code", repr(error)))
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 100
    assert results.count("decided") == 99
    assert count(world) == 1
    assert (len(acting.mails(world.firm, "decision")), len(acting.mails(world.firm, "decision_receipt"))) == (1, 1)


def test_a_decision_that_got_past_every_check_is_still_unique(world: World, dora: ClientActor) -> None:
    made = accept(dora, offer(world))
    with scopes.of_firm(world.firm) as scope, pytest.raises(IntegrityError):
        scope.add(
            OfferDecision,
            **{**{k: v for k, v in made.__data__.items() if k not in ("id", "firm", "uid")}, "key": "other"},
        )


CRASH = """
import sys
from portal.base import config
from portal.operations import boot, decisions
from portal.policies import scope as scopes
from portal.models.document import Document
from tests import acting
from tests.operations.test_decisions import accept
boot.open_instance(config.load({"PORTAL_INSTANCE": sys.argv[1], "PORTAL_CRASH_AT": sys.argv[2]}))
firm, link, offer = (int(text) for text in sys.argv[3:])
actor = acting.by_link(firm, link)
with scopes.of_firm(firm) as scope:
    document = scope.by_id(Document, offer)
accept(actor, document)
"""


@pytest.mark.parametrize(
    ("point", "there"),
    [("operation.before_commit:offers.accept", False), ("operation.after_commit:offers.accept", True)],
)
def test_killed_in_the_middle_leaves_all_or_nothing(world: World, instance: Config, point: str, there: bool) -> None:
    ids = (world.firm, world.dora_link, world.small_offer)
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(instance.instance), point, *map(str, ids)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "."},
        cwd=Path(__file__).parents[2],
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with scopes.of_firm(world.firm) as scope:
        entries = list(scope.of(AuditEntry).where(AuditEntry.action == "offer.accepted"))
    expected = (ACCEPTED, 1, 1, 1) if there else (None, 0, 0, 0)
    assert (offer(world).outcome, count(world), len(entries), len(acting.mails(world.firm, "decision"))) == expected


def test_the_actor_of_a_visit_is_bound_to_its_client(world: World, dora: ClientActor) -> None:
    with pytest.raises(NotFound):
        accept(replace(dora, client_id=world.thode), offer(world))
