"""One colour of the firm becomes every colour of its pages.

The formulas work in OKLCH (Björn Ottosson, 2020), where equal lightness looks equal in every hue.
Contrast is WCAG 2.2's: relative luminance of sRGB, 4.5:1 for text and 3:1 for borders.
"""

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

BLACK = "#000000"
WHITE = "#ffffff"

# On a colour of this luminance black and white have the same contrast, 4.58:1; so the better one passes.
_TIE = 0.179


def parse(text: str) -> str:
    """The colour as `#rrggbb` in lower case, from `#abc`, `ABCDEF` or the like; ValueError otherwise."""
    digits = text.strip().removeprefix("#").lower()
    if not re.fullmatch(r"[0-9a-f]{3}|[0-9a-f]{6}", digits, re.ASCII):
        raise ValueError(f"not a colour: {text!r}")
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(a: str, b: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1.0 to 21.0."""
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on the colour; always at least 4.58:1."""
    return BLACK if _luminance(colour) > _TIE else WHITE


def brand_css(brand: str, *, scope: str = ":root", layer: str = "brand", extra: str = "") -> str:
    """The style sheet of a firm: every brand token as a computed value, light and dark.

    `scope` is the selector of the part of a page that wears the colours (a preview in the settings);
    `extra` are whole rules for the same layer (the firm's own background). Dark is for screens only:
    paper is always light. Raises ValueError for what `parse` refuses.
    """
    inner = "" if scope == ":root" else f" {scope}"
    day, night = _block(light(brand)), _block(dark(brand))
    by_system = f":root:not([data-theme=light]){inner}"
    rules = [
        f"{scope} {{ {day} }}",
        f"@media screen and (prefers-color-scheme: dark) {{ {by_system} {{ {night} }} }}",
        f"@media screen {{ :root[data-theme=dark]{inner} {{ {night} }} }}",
        *([extra] if extra else []),
    ]
    return f"@layer {layer} {{\n" + "\n".join(rules) + "\n}\n"


def light(brand: str) -> Mapping[str, str]:
    """Token name -> `#rrggbb` for light pages."""
    colour = parse(brand)
    lightness, chroma, hue = _oklch(colour)
    solid = _hex(0.93, chroma, hue) if lightness > 0.93 else colour
    away = _opposite(ink_on(solid))
    tokens = {name: recipe.cook(lightness, chroma, hue) for name, recipe in _LIGHT.items()}
    tokens |= {"--brand": colour, "--brand-solid": solid, "--on-brand": ink_on(solid)}
    tokens |= {"--brand-fill": solid, "--on-fill": ink_on(solid), "--surface": WHITE}
    tokens |= {"--brand-hover": _mix(solid, away, 0.86)} | _arches(solid, _mix(solid, away, 0.88))
    return tokens | _between(tokens)


def dark(brand: str) -> Mapping[str, str]:
    """Token name -> `#rrggbb` for dark pages."""
    colour = parse(brand)
    tokens = {name: recipe.cook(*_oklch(colour)) for name, recipe in _DARK.items()}
    solid, fill = tokens["--brand-solid"], tokens["--brand-fill"]
    tokens |= {"--brand": colour, "--on-brand": ink_on(solid), "--on-fill": WHITE}
    tokens |= {"--brand-hover": _mix(solid, WHITE, 0.86)} | _arches(fill, _mix(fill, BLACK, 0.8))
    return tokens | _between(tokens)


class _Recipe(NamedTuple):
    """How a token follows the brand: lightness held between two ends, chroma as a share with a cap."""

    darkest: float
    lightest: float
    share: float
    most: float

    def cook(self, lightness: float, chroma: float, hue: float) -> str:
        held = min(max(lightness, self.darkest), self.lightest)
        return _hex(held, min(chroma * self.share, self.most), hue)


_LIGHT = {
    "--brand-text": _Recipe(0, 0.46, 1, 0.16),
    "--brand-edge": _Recipe(0, 0.57, 1, 1),
    "--brand-soft": _Recipe(0.952, 0.952, 0.22, 0.017),
    "--brand-line": _Recipe(0.845, 0.845, 0.42, 0.035),
    "--canvas": _Recipe(0.974, 0.974, 0.06, 0.006),
    "--sunken": _Recipe(0.957, 0.957, 0.08, 0.008),
    "--line": _Recipe(0.905, 0.905, 0.1, 0.01),
    "--line-strong": _Recipe(0.6, 0.6, 0.15, 0.016),
    "--text": _Recipe(0.235, 0.235, 0.2, 0.022),
    "--text-2": _Recipe(0.455, 0.455, 0.2, 0.02),
    "--bar": _Recipe(0.25, 0.25, 0.3, 0.03),
}
_DARK = {
    "--brand-solid": _Recipe(0.66, 1, 1, 0.15),
    "--brand-fill": _Recipe(0.32, 0.4, 1, 0.09),
    "--brand-text": _Recipe(0.8, 1, 1, 0.11),
    "--brand-edge": _Recipe(0.66, 1, 1, 0.14),
    "--brand-soft": _Recipe(0.295, 0.295, 0.4, 0.035),
    "--brand-line": _Recipe(0.43, 0.43, 0.5, 0.045),
    "--canvas": _Recipe(0.18, 0.18, 0.12, 0.012),
    "--surface": _Recipe(0.222, 0.222, 0.12, 0.013),
    "--sunken": _Recipe(0.262, 0.262, 0.12, 0.014),
    "--line": _Recipe(0.325, 0.325, 0.12, 0.014),
    "--line-strong": _Recipe(0.61, 0.61, 0.15, 0.016),
    "--text": _Recipe(0.94, 0.94, 0.05, 0.006),
    "--text-2": _Recipe(0.765, 0.765, 0.1, 0.012),
    "--bar": _Recipe(0.34, 0.34, 0.2, 0.025),
}


def _between(tokens: Mapping[str, str]) -> dict[str, str]:
    """The tokens that lie between two others, and the focus ring."""
    return {
        "--focus": tokens["--brand-text"],
        "--fade": _mix(tokens["--brand-soft"], tokens["--brand-line"], 0.7),
        "--hover": _mix(tokens["--sunken"], tokens["--surface"], 0.55),
        "--ctl-line": _mix(tokens["--line-strong"], tokens["--line"], 0.55),
    }


def _arches(fill: str, shade: str) -> dict[str, str]:
    """The arch pattern, from the innermost outwards."""
    return {
        "--fill-shade": shade,
        "--fill-shade-2": _mix(shade, fill, 0.55),
        "--fill-shade-3": _mix(shade, fill, 0.35),
    }


def _opposite(ink: str) -> str:
    """What a colour is mixed with to move away from its ink, so that contrast only grows."""
    return WHITE if ink == BLACK else BLACK


def _block(tokens: Mapping[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in tokens.items())


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _decode(red), _decode(green), _decode(blue)


def _decode(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encode(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0..1, chroma, hue in radians."""
    lightness, a, b = _oklab(colour)
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _oklab(colour: str) -> tuple[float, float, float]:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """The colour as `#rrggbb`; where sRGB cannot show it, the chroma gives way, lightness and hue stay."""
    if _shows(lightness, chroma, hue):
        return _srgb(lightness, chroma * math.cos(hue), chroma * math.sin(hue))
    low, high = 0.0, chroma
    for _ in range(16):
        middle = (low + high) / 2
        low, high = (middle, high) if _shows(lightness, middle, hue) else (low, middle)
    return _srgb(lightness, low * math.cos(hue), low * math.sin(hue))


def _shows(lightness: float, chroma: float, hue: float) -> bool:
    channels = _rgb(lightness, chroma * math.cos(hue), chroma * math.sin(hue))
    return all(-0.0005 <= channel <= 1.0005 for channel in channels)


def _mix(colour: str, other: str, share: float) -> str:
    """`share` (0..1) of the colour, the rest of the other, mixed in OKLab."""
    pairs = zip(_oklab(colour), _oklab(other), strict=True)
    return _srgb(*(share * one + (1 - share) * two for one, two in pairs))


def _srgb(lightness: float, a: float, b: float) -> str:
    channels = (_encode(min(max(channel, 0.0), 1.0)) for channel in _rgb(lightness, a, b))
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _rgb(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """Linear sRGB, which may lie outside 0..1."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
