"""`assistant model`: what it says of the model and of the adapter, and its exit code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli import main

Run = Callable[..., tuple[int, list[list[str]]]]
CONTENT = b"GGUF of an adapter"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped adapter with its checksum."""
    path = tmp_path / "adapter" / "judge.gguf"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    path.with_name("judge.gguf.sha256").write_text(f"{DIGEST}  judge.gguf\n")
    monkeypatch.setattr("assistant.llm.llamacpp.select.ADAPTER", path)
    return path


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The exit code, and the printed rows: name and the rest."""
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))

    def model(*arguments: str, **environment: str) -> tuple[int, list[list[str]]]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = main.run(["model", *arguments])
        return code, [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]

    return model


def test_the_shipped_adapter_holds(shipped: Path, run: Run) -> None:
    code, rows = run()
    assert code == 0
    assert [name for name, _ in rows[:4]] == ["model", "file", "sha-256", "checksum"]
    assert rows[3][1] == "not joined yet"
    assert rows[4:] == [["adapter", str(shipped)], ["sha-256", DIGEST], ["checksum", "holds"]]


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        ("judge.gguf", CONTENT + b" changed", "DOES NOT HOLD"),
        ("judge.gguf", None, "NO SUCH FILE"),
        ("judge.gguf.sha256", None, "NOT KNOWN"),
        ("judge.gguf.sha256", b"", "NOT KNOWN"),
        ("judge.gguf.sha256", b"\xff\xfe", "NOT KNOWN"),
        ("judge.gguf.sha256", b"0" * 64, "DOES NOT HOLD"),
    ],
)
def test_a_damaged_or_missing_one_is_said_with_the_remedy(
    shipped: Path, run: Run, name: str, content: bytes | None, verdict: str
) -> None:
    damaged = shipped.with_name(name)
    if content is None:
        damaged.unlink()
    else:
        damaged.write_bytes(content)
    code, rows = run()
    assert code == 1
    assert rows[-1][0] == "checksum"
    assert rows[-1][1].startswith(verdict)
    assert "make train" in rows[-1][1]
    assert "ASSISTANT_ADAPTER=none" in rows[-1][1]


def test_none_is_none_and_needs_no_file(shipped: Path, run: Run) -> None:
    shipped.unlink()
    code, rows = run(ASSISTANT_ADAPTER="none")
    assert code == 0
    assert rows[4:] == [["adapter", "none"]]


def test_a_model_elsewhere_has_none(shipped: Path, run: Run) -> None:
    code, rows = run("--model", "m@http://127.0.0.1:9/v1")
    assert code == 0
    assert [name for name, _ in rows] == ["model", "endpoint", "key"]


def test_ones_own_files_have_nothing_to_compare(shipped: Path, run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"own")
    digest = hashlib.sha256(b"own").hexdigest()
    code, rows = run("--model", str(own))
    assert code == 0
    assert rows[-2:] == [["sha-256", f"{digest} (none known to compare)"], ["adapter", "none"]]
    code, rows = run(ASSISTANT_ADAPTER=str(own))
    assert code == 0
    assert rows[-2:] == [["adapter", str(own)], ["sha-256", f"{digest} (none known to compare)"]]


def test_a_file_of_ones_own_that_is_not_there_is_a_wrong_setting(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_ADAPTER", "nowhere.gguf")
    assert main.run(["model"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "ASSISTANT_ADAPTER=nowhere.gguf: no such file" in printed.err


def test_as_json_it_is_one_object(shipped: Path, run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run()
    assert main.run(["model", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["model", "file", "sha256", "checksum", "adapter", "adapter_sha256", "adapter_checksum"]
    assert (told["adapter"], told["adapter_sha256"]) == (str(shipped), DIGEST)
    assert (told["checksum"], told["adapter_checksum"]) == ("not joined yet", "holds")
    own = tmp_path / "own.gguf"
    own.write_bytes(b"own")
    assert main.run(["model", "--json", "--model", str(own)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sha256"], told["adapter"]) == (hashlib.sha256(b"own").hexdigest(), None)
    assert main.run(["model", "--json", "--model", "m@http://127.0.0.1:9/v1"]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == "none"


def test_as_json_a_damaged_adapter_is_the_same_failure(
    shipped: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped.unlink()
    run()
    assert main.run(["model", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["adapter_checksum"].startswith("NO SUCH FILE")
