"""The firm's logo is made anew: small, light, without what came along."""

import io

import pytest
from PIL import Image, PngImagePlugin

from portal.base import images
from portal.base.refusal import Refused
from tests.base.test_filetypes import huge_png, picture


def saved(image: Image.Image, kind: str = "PNG", **more) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "made"), [((1600, 400), (800, 200)), ((100, 2000), (20, 400)), ((120, 60), (120, 60))]
)
def test_a_logo_is_made_to_fit(kind: str, size: tuple[int, int], made: tuple[int, int]) -> None:
    logo = opened(images.logo(saved(Image.new("RGB", size, "red"), kind)))
    assert (logo.format, logo.size) == ("PNG", made)
    assert logo.convert("RGB").getpixel((1, 1))[0] > 250


def test_transparency_stays() -> None:
    logo = opened(images.logo(saved(Image.new("RGBA", (90, 90), (0, 0, 255, 0)))))
    assert logo.convert("RGBA").getpixel((5, 5))[3] == 0


def test_what_came_along_is_gone() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Hidden Name")
    exif = Image.Exif()
    exif[0x010E] = "Hidden Place"
    data = saved(Image.new("RGB", (50, 50)), pnginfo=notes, exif=exif, icc_profile=b"Hidden Profile" * 9)
    assert b"Hidden Name" in data
    assert b"eXIf" in data
    assert b"iCCP" in data
    made = images.logo(data)
    for chunk in (b"Hidden", b"eXIf", b"iCCP", b"tEXt"):
        assert chunk not in made


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_every_kind_of_png(mode: str) -> None:
    assert opened(images.logo(saved(Image.new(mode, (60, 30))))).size == (60, 30)


def test_a_photo_as_logo_becomes_light() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1200, 600), 90) for _ in range(3)])
    made = images.logo(saved(noise))
    assert len(made) <= 40_000
    assert opened(made).width >= 150


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_type"),
        (picture("JPEG"), "wrong_type"),
        (picture("GIF"), "wrong_type"),
        (picture("PNG")[:50], "broken"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "broken"),
        (huge_png(50_000, 50_000), "bomb"),
        (huge_png(5_000, 5_000), "bomb"),
        (huge_png(3_000, 3_000), "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000_000, "too_large"),
    ],
)
def test_refusals(data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        images.logo(data)
    assert refused.value.reason == reason
