"""The pages of the settings: work, keep what was typed, refuse, and are for portal admins only."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from portal.models.firm import Firm
from portal.models.staff import Staff
from portal.operations import settings
from portal.policies import scope as scopes
from portal.policies.actors import InstanceActor
from portal.queries import terms, texts
from tests.browser_client import Browser
from tests.personas import World

PAGES = ["", "/firm", "/bank", "/look", "/links", "/terms", "/texts", "/mail", "/tokens"]
FIRM = {
    "name": "Petry Haustechnik GmbH", "language": "de", "time_zone": "Europe/Berlin", "country": "DE",
    "phone": "040 1", "email": "post@petry.example.com",
}  # fmt: skip
LINKS = {
    "link_comment": "y",
    "link_decide": "y",
    "expires": "y",
    "link_days": "365",
    "code": "from",
    "code_limit": "1000",
}


def firm_of(world: World) -> Firm:
    with scopes.of_firm(world.firm) as scope:
        return scope.firm


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_the_admin_only(anna: Browser, ben: Browser, path: str) -> None:
    answer = anna.get(f"/firm/settings{path}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert ben.get(f"/firm/settings{path}").status_code == 403


@pytest.mark.parametrize(
    "path", ["/firm", "/bank", "/look", "/links", "/terms", "/texts/send-access", "/mail", "/tokens"]
)
def test_an_adviser_saves_nothing(ben: Browser, path: str) -> None:
    assert ben.post(f"/firm/settings{path}", {"name": "x"}).status_code == 403


def test_the_firm_is_saved(anna: Browser, world: World) -> None:
    answer = anna.post(
        "/firm/settings/firm", {**FIRM, "hours": "Mo–Fr 7–16 Uhr", "imprint_url": "https://petry.example.com"}
    )
    assert (answer.status_code, answer.location) == (303, "/firm/settings/firm")
    assert (firm_of(world).phone, firm_of(world).imprint_url) == ("040 1", "https://petry.example.com")
    assert "Saved." in anna.get("/firm/settings/firm").text


def test_a_wrong_firm_comes_back_as_typed(anna: Browser, world: World) -> None:
    answer = anna.post("/firm/settings/firm", {**FIRM, "name": "", "phone": "040 999", "email": "post@"})
    assert answer.status_code == 422
    assert 'value="040 999"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert firm_of(world).phone == "040 66969-120"


def test_a_page_that_stood_open_too_long_comes_back_as_typed(anna: Browser, world: World) -> None:
    answer = anna.post("/firm/settings/firm", {**FIRM, "phone": "040 999"}, csrf=False)
    assert answer.status_code == 422
    assert 'value="040 999"' in answer.text
    assert firm_of(world).phone == "040 66969-120"


def test_a_request_made_by_hand_with_nothing_in_it_is_only_wrong(anna: Browser) -> None:
    for path in ("firm", "look", "links", "tokens"):
        assert anna.post(f"/firm/settings/{path}").status_code == 422


def test_the_bank_account_is_shown_in_groups_and_checked(anna: Browser, world: World) -> None:
    assert "DE89 3704 0044 0532 0130 00" in anna.get("/firm/settings/bank").text
    wrong = {"account_holder": "Petry", "iban": "DE02 1203 0000 0000 2020 52", "bic": ""}
    answer = anna.post("/firm/settings/bank", wrong)
    assert answer.status_code == 422
    assert "DE02 1203 0000 0000 2020 52" in answer.text
    assert anna.post("/firm/settings/bank", {**wrong, "iban": "DE02 1203 0000 0000 2020 51"}).status_code == 303
    assert firm_of(world).iban == "DE02120300000000202051"


def test_the_look_is_saved_and_tried_before(anna: Browser, world: World) -> None:
    tried = anna.get("/firm/settings/look/preview?colour=%23ffcc00&background=tint", htmx=True)
    assert "/brand/preview.css?colour=ffcc00" in tried.text
    assert "Black text on your colour" in tried.text
    assert "<html" not in tried.text
    assert firm_of(world).colour == "#3d4a5c"
    assert anna.post("/firm/settings/look", {"colour": "#FC0", "background": "tint"}).status_code == 303
    assert (firm_of(world).colour, firm_of(world).background) == ("#ffcc00", "tint")
    answer = anna.post("/firm/settings/look", {"colour": "gelb", "background": "tint"})
    assert answer.status_code == 422
    assert 'value="gelb"' in answer.text


def test_a_preview_of_nothing_shows_the_present_colour(anna: Browser) -> None:
    assert "/brand/preview.css?colour=3d4a5c" in anna.get("/firm/settings/look/preview?colour=<x>").text


def logo() -> tuple[io.BytesIO, str]:
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 100), (11, 90, 114, 255)).save(buffer, "PNG")
    buffer.seek(0)
    return buffer, "logo.png"


def test_a_logo_is_put_in_place_and_removed(anna: Browser, world: World) -> None:
    assert anna.post("/firm/settings/look/logo", {"logo": logo()}).status_code == 303
    name = firm_of(world).logo
    assert f"/brand/petry/{name}.png" in anna.get("/firm/settings/look").text
    assert anna.post("/firm/settings/look/logo/removal").status_code == 303
    assert firm_of(world).logo is None


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"<svg/>", "PNG or WebP"), (b"\x89PNG\r\n\x1a\nxx", "damaged"), (None, "choose a file")],
)
def test_a_logo_that_is_none_is_refused_in_words(
    anna: Browser, world: World, content: bytes | None, words: str
) -> None:
    data = {} if content is None else {"logo": (io.BytesIO(content), "logo.png")}
    answer = anna.post("/firm/settings/look/logo", data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert words in answer.text
    assert firm_of(world).logo is None


def test_links_are_limited(anna: Browser, world: World) -> None:
    answer = anna.post(
        "/firm/settings/links", {"expires": "y", "link_days": "30", "code": "from", "code_limit": "2.500,00"}
    )
    assert answer.status_code == 303
    firm = firm_of(world)
    assert (firm.link_comment, firm.link_decide, firm.link_days, firm.code_limit) == (False, False, 30, 250_000)


@pytest.mark.parametrize(("code", "limit"), [("always", 0), ("never", None)])
def test_a_code_is_asked_always_or_never(anna: Browser, world: World, code: str, limit: int | None) -> None:
    assert anna.post("/firm/settings/links", {**LINKS, "code": code, "expires": ""}).status_code == 303
    assert firm_of(world).code_limit == limit
    assert firm_of(world).link_days is None
    assert f'value="{code}" checked' in anna.get("/firm/settings/links").text


@pytest.mark.parametrize(
    "wrong", [{"link_days": "6"}, {"link_days": "ein Jahr"}, {"code_limit": "viel"}, {"code_limit": ""}]
)
def test_wrong_links_come_back_as_typed(anna: Browser, world: World, wrong: dict[str, str]) -> None:
    answer = anna.post("/firm/settings/links", {**LINKS, **wrong})
    assert answer.status_code == 422
    assert f'value="{next(iter(wrong.values()))}" aria-' in answer.text
    assert firm_of(world).link_days == 365


def test_consumers_may_accept_only_after_a_word_about_the_law(anna: Browser, world: World) -> None:
    page = anna.get("/firm/settings/links").text
    for law in ("§ 312j (3) BGB", "355 BGB", "§ 356a BGB"):
        assert law in page
    assert not firm_of(world).persons_accept
    anna.post("/firm/settings/links", {**LINKS, "persons_accept": "y"})
    assert firm_of(world).persons_accept


def test_terms_become_versions_that_can_be_read_again(anna: Browser, world: World) -> None:
    anna.post("/firm/settings/terms", {"text": "Zahlbar in 14 Tagen."})
    anna.post("/firm/settings/terms", {"text": "Zahlbar <b>sofort</b>."})
    with scopes.of_firm(world.firm) as scope:
        now = terms.current(scope)
    assert now is not None
    assert now.version == 2
    assert "Zahlbar in 14 Tagen." in anna.get("/firm/settings/terms/1").text
    assert "Zahlbar &lt;b&gt;sofort&lt;/b&gt;." in anna.get("/firm/settings/terms/2").text
    assert anna.get("/firm/settings/terms/3").status_code == 404
    answer = anna.post("/firm/settings/terms", {"text": "x" * 100_001})
    assert answer.status_code == 422


def test_another_firm_reads_no_terms(anna: Browser, frida: Browser) -> None:
    anna.post("/firm/settings/terms", {"text": "Zahlbar in 14 Tagen."})
    assert frida.get("/firm/settings/terms/1").status_code == 404


def test_texts_are_saved_per_language_and_unknown_placeholders_pointed_out(anna: Browser, world: World) -> None:
    typed = {
        "send_access-subject-de": "Zugang bei [Firma.Name]",
        "send_access-body-de": "Hier: [Client.customerportal_url]",
    }
    answer = anna.post("/firm/settings/texts/send-access", typed)
    assert (answer.status_code, answer.location) == (303, "/firm/settings/texts#send-access")
    with scopes.of_firm(world.firm) as scope:
        assert texts.text_of(scope, texts.SEND_ACCESS_SUBJECT, "de") == "Zugang bei [Firma.Name]"
        assert texts.text_of(scope, texts.SEND_ACCESS_SUBJECT, "en") == texts.DEFAULTS[texts.SEND_ACCESS_SUBJECT]["en"]
    page = anna.get("/firm/settings/texts").text
    assert page.count("Unknown, stays as typed: [Firma.Name]") == 1
    assert "These placeholders are unknown and stay as typed: [Firma.Name]" in page


def test_a_text_that_is_too_long_comes_back_and_an_unknown_group_is_none(anna: Browser) -> None:
    answer = anna.post("/firm/settings/texts/send-access", {"send_access-body-de": "lang " * 2500})
    assert answer.status_code == 422
    assert "lang lang" in answer.text
    assert anna.post("/firm/settings/texts/others").status_code == 404


def test_who_is_told_about_decisions(anna: Browser, world: World) -> None:
    with scopes.of_firm(world.firm) as scope:
        ben = scope.by_id(Staff, world.ben)
    assert anna.post("/firm/settings/mail", {"decisions": [ben.uid]}).status_code == 303
    with scopes.of_firm(world.firm) as scope:
        assert [row.id for row in scope.of(Staff).where(Staff.mail_decisions)] == [world.ben]


def test_the_overview_says_what_is_missing(anna: Browser, world: World) -> None:
    assert "Missing" not in anna.get("/firm/settings").text
    with scopes.of_firm(world.firm) as scope:
        settings.change_bank(InstanceActor(world.firm, "test"), scope.firm, account_holder="", iban="", bic="")
    assert "Missing" in anna.get("/firm/settings").text
