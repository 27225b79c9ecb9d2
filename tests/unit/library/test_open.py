"""A library as an earlier version left it is opened as this one keeps it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assistant.errors import ArticleError, UsageError
from assistant.library.index import ArticleIndex
from assistant.library.location import LibraryLocation, mirror_of, named, own_library
from assistant.library.open import open_library, open_place
from assistant.settings import Settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def reopened(place: LibraryLocation, settings: Settings) -> Path:
    """Made, opened to everybody as an earlier version did, and opened once more; its index."""
    open_place(place, settings).index.close()
    index = place.state / "index.sqlite3"
    for path in {place.state, place.kept}:
        path.chmod(0o755)
    index.chmod(0o644)
    open_place(place, settings).index.close()
    return index


@pytest.mark.parametrize("own", [True, False])
def test_what_was_open_to_others_below_the_home_folder_is_so_no_more(
    tmp_path: Path, assistant_home: Path, own: bool
) -> None:
    settings = Settings.load(home=assistant_home)
    (tmp_path / "articles").mkdir()
    place = own_library(settings) if own else mirror_of(settings, tmp_path / "articles")
    index = reopened(place, settings)
    assert [mode(path) for path in (place.state, place.kept, index)] == [0o700, 0o700, 0o600]
    assert mode(tmp_path / "articles") & 0o055, "the person's own folder is left alone"


def test_a_library_that_was_named_may_be_shared(tmp_path: Path, assistant_home: Path) -> None:
    settings = Settings.load(home=assistant_home)
    place = named(settings, str(tmp_path / "shared"))
    assert [mode(path) for path in (reopened(place, settings), place.state)] == [0o644, 0o755]


def test_a_library_that_cannot_be_read_is_closed_again(
    tmp_path: Path, assistant_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[ArticleIndex] = []
    close = ArticleIndex.close
    monkeypatch.setattr(ArticleIndex, "close", lambda index: (closed.append(index), close(index))[1])
    (tmp_path / "empty").mkdir()
    for articles in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises((ArticleError, UsageError)):
            open_library(Settings.load(home=assistant_home, articles=articles))
        assert len(closed) == 1, articles
        closed.clear()
