"""Which library is asked and which is filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError, StorageError
from assistant.library.location import mirror_of, named, own_library, place_to_ask, place_to_fill
from assistant.library.sources import SourceBook
from assistant.settings import PROJECT, Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def filled(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    book = SourceBook.load(own_library(settings).state / "sources.json")
    book.add(tmp_path / "news")
    book.save()


def test_each_folder_has_its_own_index(home: Path) -> None:
    settings = Settings.load(home=home)
    one, two = mirror_of(settings, Path("/a/news")), mirror_of(settings, Path("/b/news"))
    assert one.state != two.state
    assert one.state.parent == home / "indexes"
    assert one.state == mirror_of(settings, Path("/a/../a/news")).state
    assert mirror_of(settings, Path("/")).state.name.startswith("root-")
    assert len(mirror_of(settings, Path("/" + "ü" * 120)).state.name.encode()) < 120


def test_without_anything_named_the_seeds_are_asked(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings.load(home=home)
    assert place_to_ask(settings).mirror == Path("seeds")
    monkeypatch.chdir(tmp_path)
    assert place_to_ask(settings).mirror == PROJECT / "seeds"
    assert place_to_fill(settings).state == home / "library"


def test_a_library_that_was_filled_goes_before_the_seeds(home: Path, tmp_path: Path) -> None:
    settings = Settings.load(home=home)
    filled(settings, tmp_path)
    place = place_to_ask(settings)
    assert (place.state, place.mirror, place.by_default) == (home / "library", None, True)


def test_what_is_named_goes_before_it(home: Path, tmp_path: Path) -> None:
    filled(Settings.load(home=home), tmp_path)
    assert place_to_ask(Settings.load(home=home, articles=tmp_path)).mirror == tmp_path
    named = place_to_ask(Settings.load(home=home, index=str(tmp_path / "x")))
    assert (named.state, named.by_default) == (tmp_path / "x", False)
    assert place_to_fill(Settings.load(home=home, index=str(tmp_path / "x"))).state == tmp_path / "x"


def test_a_server_has_its_sources_below_the_home_folder(home: Path) -> None:
    one, two = (place_to_ask(Settings.load(home=home, index=f"http://127.0.0.1:19530/{name}")) for name in "ab")
    assert one.address == "http://127.0.0.1:19530/a"
    assert one.state.parent == home / "servers"
    assert one.state != two.state


def test_a_file_is_no_library(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(SettingsError, match="is a file; name a folder"):
        place_to_ask(Settings.load(home=home, index=str(tmp_path / "x")))


def test_a_damaged_list_of_sources_is_named(home: Path) -> None:
    (home / "library").mkdir(parents=True)
    (home / "library" / "sources.json").write_text('{"sources": 1}')
    with pytest.raises(StorageError, match=r"is damaged .*name the sources again"):
        place_to_ask(Settings.load(home=home))


def test_the_login_of_a_server_is_not_told(home: Path) -> None:
    settings = Settings.load(home=home)
    assert named(settings, "https://root:s3cret@milvus.example/news").where == "https://milvus.example/news"
    assert named(settings, "/lib").where == "/lib"
    assert mirror_of(settings, Path("/news")).where == "/news"
    with pytest.raises(SettingsError, match="ASSISTANT_INDEX: not a folder") as caught:
        Settings.load(home=home, index="ftp://root:s3cret@milvus.example")
    assert "s3cret" not in str(caught.value)
