"""`assistant index` killed at any moment: what it reported is there, nothing is half there."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

from assistant.embeddings.minilm import MODEL_NAME
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.sources import SourceFile
from assistant.schema.articles import Article

FORK = multiprocessing.get_context("fork")
KILLS = 50
WORDS = "rain snow river trade talks summit treaty market border harvest".split()


def write_some(folder: Path, chosen: random.Random, turn: int) -> None:
    """Add, change, copy, move and delete a few stories."""
    for _ in range(8):
        path = folder / f"n{chosen.randint(0, 40)}.txt"
        what = chosen.random()
        if what < 0.6 or not path.exists():
            words = [" ".join(chosen.choices(WORDS, k=6)) for _ in range(chosen.randint(1, 8))]
            path.write_text("\n\n".join(f"{turn}: {text}." for text in words))
        elif what < 0.75:
            path.unlink()
        elif what < 0.9:
            (folder / f"copy{chosen.randint(0, 9)}.txt").write_bytes(path.read_bytes())
        else:
            path.rename(folder / f"moved{chosen.randint(0, 9)}.txt")


def bodies(folder: Path) -> dict[str, list[str]]:
    found = {}
    for file in list_files(folder):
        (article,) = SourceFile(file).articles()
        assert isinstance(article, Article)
        found[file.id] = [paragraph.text for paragraph in article.paragraphs]
    return found


def run_index(folder: Path, home: Path, log: Path) -> None:
    """The command itself, in this process, with small batches; what it tells goes to `log`."""
    os.environ["ASSISTANT_HOME"] = str(home)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from assistant.cli.main import run
    from assistant.library import batch_writer

    # Forked children share tqdm's lock: one that is killed while it holds it would stop all that follow.
    tqdm.set_lock(threading.RLock())
    batch_writer.BATCH_PARAGRAPHS = 6
    code = run(["index", str(folder), "--verbose"])
    os._exit(code)


@pytest.fixture
def open_index(assistant_home: Path, embedder: Any) -> Callable[[], ArticleIndex]:
    def make() -> ArticleIndex:
        named = embedder.model_copy(update={"model_name": MODEL_NAME})
        return ArticleIndex(assistant_home / "library" / "index.sqlite3", named)

    return make


def test_killed_at_fifty_moments(tmp_path: Path, assistant_home: Path, open_index: Callable[[], ArticleIndex]) -> None:
    chosen = random.Random(5)
    folder, log = tmp_path / "news", tmp_path / "log"
    folder.mkdir()
    (folder / "first.txt").write_text("It began.")
    before: dict[str, list[str]] = {}
    kills = 0
    seconds = 1.0
    for turn in range(KILLS * 3):
        if kills == KILLS:
            break
        write_some(folder, chosen, turn)
        now = bodies(folder)
        child = FORK.Process(target=run_index, args=(folder, assistant_home, log))
        begun = time.monotonic()
        child.start()
        child.join(chosen.uniform(0, 1.2) * seconds)
        if child.is_alive() and child.pid:
            os.kill(child.pid, signal.SIGKILL)
            child.join()
            kills += 1
        else:
            assert child.exitcode == 0, log.read_text()
            seconds = time.monotonic() - begun
        index = open_index()
        assert list(index.store.faults()) == []
        stored = {record.id: record for record in index.store.records()}
        for article_id, record in stored.items():
            texts = [node.text for node in index.store.nodes_of(article_id)]
            if record.same_as is None:
                # Whole, in the old words or in the new ones.
                assert texts in (before.get(article_id), now.get(article_id)), article_id
            else:
                assert texts == []
        told = [line.split(": ", 1)[0].split(maxsplit=1) for line in log.read_text().splitlines() if ": " in line]
        for status, path in (pair for pair in told if pair[0] in ("added", "changed", "duplicate")):
            kept = stored[Path(path).stem]
            kept = stored[kept.same_as] if kept.same_as else kept
            assert status
            assert [node.text for node in index.store.nodes_of(kept.id)] == now[Path(path).stem]
        before = {
            article_id: [node.text for node in index.store.nodes_of(article_id)]
            for article_id, record in stored.items()
            if record.same_as is None
        } | {key: now[key] for key, record in stored.items() if record.same_as is not None and key in now}
        index.close()
    assert kills == KILLS
    child = FORK.Process(target=run_index, args=(folder, assistant_home, log))
    child.start()
    child.join(120)
    assert child.exitcode == 0
    index = open_index()
    kept = {article.id: [p.text for p in article.paragraphs] for article in index.articles()}
    wanted = bodies(folder)
    assert {tuple(texts) for texts in kept.values()} == {tuple(texts) for texts in wanted.values()}
    assert {record.id for record in index.store.records()} == set(wanted)
    index.close()
