"""Documents by API: uploaded, corrected, published, withdrawn, cancelled, fetched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.base import files
from portal.models.client import Client
from portal.models.document import Document
from portal.models.outbox import OutboxMail
from portal.models.stored_file import StoredFile
from portal.operations import clients
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from tests import factories
from tests.api.conftest import Programme
from tests.browser_client import Browser
from tests.personas import World

OFFER = {"client": "K-1042", "kind": "offer", "number": "AN-7", "issued_on": "2026-02-01", "valid_until": "2199-12-31",
         "total": "1190.00"}  # fmt: skip
LINES = [{"title": "Pumpe", "detail": "leise", "quantity": 2, "unit": "Stk", "amount": "1000.00"}, {"title": "Hinweis"}]


def offer(api: Programme, **fields: str) -> dict[str, Any]:
    made = api.upload(**{**OFFER, **fields})
    assert made.status_code == 201, made.text
    assert made.json is not None
    return made.json


def test_an_uploaded_offer_is_published(api: Programme) -> None:
    content = factories.pdf("Ein Angebot")
    made = api.upload(content, **OFFER, title="Pumpe", note="Für [Client.name]", lines=json.dumps(LINES), net="1000",
                      tax="190.00")  # fmt: skip
    assert made.status_code == 201
    found = made.json
    assert found is not None
    assert {name: found[name] for name in ("kind", "number", "title", "client", "status", "version")} == {
        "kind": "offer", "number": "AN-7", "title": "Pumpe", "client": "K-1042", "status": "open", "version": 1,
    }  # fmt: skip
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    assert (found["issued_on"], found["due_on"], found["valid_until"]) == ("2026-02-01", None, "2199-12-31")
    assert found["total"] == found["payable"] == {"amount": "1190.00", "currency": "EUR"}
    assert (found["net"]["amount"], found["tax"]["amount"], found["currency"]) == ("1000.00", "190.00", "EUR")
    assert [(line["title"], line["quantity"]) for line in found["lines"]] == [("Pumpe", "2"), ("Hinweis", None)]
    assert found["lines"][0]["amount"] == {"amount": "1000.00", "currency": "EUR"}
    assert found["url"] == f"http://localhost/portal/documents/{found['id']}"
    assert [each["told"] for each in found["recipients"]] == [True]
    del found["recipients"]
    assert api.get(f"/documents/{found['id']}").json == found
    assert api.get(f"/documents/{found['id']}/file").data == content


def test_the_client_sees_it(api: Programme, holder: Browser) -> None:
    made = offer(api, title="Neue Pumpe im Keller")
    page = holder.get(made["url"].removeprefix("http://localhost"))
    assert page.status_code == 200
    assert "Neue Pumpe im Keller" in page.text


def test_the_same_again_is_200_and_other_bytes_409(api: Programme) -> None:
    content = factories.pdf("gleich")
    first = api.upload(content, **OFFER)
    again = api.upload(content, **OFFER)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]  # type: ignore[index]
    other = api.upload(factories.pdf("anders"), **OFFER)
    assert other.status_code == 409
    assert (other.json["code"], other.json["id"]) == ("number", first.json["id"])  # type: ignore[index]
    elsewhere = api.upload(content, **{**OFFER, "client": "K-1043"})
    assert (elsewhere.status_code, elsewhere.json["id"]) == (409, first.json["id"])  # type: ignore[index]
    assert api.upload(content, **{**OFFER, "kind": "order_confirmation"}).status_code == 201, "another kind"


def test_without_a_title_it_is_called_by_its_kind(api: Programme) -> None:
    assert offer(api)["title"] in ("Offer", "Angebot")


def test_a_draft_is_published_later_and_twice_is_once(api: Programme, world: World) -> None:
    draft = offer(api, publish="false")
    assert (draft["status"], draft["published_at"], draft["recipients"]) == ("draft", None, [])
    published = [api.post(f"/documents/{draft['id']}/publish") for _ in range(2)]
    assert [answer.status_code for answer in published] == [200, 200]
    assert [answer.json["status"] for answer in published] == ["open", "open"]  # type: ignore[index]
    assert "recipients" in published[0].json  # type: ignore[operator]
    assert "recipients" not in published[1].json  # type: ignore[operator]
    with scopes.of_firm(world.firm) as scope:
        mails = [mail for mail in scope.of(OutboxMail) if mail.kind == "document"]
        document = scope.get(Document, draft["id"])
        assert len([mail for mail in mails if mail.subject.get("document") == document.id]) == 1


def test_uploading_a_draft_again_publishes_it(api: Programme) -> None:
    content = factories.pdf("Entwurf")
    api.upload(content, **OFFER, publish="false")
    again = api.upload(content, **OFFER)
    assert (again.status_code, again.json["status"]) == (200, "open")  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"client": ""}, {"client"}),
        ({"client": "K-0"}, {"client"}),
        ({"kind": ""}, {"kind"}),
        ({"kind": "letter"}, {"kind"}),
        ({"number": "", "issued_on": ""}, {"number", "issued_on"}),
        ({"number": "x" * 65}, {"number"}),
        ({"issued_on": "2026-02-30"}, {"issued_on"}),
        ({"issued_on": "20260201"}, {"issued_on"}),
        ({"valid_until": "9999-12-31"}, {"valid_until"}),
        ({"total": "1.190,00"}, {"total"}),
        ({"total": "119.000"}, {"total"}),
        ({"currency": "eur"}, {"currency"}),
        ({"kind": "invoice", "total": ""}, {"total"}),
        ({"publish": "yes"}, {"publish"}),
        ({"lines": "{"}, {"lines"}),
        ({"lines": "[1]"}, {"lines"}),
        ({"lines": '[{"title": "x", "amount": 1}]'}, {"lines"}),
        ({"lines": '[{"title": "\\ud800"}]'}, {"lines"}),
        ({"replaces": "nothing"}, {"replaces"}),
        ({"title": "x" * 201, "note": "x" * 5001}, {"title", "note"}),
        ({"colour": "red"}, {"colour"}),
    ],
)
def test_bad_fields_are_named(api: Programme, world: World, fields: dict[str, str], wrong: set[str]) -> None:
    def stored() -> int:
        with scopes.of_firm(world.firm) as scope:
            return int(scope.of(StoredFile).count())

    before = stored()
    refused = api.upload(**{**OFFER, **fields})
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == wrong  # type: ignore[index]
    assert all(" " in texts[0] and "(" not in texts[0] for texts in refused.json["errors"].values())  # type: ignore[index]
    assert stored() == before


def test_a_file_is_needed(api: Programme) -> None:
    without = api.post("/documents", data={**OFFER}, content_type="multipart/form-data")
    assert (without.status_code, list(without.json["errors"])) == (422, ["file"])  # type: ignore[index]
    as_text = api.post("/documents", data={**OFFER, "file": "x"}, content_type="multipart/form-data")
    assert (as_text.status_code, list(as_text.json["errors"])) == (422, ["file"])  # type: ignore[index]
    as_json = api.post("/documents", json=OFFER)
    assert as_json.status_code == 415


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.pdf", "empty"),
        (b"MZ\x00", "a.pdf", "not what its name says"),
        (b"%PDF-1.7\n%broken", "a.pdf", "damaged"),
        (b"<html>", "a.html", "Only PDF"),
        (b"%PDF-", "a", "Only PDF"),
        (b"<a/>", "a.xml", "not an invoice"),
    ],
)
def test_files_that_are_not_taken(api: Programme, content: bytes, name: str, reason: str) -> None:
    refused = api.upload(content, name, **OFFER)
    assert refused.status_code == 422
    assert reason in refused.json["errors"]["file"][0]  # type: ignore[index]


def test_a_file_that_is_too_large(api: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 5000)
    refused = api.upload(b"%PDF-1.7\n" + b"0" * 5000, **OFFER)
    assert refused.status_code == 422
    assert "25 MB" in refused.json["errors"]["file"][0]  # type: ignore[index]


def test_a_body_beyond_all_limits(api: Programme) -> None:
    refused = api.post(
        "/documents",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "70000000"},
    )
    assert refused.status_code == 413
    assert refused.mimetype == "application/problem+json"


def test_a_new_version_keeps_what_is_not_sent(api: Programme) -> None:
    made = offer(api, title="Pumpe", lines=json.dumps(LINES), note="Text")
    content = factories.pdf("Version 2")
    second = api.upload(content, to=f"/documents/{made['id']}/versions", total="1309.00")
    assert second.status_code == 201
    assert second.json is not None
    assert (second.json["version"], second.json["title"], second.json["note"]) == (2, "Pumpe", "Text")
    assert second.json["total"]["amount"] == second.json["payable"]["amount"] == "1309.00"
    assert second.json["net"] is None, "the amounts of the old version do not belong to the new total"
    assert second.json["lines"] == made["lines"]
    assert second.json["sha256"] == hashlib.sha256(content).hexdigest()
    again = api.upload(content, to=f"/documents/{made['id']}/versions", total="1309.00")
    assert (again.status_code, again.json["version"]) == (200, 2)  # type: ignore[index]
    third = api.upload(content, to=f"/documents/{made['id']}/versions", title="Neu")
    assert (third.status_code, third.json["total"]["amount"]) == (201, "1309.00")  # type: ignore[index]
    refused = api.upload(to=f"/documents/{made['id']}/versions", number="AN-8")
    assert list(refused.json["errors"]) == ["number"]  # type: ignore[index]


def test_a_draft_has_no_versions(api: Programme) -> None:
    draft = offer(api, publish="false")
    refused = api.upload(factories.pdf("2"), to=f"/documents/{draft['id']}/versions")
    assert (refused.status_code, refused.json["code"]) == (409, "draft")  # type: ignore[index]


@pytest.mark.parametrize(("act", "state"), [("withdraw", "withdrawn"), ("cancel", "cancelled")])
def test_withdrawing_and_cancelling(api: Programme, act: str, state: str) -> None:
    made = offer(api)
    answers = [api.post(f"/documents/{made['id']}/{act}") for _ in range(2)]
    assert [(answer.status_code, answer.json["status"]) for answer in answers] == [(200, state)] * 2  # type: ignore[index]
    for other in {"withdraw", "cancel", "publish"} - {act}:
        refused = api.post(f"/documents/{made['id']}/{other}")
        assert (refused.status_code, refused.json["code"]) == (409, state)  # type: ignore[index]
        assert refused.json["id"] == made["id"]  # type: ignore[index]


def test_a_paid_invoice_is_not_withdrawn(api: Programme, uid_of: Callable[[int], str], world: World) -> None:
    invoice = uid_of(world.invoice)
    paid = {"amount": "1.00", "currency": "EUR", "paid_on": "2026-03-01", "reference": "R1"}
    assert api.post(f"/documents/{invoice}/payments", json=paid).status_code == 201
    assert api.post(f"/documents/{invoice}/withdraw").json["code"] == "paid"  # type: ignore[index]


def test_archived_clients_get_nothing_new(api: Programme, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        clients.archive(InstanceActor(world.firm, "test"), scope.by_id(Client, world.thode))
    refused = api.upload(**{**OFFER, "client": "K-1043"})
    assert (refused.status_code, refused.json["code"]) == (409, "archived")  # type: ignore[index]


def test_replacing_an_offer(api: Programme) -> None:
    old = offer(api)
    new = api.upload(factories.pdf("neu"), **{**OFFER, "number": "AN-8", "replaces": old["id"]})
    assert new.status_code == 201
    elsewhere = api.upload(factories.pdf("x"), **{**OFFER, "number": "AN-9", "client": "K-1043", "replaces": old["id"]})
    assert list(elsewhere.json["errors"]) == ["replaces"]  # type: ignore[index]


def test_lists_are_filtered_and_go_on(api: Programme, world: World) -> None:
    def numbers(query: str) -> list[str]:
        return [item["number"] for item in api.get(f"/documents?{query}").json["items"]]  # type: ignore[index]

    everything = numbers("limit=200")
    assert {"AN-2026-0147", "RE-2026-0312", "AN-2026-0151"} <= set(everything)
    assert "AN-2026-0151" not in numbers("client=k-1042")
    assert set(numbers("client=K-1042&kind=invoice")) == {"RE-2026-0312"}
    assert numbers("status=draft") == ["AN-2026-0160"]
    assert numbers("client=K-1042&kind=offer&status=accepted") == []
    walked, address = [], "/documents?limit=3"
    while address:
        page = api.get(address).json
        assert page is not None
        walked += [item["number"] for item in page["items"]]
        address = (page["next"] or "").removeprefix("http://localhost/api/v1")
    assert walked == everything


@pytest.mark.parametrize("query", ["client=K-0", "kind=letter", "status=lost", "limit=-1", "cursor=x", "q=1"])
def test_queries_are_checked(api: Programme, query: str) -> None:
    refused = api.get(f"/documents?{query}")
    assert (refused.status_code, list(refused.json["errors"])) == (422, [query.split("=")[0]])  # type: ignore[index]


def test_files_are_sent_so_that_nothing_runs(api: Programme, uid_of: Callable[[int], str], world: World) -> None:
    sent = api.get(f"/documents/{uid_of(world.offer)}/file")
    assert sent.mimetype == "application/pdf"
    assert "AN-2026-0147.pdf" in sent.headers["Content-Disposition"]
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"


def test_two_uploads_at_once_make_one_document(app: Flask, api: Programme, world: World) -> None:
    import io
    import threading

    content, answers, start = factories.pdf("gleichzeitig"), [], threading.Barrier(2)

    def upload() -> None:
        start.wait()
        answers.append(
            app.test_client()
            .post(
                "/api/v1/documents",
                data={**OFFER, "file": (io.BytesIO(content), "a.pdf")},
                headers={"Authorization": f"Bearer {api.token}"},
            )
            .status_code
        )

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 201]
    with scopes.of_firm(world.firm) as scope:
        assert scope.of(Document).where(Document.number == "AN-7").count() == 1


def test_the_address_of_a_document_without_a_token_reveals_nothing(app: Flask, api: Programme) -> None:
    made = offer(api)
    assert "/l/" not in made["url"]
    assert app.test_client().get(made["url"].removeprefix("http://localhost")).status_code == 303
