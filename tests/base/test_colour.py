"""The firm's colours: readable with every choice (B6, X5), the same sheet wherever it is used."""

import colorsys
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.base import colour

CSS = Path(__file__).parents[2] / "static" / "css"

GROUNDS = ("--canvas", "--surface", "--sunken", "--hover", "--brand-soft", "--fade")
TONES = ("--ok", "--wait", "--bad", "--off")

# (ink, ground) pairs that the style sheets use for words: WCAG 1.4.3
WORDS = [
    *((ink, ground) for ink in ("--text", "--text-2", "--brand-text") for ground in GROUNDS),
    *((tone, ground) for tone in TONES for ground in (*GROUNDS, f"{tone}-soft")),
    *((ink, f"{tone}-soft") for ink in ("--text", "--text-2", "--brand-text") for tone in TONES),
    ("--text", "--brand-line"),  # selected text
    ("--on-brand", "--brand-solid"),
    ("--on-brand", "--brand-hover"),
    *(("--on-fill", f"--{name}") for name in ("brand-fill", "fill-shade", "fill-shade-2", "fill-shade-3")),
    ("--white", "--bar"),
]
# what must be seen but not read: WCAG 1.4.11
EDGES = [
    *((edge, ground) for edge in ("--brand-edge", "--line-strong", "--focus") for ground in GROUNDS),
    *(("--off-edge", ground) for ground in GROUNDS),
]


def brands() -> Iterator[str]:
    """Hues × saturations × lightnesses, greys, and the tie of black and white."""
    for hue in range(0, 360, 12):
        for saturation in (0.25, 0.6, 1.0):
            for lightness in (0.02, 0.15, 0.3, 0.45, 0.5, 0.6, 0.75, 0.9, 0.98):
                channels = colorsys.hls_to_rgb(hue / 360, lightness, saturation)
                yield "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
    yield from (f"#{grey:02x}{grey:02x}{grey:02x}" for grey in (0, 1, 51, 116, 117, 118, 119, 128, 204, 254, 255))


def tones(theme: str) -> dict[str, str]:
    """The status tones of 10-tokens.css, which no brand changes."""
    sheet = (CSS / "10-tokens.css").read_text()
    after = sheet.split(":root[data-theme=dark] {" if theme == "dark" else ":root {", 1)[1].split("}", 1)[0]
    found = dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", after))
    return {name: colour.parse(value) for name, value in found.items()}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(WORDS, 4.5), (EDGES, 3.0)], ids=["words", "edges"])
def test_every_brand_is_readable(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    fixed = tones(theme) | {"--white": colour.WHITE}
    compute = {"light": colour.light, "dark": colour.dark}[theme]
    poor = [
        f"{brand} {ink} on {ground}: {ratio:.2f}"
        for brand in brands()
        for tokens in [{**compute(brand), **fixed}]
        for ink, ground in pairs
        if (ratio := colour.contrast(tokens[ink], tokens[ground])) < least
    ]
    assert not poor, f"{len(poor)} pairs, such as {poor[:8]}"


def test_contrast_is_wcags() -> None:
    assert colour.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert colour.contrast("#0b5a72", "#ffffff") == colour.contrast("#ffffff", "#0b5a72")
    assert colour.contrast("#123456", "#123456") == 1


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#ffd21f", "#000000"), ("#0b5a72", "#ffffff")],
)
def test_ink(ground: str, ink: str) -> None:
    assert colour.ink_on(ground) == ink


def test_ink_is_always_the_better_one() -> None:
    for brand in brands():
        ink = colour.ink_on(brand)
        other = colour.WHITE if ink == colour.BLACK else colour.BLACK
        assert colour.contrast(ink, brand) >= 4.5
        assert colour.contrast(ink, brand) >= colour.contrast(other, brand) - 0.03


@pytest.mark.parametrize(
    ("typed", "read"),
    [("#0B5A72", "#0b5a72"), ("0b5a72", "#0b5a72"), ("#abc", "#aabbcc"), (" ABC ", "#aabbcc")],
)
def test_parse(typed: str, read: str) -> None:
    assert colour.parse(typed) == read


@pytest.mark.parametrize(
    "typed", ["", "#", "red", "#12345", "#1234567", "##123456", "#12345g", "١٢٣", "#fff}", "#fff;", "rgb(0,0,0)"]
)
def test_parse_refuses(typed: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        colour.parse(typed)
    with pytest.raises(ValueError, match="not a colour"):
        colour.brand_css(typed)


def test_formulas_of_a_known_colour() -> None:
    """Values read from Chromium, which computed the same formulas as relative colours."""
    day, night = colour.light("#0b5a72"), colour.dark("#0b5a72")
    assert day["--brand-solid"] == day["--brand-text"] == day["--brand-edge"] == "#0b5a72"
    seen = {"--canvas": "#f3f7f9", "--brand-soft": "#e4f2f8", "--brand-line": "#b6d1dd", "--text": "#162024"}
    assert all(near(day[name], value) for name, value in seen.items())
    seen = {"--surface": "#161c1e", "--brand-text": "#84c9e4", "--brand-fill": "#005067", "--line": "#2f3538"}
    assert all(near(night[name], value) for name, value in seen.items())
    assert (day["--on-brand"], night["--on-brand"]) == ("#ffffff", "#000000")


def test_colours_outside_the_screen_keep_their_hue() -> None:
    """A dark yellow lies outside sRGB. Cutting each channel off would make it the brown #775100."""
    assert near(colour.light("#ffd21f")["--brand-text"], "#6b5600")


def test_light_and_dark_say_the_same_things() -> None:
    assert colour.light("#0b5a72").keys() == colour.dark("#0b5a72").keys()


def test_sheet_follows_the_system_and_the_choice() -> None:
    sheet = colour.brand_css("#0b5a72")
    assert sheet.startswith("@layer brand {\n:root { ")
    assert "@media screen and (prefers-color-scheme: dark) { :root:not([data-theme=light]) { " in sheet
    assert "@media screen { :root[data-theme=dark] { " in sheet
    assert blocks(sheet) == [
        dict(colour.light("#0b5a72")),
        dict(colour.dark("#0b5a72")),
        dict(colour.dark("#0b5a72")),
    ]


def test_sheet_holds_computed_values_only() -> None:
    """Phones from 2020 know no relative colours."""
    values = re.findall(r"--[\w-]+: ([^;]+);", colour.brand_css("#6fae3d"))
    assert values
    assert all(re.fullmatch(r"#[0-9a-f]{6}", value) for value in values)


def test_a_part_of_a_page_wears_another_brand() -> None:
    sheet = colour.brand_css("#d3122a", scope=".preview", extra=".preview { outline: 0; }")
    assert "\n.preview { --" in sheet
    assert ":root:not([data-theme=light]) .preview { --" in sheet
    assert ":root[data-theme=dark] .preview { --" in sheet
    assert sheet.rstrip().endswith(".preview { outline: 0; }\n}")


def test_pages_without_a_firm_have_the_neutral_brand() -> None:
    assert (CSS / "11-brand.css").read_text() == colour.brand_css("#3d4a5c", layer="tokens")


def blocks(sheet: str) -> list[dict[str, str]]:
    bodies = re.findall(r"\{ (--[^{}]+)\}", sheet)
    return [dict(re.findall(r"(--[\w-]+): ([^;]+);", body)) for body in bodies]


def near(one: str, two: str) -> bool:
    """Equal up to rounding in each channel."""
    return all(abs(int(one[at : at + 2], 16) - int(two[at : at + 2], 16)) <= 1 for at in (1, 3, 5))
