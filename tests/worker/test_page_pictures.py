"""Pictures of first pages: drawn once after publishing, also after a restart, parked when they cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.base import files, pdf
from portal.base.config import Config
from portal.base.errors import Unavailable
from portal.base.refusal import Refused
from portal.models.client import Client
from portal.models.document import Document, DocumentVersion, PagePicture
from portal.models.instance import RateCount
from portal.models.stored_file import StoredFile
from portal.operations import page_pictures
from portal.policies import scope as scopes
from portal.worker.page_pictures import PagePictures
from tests import factories
from tests.personas import World


def test_every_published_pdf_gets_a_picture(instance: Config, world: World) -> None:
    _work_off()
    pictures = _pictures(world)
    assert set(pictures) == {world.offer, world.small_offer, world.invoice, world.report, world.thode_offer}
    assert _pictures(world, world.other_firm).keys() == {world.other_offer}
    picture = pictures[world.offer]
    with scopes.of_firm(world.firm) as scope:
        file = scope.by_id(StoredFile, picture.file_id)
    content = files.path_of(file.path).read_bytes()
    assert content[8:12] == b"WEBP"
    assert (file.media_type, file.size) == ("image/webp", len(content))
    assert _size_by_pillow(content) == (picture.width, picture.height)
    assert picture.height > picture.width > 300


def test_a_draft_gets_its_picture_when_it_is_published(instance: Config, world: World) -> None:
    worker = PagePictures()
    _work_off(worker)
    assert world.draft not in _pictures(world)
    with scopes.of_firm(world.firm) as scope:
        client = scope.by_id(Client, world.lindner)
    late = factories.document(client, number="AN-2026-0999")
    _work_off(worker)
    assert late.id in _pictures(world)
    _work_off()
    assert PagePicture.__name__ in {type(row).__name__ for row in _pictures(world).values()}


def test_a_restart_draws_nothing_twice(instance: Config, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _work_off()
    monkeypatch.setattr(pdf, "picture", _never)
    _work_off(PagePictures())


def test_what_waits_survives_a_restart(instance: Config, world: World) -> None:
    first = PagePictures()
    assert first.step()
    assert first.step()
    _work_off(PagePictures())
    assert len(_pictures(world)) == 5


def test_a_page_that_cannot_be_drawn_is_noted_once(
    instance: Config,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf, "picture", _refuse("broken"))
    _work_off()
    assert {picture.file_id for picture in _pictures(world).values()} == {None}
    monkeypatch.setattr(pdf, "picture", _never)
    _work_off(PagePictures())


@pytest.mark.parametrize("failure", [Refused("busy"), Unavailable("disk_full"), MemoryError()])
def test_a_bad_moment_is_waited_out_and_in_the_end_parked(
    instance: Config,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    move_clock: Callable[..., None],
    failure: Exception,
) -> None:
    tried: list[Path] = []

    def fail(path: Path, _target: Path) -> None:
        tried.append(path)
        raise failure

    monkeypatch.setattr(pdf, "picture", fail)
    worker = PagePictures()
    for attempt in range(1, 9):
        with pytest.raises(type(failure)):
            worker.step()
        assert len(tried) == attempt
        assert not worker.step(), "a pause first"
        move_clock(seconds=30 * attempt + 1)
    assert _pictures(world) == {}
    assert worker.step()
    assert len(tried) == 8
    (parked,) = _pictures(world).values()
    assert parked.file_id is None


def test_it_goes_on_when_the_moment_is_better(
    instance: Config,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    move_clock: Callable[..., None],
) -> None:
    draw = pdf.picture
    worker = PagePictures()
    monkeypatch.setattr(pdf, "picture", _refuse("busy"))
    with pytest.raises(Refused):
        worker.step()
    monkeypatch.setattr(pdf, "picture", draw)
    move_clock(seconds=31)
    _work_off(worker)
    assert all(picture.file_id for picture in _pictures(world).values())
    assert not list(RateCount.select().where(RateCount.key.startswith("page-picture")))


def test_temporary_files_are_gone(instance: Config, world: World) -> None:
    _work_off()
    assert list((files.root() / "tmp").iterdir()) == []


def test_idle_looks_cost_one_statement(instance: Config, world: World) -> None:
    from portal.base.database import statements

    worker = PagePictures()
    _work_off(worker)
    before = statements.count
    assert not worker.step()
    assert statements.count - before == 1


def test_the_log_is_read_in_bounded_pieces(instance: Config, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_pictures, "ENTRIES_AT_ONCE", 3)
    _work_off()
    assert len(_pictures(world)) == 5


def _work_off(worker: PagePictures | None = None) -> None:
    worker = worker or PagePictures()
    for _ in range(50):
        if not worker.step():
            return
    raise AssertionError("it does not come to an end")


def _pictures(world: World, firm_id: int | None = None) -> dict[int, PagePicture]:
    """Document -> picture of its version."""
    with scopes.of_firm(firm_id or world.firm) as scope:
        versions = {row.id: row.document_id for row in list(scope.of(DocumentVersion))}
        assert {row.id for row in list(scope.of(Document))} >= set(versions.values())
        return {versions[row.version_id]: row for row in list(scope.of(PagePicture))}


def _refuse(reason: str) -> Callable[[Path, Path], None]:
    def refuse(_path: Path, _target: Path) -> None:
        raise Refused(reason)

    return refuse


def _never(_path: Path, _target: Path) -> None:
    raise AssertionError("there is nothing left to draw")


def _size_by_pillow(content: bytes) -> tuple[int, int]:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        return image.size
