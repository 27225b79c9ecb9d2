"""`assistant index`, `articles` and `remove` in processes of their own, with the real embedding model."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

Run = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
FILES = {
    "a.txt": "date 2017-07-04 Xi visited Moscow.\n\nHe met Putin.\n\nIANS",
    "b.txt": "date 2017-07-05 Xi visited Moscow.\n\nHe met Putin.\n\nAFP",
    "c.txt": "date 2023-03-22 The leaders signed statements.\n\nThey left.\n\nIANS",
}


@pytest.fixture
def news(write_articles: Write) -> Path:
    return write_articles(FILES)


def listed(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["id"] for line in done.stdout.splitlines()]


def test_a_library_is_filled_asked_and_brought_up_to_date(run_assistant: Run, assistant: Run, news: Path) -> None:
    done = run_assistant("index", news, "--verbose")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["added", "duplicate", "added"]
    assert f"{news / 'a.txt'}: 2017-07-04 · IANS · Xi visited Moscow · 2 paragraphs" in done.stdout
    assert "2 added, 1 the same story as another; the library holds 2 articles, 4 paragraphs" in done.stderr
    assert listed(run_assistant("articles", "--json")) == ["a", "c"]
    (news / "c.txt").unlink()
    (news / "d.txt").write_text("It rained.")
    assert listed(assistant("articles", "--json")) == ["a", "c"]  # as it was; opening scans nothing
    done = assistant("index")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 added, 1 removed, 2 unchanged" in done.stderr
    assert listed(assistant("articles", "--json")) == ["a", "d"]


def test_problems_are_a_line_each_and_everything_else_is_indexed(assistant: Run, news: Path) -> None:
    (news / "bad.txt").write_bytes(b"\x00\xff")
    for _ in range(2):
        done = assistant("index", news)
        assert done.returncode == 1
        assert [line for line in done.stderr.splitlines() if "skipped" in line] == [
            f"assistant: skipped {news / 'bad.txt'}: is not a text file; remove it or save the story as UTF-8 text"
        ]
    assert listed(assistant("articles", "--json")) == ["a", "c"]


def test_standard_input_urls_and_single_files(assistant: Run, news: Path) -> None:
    story = "London, Jan 5 (Reuters) - It rained.\n\nIt stopped."
    done = assistant("index", "-", news / "c.txt", "--verbose", stdin=story)
    assert done.returncode == 0, done.stderr
    assert "Reuters · It rained · 2 paragraphs" in done.stdout
    (news / "urls").write_text("https://example.org/a\ta.txt\n")
    assert assistant("index", "--urls", news / "urls").returncode == 0
    found = [json.loads(line) for line in assistant("articles", "--json").stdout.splitlines()]
    assert [(item["source"], item["url"]) for item in found] == [
        ("IANS", "https://example.org/a"),
        ("IANS", None),
        ("Reuters", None),
    ]
    done = assistant("index", "-", stdin=" ")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_library_of_ones_own_goes_after_what_is_named(assistant: Run, news: Path, tmp_path: Path) -> None:
    assert assistant("index", news / "a.txt", "--index", tmp_path / "lib").returncode == 0
    assert assistant("index", news / "c.txt").returncode == 0
    named = ("articles", "--json", "--index", tmp_path / "lib")
    assert listed(assistant("articles", "--json")) == ["c"]
    assert listed(assistant(*named)) == ["a"]
    assert listed(assistant("articles", "--json", ASSISTANT_INDEX=str(tmp_path / "lib"))) == ["a"]
    both = {"ASSISTANT_INDEX": str(tmp_path / "lib"), "ASSISTANT_ARTICLES": "seeds"}
    assert len(listed(assistant("articles", "--json", **both))) == 2
    assert listed(assistant(*named, **both)) == ["a"]
    done = assistant("articles", "--articles", news, "--index", tmp_path / "lib")
    assert done.returncode == 2
    assert "either a folder of articles or a library" in done.stderr


def test_an_emptied_library_of_ones_own_gives_way_to_the_seeds(assistant: Run, news: Path, tmp_path: Path) -> None:
    assistant("index", news)
    assert assistant("index", "--forget", news).returncode == 0
    assert len(listed(assistant("articles", "--json"))) == 2
    done = assistant("articles", "--index", tmp_path / "none")
    assert done.returncode == 2
    assert f"the library at {tmp_path / 'none'} is empty; fill it with: assistant index" in done.stderr


def test_articles_are_filtered_and_shown(assistant: Run, news: Path) -> None:
    assistant("index", news)
    assert listed(assistant("articles", "moscow", "--json")) == ["a"]
    assert listed(assistant("articles", "--json", "--since", "2018-01-01")) == ["c"]
    assert listed(assistant("articles", "--json", "--outlet", "IANS", "--limit", "1")) == ["a"]
    done = assistant("articles", "no", "such", "words")
    assert (done.returncode, done.stdout) == (0, "")
    shown = assistant("articles", "--show", "a").stdout
    assert "also AFP, 2017-07-05" in shown
    assert "[2] He met Putin." in shown
    assert assistant("articles", "--show", "a#p2").stdout == "He met Putin.\n"
    assert json.loads(assistant("articles", "--show", "a", "--json").stdout)["paragraphs"][1]["id"] == "a#p2"
    for wrong in ("x", "a#p9", "a#p", ""):
        done = assistant("articles", "--show", wrong) if wrong else assistant("articles", "--show", "#p1")
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert assistant("articles", "--limit", "0").returncode == 2


def test_articles_are_removed_and_restored(assistant: Run, news: Path) -> None:
    assistant("index", news)
    done = assistant("remove", "a", "unknown")
    assert done.returncode == 1
    assert "'unknown' is not in the library" in done.stderr
    assert listed(assistant("articles", "--json")) == ["b", "c"]
    assistant("index")
    assert listed(assistant("articles", "--json")) == ["b", "c"]
    assert assistant("remove", "--before", "2018-01-01").returncode == 0
    assert assistant("remove", "--outlet", "IANS", "--yes").returncode == 0
    assert assistant("remove", "--restore", "c").returncode == 0
    assert listed(assistant("articles", "--json")) == ["c"]
    assert assistant("remove", "--restore").returncode == 0
    assert len(listed(assistant("articles", "--json"))) == 2
    for wrong in ([], ["a", "--outlet", "X"], ["--before", "soon"], ["--restore", "--outlet", "X"]):
        assert assistant("remove", *wrong).returncode == 2


@pytest.mark.parametrize(("reply", "removed"), [(b"y\n", True), (b"\n", False), (b"no\n", False)])
def test_on_a_terminal_it_asks_before_it_removes(
    assistant: Run, news: Path, tmp_path: Path, project: Path, reply: bytes, removed: bool
) -> None:
    assistant("index", news)
    ours, theirs = os.openpty()
    environment = {**os.environ, "ASSISTANT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "assistant", "remove", "c"]
    child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=project, env=environment)
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 1000)
    assert b"Remove 1 article from the library?" in shown
    os.write(ours, reply)
    assert child.wait(60) == 0
    os.close(ours)
    assert ("c" not in listed(assistant("articles", "--json"))) is removed


def test_a_check_finds_and_mends(assistant: Run, news: Path) -> None:
    assistant("index", news)
    done = assistant("index", "--check")
    assert (done.returncode, done.stdout) == (0, "nothing wrong: 2 articles, 4 paragraphs\n")
    (news / "c.txt").unlink()
    (news / "d.txt").write_text("It rained.")
    done = assistant("index", "--check", "--dry-run")
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)
    assert listed(assistant("articles", "--json")) == ["a", "c"]
    done = assistant("index", "--check")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("repaired; 1 added, 1 removed, 2 unchanged")
    assert listed(assistant("articles", "--json")) == ["a", "d"]
    for wrong in (["--dry-run"], ["--check", news], ["--check", "--watch"], ["--forget", news, news]):
        assert assistant("index", *wrong).returncode == 2


def test_an_index_of_an_older_format_is_made_anew_from_its_sources(assistant: Run, news: Path, tmp_path: Path) -> None:
    assistant("index", news, "-", stdin="London, Jan 5 (Reuters) - It rained.")
    path = tmp_path / "home" / "library" / "index.sqlite3"
    for damage in (b"", b"garbage " * 1000):
        for side in path.parent.glob("index.sqlite3?*"):
            if side.is_file():
                side.unlink()
        path.write_bytes(damage)
        assert len(listed(assistant("articles", "--json"))) == 3


def test_a_zip_is_read_where_the_readers_know_it(assistant: Run, news: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "news.zip", "w") as archive:
        for path in news.iterdir():
            archive.write(path, path.name)
    done = assistant("index", tmp_path / "news.zip")
    assert done.returncode == 0, done.stderr
    assert len(listed(assistant("articles", "--json"))) == 2


# Others at work


def test_a_second_writer_says_who_holds_the_lock_and_waits(assistant: Run, news: Path, tmp_path: Path) -> None:
    assistant("index", news)
    path = tmp_path / "home" / "library" / "index.sqlite3"
    (news / "d.txt").write_text("It rained.")
    with FileLock(f"{path}.lock"):
        Path(f"{path}.writer").write_text(json.dumps({"pid": os.getpid(), "since": "2020-01-02 03:04:05"}))
        assert listed(assistant("articles", "--json")) == ["a", "c"]  # a reader does not wait
        child = start(tmp_path, "index")
        assert child.stderr
        line = child.stderr.readline()
        assert f"process {os.getpid()} (since 2020-01-02 03:04:05) is writing; waiting" in line
        assert child.poll() is None
    assert child.wait(60) == 0
    child.stderr.close()
    assert listed(assistant("articles", "--json")) == ["a", "c", "d"]


def start(tmp_path: Path, *arguments: str | Path, limit: int | None = None) -> subprocess.Popen[str]:
    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "assistant", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"ASSISTANT_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"},
        preexec_fn=limited,
    )


def test_no_room_left_is_a_clear_error_and_an_intact_index(
    assistant: Run, news: Path, tmp_path: Path, write_articles: Write
) -> None:
    assistant("index", news)
    write_articles(
        {f"n{n}.txt": "\n\n".join(f"Part {n} {p} " + "of words " * 20 for p in range(10)) for n in range(12)}
    )
    child = start(tmp_path, "index", limit=300_000)
    _, errors = child.communicate(timeout=100)
    assert child.returncode == 1
    assert errors.splitlines()[-1].strip().startswith("assistant: index ")
    assert "Traceback" not in errors
    assert listed(assistant("articles", "--json"))[:2] == ["a", "c"]
    assert assistant("index").returncode == 0
    assert len(listed(assistant("articles", "--json"))) == 14
    assert assistant("index", "--check", "--dry-run").returncode == 0


@pytest.fixture
def watcher(tmp_path: Path, assistant_home: Path, news: Path) -> Iterator[subprocess.Popen[str]]:
    child = start(tmp_path, "index", news, "--watch")
    assert child.stderr
    while "watching" not in child.stderr.readline():
        assert child.poll() is None
    yield child
    child.kill()
    child.wait()


def test_a_watched_folder_is_followed(
    watcher: subprocess.Popen[str], assistant: Run, news: Path, write_articles: Write
) -> None:
    assert watcher.stdout
    (news / "d.txt").write_text("It rained in London.")
    assert (
        watcher.stdout.readline()
        == f"added     {news / 'd.txt'}: undated · unknown outlet · It rained in London · 1 paragraph\n"
    )
    (news / "d.txt").write_text("It rained in Paris.")
    assert watcher.stdout.readline().startswith(f"changed   {news / 'd.txt'}: ")
    (news / "d.txt").rename(news / "e.txt")
    assert "moved from d" in watcher.stdout.readline()
    (news / "c.txt").unlink()
    assert watcher.stdout.readline().startswith("removed   c")
    (news / "bad.txt").write_bytes(b"\x00\xff")
    assert watcher.stdout.readline().startswith(f"failed    {news / 'bad.txt'}: is not a text file")
    assert listed(assistant("articles", "--json")) == ["a", "e"]
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(30) == 130


def test_an_interrupted_run_goes_on_later(assistant: Run, tmp_path: Path, write_articles: Write) -> None:
    folder = write_articles({f"n{n}.txt": "\n\n".join(f"Story {n} part {p}." for p in range(12)) for n in range(40)})
    child = start(tmp_path, "index", folder, "--verbose")
    assert child.stdout
    assert child.stdout.readline().startswith("added")
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    if child.returncode != 0:
        assert child.returncode == 130
        assert errors.splitlines()[-1] == "assistant: interrupted"
        assert 0 < len(listed(assistant("articles", "--json"))) < 40
    done = assistant("index")
    assert done.returncode == 0
    assert len(listed(assistant("articles", "--json"))) == 40
