"""The command line, as far as it goes without a model."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import __version__
from assistant.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]
Here = Callable[..., subprocess.CompletedProcess[str]]
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
NOWHERE = ("--model", "fake@http://127.0.0.1:9/v1")


@pytest.fixture
def run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """The command in this process, in `tmp_path`: the same as `run_assistant` and far quicker."""

    def run(*arguments: str | Path, stdin: bytes = b"", errors: str = "strict", **environment: str) -> Any:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8", errors=errors))
        monkeypatch.setattr(
            "assistant.llm.llamacpp.server.EmbeddedEngine.start", lambda _self: pytest.fail("a model was started")
        )
        code = main.run([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run


def assert_one_line(done: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("assistant: ")
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help")])
def test_help(run_assistant: Run, arguments: tuple[str, ...]) -> None:
    done = run_assistant(*arguments)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: assistant")
    assert done.stderr == ""


def test_help_imports_nothing_heavy(run_assistant: Run) -> None:
    done = run_assistant("--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    imported = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "argparse" in imported
    heavy = {
        "gguf",
        "llama_index",
        "numpy",
        "openai",
        "onnxruntime",
        "pydantic",
        "pydantic_settings",
        "tokenizers",
        "xllamacpp",
    }
    assert imported.isdisjoint(heavy)


def test_version(run_assistant: Run) -> None:
    done = run_assistant("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"assistant {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("ask", "Who?", "--nonsense")])
def test_no_such_command_or_option(run_assistant: Run, arguments: tuple[str, ...]) -> None:
    done = run_assistant(*arguments)
    assert done.returncode == 2
    assert "usage: assistant" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("ask",), ("give either a question or --questions FILE",)),
        (("ask", "Who?", "--questions", "x.jsonl"), ("give either a question or --questions FILE",)),
        (("ask", ""), ("the question is empty",)),
        (("ask", "  \n "), ("the question is empty",)),
        (("ask", "x" * 4001), ("4,001 characters", "4,000", "shorten it")),
        (("ask", "Who?", "--output", "x.jsonl"), ("--output goes with --questions FILE",)),
        (("ask", "--questions", "x.jsonl"), ("--questions FILE needs --output FILE",)),
        (("ask", "--questions", "none.jsonl", "--output", "o"), ("none.jsonl", "does not exist")),
        (
            ("ask", "--questions", "q", "--output", "o", "--since", "2017-01-01"),
            ("--since, --until and --as-of go into the rows",),
        ),
        (("ask", "Who?", "--since", "yesterday"), ("--since 'yesterday'", "YYYY-MM-DD")),
        (("ask", "Who?", "--as-of", "then"), ("--as-of 'then'", "YYYY-MM-DD")),
        (("ask", "Who?", "--until", "2017-02-30"), ("--until '2017-02-30'", "YYYY-MM-DD")),
        (
            ("ask", "Who?", "--since", "2018-01-01", "--until", "2017-01-01"),
            ("since 2018-01-01 is after until 2017-01-01",),
        ),
        (("ask", "Who?", "--model", "gpt-4"), ("model 'gpt-4': not understood",)),
        (("ask", "Who?", "--model", "none.gguf"), ("none.gguf: no such file",)),
        (("ask", "Who?", "--model", "openai:gpt"), ("no key; set ASSISTANT_API_KEY",)),
        (("model", "--model", "\x1b[31mgpt\n4"), ("not understood",)),
    ],
)
def test_what_cannot_be_asked(run_here: Here, tmp_path: Path, arguments: tuple[str, ...], parts: tuple[str]) -> None:
    assert_one_line(run_here(*arguments), 2, *parts)


def test_a_question_of_100_kilobytes_on_standard_input(run_assistant: Run) -> None:
    assert_one_line(run_assistant("ask", "-", stdin="x" * 100_000), 2, "100,000 characters", "shorten it")


def test_an_empty_standard_input(run_here: Here) -> None:
    assert_one_line(run_here("ask", "-"), 2, "the question is empty")


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_standard_input_that_is_no_text(run_here: Here, errors: str) -> None:
    assert_one_line(run_here("ask", "-", stdin=b"Wh\xff?", errors=errors), 2, "not UTF-8 text; write it in UTF-8")


def test_an_argument_that_is_no_text(run_assistant: Run) -> None:
    assert_one_line(run_assistant("ask", b"Wh\xff?"), 2, "not UTF-8 text; write it in UTF-8")


def test_a_broken_questions_file_names_its_line(run_here: Here, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "Who?"}\n{"question": \n')
    done = run_here("ask", "--questions", "q.jsonl", "--output", "out.jsonl")
    assert_one_line(done, 2, "q.jsonl, line 2: not JSON")
    assert not (tmp_path / "out.jsonl").exists()


def test_answers_to_other_questions_are_left_alone(run_here: Here, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "Who?"}\n')
    (tmp_path / "out.jsonl").write_text('{"id": null, "question": "Whom?"}\n')
    done = run_here("ask", "--questions", "q.jsonl", "--output", "out.jsonl")
    assert_one_line(done, 2, "out.jsonl, line 1: holds the answer to another question")
    assert (tmp_path / "out.jsonl").read_text() == '{"id": null, "question": "Whom?"}\n'


def test_answered_questions_are_not_asked_again(run_here: Here, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": 1, "question": "Who?"}\n')
    (tmp_path / "out.jsonl").write_text('{"id": 1, "question": "Who?", "answer": "Nobody."}\n')
    done = run_here("ask", "--questions", "q.jsonl", "--output", "out.jsonl", *NOWHERE)
    assert_one_line(done, 0, "all 1 questions are answered in out.jsonl")


@pytest.mark.parametrize(("name", "value"), [("PASSAGES", "0"), ("HOME", "~nosuchuser/x"), ("THRESHOLD", "high")])
def test_a_bad_setting_names_its_variable(run_here: Here, name: str, value: str) -> None:
    assert_one_line(run_here("articles", **{f"ASSISTANT_{name}": value}), 2, f"ASSISTANT_{name}='{value}'")


@pytest.mark.usefixtures("assistant_home")
@pytest.mark.parametrize(
    ("name", "reason"), [("none", "does not exist"), ("empty", "holds no article"), ("file.txt", "is not a folder")]
)
@pytest.mark.parametrize("command", [("articles",), ("ask", "Who?", *NOWHERE)])
def test_a_folder_that_holds_no_articles(
    run_here: Here, tmp_path: Path, command: tuple[str, ...], name: str, reason: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("They met.")
    assert_one_line(run_here(*command, "--articles", name), 2, f"articles folder {name} {reason}")


def test_the_model_in_use_embedded_and_not_joined_yet(run_here: Here, tmp_path: Path) -> None:
    done = run_here("model", ASSISTANT_ADAPTER="none")
    assert done.returncode == 0
    assert "Qwen2.5-Coder-1.5B-Instruct Q4_K_M (Apache-2.0), embedded" in done.stdout
    assert str(tmp_path / "home" / "models") in done.stdout
    assert "not joined yet" in done.stdout
    assert not (tmp_path / "home" / "models").exists()


def test_the_model_in_use_embedded_and_damaged(run_here: Here, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models"
    folder.mkdir(parents=True)
    (folder / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf").write_bytes(b"half of it")
    done = run_here("model", ASSISTANT_ADAPTER="none")
    assert done.returncode == 1
    assert "DOES NOT HOLD; it is rebuilt at the next question" in done.stdout


def test_the_model_in_use_a_file_or_an_endpoint(run_here: Here, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"abc")
    assert ABC in run_here("model", "--model", path).stdout
    done = run_here("model", ASSISTANT_MODEL="m@http://h/v1", ASSISTANT_API_KEY="sk-secret")
    assert done.stdout == "model     m\nendpoint  http://h/v1\nkey       set\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A ferry\n\nThe ferry sank.\n")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", "read", "a.txt"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (1, b"assistant: output: No space left on device\n")


def test_letters_that_the_terminal_lacks_cost_nothing(run_assistant: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A ferry\n\nThe ferry “Ås” sank.\n", encoding="utf-8")
    done = run_assistant("read", tmp_path / "a.txt", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ferry" in done.stdout
