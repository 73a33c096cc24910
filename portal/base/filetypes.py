"""Which files are taken: what the name says and what the bytes are must agree (TRUST.md "Files")."""

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from portal.base.refusal import Refused

MAX_BYTES = 25_000_000
NAME_LETTERS = 150
IMAGE_PIXELS = 100_000_000
ZIP_ENTRIES = 5_000
ZIP_DIRECTORY_BYTES = 1_000_000
ZIP_UNPACKED_BYTES = 300_000_000
# Sheets of repeated cells pack well; a bomb packs a thousandfold.
ZIP_RATIO = 200
ZIP_RATIO_FROM = 20_000_000


@dataclass(frozen=True, slots=True)
class MediaType:
    """`extension` without the dot, in its one spelling (jpg, not jpeg)."""

    extension: str
    mime: str


MEDIA_TYPES = {
    each.extension: each
    for each in (
        MediaType("pdf", "application/pdf"),
        MediaType("jpg", "image/jpeg"),
        MediaType("png", "image/png"),
        MediaType("webp", "image/webp"),
        MediaType("heic", "image/heic"),
        MediaType("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        MediaType("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        MediaType("odt", "application/vnd.oasis.opendocument.text"),
        MediaType("ods", "application/vnd.oasis.opendocument.spreadsheet"),
        MediaType("txt", "text/plain"),
        MediaType("csv", "text/csv"),
        MediaType("xml", "application/xml"),
    )
}
ALL = frozenset(MEDIA_TYPES)
# What a firm may publish as a document today: a PDF, or an e-invoice as bare XML.
DOCUMENTS = frozenset({"pdf", "xml"})


def recognise(path: Path, filename: str, allowed: Collection[str] = DOCUMENTS) -> MediaType:
    """The type of the file at `path` that came as `filename`.

    Raises `Refused`: not_allowed (extension), empty, too_large, wrong_type (content is something else),
    broken, encrypted, macros, bomb; of XML also dtd, absurd and `NotAnInvoice`. A PDF is only known by its
    first bytes here: `portal.base.pdf.inspect` opens it.
    """
    extension = _extension(filename)
    if extension not in allowed or extension not in MEDIA_TYPES:
        raise Refused("not_allowed")
    size = path.stat().st_size
    if size == 0:
        raise Refused("empty")
    if size > MAX_BYTES:
        raise Refused("too_large")
    _CHECKS[extension](path, extension)
    return MEDIA_TYPES[extension]


def safe_name(filename: str) -> str:
    """A name to show and to offer for saving: no folders, no invisible or direction-changing characters.

    Characters that Windows does not take become "_"; at most 150 characters, the extension survives.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", filename))[-1]
    name = "".join(_visible(sign) for sign in name)
    name = re.sub(r'[<>:"|?*]', "_", " ".join(name.split())).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:NAME_LETTERS].strip(". ") or "file"
    return stem[: NAME_LETTERS - len(extension) - 1].rstrip(". ") + dot + extension


def _extension(filename: str) -> str:
    _, dot, extension = safe_name(filename).lower().rpartition(".")
    if not dot:
        return ""
    return "jpg" if extension == "jpeg" else extension


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    return "" if category.startswith("C") else sign


def _check_pdf(path: Path, _extension: str) -> None:
    """Some programs write a line break or a mark before the first line; every reader bears that."""
    with path.open("rb") as file:
        if not _begins_pdf(file.read(1024)):
            raise Refused("wrong_type")


def _begins_pdf(content: bytes) -> bool:
    return content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")


def _check_binary(path: Path, extension: str) -> None:
    if _guess(path) != extension:
        raise Refused("wrong_type")


def _guess(path: Path) -> str | None:
    import filetype  # noqa: PLC0415 - 25 ms at start that only uploads need

    with path.open("rb") as file:
        kind = filetype.guess(file.read(8192))
    return kind.extension if kind else None


def _check_image(path: Path, extension: str) -> None:
    """By its header alone; nothing is unpacked."""
    import warnings  # noqa: PLC0415 - with the library below

    from PIL import Image  # noqa: PLC0415 - 20 ms and 8 MB that only uploads of pictures need

    _check_binary(path, extension)
    try:
        with warnings.catch_warnings():
            # The library's own, smaller bound only warns; ours is below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=["JPEG", "PNG", "WEBP"]) as image:
                width, height = image.size
    except Image.DecompressionBombError as error:
        raise Refused("bomb") from error
    except (OSError, ValueError, SyntaxError, struct.error) as error:
        raise Refused("broken") from error
    if width * height > IMAGE_PIXELS:
        raise Refused("bomb")


def _check_office(path: Path, extension: str) -> None:
    if _is_compound(path):  # what Office makes of a document with a password
        raise Refused("encrypted")
    with _open_zip(path) as archive:
        names = {entry.filename.lower() for entry in archive.infolist()}
        if extension in ("docx", "xlsx"):
            _check_microsoft(archive, names, extension)
        else:
            _check_open_document(archive, names, extension)


def _is_compound(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _open_zip(path: Path) -> zipfile.ZipFile:
    _check_directory(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise Refused("broken") from error
    try:
        _check_entries(archive.infolist(), path.stat().st_size)
    except Refused:
        archive.close()
        raise
    return archive


def _check_directory(path: Path) -> None:
    """The table of contents is read as a whole on opening, so its size is looked at before."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise Refused("wrong_type")
        file.seek(max(0, path.stat().st_size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22 or b"PK\x06\x07" in tail:  # the last: zip64, for gigabytes
        raise Refused("broken")
    count, size = struct.unpack("<HL", tail[at + 10 : at + 16])
    if count > ZIP_ENTRIES or size > ZIP_DIRECTORY_BYTES:
        raise Refused("bomb")


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    too_dense = unpacked > ZIP_RATIO_FROM and unpacked > ZIP_RATIO * packed
    if len(entries) > ZIP_ENTRIES or unpacked > ZIP_UNPACKED_BYTES or too_dense:
        raise Refused("bomb")
    for entry in entries:
        if entry.flag_bits & 1:
            raise Refused("encrypted")
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise Refused("broken")


def _check_microsoft(archive: zipfile.ZipFile, names: set[str], extension: str) -> None:
    if any(re.search(r"vbaproject|vbadata|/macrosheets/|/activex/", name) for name in names):
        raise Refused("macros")
    types = _member(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in types or b"vbaproject" in types:
        raise Refused("macros")
    main = {"docx": b"wordprocessingml.document.main+xml", "xlsx": b"spreadsheetml.sheet.main+xml"}
    if main[extension] not in types:
        raise Refused("wrong_type")


def _check_open_document(archive: zipfile.ZipFile, names: set[str], extension: str) -> None:
    if _member(archive, "mimetype").strip() != MEDIA_TYPES[extension].mime.encode():
        raise Refused("wrong_type")
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise Refused("macros")
    if b"encryption-data" in _member(archive, "META-INF/manifest.xml"):
        raise Refused("encrypted")


def _member(archive: zipfile.ZipFile, name: str, limit: int = 2_000_000) -> bytes:
    """One entry, read up to `limit`: the size it claims need not be true."""
    try:
        with archive.open(name) as entry:
            content = entry.read(limit + 1)
    except KeyError as error:
        raise Refused("wrong_type") from error
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, zlib.error) as error:
        raise Refused("broken") from error
    if len(content) > limit:
        raise Refused("bomb")
    return content


def _check_text(path: Path, _extension: str) -> None:
    """UTF-8, UTF-16 with its mark, or Windows-1252, without control characters."""
    content = path.read_bytes()
    if _guess(path) is not None or _begins_pdf(content):
        raise Refused("wrong_type")
    if re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", _decoded(content)):
        raise Refused("wrong_type")


def _decoded(content: bytes) -> str:
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("wrong_type")


def _check_invoice(path: Path, _extension: str) -> None:
    from portal.base import einvoice  # noqa: PLC0415 - only XML needs the reader

    einvoice.read(path.read_bytes())


_CHECKS: dict[str, Callable[[Path, str], None]] = {
    "pdf": _check_pdf,
    "jpg": _check_image,
    "png": _check_image,
    "webp": _check_image,
    "heic": _check_binary,
    "docx": _check_office,
    "xlsx": _check_office,
    "odt": _check_office,
    "ods": _check_office,
    "txt": _check_text,
    "csv": _check_text,
    "xml": _check_invoice,
}
