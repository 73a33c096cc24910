"""The firm's logo, made anew from what was uploaded."""

import io
import struct
from typing import Any

from portal.base.refusal import Refused

MAX_BYTES = 5_000_000
MAX_PIXELS = 16_000_000
WIDTH, HEIGHT = 800, 400
# A client's first page weighs 45 kB (DETAILS 12); fewer colours do before it gets smaller.
LIGHT_BYTES = 25_000
# The library raises these and no common base for damaged files.
_DAMAGE = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, OverflowError, struct.error)


def logo(data: bytes) -> bytes:
    """A PNG of at most 800 x 400 pixels, with its transparency, without metadata.

    Takes PNG and WebP. Raises `Refused` with empty, too_large, wrong_type, bomb or broken.
    """
    from PIL import Image  # noqa: PLC0415 - 20 ms and 8 MB that only a new logo needs

    if not data:
        raise Refused("empty")
    if len(data) > MAX_BYTES:
        raise Refused("too_large")
    if not (data.startswith(b"\x89PNG\r\n\x1a\n") or (data.startswith(b"RIFF") and data[8:12] == b"WEBP")):
        raise Refused("wrong_type")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "WEBP"]) as image:
            return _made_anew(image)
    except (Image.DecompressionBombError, MemoryError) as error:
        raise Refused("bomb") from error
    except _DAMAGE as error:
        raise Refused("broken") from error


def _made_anew(image: Any) -> bytes:
    if image.width * image.height > MAX_PIXELS:
        raise Refused("bomb")
    pixels = image.convert("RGBA")
    pixels.info = {}
    pixels.thumbnail((WIDTH, HEIGHT))
    png = _png(pixels)
    if len(png) > LIGHT_BYTES:
        png = min(png, _png(pixels.quantize(256)), key=len)
    while len(png) > LIGHT_BYTES and pixels.width > WIDTH // 4:
        pixels = pixels.resize((pixels.width * 3 // 4, max(1, pixels.height * 3 // 4)))
        png = _png(pixels.quantize(256))
    return png


def _png(image: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
