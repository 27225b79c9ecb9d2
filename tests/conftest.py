"""Fakes and helpers that several tests share."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from scripted_model import ScriptedModel, asks_to_divide

# Its assertions explain themselves as those of a test module do.
pytest.register_assert_rewrite("store_contract")

# A shell that starts the tests in the background has this signal ignored, and so would every child.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parent.parent

# The same examples on every run and no database: a test that fails does so everywhere. Since they are the same,
# the second half of hypothesis' hundred would be paid for at every run and found out once.
settings.register_profile(
    "repeatable",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("repeatable")


# Begun first, so that no process is left with one of them at the end: pytest-xdist by itself begins with the files
# that have most tests, and some of these have one.
LONGEST = (
    "test_container.py", "test_page_newsroom.py", "test_index_killed.py", "test_page_chat.py",
    "test_index_command.py", "test_hostile_articles.py", "test_page_library.py", "test_store_milvus.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, and each file's tests as they stand in it."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes are named by their argument: what was packed holds the second it was packed in, and every process of
    pytest-xdist has to name a test alike."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ASSISTANT_") or name == "OPENAI_API_KEY" or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _own_cores(request: pytest.FixtureRequest) -> None:
    """Of the real tests that run side by side each process has cores of its own: two models on the same ones slow each
    other tenfold."""
    worker, processes = (os.environ.get(f"PYTEST_XDIST_WORKER{end}") for end in ("", "_COUNT"))
    if worker and processes and request.config.getoption("markexpr") == "real" and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        own = cores[int(worker.removeprefix("gw")) :: int(processes)]
        os.sched_setaffinity(0, own or cores)


@pytest.fixture(scope="session")
def project() -> Path:
    """The repository's root."""
    return PROJECT


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the two articles."""
    return PROJECT / "seeds"


@pytest.fixture
def write_articles(tmp_path: Path) -> Callable[..., Path]:
    """`write_articles({"a.txt": "text or bytes"})` writes files below `tmp_path/articles` and returns that folder."""

    def write(files: Mapping[str, str | bytes], folder: str = "articles") -> Path:
        for name, content in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / folder

    return write


@pytest.fixture(scope="session")
def embedder() -> Any:
    """A deterministic embedding model: words hashed into 64 dimensions, unit length."""
    import numpy as np
    from llama_index.core.embeddings import BaseEmbedding

    class HashedWords(BaseEmbedding):
        def _get_text_embedding(self, text: str) -> list[float]:
            vector = np.zeros(64, dtype=np.float32)
            for word in re.findall(r"\w+", text.lower()):
                vector[zlib.crc32(word.encode()) % 64] += 1.0
            return [float(value) for value in vector / max(float(np.linalg.norm(vector)), 1e-9)]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    return HashedWords(model_name="hashed-words")


class FakeModel:
    """Gives the queued replies in order and keeps what it was asked; a call too many fails.

    `yes`: what it says of every yes-or-no question, or a function of the prompt; these are kept in `judged`.
    """

    name = "fake"
    taught = False
    has_probabilities = True

    def __init__(self, *replies: str, yes: float | Callable[[str], float] = 0.5) -> None:
        self.replies = list(replies)
        self.yes = yes
        self.asked: list[SimpleNamespace] = []
        self.judged: list[SimpleNamespace] = []

    def within(self, scope: Any) -> Any:
        """The same model: it never waits."""
        return self

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        prefix: str | None = None,
        keep_prefix: bool = True,
    ) -> Iterator[str]:
        """The next reply, word by word; no question is divided."""
        if asks_to_divide(messages):
            return
        self.asked.append(
            SimpleNamespace(
                messages=list(messages),
                max_tokens=max_tokens,
                stop=list(stop),
                prefix=prefix,
                keep_prefix=keep_prefix,
            )
        )
        assert self.replies, "the model was asked once more than expected"
        yield from re.findall(r"\s*\S+|\s+$", self.replies.pop(0))

    def probability_yes(
        self, messages: Sequence[Mapping[str, str]], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """What it was made to say."""
        self.judged.append(SimpleNamespace(messages=list(messages), prefix=prefix, keep_prefix=keep_prefix))
        return self.yes(messages[-1]["content"]) if callable(self.yes) else self.yes


@pytest.fixture
def fake_model() -> type[FakeModel]:
    """The class: `fake_model("first reply", "second reply")`."""
    return FakeModel


@pytest.fixture
def model() -> Iterator[str]:
    """The name of a model that answers by rule, for a `--model`."""
    scripted = ScriptedModel()
    yield scripted.name
    scripted.close()


@pytest.fixture(scope="session")
def link_models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """`link_models(home)` puts the embedding model's integer graph into a home: a second's work, done once for all."""
    from assistant.embeddings.minilm import MiniLM

    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "models"
    MiniLM(threads=1, folder=made)

    def link(home: Path) -> Path:
        (home / "models").mkdir(parents=True, exist_ok=True)
        for file in made.glob("*.integer.*"):
            if file.suffix in (".onnx", ".json") and not (home / "models" / file.name).exists():
                os.link(file, home / "models" / file.name)
        return home

    return link


@pytest.fixture
def assistant_home(tmp_path: Path, link_models: Callable[[Path], Path]) -> Path:
    """`tmp_path/home`, which has the embedding model's integer graph and nothing else."""
    return link_models(tmp_path / "home")


@pytest.fixture
def run_assistant(assistant_home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_assistant("ask", "…", stdin="…")` in a process of its own, with its own home."""

    def run(
        *arguments: str | bytes | Path, stdin: str | bytes = "", cwd: Path = PROJECT, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT_")}
        clean |= {"ASSISTANT_HOME": str(assistant_home), "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            cwd=cwd,
            env=clean | {"PYTHONPATH": str(PROJECT)} | environment,
            timeout=120,
        )
        # What a progress bar has written over is gone from a terminal, and so it is here.
        lines = [line.rsplit("\r", 1)[-1] for line in done.stderr.decode(errors="replace").split("\n")]
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), "\n".join(lines))

    return run
