"""`assistant articles` and `assistant ask` in processes of their own, with the real embedding model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
STORY = "Moscow, 22 March 2023 (TDI): The leaders met.\n\nThey left."
OTHER = "Moscow, 22 March 2023 (TDI): It rained.\n\nIt snowed."
THIRD = "Moscow, 22 March 2023 (TDI): The river rose.\n\nIt fell."


def test_the_seeds_are_listed(run_assistant: Run) -> None:
    done = run_assistant("articles")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].split()[:5] == ["000_a73a9aabfb5eaf09", "2017-07-04", "IANS,", "citing", "Xinhua"]
    assert lines[2].split()[:4] == ["002_d120cbaaada3c47b", "2023-03-22", "TDI", "10"]


def test_a_bad_file_is_named_once_and_the_others_are_listed(assistant: Run, write_articles: Write) -> None:
    folder = write_articles({"good.txt": STORY, "bad.txt": b"\x89PNG\x00\xff" * 50})
    done = assistant("articles", "--articles", folder)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"assistant: skipped {folder / 'bad.txt'}: is not a text file")
    assert [row.split()[0] for row in done.stdout.splitlines()] == ["id", "good"]


def test_a_file_that_went_bad_keeps_its_place(assistant: Run, write_articles: Write) -> None:
    folder = write_articles({"a.txt": STORY, "b.txt": OTHER})
    assert assistant("articles", "--articles", folder).returncode == 0
    (folder / "a.txt").write_bytes(b"\x00\xff")
    done = assistant("articles", "--articles", folder)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert [row.split()[0] for row in done.stdout.splitlines()] == ["id", "a", "b"]


def test_odd_and_hostile_names_stay_one_harmless_line_each(run_assistant: Run, write_articles: Write) -> None:
    folder = write_articles({"a\nb.txt": STORY, "\x1b[31mred.txt": OTHER, "bad\n\x1b[2J.txt": b"\x00\xff"})
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text(THIRD)
    done = run_assistant("articles", "--articles", folder)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 4
    assert len(done.stderr.splitlines()) == 1
    assert "\x1b" not in done.stdout + done.stderr


def test_a_folder_of_which_nothing_can_be_read_is_one_line(assistant: Run, write_articles: Write) -> None:
    folder = write_articles({"a.txt": b"\x00\xff"})
    done = assistant("articles", "--articles", folder)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"assistant: no article could be indexed: {folder / 'a.txt'}: is not a text file")


def test_a_home_that_cannot_be_written_is_one_line(assistant: Run, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("")
    done = assistant("articles", ASSISTANT_HOME=str(tmp_path / "occupied"))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "set ASSISTANT_HOME to a folder you may write to" in line


def test_an_endpoint_that_is_down_is_one_line(assistant: Run) -> None:
    done = assistant("ask", "What did Xi and Putin sign?", "--model", "fake@http://127.0.0.1:9/v1")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("assistant: model fake at http://127.0.0.1:9/v1: nothing answers there; start the server")


def test_a_reader_that_has_seen_enough_is_no_error(assistant_home: Path, project: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant", "articles"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=project,
        env=os.environ | {"ASSISTANT_HOME": str(assistant_home)},
    )
    assert child.stdout
    assert child.stderr
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 0
    assert errors.split(b"\r")[-1] == b""


def test_an_interrupted_run_says_so_in_one_line(tmp_path: Path, project: Path) -> None:
    os.mkfifo(tmp_path / "q.jsonl")
    child = subprocess.Popen(
        [sys.executable, "-m", "assistant", "ask", "--questions", tmp_path / "q.jsonl", "--output", tmp_path / "out"],
        stderr=subprocess.PIPE,
        cwd=project,
        env=os.environ | {"ASSISTANT_HOME": str(tmp_path)},
        text=True,
    )
    # Opening the pipe's other end returns when the child waits for its questions; closing it lets a
    # child go on that the signal reached a moment before it began to read.
    with (tmp_path / "q.jsonl").open("w"):
        child.send_signal(signal.SIGINT)
    assert child.stderr
    errors = child.stderr.read()
    assert child.wait() == 130
    child.stderr.close()
    assert errors.strip() == "assistant: interrupted"
