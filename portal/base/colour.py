"""One colour of the firm becomes every colour of its pages.

The formulas work in OKLCH (Björn Ottosson, 2020), where equal lightness looks equal in every hue.
Contrast is WCAG 2.2's: relative luminance of sRGB, 4.5:1 for text and 3:1 for borders.
"""

import math
import re
from collections.abc import Mapping

BLACK = "#000000"
WHITE = "#ffffff"

# Black and white have the same contrast (4.58:1) on a colour of this luminance, so the better of the two passes.
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
    rules = [
        f"{scope} {{ {day} }}",
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]){inner} {{ {night} }} }}",
        f"@media screen {{ :root[data-theme=dark]{inner} {{ {night} }} }}",
        *([extra] if extra else []),
    ]
    return f"@layer {layer} {{\n" + "\n".join(rules) + "\n}\n"


def light(brand: str) -> Mapping[str, str]:
    """Token name -> `#rrggbb` for light pages."""
    colour = parse(brand)
    l, c, h = _oklch(colour)
    solid = _hex(min(l, 0.93), c, h) if l > 0.93 else colour
    soft, line = _hex(0.952, min(c * 0.22, 0.017), h), _hex(0.845, min(c * 0.42, 0.035), h)
    shade = _mix(solid, _paper_under(solid), 0.88)
    surface, sunken = WHITE, _hex(0.957, min(c * 0.08, 0.008), h)
    hairline, strong = _hex(0.905, min(c * 0.1, 0.01), h), _hex(0.6, min(c * 0.15, 0.016), h)
    text = _hex(min(l, 0.46), min(c, 0.16), h)
    return {
        "--brand": colour,
        "--brand-solid": solid,
        "--on-brand": ink_on(solid),
        "--brand-hover": _mix(solid, _paper_under(solid), 0.86),
        "--brand-fill": solid,
        "--on-fill": ink_on(solid),
        **_arches(solid, shade),
        "--brand-text": text,
        "--focus": text,
        "--brand-edge": _hex(min(l, 0.57), c, h),
        "--brand-soft": soft,
        "--brand-line": line,
        "--fade": _mix(soft, line, 0.7),
        "--canvas": _hex(0.974, min(c * 0.06, 0.006), h),
        "--surface": surface,
        "--sunken": sunken,
        "--hover": _mix(sunken, surface, 0.55),
        "--line": hairline,
        "--line-strong": strong,
        "--ctl-line": _mix(strong, hairline, 0.55),
        "--text": _hex(0.235, min(c * 0.2, 0.022), h),
        "--text-2": _hex(0.455, min(c * 0.2, 0.02), h),
        "--bar": _hex(0.25, min(c * 0.3, 0.03), h),
    }


def dark(brand: str) -> Mapping[str, str]:
    """Token name -> `#rrggbb` for dark pages."""
    colour = parse(brand)
    l, c, h = _oklch(colour)
    solid = _hex(max(l, 0.66), min(c, 0.15), h)
    fill = _hex(min(max(l, 0.32), 0.4), min(c, 0.09), h)
    soft, line = _hex(0.295, min(c * 0.4, 0.035), h), _hex(0.43, min(c * 0.5, 0.045), h)
    surface, sunken = _hex(0.222, min(c * 0.12, 0.013), h), _hex(0.262, min(c * 0.12, 0.014), h)
    hairline, strong = _hex(0.325, min(c * 0.12, 0.014), h), _hex(0.6, min(c * 0.15, 0.016), h)
    text = _hex(max(l, 0.8), min(c, 0.11), h)
    return {
        "--brand": colour,
        "--brand-solid": solid,
        "--on-brand": ink_on(solid),
        "--brand-hover": _mix(solid, WHITE, 0.86),
        "--brand-fill": fill,
        "--on-fill": WHITE,
        **_arches(fill, _mix(fill, BLACK, 0.8)),
        "--brand-text": text,
        "--focus": text,
        "--brand-edge": _hex(max(l, 0.66), min(c, 0.14), h),
        "--brand-soft": soft,
        "--brand-line": line,
        "--fade": soft,
        "--canvas": _hex(0.18, min(c * 0.12, 0.012), h),
        "--surface": surface,
        "--sunken": sunken,
        "--hover": _mix(sunken, surface, 0.55),
        "--line": hairline,
        "--line-strong": strong,
        "--ctl-line": _mix(strong, hairline, 0.55),
        "--text": _hex(0.94, min(c * 0.05, 0.006), h),
        "--text-2": _hex(0.765, min(c * 0.1, 0.012), h),
        "--bar": _hex(0.34, min(c * 0.2, 0.025), h),
    }


def _arches(fill: str, shade: str) -> dict[str, str]:
    """The arch pattern, from the innermost outwards."""
    return {
        "--fill-shade": shade,
        "--fill-shade-2": _mix(shade, fill, 0.55),
        "--fill-shade-3": _mix(shade, fill, 0.35),
    }


def _paper_under(colour: str) -> str:
    """What a colour is mixed with to move away from its ink, so that contrast only grows."""
    return WHITE if ink_on(colour) == BLACK else BLACK


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
    l = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    m = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    s = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
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
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    )
