"""The index follows its folder, whatever happens to either."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from assistant.errors import ArticleError, IndexStoreError
from assistant.ingest.discover import ArticleFile, list_files
from assistant.library import batch_writer, lock
from assistant.library import index as index_module
from assistant.library.index import ArticleIndex
from assistant.library.mapping import embedded_text, to_node, to_paragraph
from assistant.library.report import UpdateReport
from assistant.library.sources import SourceFile
from assistant.schema.articles import EVERY_ARTICLE, Article, Paragraph

FORK = multiprocessing.get_context("fork")
Write = Callable[..., Path]
Open = Callable[[], ArticleIndex]
FILES = {"a.txt": "They met.\n\nThey left.", "b.txt": "It rained.\n\nIt snowed.\n\nIt thawed."}


@pytest.fixture
def folder(write_articles: Write) -> Path:
    return write_articles(FILES)


@pytest.fixture
def open_index(tmp_path: Path, embedder: Any) -> Iterator[Open]:
    opened: list[ArticleIndex] = []

    def make() -> ArticleIndex:
        opened.append(ArticleIndex(tmp_path / "home" / "news.sqlite3", embedder))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


@pytest.fixture
def index(open_index: Open, folder: Path) -> ArticleIndex:
    index = open_index()
    index.update(list_files(folder))
    return index


def contents(index: ArticleIndex) -> dict[str, list[str]]:
    return {article.id: [paragraph.text for paragraph in article.paragraphs] for article in index.articles()}


def read(file: ArticleFile) -> Article:
    (article,) = SourceFile(file).articles()
    assert isinstance(article, Article)
    return article


def expected(folder: Path) -> dict[str, list[str]]:
    articles = [read(file) for file in list_files(folder)]
    return {article.id: [paragraph.text for paragraph in article.paragraphs] for article in articles}


def assert_whole(index: ArticleIndex) -> None:
    """No paragraph without its article, its vector and its words."""
    assert list(index.store.faults()) == []
    for record in index.store.records():
        assert len(index.store.nodes_of(record.id)) == (0 if record.same_as else record.header["paragraphs"])


def outcome(report: UpdateReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_a_new_index_is_empty(open_index: Open) -> None:
    index = open_index()
    assert index.is_empty()
    assert index.articles() == []


def test_articles_come_back_as_they_were_read(open_index: Open, seeds: Path) -> None:
    index = open_index()
    report = index.update(list_files(seeds))
    assert outcome(report) == (2, 0, 0, 0)
    assert not index.is_empty()
    assert index.articles() == [read(file) for file in list_files(seeds)]


def test_articles_are_listed_oldest_first_and_undated_last(open_index: Open, write_articles: Write) -> None:
    dated = {"x.txt": "date 2020-01-02 It rained.", "w.txt": "It snowed.", "y.txt": "date 1999-01-02 It hailed."}
    index = open_index()
    index.update(list_files(write_articles({**dated, "z.txt": "date 2010-01-02 It thawed."})))
    assert [article.id for article in index.articles()] == ["y", "z", "x", "w"]


def test_added_changed_removed_and_unchanged(index: ArticleIndex, folder: Path, write_articles: Write) -> None:
    write_articles({"c.txt": "New.", "a.txt": "They met again, for longer."})
    (folder / "b.txt").unlink()
    assert outcome(index.update(list_files(folder))) == (1, 1, 1, 0)
    assert contents(index) == expected(folder)
    assert outcome(index.update(list_files(folder))) == (0, 0, 0, 2)
    assert_whole(index)


def test_nothing_is_written_when_nothing_changed(index: ArticleIndex, folder: Path) -> None:
    before = index.store.generation()
    assert outcome(index.update(list_files(folder))) == (0, 0, 0, 2)
    assert index.store.generation() == before


def test_a_touched_file_is_read_but_not_embedded_again(
    index: ArticleIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(folder / "a.txt", ns=(1, 1))
    monkeypatch.setattr(type(index.embedder), "_get_text_embedding", lambda *_: pytest.fail("embedded again"))
    assert outcome(index.update(list_files(folder))) == (0, 0, 0, 2)
    monkeypatch.setattr(SourceFile, "digest", lambda _self: pytest.fail("read again"))
    assert outcome(index.update(list_files(folder))) == (0, 0, 0, 2)


def test_an_index_from_before_days_of_change_opens_and_learns_them_without_embedding_anew(
    open_index: Open, write_articles: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_articles({"a.md": "---\ndate: 2024-05-14\nlastmod: 2024-05-17\n---\nThey met.\n"})
    index = open_index()
    index.update(list_files(folder))
    record = index.store.record("a")
    assert record is not None
    older = {key: value for key, value in record.header.items() if key not in ("modified", "corrected")}
    index.store.touch([replace(record, header=older)])
    assert (index.article("a").modified, index.article("a").corrected) == (None, False)
    monkeypatch.setattr(type(index.embedder), "_get_text_embedding", lambda *_: pytest.fail("embedded again"))
    os.utime(folder / "a.md")
    index.update(list_files(folder))
    assert index.article("a").modified is None  # its content is as before: nothing is read
    (folder / "a.md").write_text((folder / "a.md").read_text() + "\n")
    index.update(list_files(folder))
    (header,) = index.all_headers(EVERY_ARTICLE)
    assert (header.modified, header.corrected) == (date(2024, 5, 17), False)


def test_a_list_over_several_pages_is_moved_by_no_writer(index: ArticleIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_PAGE", 2)
    index.add([Article(name, name, None, None, (Paragraph(f"{name}#p1", 1, name),)) for name in ("c", "d", "e")])
    listed = []
    for header in index.all_headers(EVERY_ARTICLE):
        listed.append(header.id)
        index.store.remove([header.id])
    assert listed == ["a", "b", "c", "d", "e"]


def test_a_changed_file_of_the_same_size_is_seen(index: ArticleIndex, folder: Path) -> None:
    path = folder / "a.txt"
    path.write_text(FILES["a.txt"].replace("left", "fled"))
    os.utime(path, ns=(1, 1))
    assert index.update(list_files(folder)).changed == 1
    assert contents(index)["a"] == ["They met.", "They fled."]


def test_progress_ends_with_all_files(open_index: Open, folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    open_index().update(list_files(folder), lambda done, total: steps.append((done, total)))
    assert steps == [(0, 2), (1, 2), (2, 2)]


def test_an_unreadable_file_is_named_and_the_others_are_indexed(open_index: Open, write_articles: Write) -> None:
    folder = write_articles({**FILES, "bad.txt": b"\x00\xff", "gone.txt": "x"})
    files = list_files(folder)
    (folder / "gone.txt").unlink()
    index = open_index()
    report = index.update(files)
    assert report.added == 2
    assert [problem.split(": ")[0] for problem in report.problems] == [
        str(folder / "bad.txt"),
        str(folder / "gone.txt"),
    ]
    assert set(contents(index)) == {"a", "b"}


def test_a_file_that_has_become_unreadable_stays_indexed(
    index: ArticleIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(index)
    (folder / "a.txt").write_bytes(b"\x00\xff\x00")
    assert len(index.update(list_files(folder)).problems) == 1
    assert contents(index) == before

    def refused(self: SourceFile) -> str:
        raise ArticleError(f"{self.file.path}: cannot be read (Permission denied)")

    os.utime(folder / "b.txt", ns=(1, 1))
    monkeypatch.setattr(SourceFile, "digest", refused)
    assert len(index.update(list_files(folder)).problems) == 2
    assert contents(index) == before


def test_large_folders_are_written_in_batches(
    open_index: Open, write_articles: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_writer, "BATCH_PARAGRAPHS", 3)
    folder = write_articles({f"{n}.txt": f"One {n}.\n\nTwo {n}." for n in range(7)})
    index = open_index()
    assert index.update(list_files(folder)).added == 7
    assert contents(index) == expected(folder)
    assert_whole(index)


def test_odd_names_and_texts_are_stored_verbatim(open_index: Open, write_articles: Write) -> None:
    files = {
        "né 中文 😀.txt": "<|im_start|>system\x1b[31m.\n\nRight \u202eto left.",
        "it's; --.txt": "'; DROP TABLE articles; --\n\nIt holds.",
        "a/b/c#p1.txt": "Deep.\n\nDeeper.",
    }
    folder = write_articles(files)
    index = open_index()
    assert index.update(list_files(folder)).problems == []
    assert contents(index) == expected(folder)


def test_file_names_that_are_no_text_are_indexed(open_index: Open, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("It rained.")
    index = open_index()
    assert index.update(list_files(folder)).added == 1
    assert index.update(list_files(folder)).unchanged == 1


def test_articles_that_have_no_file(index: ArticleIndex) -> None:
    article = Article(
        "a", "T", "Daily", date(2020, 1, 2), (Paragraph("a#p1", 1, "Instead."),), url="https://x", via="V"
    )
    steps: list[tuple[int, int]] = []
    index.add([article], lambda done, total: steps.append((done, total)))
    assert index.articles()[0] == article
    assert steps == [(1, 1)]
    assert_whole(index)


def test_a_node_carries_what_places_its_paragraph() -> None:
    paragraph = Paragraph("a#p2", 2, "They met.", 17, 5)
    article = Article("a", "Title", "IANS", date(2017, 7, 4), (paragraph,), via="Xinhua")
    node = to_node(article, paragraph)
    assert node.metadata["heading"] == "Title · IANS Xinhua · 4 July 2017 2017-07-04"
    assert embedded_text(node) == "They met.\nTitle · IANS Xinhua"
    assert to_paragraph(node.node_id, node.text, node.metadata) == paragraph


@pytest.mark.parametrize("damage", [b"", b"garbage " * 1000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_rebuilt(index: ArticleIndex, open_index: Open, folder: Path, damage: bytes) -> None:
    index.close()
    for path in index.path.parent.glob("*-wal"):
        path.unlink()
    index.path.write_bytes(damage)
    again = open_index()
    assert again.is_empty()
    assert again.update(list_files(folder)).added == 2
    assert contents(again) == expected(folder)


def test_an_index_of_another_format_is_rebuilt(index: ArticleIndex, open_index: Open, folder: Path) -> None:
    index.store.set_note("format", "0/other")
    index.close()
    again = open_index()
    assert again.is_empty()
    assert again.update(list_files(folder)).added == 2


def test_another_embedding_model_is_another_format(
    index: ArticleIndex, embedder: Any, folder: Path, open_index: Open
) -> None:
    index.close()
    other = ArticleIndex(index.path, embedder.model_copy(update={"model_name": "other"}))
    assert other.is_empty()
    other.close()


def test_a_table_of_another_shape_is_rebuilt(tmp_path: Path, open_index: Open) -> None:
    path = tmp_path / "home" / "news.sqlite3"
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE paragraphs (id TEXT)")
    connection.commit()
    connection.close()
    assert open_index().is_empty()


def test_an_index_of_the_same_format_is_kept(index: ArticleIndex, open_index: Open, folder: Path) -> None:
    index.close()
    assert contents(open_index()) == expected(folder)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, embedder: Any) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexStoreError, match=r"file/indexes: .*; set ASSISTANT_HOME"):
        ArticleIndex(tmp_path / "file" / "indexes" / "x.sqlite3", embedder)


def test_who_waits_too_long_is_told_why(
    tmp_path: Path, open_index: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE_S", 0.01)
    index = open_index()
    with FileLock(f"{index.path}.lock"):
        with pytest.raises(IndexStoreError, match="is still writing; try again later"):
            index.update(list_files(folder))
        open_index()  # a reader does not wait
        index.path.unlink()
        with pytest.raises(IndexStoreError, match="is still writing; try again later"):
            open_index()


def test_no_disk_space_keeps_what_was_indexed(index: ArticleIndex, folder: Path, write_articles: Write) -> None:
    before = contents(index)
    write_articles({"big.txt": "\n\n".join(f"Paragraph {n} " + "of many words " * 30 for n in range(200))})
    (pages,) = index.store.client.execute("PRAGMA page_count").fetchone()
    index.store.client.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(IndexStoreError, match="free some disk space; what was indexed before is intact"):
        index.update(list_files(folder))
    assert contents(index) == before
    assert_whole(index)
    index.store.client.execute("PRAGMA max_page_count = 1000000")
    assert index.update(list_files(folder)).added == 1


def test_a_list_of_articles_is_of_one_moment(
    index: ArticleIndex, open_index: Open, folder: Path, write_articles: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_index()
    write_articles({"a.txt": "All is new.", "c.txt": "So is this."})
    nodes_of = type(index.store).nodes_of
    done: list[str] = []

    def write_before_paragraphs(self: Any, article_id: str) -> Any:
        if self is index.store and not done:
            done.append(article_id)
            other.update(list_files(folder))
        return nodes_of(self, article_id)

    monkeypatch.setattr(type(index.store), "nodes_of", write_before_paragraphs)
    assert contents(index) == expected(folder)
    assert done


def test_processes_that_update_at_once_do_the_work_once(
    open_index: Open, write_articles: Write, tmp_path: Path
) -> None:
    folder = write_articles({f"{n}.txt": f"One {n}.\n\nTwo {n}." for n in range(30)})
    log = tmp_path / "log"

    def update() -> None:
        report = open_index().update(list_files(folder))
        with log.open("a") as file:
            file.write(f"{report.added} {report.unchanged} {len(report.problems)}\n")
        os._exit(0)

    children = [FORK.Process(target=update) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert sorted(log.read_text().splitlines()) == ["0 30 0", "0 30 0", "30 0 0"]
    index = open_index()
    assert contents(index) == expected(folder)
    assert_whole(index)


def killed(target: Callable[[], None]) -> bool:
    """Run `target` in a child process; True when it killed itself before it was done."""

    def run() -> None:
        target()
        os._exit(0)

    child = FORK.Process(target=run)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode != 0


@pytest.mark.parametrize("grain", ["statement", "instruction"])
def test_killed_at_any_point_each_article_is_there_whole_or_not_at_all(
    index: ArticleIndex, open_index: Open, write_articles: Write, monkeypatch: pytest.MonkeyPatch, grain: str
) -> None:
    monkeypatch.setattr(batch_writer, "BATCH_PARAGRAPHS", 5)
    old = contents(index)
    index.close()
    pristine = index.path.read_bytes()
    folder = write_articles({f"n{n}.txt": "\n\n".join(f"New {n} {p}." for p in range(3)) for n in range(6)})
    write_articles({"a.txt": "They met anew.\n\nThey left anew.\n\nThey slept."})
    (folder / "b.txt").unlink()
    new = expected(folder)

    def update_until(fatal: int) -> None:
        child = open_index()
        count = 0

        def step(*_: object) -> int:
            nonlocal count
            count += 1
            if count >= fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return 0

        if grain == "statement":
            child.store.client.set_trace_callback(step)
        else:
            child.store.client.set_progress_handler(step, 20)
        child.update(list_files(folder))

    chosen = random.Random(7)
    points = [chosen.randint(1, 120 if grain == "statement" else 250) for _ in range(12)]
    kills = 0
    for point in points:
        for path in index.path.parent.glob("news.sqlite3*"):
            path.unlink()
        index.path.write_bytes(pristine)
        kills += killed(lambda point=point: update_until(point))  # type: ignore[misc]
        survivor = open_index()
        assert_whole(survivor)
        for article_id, paragraphs in contents(survivor).items():
            assert paragraphs in (old.get(article_id), new.get(article_id))
        survivor.update(list_files(folder))
        assert contents(survivor) == new
        assert_whole(survivor)
        survivor.close()
    assert kills >= 6


def test_a_reader_sees_each_article_whole_while_another_process_writes(
    index: ArticleIndex, open_index: Open, folder: Path
) -> None:
    versions = (expected(folder)["a"], ["They met anew.", "They left anew.", "They slept."])
    stop = FORK.Event()
    ready = FORK.Event()

    def write() -> None:
        writer = open_index()
        turn = 0
        while not stop.is_set():
            turn += 1
            (folder / "a.txt").write_text("\n\n".join(versions[turn % 2]))
            os.utime(folder / "a.txt", ns=(turn, turn))
            writer.update(list_files(folder))
            if turn == 2:
                ready.set()
        os._exit(0)

    child = FORK.Process(target=write)
    child.start()
    assert ready.wait(60)
    seen = set()
    try:
        for turn in range(20_000):
            if turn > 150 and len(seen) == 2:
                break
            found = contents(index)
            assert found["a"] in versions
            assert found["b"] == FILES["b.txt"].split("\n\n")
            seen.add(len(found["a"]))
    finally:
        stop.set()
        child.join(60)
    assert child.exitcode == 0
    assert seen == {2, 3}


def test_whole_articles_are_nobody_elses_to_read(tmp_path: Path, embedder: Any) -> None:
    """F19: the index was 0644 in a folder of 0755. Where it is shared on purpose it stays so."""
    folder = tmp_path / "new"
    index = ArticleIndex(folder / "index.sqlite3", embedder)
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.glob("index.sqlite3*"):
        if path.suffix not in (".lock", ".writer"):
            assert path.stat().st_mode & 0o077 == 0, path
    index.close()
    (folder / "index.sqlite3").chmod(0o644)
    ArticleIndex(folder / "index.sqlite3", embedder).close()
    assert (folder / "index.sqlite3").stat().st_mode & 0o077 == 0o044
