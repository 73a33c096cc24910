"""Reads one PDF in a process of its own that may crash, hang or run out of memory without harm.

    python -I -m portal.base.pdf_child inspect FILE           JSON on standard output
    python -I -m portal.base.pdf_child picture FILE TARGET    page 1 as WebP at TARGET

It limits itself before it imports a PDF library (DETAILS 11). Two readers look at a file: pypdfium2 opens it,
reads text and attachments and draws; pypdf walks the objects for actions. What either cannot open is refused.
"""

import base64
import re
import sys
from collections.abc import Iterator
from typing import Any

from portal.base import child_limits
from portal.base.child_limits import Refusal

PROCESSOR_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024
OUTPUT_BYTES = 24 * 1024 * 1024
TEXT_PAGES = 40
TEXT_LETTERS = 200_000
XML_BYTES = 8_000_000
ATTACHMENTS = 50
WALKED_PAGES = 200
PICTURE_WIDTH = 1000
PICTURE_HEIGHT = 2000
PICTURE_BYTES = 60_000
# What the images of one page may come to when unpacked; a scan in A3 at 600 dpi has 70 million.
PICTURE_PIXELS = 120_000_000
PICTURE_LEAST = 50  # pixels a side; less is no page
IMAGE_FILTERS = frozenset({"/JBIG2Decode", "/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/DCT", "/CCF"})
HARMFUL_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"}
)

# In the order of preference when a file holds several (ZUGFeRD 1 beside Factur-X).
INVOICE_NAMES = ("factur-x.xml", "xrechnung.xml", "zugferd-invoice.xml", "order-x.xml")


def main(arguments: list[str]) -> int:
    return child_limits.answer(
        lambda: _answer(*arguments),
        processor_seconds=PROCESSOR_SECONDS,
        memory_bytes=MEMORY_BYTES,
        output_bytes=OUTPUT_BYTES,
    )


def _answer(command: str, path: str, *more: str) -> dict[str, Any]:
    return inspect(path) if command == "inspect" else picture(path, *more)


def inspect(path: str) -> dict[str, Any]:
    document = open_document(path)
    text, complete = read_text(document)
    attachments = list(read_attachments(document))
    xml_name, xml = choose_invoice(attachments)
    return {
        "pages": len(document),
        "encrypted": is_encrypted(document),
        "text": text,
        "text_complete": complete,
        "placeholder": "[Client." in re.sub(r"\s", "", text),
        "attachments": [name for name, _ in attachments],
        "xml_name": xml_name,
        "xml": base64.b64encode(xml).decode() if xml is not None else None,
        "active": is_active(path, document),
    }


def open_document(path: str) -> Any:
    """Opens without a password, so also what only restricts printing and copying."""
    import pypdfium2  # noqa: PLC0415 - only after the limits are set

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        needs_password = code == pypdfium2.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise Refusal("encrypted" if needs_password else "broken") from error
    if len(document) == 0:
        raise Refusal("broken")
    return document


def is_encrypted(document: Any) -> bool:
    from pypdfium2 import raw  # noqa: PLC0415 - only after the limits are set

    return raw.FPDF_GetSecurityHandlerRevision(document) > 0


def read_text(document: Any) -> tuple[str, bool]:
    """The text of the first pages, and whether that is all of it."""
    texts: list[str] = []
    for number in range(min(len(document), TEXT_PAGES)):
        texts.append(document[number].get_textpage().get_text_bounded())
        if sum(map(len, texts)) > TEXT_LETTERS:
            return "\n".join(texts)[:TEXT_LETTERS], False
    # A lone half of a surrogate pair (a broken font table) could not be written as UTF-8.
    text = "\n".join(texts).encode("utf-8", "replace").decode()
    return text, len(document) <= TEXT_PAGES


def read_attachments(document: Any) -> Iterator[tuple[str, Any]]:
    for number in range(min(document.count_attachments(), ATTACHMENTS)):
        attachment = document.get_attachment(number)
        yield attachment.get_name()[:200], attachment


def choose_invoice(attachments: list[tuple[str, Any]]) -> tuple[str | None, bytes | None]:
    """Name and bytes of the embedded invoice; without bytes when they are unreadable or far too many."""
    for wanted in INVOICE_NAMES:
        for name, attachment in attachments:
            if name.strip().lower() == wanted:
                return name, read_attachment(attachment)
    return None, None


def read_attachment(attachment: Any) -> bytes | None:
    try:
        content = bytes(attachment.get_data())
    except Exception:  # damaged within a readable file: the page still counts, the data do not
        return None
    return content if len(content) <= XML_BYTES else None


def is_active(path: str, document: Any) -> bool:
    """Whether it holds scripts or actions that do something; also when that cannot be told."""
    from pypdfium2 import raw  # noqa: PLC0415 - only after the limits are set

    reader = open_objects(path)
    if reader is None or raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        return True
    for number in range(min(len(reader.pages), WALKED_PAGES)):
        check_contents(reader.pages[number])
    try:
        return holds_actions(reader)
    except Exception:  # damaged in a corner that the walk came through
        return True


def open_objects(path: str) -> Any:
    """The file for a walk through its objects; None when encrypted in a way this reader does not know."""
    from pypdf import PdfReader  # noqa: PLC0415 - only after the limits are set
    from pypdf.errors import DependencyError  # noqa: PLC0415 - as above

    try:
        reader = PdfReader(path)
        len(reader.pages)
    except DependencyError:
        return None
    return reader


def check_contents(page: Any) -> None:
    """What draws a page is text; packed as an image it is there to burst whoever opens it."""
    contents = resolve(page.get("/Contents"))
    for stream in contents if isinstance(contents, list) else [contents]:
        filters = resolve(resolve(stream).get("/Filter")) if stream is not None else None
        for name in filters if isinstance(filters, list) else [filters]:
            if name in IMAGE_FILTERS:
                raise Refusal("bomb")


def resolve(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def holds_actions(reader: Any) -> bool:
    catalog = reader.root_object
    names, form = resolve(catalog.get("/Names")) or {}, resolve(catalog.get("/AcroForm")) or {}
    if "/JavaScript" in names or "/AA" in catalog or does_harm(catalog.get("/OpenAction")):
        return True
    if "/XFA" in form or any(has_action(field) for field in resolve(form.get("/Fields")) or ()):
        return True
    return any(page_acts(reader.pages[number]) for number in range(min(len(reader.pages), WALKED_PAGES)))


def page_acts(page: Any) -> bool:
    return "/AA" in page or any(has_action(annotation) for annotation in resolve(page.get("/Annots")) or ())


def has_action(reference: Any) -> bool:
    annotation = resolve(reference)
    return "/AA" in annotation or does_harm(annotation.get("/A"))


def does_harm(reference: Any) -> bool:
    """A jump to a page or an address is what links are for; everything else is suspicious."""
    action = resolve(reference)
    if not isinstance(action, dict):
        return False
    return action.get("/S") in HARMFUL_ACTIONS or "/JS" in action or "/Next" in action


def picture(path: str, target: str) -> dict[str, Any]:
    document = open_document(path)
    reader = open_objects(path)
    if reader is not None:
        check_contents(reader.pages[0])
    document.init_forms()
    page = document[0]
    check_images(page)
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise Refusal("broken")
    scale = min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    if min(width, height) * scale < PICTURE_LEAST:
        raise Refusal("broken")
    image = page.render(scale=scale).to_pil().convert("RGB")
    with open(target, "wb") as file:
        file.write(compress(image))
    return {"width": image.width, "height": image.height}


def check_images(page: Any) -> None:
    """Images say their size before they are unpacked; a bomb says a large one."""
    from pypdfium2 import raw  # noqa: PLC0415 - only after the limits are set

    pixels = 0
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=8):
        width, height = image.get_px_size()
        pixels += width * height
        if pixels > PICTURE_PIXELS:
            raise Refusal("bomb")


def compress(image: Any) -> bytes:
    """WebP of at most 60 kB: first the quality goes down, then the size."""
    import io  # noqa: PLC0415 - only for this command

    while True:
        for quality in (80, 65, 50, 35):
            buffer = io.BytesIO()
            image.save(buffer, "WEBP", quality=quality, method=4)
            if buffer.tell() <= PICTURE_BYTES:
                return buffer.getvalue()
        image = image.resize((image.width * 3 // 4, image.height * 3 // 4))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
