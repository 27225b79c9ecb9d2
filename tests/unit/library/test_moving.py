"""Sources and uploads leave the cache folder, where earlier versions kept them."""

from __future__ import annotations

import multiprocessing
import os
import random
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.library.location import LibraryLocation, kept_in, own_library, place_to_ask
from assistant.library.moving import move_kept
from assistant.library.sources import SourceBook
from assistant.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> LibraryLocation:
    old = tmp_path / "cache" / "library"
    (old / "uploads").mkdir(parents=True)
    for number in range(40):
        (old / "uploads" / f"{number}.txt").write_text(f"story {number}")
    book = SourceBook.load(old / "sources.json")
    book.add(tmp_path)
    book.save()
    return LibraryLocation(old, tmp_path / "data" / "library")


def moved(place: LibraryLocation) -> None:
    for number in range(40):
        assert (place.kept / "uploads" / f"{number}.txt").read_text() == f"story {number}"
    assert len(list((place.kept / "uploads").iterdir())) == 40
    assert not (place.state / "uploads").exists()
    assert len(SourceBook.load(place.kept / "sources.json").sources) == 1
    assert not (place.state / "sources.json").exists()


def test_they_are_moved_once(place: LibraryLocation) -> None:
    move_kept(place)
    moved(place)
    move_kept(place)
    moved(place)


def test_a_kill_in_between_loses_nothing(place: LibraryLocation) -> None:
    context = multiprocessing.get_context("fork")
    for seed in range(8):
        child = context.Process(target=_move_and_die, args=(place, seed))
        child.start()
        child.join(30)
        texts = {path.read_text() for folder in (place.state, place.kept) for path in folder.glob("uploads/*.txt")}
        assert texts >= {f"story {number}" for number in range(40)}
    move_kept(place)
    moved(place)


def _move_and_die(place: LibraryLocation, seed: int) -> None:
    """Ends, as a kill does, at a random one of the calls that change the disk."""
    left = random.Random(seed).randrange(1, 30)
    unlink, replace = Path.unlink, Path.replace

    def counted(call):  # type: ignore[no-untyped-def]
        def wrapper(*arguments, **named):  # type: ignore[no-untyped-def]
            nonlocal left
            left -= 1
            if left == 0:
                os._exit(9)
            return call(*arguments, **named)

        return wrapper

    Path.unlink, Path.replace = counted(unlink), counted(replace)  # type: ignore[method-assign]
    move_kept(place)


def test_a_list_that_was_used_since_is_not_overwritten(place: LibraryLocation, tmp_path: Path) -> None:
    newer = SourceBook.load(place.kept / "sources.json")
    newer.add(tmp_path / "cache")
    newer.save()
    before = (place.kept / "sources.json").read_bytes()
    move_kept(place)
    assert (place.kept / "sources.json").read_bytes() == before
    assert (place.state / "sources.json.earlier").exists()


def test_a_place_that_cannot_be_written_says_so_and_loses_nothing(place: LibraryLocation) -> None:
    place.kept.parent.mkdir()
    place.kept.write_text("a file where the folder is to be")
    with pytest.raises(StorageError):
        move_kept(place)
    assert len(list((place.state / "uploads").iterdir())) == 40


def test_by_default_what_people_made_is_not_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "ASSISTANT_HOME"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings.load()
    own = own_library(settings)
    assert own.state.is_relative_to(settings.home)
    assert own.kept == kept_in(settings.home) / "library"
    assert not own.kept.is_relative_to(settings.home)
    # Found also where an earlier version left it.
    (own.state / "uploads").mkdir(parents=True)
    assert place_to_ask(settings).by_default
