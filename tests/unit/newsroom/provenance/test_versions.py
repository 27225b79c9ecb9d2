"""What changed between two versions, and the versions that a library keeps."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from changing_library import article

from assistant.errors import StorageError
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.library import Library
from assistant.library.versions import Version, VersionStore
from assistant.newsroom.provenance.versions import Kind, changes, replacements

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[4] / "evals" / "newsroom" / "versions.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_changed_is_told_by_rank(case: dict[str, Any]) -> None:
    earlier, later = (
        article("a", *case[side]["paragraphs"], title=case[side]["title"]) for side in ("earlier", "later")
    )
    assert [change.kind.value for change in changes(earlier, later)] == case["kinds"]


def test_the_words_that_differ_are_told() -> None:
    (change,) = changes(
        article("a", "Fire hurt 12 people. It rained."), article("a", "Fire hurt 14 people. It rained.")
    )
    assert (change.kind, change.before, change.after) == (
        Kind.NUMBERS,
        "Fire hurt 12 people.",
        "Fire hurt 14 people.",
    )
    assert change.to_dict()["words"] == [["12", "14"]]


def test_a_sentence_that_was_put_in_between_is_not_taken_for_the_one_after_it() -> None:
    before = article("a", "The bridge was closed on Monday. Its owner Lena Falk said nothing.")
    after = article("a", "A storm came. The bridge was shut on Monday. The owner Lena Falk said nothing at all.")
    assert {(change.before, change.after) for change in changes(before, after)} == {
        ("", "A storm came."),
        ("The bridge was closed on Monday.", "The bridge was shut on Monday."),
        ("Its owner Lena Falk said nothing.", "The owner Lena Falk said nothing at all."),
    }


def test_every_sentence_is_told_once_whatever_was_rewritten() -> None:
    before = [f"The {word} of Lund was sold." for word in ("mill", "bank", "tram", "pier")]
    after = ["Rain fell.", *before[2:], "The bank of Lund was bought.", "Snow fell."]
    told = changes(article("a", *before), article("a", *after))
    kept = set(before) & set(after)
    assert sorted(change.before for change in told if change.before) == sorted(set(before) - kept)
    assert sorted(change.after for change in told if change.after) == sorted(set(after) - kept)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Falk of Lund won the vote there.", "Holt of Lund won the vote there.", Kind.WORDING),
        ("Lena Falk won the vote.", "Mia Falk won the vote.", Kind.NAMES),
        ("Falk won. The prize went to Falk.", "Falk won. The prize went to Holt.", Kind.NAMES),
        ("The mayor won.", "A mayor won.", Kind.WORDING),
        ("It costs 4 kroner in 2019.", "It costs 4 kroner in 2020.", Kind.DATES),
        ("The firm made -5 million euros.", "The firm made 5 million euros.", Kind.NUMBERS),
        ("It fell to −5 degrees.", "It fell to 5 degrees.", Kind.NUMBERS),
        ("It cost $5 million.", "It cost €5 million.", Kind.NUMBERS),
        ("It lost -$5 million.", "It lost $-5 million.", Kind.WORDING),
        ("It costs 5 € now.", "It costs €5 now.", Kind.WORDING),
        ("Rates rose 5% in all.", "Rates rose 5 points in all.", Kind.NUMBERS),
        ("Rates rose 5% in all.", "Rates rose five per cent in all.", Kind.WORDING),
        ("It takes 3-5 days.", "It takes 3–5 days.", Kind.WORDING),
        ("Ajax beat Lund 3 to 2.", "Ajax beat Lund 2 to 3.", Kind.NUMBERS),
        ("He said ‘we won it all.’", "He said ‘we lost it all.’", Kind.QUOTES),
        ("He said »we won it all«.", "He said »we lost it all«.", Kind.QUOTES),
        ("He said 「全部勝った」 here.", "He said 「全部負けた」 here.", Kind.QUOTES),
        ("It’s done,” he said, “we won it.”", "It’s done,” he said, “we lost it.”", Kind.QUOTES),
        ("Brann's ferry sails.", "The ferry of Brann sails.", Kind.WORDING),
    ],
)
def test_the_rank_of_a_change(before: str, after: str, kind: Kind) -> None:
    assert [change.kind for change in changes(article("a", before), article("a", after))] == [kind]


def test_outlet_author_and_day_are_told() -> None:
    before = article("a", "Text.", author="Lena Falk")
    after = article("a", "Text.", author="Lena Falk and Mia Holt", day=date(2024, 3, 2))
    assert [(change.kind, change.after) for change in changes(before, after)] == [
        (Kind.NAMES, "Lena Falk and Mia Holt, The Skar Post"),
        (Kind.DATES, "published 2024-03-02"),
    ]


def story(day: int, hurt: int) -> str:
    return f"Fire in Holm\n\nHOLM, March {day}, 2024 (The Skar Post) - A fire in the mill hurt {hurt} people here.\n"


def texts(index: ArticleIndex, article_id: str = "a") -> list[str]:
    return [version.article.paragraphs[0].text.split("hurt ")[1] for version in index.versions.of(article_id)]


def test_an_article_whose_file_is_replaced_keeps_as_many_versions_as_are_wanted(
    tmp_path: Path, embedder: Any, write_articles: Any
) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder, versions=2)
    for number in range(4):
        folder = write_articles({"a.txt": story(number + 1, 20 + number), "b.txt": "Rain\n\nIt rained all day."})
        index.update(list_files(folder))
        index.update(list_files(folder))
    assert texts(index) == ["21 people here.", "22 people here."]
    assert index.versions.of("b") == []
    assert [one.changes[0].words for one in replacements(index.versions.of("a"), index.article("a"))][-1] == (
        ("3,", "4,"),
        ("22", "23"),
    )
    index.close()


def test_a_story_that_another_outlet_carries_keeps_its_versions_too(
    tmp_path: Path, embedder: Any, write_articles: Any
) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder, versions=5)
    other = story(1, 20).replace("The Skar Post", "Lund Echo")
    folder = write_articles({"a.txt": story(1, 20), "b.txt": other})
    index.update(list_files(folder))
    (repeated,) = [record.id for record in index.store.records() if record.same_as]
    write_articles({"a.txt": story(1, 21), "b.txt": other.replace("20", "22")})
    index.update(list_files(folder))
    assert (texts(index, "a"), texts(index, "b")) == (["20 people here."], ["20 people here."])
    (version,) = index.versions.of(repeated)
    assert (version.article.id, version.article.paragraphs[0].id) == (repeated, f"{repeated}#p1")
    assert version.article.source == {"a": "The Skar Post", "b": "Lund Echo"}[repeated]
    index.close()


def test_what_is_removed_takes_its_versions_along(tmp_path: Path, embedder: Any, write_articles: Any) -> None:
    index = ArticleIndex(tmp_path / "index.sqlite3", embedder, versions=5)
    library = Library(index, write_articles({"a.txt": story(1, 20), "b.txt": story(9, 30).replace("mill", "bank")}))
    library.refresh()
    write_articles({"a.txt": story(1, 21), "b.txt": story(9, 31).replace("mill", "bank")})
    library.refresh()
    library.remove(["a"])
    (tmp_path / "articles" / "b.txt").unlink()
    (tmp_path / "articles" / "c.txt").write_text("Rain\n\nIt rained all day.")
    library.refresh()
    assert (texts(index, "a"), texts(index, "b")) == ([], ["30 people here."])
    index.close()


def test_none_are_kept_where_none_are_wanted(tmp_path: Path) -> None:
    store = VersionStore(tmp_path / "versions", 0)
    store.keep(article("a", "Text."), article("a", "Other."))
    assert store.of("a") == []
    assert not (tmp_path / "versions").exists()


def test_what_reads_the_same_is_no_version(tmp_path: Path) -> None:
    store = VersionStore(tmp_path, 5)
    store.keep(article("a", "Text."), article("a", "Text.", url="http://example.org/a"))
    assert store.of("a") == []


def test_the_same_version_is_kept_once_and_reads_back_whole(tmp_path: Path) -> None:
    at = datetime(2024, 4, 2, 6, tzinfo=UTC)
    store = VersionStore(tmp_path / "versions", 5, now=lambda: at)
    told = article("a/ü", "Text.", modified=date(2024, 4, 1), corrected=True, also=("IANS, 2024-03-01",))
    for later in ("Killed before it was written.", "Written."):
        store.keep(told, article("a/ü", later))
    assert store.of("a/ü") == [Version(told, at)]
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "versions").iterdir()] == [0]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store = VersionStore(tmp_path, 5)
    store.keep(article("a", "Text."), article("a", "Other."))
    (path,) = tmp_path.glob("*.json")
    path.write_text("[{")
    with pytest.raises(StorageError, match=path.name):
        store.keep(article("a", "Other."), article("a", "Third."))
    assert path.read_text() == "[{"


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[4] / "docs" / "newsroom.md").read_text(encoding="utf-8")
    example = page.split("## Versions of an article")[1].split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {"earlier": article("a", "Fire hurt 12."), "later": article("a", "Fire hurt 14.")}
    exec(example, names)
    assert names["told"] == [("numbers", "Fire hurt 12.", "Fire hurt 14.")]
