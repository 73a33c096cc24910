"""The scripts in Chromium, under the pages' own Content-Security-Policy and with htmx as configured."""

import html
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

STATIC = Path(__file__).parents[2] / "static"
HOST = "http://localhost:9"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
)
CONFIG = re.search(r"htmx-config\" content='(.*?)'", (STATIC / "README.md").read_text())[1]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]

SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page</title>
<meta name="htmx-config" content='{config}'>
<link rel="stylesheet" href="/app.css"><script src="/htmx.js" defer></script>
<script src="/app.js" defer></script></head>
<body class="firm" hx-headers='{{"X-Token": "t1"}}'><main class="main">{main}</main>
<dialog class="dialog" id="dialog"></dialog>
<div class="toasts" id="toasts" role="status" data-icons="/icons.svg" data-close="Close"
 data-undo="Undo" data-retry="Again" data-error-403="Not allowed." data-error-404="Gone."
 data-error-413="Too large." data-error-503="Busy."
 data-error-507="Full." data-error-network="No connection." data-error-other="Failed."></div></body></html>"""

Answer = tuple[int, dict[str, str], str]


class Stage:
    """One page with invented answers; keeps what was asked and what the browser complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[tuple[str, str, dict[str, str], str]] = []
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda note: self.complaints.append(note.text) if self.unexpected(note.text) else None)
        page.route(f"{HOST}/**", self.answer)

    def unexpected(self, note: str) -> bool:
        return "Content Security Policy" in note or "SyntaxError" in note

    def show(self, main: str, **answers: Answer | Callable[[], Answer]) -> None:
        self.answers = {f"/{path}": answer for path, answer in answers.items()}
        self.answers["/"] = (200, {}, SHELL.format(config=html.escape(CONFIG, quote=False), main=main))
        self.page.goto(f"{HOST}/")

    def answer(self, route: Route) -> None:
        request, path = route.request, urlsplit(route.request.url).path
        if path in ASSETS:
            kind, text = ASSETS[path]
            return route.fulfill(status=200, content_type=kind, body=text)
        self.asked.append((request.method, path, request.headers, request.post_data or ""))
        found = self.answers.get(path, (404, {}, "nothing"))
        if found == "cut":
            return route.abort()
        status, headers, body = found() if callable(found) else found
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8", **headers}
        return route.fulfill(status=status, headers=headers, body=body)

    def posts(self) -> list[str]:
        return [path for method, path, _, _ in self.asked if method == "POST"]


def joined(folder: str) -> str:
    return "".join(path.read_text() for path in sorted((STATIC / folder).glob(f"*.{folder}")))


ASSETS = {
    "/app.css": ("text/css", joined("css")),
    "/app.js": ("text/javascript", joined("js")),
    "/htmx.js": ("text/javascript", (STATIC / "vendor" / "htmx-2.0.11.min.js").read_text()),
    "/icons.svg": ("image/svg+xml", (STATIC / "img" / "icons.svg").read_text()),
    "/favicon.ico": ("image/svg+xml", ""),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if not program:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Stage]:
    context = chromium.new_context(
        permissions=["clipboard-read", "clipboard-write"], viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(5000)
    found = Stage(context.new_page())
    yield found
    context.close()
    assert found.complaints == []


def clipboard(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def toast(**detail: str) -> dict[str, str]:
    return {"HX-Trigger": json.dumps({"toast": detail})}


POST = (
    '<form action="/do" method="post" hx-post="/do" hx-target="this" hx-swap="outerHTML">'
    '<input id="f" name="f" value="typed"><button>Go</button></form>'
)


def test_htmx_config_of_the_readme_is_taken(stage: Stage) -> None:
    stage.show("")
    taken = stage.page.evaluate("htmx.config")
    for name, value in json.loads(CONFIG).items():
        assert taken[name] == value


def test_toast_passes_and_undo_posts(stage: Stage) -> None:
    stage.show(POST, do=(200, toast(text="Läuft", tone="ok", undo="/undo"), POST), undo=(200, {}, ""))
    stage.page.click("text=Go")
    box = stage.page.locator("#toasts .toast")
    expect(box).to_contain_text("Läuft")
    box.get_by_role("button", name="Undo").click()
    expect(box).to_have_count(0)
    stage.page.wait_for_function("() => true")
    assert stage.posts() == ["/do", "/undo"]
    assert stage.asked[-1][2]["x-token"] == "t1"


def test_toast_without_action_leaves_after_six_seconds_unless_pointed_at(stage: Stage) -> None:
    stage.page.clock.install()
    stage.show(POST, do=(200, toast(text="Saved"), POST))
    stage.page.click("text=Go")
    box = stage.page.locator(".toast")
    expect(box).to_be_visible()
    box.hover()
    stage.page.clock.run_for(9000)
    expect(box).to_be_visible()
    stage.page.mouse.move(5, 5)
    stage.page.clock.run_for(6500)
    expect(box).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "Not allowed."), (404, "Gone."), (413, "Too large."), (503, "Busy."), (507, "Full."), (500, "Failed.")],
)
def test_errors_keep_what_was_typed(stage: Stage, status: int, words: str) -> None:
    stage.show(POST, do=(status, {}, "<h1>Error page</h1>"))
    stage.page.fill("#f", "half a letter")
    stage.page.click("text=Go")
    expect(stage.page.locator('.toast[data-tone="bad"]')).to_contain_text(words)
    assert stage.page.input_value("#f") == "half a letter"
    expect(stage.page.locator("h1")).to_have_count(0)


@pytest.mark.parametrize("status", [409, 422, 429])
def test_answers_about_the_form_are_swapped(stage: Stage, status: int) -> None:
    wrong = '<div id="out"><input id="a"><input id="b" aria-invalid="true"></div>'
    stage.show(POST.replace('"this"', '"#out"') + '<div id="out"></div>', do=(status, {}, wrong))
    stage.page.click("text=Go")
    expect(stage.page.locator("#b")).to_be_focused()
    expect(stage.page.locator(".toast")).to_have_count(0)


def test_no_connection_offers_to_try_again(stage: Stage) -> None:
    stage.show(POST, do="cut")
    stage.page.click("text=Go")
    box = stage.page.locator(".toast")
    expect(box).to_contain_text("No connection.")
    stage.answers["/do"] = (200, {}, '<p id="done" data-focus>Done</p>')
    box.get_by_role("button", name="Again").click()
    expect(stage.page.locator("#done")).to_be_focused()
    expect(box).to_have_count(0)


def test_switch_turns_back_when_refused(stage: Stage) -> None:
    button = (
        '<button class="switch" role="switch" aria-checked="false" aria-label="Login" hx-post="/do" '
        'hx-swap="outerHTML"></button>'
    )
    stage.show(button, do=(403, {}, ""))
    switch = stage.page.get_by_role("switch")
    switch.click()
    expect(stage.page.locator(".toast")).to_be_visible()
    expect(switch).to_have_attribute("aria-checked", "false")


FORM = (
    '<form id="fragment" action="/accept" method="post" hx-post="/accept" hx-target="this" hx-swap="outerHTML">'
    '<h2>Accept</h2><input type="hidden" name="t"><label for="n">Name</label><input id="n" name="n">'
    '<a class="btn" href="/" data-close>Cancel</a><button class="btn primary">Order</button></form>'
)


def test_dialog_opens_closes_and_gives_the_focus_back(stage: Stage) -> None:
    """Safari does not focus what is clicked, so the dialog itself does not know where to go back to."""
    stage.show('<a id="open" href="/accept" data-dialog-url>Accept</a>', accept=(200, {}, FORM))
    stage.page.evaluate("document.getElementById('open').click()")
    expect(stage.page.get_by_role("dialog", name="Accept")).to_be_visible()
    expect(stage.page.locator("#n")).to_be_focused()
    assert stage.asked[-1][2]["hx-request"] == "true"
    stage.page.click("text=Cancel")
    expect(stage.page.locator("#dialog")).to_be_hidden()
    expect(stage.page.locator("#open")).to_be_focused()
    assert urlsplit(stage.page.url).path == "/"


def test_dialog_opened_from_a_menu_gives_the_focus_to_its_button(stage: Stage) -> None:
    menu = '<div class="menu" id="m" popover><a id="open" href="/accept" data-dialog-url>Accept</a></div>'
    stage.show('<button id="dots" popovertarget="m">More</button>' + menu, accept=(200, {}, FORM))
    stage.page.click("#dots")
    stage.page.click("#open")
    expect(stage.page.locator("#n")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator("#dots")).to_be_focused()
    expect(stage.page.locator("#m")).to_be_hidden()


def test_dialog_shows_errors_inside_and_closes_when_told(stage: Stage) -> None:
    bad = FORM.replace('id="n"', 'id="n" aria-invalid="true"').replace("<h2>", '<input id="first"><h2>')
    stage.show('<p id="state">open</p><a id="open" href="/accept" data-dialog-url>Accept</a>', accept=(200, {}, FORM))
    stage.page.click("#open")
    expect(stage.page.locator("#n")).to_be_focused()
    stage.answers["/accept"] = (422, {}, bad)
    stage.page.click("text=Order")
    expect(stage.page.locator("#n[aria-invalid]")).to_be_focused()
    expect(stage.page.locator("#dialog")).to_be_visible()
    done = {
        "HX-Trigger": json.dumps({"close-dialog": True, "toast": {"text": "Accepted"}}),
        "HX-Retarget": "#state",
        "HX-Reswap": "outerHTML",
    }
    stage.answers["/accept"] = (200, done, '<h2 id="state" data-focus>Accepted</h2>')
    stage.page.click("text=Order")
    expect(stage.page.locator("#dialog")).to_be_hidden()
    expect(stage.page.locator("h2#state")).to_be_focused()
    expect(stage.page.locator(".toast")).to_contain_text("Accepted")
    expect(stage.page.locator("#fragment")).to_have_count(0)


def test_a_click_with_a_modifier_stays_a_link(stage: Stage) -> None:
    stage.show('<a id="open" href="/accept" data-dialog-url>Accept</a>', accept=(200, {}, FORM))
    with stage.page.context.expect_page() as other:
        stage.page.click("#open", modifiers=["ControlOrMeta"])
    other.value.close()
    expect(stage.page.locator("#dialog")).to_be_hidden()


def test_toasts_are_heard_while_a_dialog_is_open(stage: Stage) -> None:
    stage.show('<a id="open" href="/accept" data-dialog-url>Accept</a>', accept=(200, {}, FORM))
    stage.page.click("#open")
    expect(stage.page.locator("#n")).to_be_focused()
    stage.answers["/accept"] = (503, {}, "")
    stage.page.click("text=Order")
    stage.page.locator("dialog .toast").get_by_role("button", name="Close").click()
    expect(stage.page.locator(".toast")).to_have_count(0)
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator("body > #toasts")).to_have_count(1)


def test_failed_dialog_opens_nothing(stage: Stage) -> None:
    stage.show('<a id="open" href="/gone" data-dialog-url>Accept</a>')
    stage.page.click("#open")
    expect(stage.page.locator(".toast")).to_contain_text("Gone.")
    expect(stage.page.locator("#dialog")).to_be_hidden()


def test_copy_says_so_and_returns(stage: Stage) -> None:
    stage.page.clock.install()
    stage.show(
        '<button data-copy="DE02120300000000202051" data-copied="Copied" data-done="IBAN copied">'
        "<span>Copy</span></button>"
    )
    button = stage.page.get_by_role("button")
    button.first.click()
    expect(button.first).to_have_text("Copied")
    expect(stage.page.locator(".toast")).to_contain_text("IBAN copied")
    stage.page.clock.run_for(4500)
    expect(button.first).to_have_text("Copy")
    assert clipboard(stage.page) == "DE02120300000000202051"


LINK = (
    '<div class="in"><h2>Secret link</h2><div class="copyfield"><input id="link" readonly data-copy-field value="https://p.example.com/l/abc">'
    '<button data-copy-from="link" data-copied="Copied"><span>Copy</span></button></div></div>'
)


def test_secret_link_is_copied_inside_the_click_and_shown(stage: Stage) -> None:
    """Safari takes nothing after the click is over, so a later copy must not be what makes it work."""
    stage.page.add_init_script("navigator.clipboard.writeText = null; document.execCommand = () => false")
    form = (
        '<form action="/copies" method="post" data-copy-form><input type="hidden" name="csrf" value="c1">'
        '<button name="b" value="1">Copy link</button></form>'
    )
    stage.show(form, copies=(200, {}, LINK))
    stage.page.click("text=Copy link")
    expect(stage.page.locator("#dialog button")).to_have_text("Copied")
    assert clipboard(stage.page) == "https://p.example.com/l/abc"
    assert stage.posts() == ["/copies"]
    assert 'name="csrf"' in stage.asked[-1][3]
    assert 'name="b"' in stage.asked[-1][3]


def test_secret_link_refused_is_said(stage: Stage) -> None:
    stage.show(
        '<form action="/copies" method="post" data-copy-form><button>Copy link</button></form>', copies=(403, {}, "")
    )
    stage.page.click("text=Copy link")
    expect(stage.page.locator(".toast")).to_contain_text("Not allowed.")
    expect(stage.page.locator("#dialog")).to_be_hidden()


def test_secret_link_signed_out_leads_to_the_door(stage: Stage) -> None:
    stage.show(
        '<form action="/copies" method="post" data-copy-form><button>Copy link</button></form>',
        copies=(401, {"HX-Redirect": "/login"}, ""),
        login=(200, {}, "<h1>Sign in</h1>"),
    )
    stage.page.click("text=Copy link")
    expect(stage.page.locator("h1")).to_have_text("Sign in")


def test_first_wrong_field_has_the_focus_on_a_full_page(stage: Stage) -> None:
    stage.show('<input id="a"><input id="b" aria-invalid="true"><input id="c" aria-invalid="true">')
    expect(stage.page.locator("#b")).to_be_focused()


def test_password_is_shown_and_hidden(stage: Stage) -> None:
    stage.show('<input id="pw" type="password"><button class="js-only" data-reveal="pw" data-hide="Hide">Show</button>')
    button = stage.page.get_by_role("button").first
    button.click()
    expect(button).to_have_text("Hide")
    assert stage.page.get_attribute("#pw", "type") == "text"
    button.click()
    expect(button).to_have_text("Show")
    assert stage.page.get_attribute("#pw", "type") == "password"


def test_dropped_file_is_chosen(stage: Stage) -> None:
    stage.show('<div class="drop" data-drop><input type="file" id="file"><span data-drop-name>none</span></div>')
    stage.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['x'], 'RE-1.pdf'));
          const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
          document.querySelector('[data-drop]').dispatchEvent(drop);
        }"""
    )
    expect(stage.page.locator("[data-drop-name]")).to_have_text("RE-1.pdf")
    assert stage.page.evaluate("document.getElementById('file').files.length") == 1


ROWS = (
    '<input type="search" id="q"><a href="/h" data-key="h">Today</a><ul>'
    '<li data-row><input type="checkbox" class="sel"><a class="rowlink" id="r1" href="/1">One</a></li>'
    '<li data-row><input type="checkbox" class="sel"><a class="rowlink" id="r2" href="/2">Two</a></li></ul>'
)


def test_keys_of_staff(stage: Stage) -> None:
    stage.show(ROWS, h=(200, {}, "<h1>Today</h1>"))
    press, row = stage.page.keyboard.press, stage.page.locator
    press("j")
    expect(row("#r1")).to_be_focused()
    press("j")
    press("j")
    expect(row("#r2")).to_be_focused()
    press("x")
    assert stage.page.evaluate("[...document.querySelectorAll('.sel')].map(one => one.checked)") == [False, True]
    press("k")
    expect(row("#r1")).to_be_focused()
    press("/")
    expect(row("#q")).to_be_focused()
    stage.page.keyboard.type("gh jk")
    assert stage.page.input_value("#q") == "gh jk"
    stage.page.evaluate("document.activeElement.blur()")
    press("g")
    press("h")
    expect(stage.page.locator("h1")).to_have_text("Today")


@pytest.mark.parametrize("change", ["document.body.dataset.keys = 'off'", "document.body.className = 'client'"])
def test_keys_can_be_off(stage: Stage, change: str) -> None:
    stage.show(ROWS)
    stage.page.evaluate(change)
    stage.page.keyboard.press("j")
    expect(stage.page.locator("#r1")).not_to_be_focused()


def test_menus_open_and_close_without_popovers(stage: Stage) -> None:
    stage.page.add_init_script("delete HTMLElement.prototype.popover")
    stage.show(
        '<button id="dots" popovertarget="menu" type="button">More</button>'
        '<div id="menu" class="menu" popover><button type="button" id="act">Do</button></div>'
    )
    assert stage.page.evaluate("document.documentElement.className") == "js no-popover"
    stage.page.evaluate("document.getElementById('dots').removeAttribute('popovertarget')")
    stage.page.evaluate("document.getElementById('dots').setAttribute('popovertarget', 'menu')")
    stage.page.click("#dots")
    assert stage.page.evaluate("document.getElementById('menu').className") == "menu open"
    stage.page.evaluate("document.getElementById('act').click()")
    assert stage.page.evaluate("document.getElementById('menu').className") == "menu"


def test_the_script_is_small_and_keeps_to_itself() -> None:
    import gzip

    script = joined("js")
    assert len(gzip.compress(script.encode(), 9)) < 6_000
    assert not re.search(r"\beval\(|new Function|\.style\b|cssText|https?:(?!//www\.w3\.org/2000/svg)", script)
    assert all(line.count("`") % 2 == 0 for line in script.splitlines()), "texts over several lines"
