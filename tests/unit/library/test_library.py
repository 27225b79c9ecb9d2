"""A library and its sources: added, removed, restored, forgotten, uploaded, checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import StorageError, UsageError
from assistant.library.index import ArticleIndex
from assistant.library.library import Library
from assistant.library.report import FileOutcome, UpdateReport
from assistant.library.sources import UPLOADS, SourceKind
from assistant.library.verify import check, repair

Write = Callable[..., Path]
Open = Callable[[], Library]


@pytest.fixture
def open_library(tmp_path: Path, embedder: Any) -> Iterator[Open]:
    opened: list[Library] = []

    def make() -> Library:
        opened.append(Library(ArticleIndex(tmp_path / "library" / "index.sqlite3", embedder)))
        return opened[-1]

    yield make
    for library in opened:
        library.index.close()


@pytest.fixture
def library(open_library: Open) -> Library:
    return open_library()


@pytest.fixture
def news(write_articles: Write) -> Path:
    return write_articles({"a.txt": "date 2020-01-02 They met.\n\nThey left.", "b.txt": "It rained.\n\nIt snowed."})


def contents(library: Library) -> dict[str, list[str]]:
    return {article.id: [p.text for p in article.paragraphs] for article in library.index.articles()}


def fill(library: Library, *paths: Path, kind: SourceKind = SourceKind.PATH) -> UpdateReport:
    return library.refresh(only=library.add_paths(paths, kind))


# Sources


def test_a_library_remembers_its_sources(library: Library, open_library: Open, news: Path) -> None:
    assert fill(library, news).added == 2
    again = open_library()
    assert [source.path for source in again.sources] == [str(news)]
    (news / "a.txt").unlink()
    (news / "c.txt").write_text("It thawed.")
    report = again.refresh()
    assert (report.added, report.removed, report.unchanged) == (1, 1, 1)
    assert set(contents(again)) == {"b", "c"}


def test_a_path_is_a_source_once_however_it_is_written(
    library: Library, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library, news)
    monkeypatch.chdir(news.parent)
    fill(library, Path("articles"), Path("articles/../articles/a.txt"))
    assert len(library.sources) == 1
    assert set(contents(library)) == {"a", "b"}


def test_a_wider_folder_takes_in_the_narrower_ones(library: Library, write_articles: Write, news: Path) -> None:
    write_articles({"sub/c.txt": "It thawed."})
    fill(library, news / "sub", news / "a.txt")
    assert set(contents(library)) == {"a", "c"}
    fill(library, news)
    assert [source.path for source in library.sources] == [str(news)]
    assert set(contents(library)) == {"a", "b", "sub/c"}


def test_folders_of_one_name_with_files_of_one_name(library: Library, write_articles: Write, tmp_path: Path) -> None:
    write_articles({"a.txt": "One thing."}, folder="x/news")
    write_articles({"a.txt": "Another thing."}, folder="y/news")
    fill(library, tmp_path / "x" / "news")
    fill(library, tmp_path / "y" / "news")
    assert contents(library) == {"a": ["One thing."], "news-2/a": ["Another thing."]}


def test_a_source_that_is_not_there_is_told_and_its_articles_are_kept(library: Library, news: Path) -> None:
    fill(library, news)
    news.rename(news.parent / "elsewhere")
    report = library.refresh()
    assert len(report.problems) == 1
    assert "does not exist any more; what was indexed from it is kept" in report.problems[0]
    assert set(contents(library)) == {"a", "b"}


def test_a_source_can_be_forgotten(library: Library, news: Path) -> None:
    fill(library, news)
    with pytest.raises(UsageError, match="is not a source of this library; its sources are: "):
        library.forget(news / "sub")
    assert library.forget(news) == 2
    assert (contents(library), library.sources) == ({}, [])
    assert (news / "a.txt").exists()


def test_what_is_not_there_is_no_source(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none does not exist; name files"):
        library.add_paths([tmp_path / "none"])
    assert library.sources == []


def test_saved_pages_know_their_urls(library: Library, write_articles: Write, news: Path) -> None:
    lines = ["https://example.org/a\ta.txt", json.dumps({"url": "https://example.org/b", "file": "b.txt"}), "", "# x"]
    listing = write_articles({"pages.list": "\n".join([*lines, "nonsense", "https://x\tnone.txt"])}) / "pages.list"
    report = fill(library, listing, kind=SourceKind.URLS)
    assert (report.added, len(report.problems)) == (2, 2)
    assert f"{listing}:5: names no URL and file" in report.problems[0]
    assert "none.txt does not exist" in report.problems[1]
    assert [header.url for header in (library.index.article("a"), library.index.article("b"))] == [
        "https://example.org/a",
        "https://example.org/b",
    ]
    listing.write_text("https://example.org/new\ta.txt\n")
    report = library.refresh()
    assert (report.changed, report.removed) == (1, 1)
    assert library.index.article("a").url == "https://example.org/new"
    assert library.refresh().unchanged == 1


# Uploads


def test_files_are_copied_and_survive(library: Library, open_library: Open, news: Path) -> None:
    report = library.add_files([news / "a.txt", news / "b.txt", news / "a.txt"])
    assert [(o.path, o.status, o.article_ids) for o in report.outcomes] == [
        (str(news / "a.txt"), "added", ("a",)),
        (str(news / "b.txt"), "added", ("b",)),
        (str(news / "a.txt"), "added", ("a",)),
    ]
    for path in news.iterdir():
        path.unlink()
    again = open_library()
    assert again.refresh().unchanged == 2
    again.index.start_again()
    assert again.index.unfinished
    assert again.refresh().added == 2
    assert not again.index.unfinished


def test_an_upload_that_is_known_is_told_so(library: Library, news: Path, tmp_path: Path) -> None:
    library.add_files([news / "a.txt"])
    report = library.add_files([news / "a.txt"])
    assert [outcome.status for outcome in report.outcomes] == ["unchanged"]
    (tmp_path / "other.txt").write_text((news / "a.txt").read_text())
    report = library.add_files([tmp_path / "other.txt"])
    assert [outcome.status for outcome in report.outcomes] == ["duplicate"]
    assert (report.duplicates, len(contents(library))) == (1, 1)


def test_a_different_file_of_the_same_name_is_another_article(
    library: Library, news: Path, write_articles: Write
) -> None:
    library.add_files([news / "a.txt"])
    other = write_articles({"a.txt": "Quite another."}, folder="more") / "a.txt"
    library.add_files([other])
    assert contents(library) == {"a": ["They met.", "They left."], "a-2": ["Quite another."]}


def test_an_upload_that_cannot_be_read_leaves_nothing(library: Library, write_articles: Write) -> None:
    bad = write_articles({"bad.txt": b"\x00\xff"}) / "bad.txt"
    report = library.add_files([bad, bad.parent, bad.parent / "none.txt"])
    assert [outcome.status for outcome in report.outcomes] == ["failed"] * 3
    assert all(str(bad.parent) in problem for problem in report.problems)
    assert str(library.index.uploads) not in " ".join(report.problems)
    assert list(library.index.uploads.iterdir()) == []


def test_uploads_stand_beside_a_mirrored_folder_which_is_never_written(
    tmp_path: Path, embedder: Any, news: Path, write_articles: Write
) -> None:
    extra = write_articles({"c.txt": "It thawed."}, folder="extra") / "c.txt"
    before = sorted(news.iterdir())
    mirror = Library(ArticleIndex(tmp_path / "mirror" / "index.sqlite3", embedder), news)
    mirror.refresh()
    mirror.add_files([extra])
    assert set(contents(mirror)) == {"a", "b", "c"}
    report = mirror.refresh()
    assert (report.unchanged, report.removed) == (3, 0)
    assert sorted(news.iterdir()) == before
    mirror.index.close()


def test_standard_input_is_kept_as_a_file(library: Library) -> None:
    source = library.add_text(b"London, Jan 5 (Reuters) - It rained.\n\nIt stopped.")
    assert source.kind == UPLOADS
    assert library.refresh(only=[source]).added == 1
    library.add_text(b'{"text": "It rained."}\n{"text": "It snowed."}')
    assert sorted(path.suffix for path in library.index.uploads.iterdir()) == [".jsonl", ".txt"]
    with pytest.raises(UsageError, match="standard input is empty"):
        library.add_text(b" \n")


# Removing


def test_what_is_removed_stays_away_until_it_is_restored(library: Library, news: Path, open_library: Open) -> None:
    fill(library, news)
    assert library.remove(["a", "unknown"]) == 1
    assert set(contents(library)) == {"b"}
    again = open_library()
    assert again.refresh().added == 0
    (news / "a.txt").write_text("They met again.")
    assert again.refresh().added == 0
    again.index.start_again()
    again.refresh()
    assert set(contents(again)) == {"b"}
    assert again.restore(["a", "unknown"]) == ["a"]
    assert again.refresh().added == 1
    assert contents(again)["a"] == ["They met again."]


def test_what_is_removed_stays_away_when_its_file_is_moved(library: Library, news: Path) -> None:
    fill(library, news)
    library.remove(["a"])
    (news / "a.txt").rename(news / "moved.txt")
    library.refresh()
    assert set(contents(library)) == {"b"}
    assert library.restore() == ["moved"]
    library.refresh()
    assert set(contents(library)) == {"b", "moved"}


def test_naming_its_file_brings_it_back(library: Library, news: Path) -> None:
    fill(library, news)
    library.remove(["a", "b"])
    fill(library, news)
    assert contents(library) == {}
    fill(library, news / "a.txt")
    assert set(contents(library)) == {"a"}


def test_a_removed_upload_is_gone_for_good_and_may_be_given_again(library: Library, news: Path) -> None:
    library.add_files([news / "a.txt"])
    assert library.remove(["a"]) == 1
    assert list(library.index.uploads.iterdir()) == []
    assert library.restore() == []
    assert library.add_files([news / "a.txt"]).outcomes[0].status == "added"


def test_copies_go_with_what_is_removed_and_other_outlets_take_its_place(
    library: Library, write_articles: Write
) -> None:
    story = "date 2020-01-02 They met.\n\nThey left.\n\n"
    folder = write_articles({"a.txt": story + "IANS", "b.txt": story + "IANS", "c.txt": story + "AFP"})
    fill(library, folder)
    assert set(contents(library)) == {"a"}
    assert library.remove(["a"]) == 1
    assert set(contents(library)) == {"c"}
    library.refresh()
    assert set(contents(library)) == {"c"}


# Checking


def test_a_sound_library_has_no_findings(library: Library, news: Path) -> None:
    fill(library, news)
    library.add_files([news / "a.txt"])
    library.remove(["b"])
    assert check(library).lines == []


def damage(library: Library, sql: str) -> None:
    with library.index.store.transaction() as connection:  # type: ignore[attr-defined]
        connection.execute(sql)


@pytest.mark.parametrize(
    ("sql", "finding"),
    [
        ("DELETE FROM paragraphs WHERE id = 'a#p1'", "article a"),
        ("UPDATE paragraphs SET text = 'Forged.' WHERE id = 'a#p2'", "not those that were indexed"),
        ("DELETE FROM records WHERE id = 'a'", "without a record"),
        ("UPDATE paragraphs SET vector = x'00' WHERE id = 'b#p1'", "article b"),
        ("UPDATE records SET same_as = 'none' WHERE id = 'b'", "repeats none"),
    ],
)
def test_damage_is_found_and_mended(library: Library, news: Path, sql: str, finding: str) -> None:
    fill(library, news)
    before = contents(library)
    damage(library, sql)
    found = check(library)
    assert any(finding in line for line in found.lines), found.lines
    repair(library, found)
    assert check(library).lines == []
    assert contents(library) == before


def test_what_differs_from_the_files_is_found_and_mended(library: Library, news: Path) -> None:
    fill(library, news)
    (news / "c.txt").write_text("It thawed.")
    (news / "b.txt").unlink()
    stat = (news / "a.txt").stat()
    (news / "a.txt").write_text("date 2020-01-02 They met.\n\nThey fled.")
    import os

    os.utime(news / "a.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    found = check(library)
    assert [line.rsplit(": ", 1)[1] for line in found.lines] == [
        "has changed since it was indexed",
        "is not indexed",
        "is gone, its articles are still indexed",
    ]
    assert set(contents(library)) == {"a", "b"}
    repair(library, found)
    assert contents(library) == {"a": ["They met.", "They fled."], "c": ["It thawed."]}
    assert check(library).lines == []


def test_a_file_that_is_no_index_any_more_is_made_anew(library: Library, open_library: Open, news: Path) -> None:
    fill(library, news)
    before = contents(library)
    path = library.index.path
    library.index.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * min(40_000, size - 8192))
    again = open_library()
    if not again.index.unfinished:
        found = check(again)
        assert found.lines
        repair(again, found)
    else:
        again.refresh()
    assert contents(again) == before
    assert check(again).lines == []


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ("It rained.\n\nIt snowed.", "its 4 paragraphs kept their numbers"),
        ("Ice melts.\n\nIt rained.\n\nIt snowed.", "of 4 paragraphs 2 have another number or text, or are left out"),
    ],
)
def test_what_became_of_the_numbers_in_the_index_of_another_version_is_said_once(
    library: Library, tmp_path: Path, embedder: Any, news: Path, story: str, told: str
) -> None:
    fill(library, news)
    library.index.store.set_note("format", "0/other")
    path = library.index.path
    library.index.close()
    # As if the other version had read it in another way.
    (news / "b.txt").write_text(story)
    said: list[str] = []
    for _ in range(2):
        again = Library(ArticleIndex(path, embedder, say=said.append))
        again.refresh()
        again.index.close()
    assert len(said) == 1
    assert told in said[0]
    assert {file.name for file in path.parent.glob("index.sqlite3*")} <= {"index.sqlite3", "index.sqlite3.lock"}


def test_links_between_repeated_stories_are_mended(library: Library, write_articles: Write) -> None:
    story = "date 2020-01-02 They met.\n\nThey left.\n\n"
    fill(library, write_articles({"a.txt": story + "IANS", "b.txt": story + "AFP"}))
    damage(library, "DELETE FROM records WHERE id = 'b'")
    found = check(library)
    assert any("says that b repeats it" in line for line in found.lines)
    repair(library, found)
    assert check(library).lines == []
    assert library.index.article("a").also == ("AFP, 2020-01-02",)


# Failing


def test_a_full_disk_while_uploading_leaves_the_index_intact(
    library: Library, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library, news / "a.txt")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageError, match=r"cannot be written \(No space left on device\); nothing was changed"):
        library.add_files([news / "b.txt"])
    assert list(library.index.uploads.iterdir()) == []
    assert set(contents(library)) == {"a"}


def test_outcomes_tell_what_was_understood(library: Library, news: Path) -> None:
    told: list[FileOutcome] = []
    library.refresh(told=told.append, only=library.add_paths([news]))
    assert [(outcome.status, outcome.message) for outcome in told] == [
        ("added", "2020-01-02 · unknown outlet · They met · 2 paragraphs"),
        ("added", "undated · unknown outlet · It rained · 2 paragraphs"),
    ]
