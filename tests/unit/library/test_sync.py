"""Files that hold many articles, stories told twice, files that move: an update does only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import ArticleError
from assistant.ingest.build import Problem
from assistant.library import batch_writer
from assistant.library.index import ArticleIndex
from assistant.library.report import FileOutcome, UpdateReport
from assistant.library.sources import Source, SourceFile, SourceKind
from assistant.schema.articles import Article, Paragraph

SOURCE = Source(SourceKind.PATH, "/news", "news")
OTHER = Source(SourceKind.PATH, "/more/news", "news-2")
STORY = [f"Paragraph {word} of the story was told." for word in "one two three four five six seven eight".split()]


def story(article_id: str, *texts: str, **more: Any) -> Article:
    paragraphs = tuple(Paragraph(f"{article_id}#p{n}", n, text) for n, text in enumerate(texts, start=1))
    fields = {"title": "T", "source": "IANS", "published": date(2017, 7, 4)} | more
    return Article(id=article_id, paragraphs=paragraphs, **fields)


@dataclass
class File:
    """A file of any number of articles and unreadable rows, without a disk below it."""

    id: str
    rows: list[Article | str]
    modified: int = 1
    read: list[str] = field(default_factory=list)
    broken: bool = False

    @property
    def path(self) -> Path:
        return Path("/news") / f"{self.id}.jsonl"

    @property
    def size(self) -> int:
        return len(repr(self.rows))

    def digest(self) -> str:
        if self.broken:
            raise ArticleError(f"{self.path}: cannot be read")
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()

    def articles(self) -> Iterator[Article | Problem]:
        self.read.append(self.id)
        for row in self.rows:
            yield Problem(row) if isinstance(row, str) else row


class SyncedFolder:
    """An index with files in it; `update` tells what was embedded."""

    def __init__(self, path: Path, embedder: Any) -> None:
        self.embedded: list[str] = []
        outer = self

        class Counting(type(embedder)):  # type: ignore[misc]
            def _get_text_embedding(self, text: str) -> list[float]:
                outer.embedded.append(text.split("\n")[0])
                return super()._get_text_embedding(text)  # type: ignore[no-any-return]

        self.index = ArticleIndex(path, Counting(model_name="hashed-words"))
        self.outcomes: list[FileOutcome] = []

    def update(self, *files: File, source: Source = SOURCE, thorough: bool = False) -> UpdateReport:
        self.embedded.clear()
        self.outcomes.clear()
        found = [(source, [SourceFile(file) for file in files])]  # type: ignore[arg-type]
        return self.index.update_from(found, told=self.outcomes.append, thorough=thorough)

    @property
    def contents(self) -> dict[str, list[str]]:
        return {article.id: [p.text for p in article.paragraphs] for article in self.index.articles()}

    def also(self, article_id: str) -> tuple[str, ...]:
        return self.index.article(article_id).also

    def assert_whole(self) -> None:
        assert list(self.index.store.faults()) == []
        for record in self.index.store.records():
            if record.same_as:
                original = self.index.store.record(record.same_as)
                assert original is not None
                assert original.same_as is None
                assert record.id in original.header["repeats"]
            for repeating in record.header.get("repeats", {}):
                other = self.index.store.record(repeating)
                assert other is not None
                assert other.same_as == record.id


@pytest.fixture
def library(tmp_path: Path, embedder: Any) -> Iterator[SyncedFolder]:
    made = SyncedFolder(tmp_path / "index.sqlite3", embedder)
    yield made
    made.assert_whole()
    made.index.close()


def counts(report: UpdateReport) -> dict[str, int]:
    names = ("added", "changed", "removed", "unchanged", "duplicates", "moved")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


# Files of many articles


def rows(*numbers: int) -> list[Article | str]:
    return [story(f"f/{n}", f"Row {n} begins.", f"Row {n} ends.") for n in numbers]


def test_a_file_of_many_articles(library: SyncedFolder) -> None:
    file = File("f", rows(1, 2, 3))
    assert counts(library.update(file)) == {"added": 3}
    assert list(library.contents) == ["f/1", "f/2", "f/3"]
    assert [outcome.message for outcome in library.outcomes] == ["3 articles"]
    assert counts(library.update(file)) == {"unchanged": 3}
    assert file.read == ["f"]


def test_only_the_rows_that_changed_are_indexed_again(library: SyncedFolder) -> None:
    library.update(File("f", rows(1, 2, 3)))
    changed = [*rows(1), story("f/2", "Row 2 begins.", "Row 2 goes on."), *rows(4)]
    report = library.update(File("f", changed, modified=2))
    assert counts(report) == {"added": 1, "changed": 1, "removed": 1, "unchanged": 1}
    assert sorted(library.embedded) == ["Row 2 goes on.", "Row 4 begins.", "Row 4 ends."]
    assert list(library.contents) == ["f/1", "f/2", "f/4"]


def test_a_bad_row_is_told_each_time_and_the_file_is_not_read_again(library: SyncedFolder) -> None:
    file = File("f", [*rows(1), "f.jsonl:2: no text", *rows(3)])
    report = library.update(file)
    assert (report.added, report.problems) == (2, ["f.jsonl:2: no text"])
    report = library.update(file)
    assert (report.unchanged, report.problems) == (2, ["f.jsonl:2: no text"])
    assert library.index.update_from([(SOURCE, [SourceFile(file)])]).problems == ["f.jsonl:2: no text"]  # type: ignore[arg-type]
    assert file.read == ["f"]


def test_a_file_of_which_nothing_can_be_read_any_more_stays_as_it_was(library: SyncedFolder) -> None:
    library.update(File("f", rows(1, 2)))
    report = library.update(File("f", ["f.jsonl: is no JSON"], modified=2))
    assert report.problems == ["f.jsonl: is no JSON"]
    assert list(library.contents) == ["f/1", "f/2"]
    assert library.outcomes[0].status == "failed"
    assert counts(library.update(File("f", rows(2), modified=3))) == {"removed": 1, "unchanged": 1}


def test_a_file_whose_content_cannot_be_read_is_tried_again(library: SyncedFolder) -> None:
    file = File("f", rows(1), broken=True)
    assert library.update(file).problems == ["/news/f.jsonl: cannot be read"]
    file.broken = False
    assert counts(library.update(file)) == {"added": 1}


def test_a_file_of_one_and_of_many_by_turns(library: SyncedFolder) -> None:
    for modified, numbers in enumerate(([1], [1, 2], [2], [], [1, 2, 3], [3]), start=1):
        file = File("f", rows(*numbers), modified=modified)
        library.update(file)
        assert list(library.contents) == [f"f/{n}" for n in numbers]
        assert counts(library.update(file)) == ({"unchanged": len(numbers)} if numbers else {})
        assert len(file.read) == 1


def test_a_file_that_was_left_half_read_is_finished(library: SyncedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_writer, "BATCH_PARAGRAPHS", 2)

    class Interrupted(File):
        def articles(self) -> Iterator[Article | Problem]:
            for number, item in enumerate(super().articles()):
                if number == 3:
                    raise KeyboardInterrupt
                yield item

    with pytest.raises(KeyboardInterrupt):
        library.update(Interrupted("f", rows(1, 2, 3, 4, 5)))
    assert 0 < len(library.contents) < 5
    before = len(library.contents)
    assert counts(library.update(File("f", rows(1, 2, 3, 4, 5)))) == {"added": 5 - before, "unchanged": before}
    assert len(library.embedded) == 2 * (5 - before)
    assert len(library.contents) == 5


def test_what_is_told_is_durable(library: SyncedFolder) -> None:
    seen: list[int] = []
    files = [File(str(n), [story(str(n), f"Story {n}.")]) for n in range(600)]
    library.index.update_from(
        [(SOURCE, [SourceFile(file) for file in files])],  # type: ignore[arg-type]
        told=lambda outcome: seen.append(library.index.store.record(outcome.article_ids[0]) is not None),
    )
    assert seen == [True] * 600


# Moves


def same_bytes(old: File, new_id: str) -> File:
    """The file under another path: its content, and so its digest, is the same."""

    class Moved(File):
        def digest(self) -> str:
            return old.digest()

    renamed = [row if isinstance(row, str) else with_prefix(row, old.id, new_id) for row in old.rows]
    return Moved(new_id, renamed, old.modified)


def with_prefix(article: Article, old: str, new: str) -> Article:
    article_id = new + article.id.removeprefix(old)
    paragraphs = tuple(replace(p, id=f"{article_id}#p{p.number}") for p in article.paragraphs)
    return replace(article, id=article_id, paragraphs=paragraphs)


@pytest.mark.parametrize("count", [1, 3])
def test_a_move_is_recognised_by_its_content(library: SyncedFolder, count: int) -> None:
    file = File(
        "a", [story(f"a/{n}" if count > 1 else "a", f"Story {n} begins.", f"Story {n} ends.") for n in range(count)]
    )
    library.update(file)
    moved = same_bytes(file, "sub/b")
    assert counts(library.update(moved)) == {"moved": count}
    assert library.embedded == []
    assert list(library.contents) == [row.id for row in moved.rows if isinstance(row, Article)]
    assert library.outcomes[0].message.endswith("moved from a")
    assert counts(library.update(moved)) == {"unchanged": count}
    assert library.index.resolve(citation_of(library, next(iter(library.contents)))) == "unchanged"


def citation_of(library: SyncedFolder, article_id: str) -> Any:
    first = library.index.article(article_id).paragraphs[0]
    return SimpleNamespace(article_id=article_id, paragraph_id=first.id, text=first.text)


def test_what_repeats_a_moved_story_repeats_it_still(library: SyncedFolder) -> None:
    kept, copy = File("a", [story("a", *STORY)]), File("b", [story("b", *STORY, source="TDI")])
    library.update(kept, copy)
    library.update(copy, same_bytes(kept, "z"))
    assert list(library.contents) == ["z"]
    assert library.also("z") == ("TDI, 2017-07-04",)


def test_two_files_that_change_places(library: SyncedFolder) -> None:
    a, b = File("a", [story("a", "First.")]), File("b", [story("b", "Second.")])
    library.update(a, b)
    library.update(same_bytes(b, "a"), same_bytes(a, "b"))
    assert library.contents == {"a": ["Second."], "b": ["First."]}


# The same story twice


def test_a_wire_story_under_two_mastheads_is_kept_once(library: SyncedFolder) -> None:
    report = library.update(
        File("a", [story("a", *STORY)]), File("b", [story("b", *STORY, source="TDI", published=date(2017, 7, 5))])
    )
    assert counts(report) == {"added": 1, "duplicates": 1}
    assert library.contents == {"a": STORY}
    assert library.also("a") == ("TDI, 2017-07-05",)
    assert library.outcomes[1].status == "duplicate"
    assert library.outcomes[1].message.endswith("the same story as a")
    assert library.index.article("b").id == "a"
    assert library.index.size().articles == 1


def test_a_copy_of_a_file_names_no_outlet_twice(library: SyncedFolder) -> None:
    library.update(*(File(name, [story(name, *STORY)]) for name in "abc"))
    assert library.contents == {"a": STORY}
    assert library.also("a") == ()


def test_several_outlets_are_named_once_each(library: SyncedFolder) -> None:
    outlets = {"a": "IANS", "b": "TDI", "c": "tdi", "d": None, "e": "Xinhua"}
    library.update(*(File(name, [story(name, *STORY, source=outlet)]) for name, outlet in outlets.items()))
    assert library.also("a") == ("TDI, 2017-07-04", "Xinhua, 2017-07-04")


@pytest.mark.parametrize("batch", [1, 1000])
def test_when_the_kept_one_goes_the_next_takes_its_place(
    library: SyncedFolder, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(batch_writer, "BATCH_PARAGRAPHS", batch)
    files = [File(name, [story(name, *STORY, source=name.upper())]) for name in "abc"]
    library.update(*files)
    report = library.update(*files[1:])
    assert counts(report) == {"removed": 1, "unchanged": 2}
    assert library.contents == {"b": STORY}
    assert library.also("b") == ("C, 2017-07-04",)
    assert counts(library.update(files[2])) == {"removed": 1, "unchanged": 1}
    assert library.contents == {"c": STORY}
    assert counts(library.update()) == {"removed": 1}
    assert library.contents == {}


def test_all_of_them_may_go_at_once(library: SyncedFolder) -> None:
    library.update(*(File(name, [story(name, *STORY)]) for name in "abc"))
    assert counts(library.update()) == {"removed": 3}
    assert library.contents == {}


def test_a_kept_story_that_is_rewritten_leaves_the_old_words_to_the_other(library: SyncedFolder) -> None:
    copy = File("b", [story("b", *STORY, source="TDI")])
    library.update(File("a", [story("a", *STORY)]), copy)
    library.update(File("a", [story("a", "All is new.")], modified=2), copy)
    assert library.contents == {"a": ["All is new."], "b": STORY}
    assert library.also("a") == library.also("b") == ()
    library.update(File("a", [story("a", *STORY)], modified=3), copy)
    assert library.contents == {"b": STORY}
    assert library.also("b") == ("IANS, 2017-07-04",)


def test_a_copy_that_becomes_a_report_of_its_own_is_one(library: SyncedFolder) -> None:
    kept = File("a", [story("a", *STORY)])
    library.update(kept, File("b", [story("b", *STORY, source="TDI")]))
    library.update(kept, File("b", [story("b", "Quite another.", source="TDI")], modified=2))
    assert library.contents == {"a": STORY, "b": ["Quite another."]}
    assert library.also("a") == ()


def test_the_dated_version_takes_over(library: SyncedFolder) -> None:
    first, second = File("a", [story("a", *STORY, published=None)]), File("b", [story("b", *STORY, source="TDI")])
    library.update(first, second, File("c", [story("c", *STORY, source="C")]))
    assert library.contents == {"b": STORY}
    assert library.also("b") == ("IANS", "C, 2017-07-04")


@pytest.mark.parametrize(
    "other",
    [
        story("b", *STORY[:7], "Paragraph 18 of the story was told."),
        story("b", *STORY[:7]),
        story("b", *STORY[:7], STORY[7].replace("was told", "was not told")),
        story("b", *STORY, published=date(2017, 7, 11)),
        story("b", *STORY, published=date(2018, 7, 4)),
        story("b", *STORY[:4], *(text.replace("story", "tale") for text in STORY[4:])),
    ],
)
def test_another_report_is_never_merged(library: SyncedFolder, other: Article) -> None:
    library.update(File("a", [story("a", *STORY)]), File("b", [other]))
    assert len(library.contents) == 2


def test_the_same_words_year_after_year_are_each_kept_and_their_copies_found(library: SyncedFolder) -> None:
    years = range(2000, 2030)
    library.update(*(File(str(y), [story(str(y), "Markets are closed.", published=date(y, 1, 1))]) for y in years))
    assert len(library.contents) == 30
    copy = story("copy", "Markets are closed.", published=date(2029, 1, 1), source="TDI")
    report = library.update(File("copy", [copy]), source=OTHER)
    assert counts(report) == {"duplicates": 1}
    assert library.also("2029") == ("TDI, 2029-01-01",)


def test_a_story_is_found_across_batches_and_runs(library: SyncedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_writer, "BATCH_PARAGRAPHS", 1)
    library.update(File("a", [story("a", *STORY)]))
    library.update(File("b", [story("b", *STORY, source="TDI")]), source=OTHER)
    assert library.contents == {"a": STORY}
    assert library.also("a") == ("TDI, 2017-07-04",)


# Ids


def test_articles_of_two_sources_with_one_id_are_both_kept(library: SyncedFolder) -> None:
    library.update(File("a", [story("a", "One thing.")]))
    library.update(File("a", [story("a", "Another thing.")]), source=OTHER)
    assert library.contents == {"a": ["One thing."], "news-2/a": ["Another thing."]}
    assert library.index.article("news-2/a").paragraphs[0].id == "news-2/a#p1"
    assert counts(library.update(File("a", [story("a", "Another thing.")]), source=OTHER)) == {"unchanged": 1}
    library.update(File("a", [story("a", "Another thing altogether.")], modified=2), source=OTHER)
    assert library.contents["news-2/a"] == ["Another thing altogether."]


def test_a_paragraph_that_stays_is_not_embedded_again(library: SyncedFolder) -> None:
    library.update(File("a", [story("a", *STORY)]))
    library.update(File("a", [story("a", *STORY[:3], "An addition.", *STORY[3:])], modified=2))
    assert library.embedded == ["An addition."]


def test_a_thorough_update_sees_what_kept_its_size_and_time(library: SyncedFolder) -> None:
    library.update(File("a", [story("a", "They left.")]))
    other = File("a", [story("a", "They fled.")])
    assert counts(library.update(other)) == {"unchanged": 1}
    assert counts(library.update(other, thorough=True)) == {"changed": 1}


def test_any_order_of_changes_ends_as_the_last_state_would_from_scratch(tmp_path: Path, embedder: Any) -> None:
    import random

    chosen = random.Random(11)
    variants: Sequence[list[str]] = [STORY, STORY[:7], STORY[1:], ["Short."], ["Other."], [*STORY, "More."]]
    library = SyncedFolder(tmp_path / "index.sqlite3", embedder)
    for turn in range(1, 60):
        names = chosen.sample("abcdef", chosen.randint(0, 6))
        files = [
            File(name, [story(name, *chosen.choice(variants), source=chosen.choice(["X", "Y", None]))], modified=turn)
            for name in names
        ]
        library.update(*files)
        library.assert_whole()
        told = {tuple(body) for body in library.contents.values()}
        given = {
            tuple(p.text for p in row.paragraphs) for file in files for row in file.rows if isinstance(row, Article)
        }
        assert told <= given
        # Nothing that was told is lost: each is kept, or is part of what is.
        assert all(any(set(body) <= set(kept) for kept in told) for body in given)
        assert len({record.file for record in library.index.store.records()}) == len(names)
    library.index.close()


def test_what_is_remembered_of_an_update_is_dropped_when_others_write(
    library: SyncedFolder, tmp_path: Path, embedder: Any
) -> None:
    files = [File(name, [story(name, f"Story {name}.")]) for name in "abc"]
    library.update(*files)
    other = ArticleIndex(tmp_path / "index.sqlite3", embedder)
    other.store.remove(["b"])
    other.close()
    assert counts(library.update(*files)) == {"added": 1, "unchanged": 2}
    assert set(library.contents) == {"a", "b", "c"}


def test_a_known_archive_is_not_read_from_the_store_again(
    library: SyncedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [File(name, [story(name, f"Story {name}.")]) for name in "abc"]
    library.update(*files)
    monkeypatch.setattr(type(library.index.store), "records", lambda *_: pytest.fail("read again"))
    assert counts(library.update(*files, File("d", [story("d", "New.")]))) == {"added": 1, "unchanged": 3}
    assert counts(library.update(*files[1:], File("d", [story("d", "New.")]))) == {"removed": 1, "unchanged": 3}
    monkeypatch.undo()
    assert set(library.contents) == {"b", "c", "d"}
