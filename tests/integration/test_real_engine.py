"""The real engine: on files that are no models, and on a tiny random model, where only slots and states matter."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tiny_gguf import write_model

from assistant import Assistant
from assistant.errors import ModelError
from assistant.llm.chat_model import Timings
from assistant.llm.embedded import EmbeddedModel
from assistant.llm.endpoint import Endpoint
from assistant.llm.llamacpp.model_file import ModelStore
from assistant.llm.llamacpp.server import EmbeddedEngine
from assistant.settings import Settings

pytest.importorskip("xllamacpp")


@pytest.mark.parametrize("content", [b"this is no model", b"GGUF" + b"\x00" * 100])
def test_a_file_that_is_no_model(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    engine = EmbeddedEngine(path)
    engine.start()
    assert engine._process
    pid = engine._process.pid
    with pytest.raises(ModelError, match=r"broken\.gguf: the embedded engine could not load it") as caught:
        _ = engine.base_url
    assert "\n" not in str(caught.value)
    engine.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_client_says_so_too_and_leaves_nothing_running(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"this is no model")
    model = EmbeddedModel(Endpoint("broken", file=path), Settings(home=tmp_path))
    with pytest.raises(ModelError, match=r"broken\.gguf: the embedded engine could not load it"):
        model.probability_yes([{"role": "user", "content": "Is it so?"}])
    assert _engine(model)._process is None
    model.close()


ARTICLE = "Paragraphs: " + "the ferry to Holm " * 20
LETTERS = "abcdef"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@contextmanager
def opened(tiny: Path, home: Path, context: int = 2048) -> Iterator[tuple[EmbeddedModel, list[Timings]]]:
    seen: list[Timings] = []
    settings = Settings(home=home, context=context, threads=1, timeout=30)
    model = EmbeddedModel(Endpoint("tiny", file=tiny), settings, on_timings=seen.append)
    try:
        yield model, seen
    finally:
        model.close()


def asked(question: str, article: str = ARTICLE) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Answer."}, {"role": "user", "content": f"{article}\n\nQuestion: {question}"}]


def written(model: EmbeddedModel, question: str, prefix: str | None = ARTICLE) -> str:
    return "".join(model.stream(asked(question), max_tokens=24, prefix=prefix))


def states(home: Path) -> list[Path]:
    return sorted((home / "prefixes").iterdir())


def test_a_beginning_is_read_once_and_by_later_processes_not_at_all(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path) as (model, seen):
        first = written(model, "who?")
        read, answer = seen
        assert read.prompt_n > len(ARTICLE)
        assert answer.cache_n == read.prompt_n
        seen.clear()
        other = written(model, "when was it?")
        assert len(seen) == 1
        assert seen[0].cache_n >= read.prompt_n
    with opened(tiny, tmp_path) as (model, seen):
        assert written(model, "when was it?") == other
        assert written(model, "who?") == first
        assert len(seen) == 2
        assert all(one.cache_n >= read.prompt_n for one in seen)
    with opened(tiny, tmp_path / "elsewhere") as (model, seen):
        assert written(model, "who?", prefix=None) == first
        assert seen[0].cache_n == 0


def test_states_hold_the_articles_text_and_only_the_user_may_read_them(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path) as (model, _):
        written(model, "a secret question?")
    [path] = states(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    tokens = path.read_bytes()[:4096]
    assert "".join(map(chr, tokens[12::4])).find("secret") == -1


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_state_changes_no_answer(tiny: Path, tmp_path: Path, damage: str) -> None:
    with opened(tiny, tmp_path) as (model, _):
        first = written(model, "who?")
    [path] = states(tmp_path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes(byte ^ 0x55 for byte in whole[middle : middle + 4096]) + whole[middle + 4096 :]
    path.write_bytes({"cut": whole[:-1000], "changed": changed, "empty": b""}[damage])
    with opened(tiny, tmp_path) as (model, seen):
        assert written(model, "who?") == first
        assert seen[0].prompt_n > len(ARTICLE)
    assert len(states(tmp_path)) == 1


def test_a_folder_that_disappears_costs_no_answer(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path) as (model, seen):
        model.start()
        (tmp_path / "prefixes").rmdir()
        assert written(model, "who?")
        assert len(seen) == 2


def test_two_processes_at_once_answer_alike(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path) as (one, _), opened(tiny, tmp_path) as (other, _):
        one.start()
        other.start()
        found = _at_once(lambda number: written((one, other)[number % 2], "who?"), 4)
    assert len(set(found)) == 1
    assert len(states(tmp_path)) == 1


def test_several_threads_at_once_get_what_each_asked(tiny: Path, tmp_path: Path) -> None:
    questions = [f"question {number}?" for number in range(6)]
    with opened(tiny, tmp_path) as (model, _):
        alone = [written(model, question) for question in questions]
    with opened(tiny, tmp_path) as (model, _):
        assert _at_once(lambda number: written(model, questions[number]), 6) == alone


def test_requests_that_together_are_more_than_the_context_wait_for_each_other(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path) as (model, _):

        def ask(number: int) -> str:
            return "".join(model.stream(asked("?", LETTERS[number] * 1500), max_tokens=100))

        assert all(_at_once(ask, 6))


def test_closing_a_stream_frees_its_slot(tiny: Path, tmp_path: Path) -> None:
    with opened(tiny, tmp_path, context=8192) as (model, _):
        stream = model.stream(asked("who?"), max_tokens=7000, prefix=ARTICLE)
        next(stream)
        assert any(slot["is_processing"] for slot in _slots(model))
        stream.close()  # type: ignore[attr-defined]
        deadline = time.monotonic() + 20
        while any(slot["is_processing"] for slot in _slots(model)):
            assert time.monotonic() < deadline, "the engine goes on writing what nobody reads"
        assert all(slot.get("n_prompt_tokens", 0) < 6000 for slot in _slots(model)), "it was written to the end"
        assert written(model, "who?")


@pytest.mark.real
def test_the_real_models_answers_are_the_same_from_restored_beginnings(tmp_path: Path, seeds: Path) -> None:
    (tmp_path / "models").symlink_to(ModelStore(Settings().home / "models").ensure().parent)
    questions = ("What did Xi and Putin sign in Moscow in 2023?", "What do they oppose?", "Who won the football cup?")
    answers = []
    for _ in range(2):
        with Assistant.open(settings=Settings(home=tmp_path, articles=seeds)) as assistant:
            found = [assistant.ask(question).to_dict() for question in questions]
        answers.append([{**answer, "timings_ms": None} for answer in found])
        # The two articles, and the examples by which a question is divided.
        assert len(states(tmp_path)) == 3
    assert answers[0] == answers[1]


def _engine(model: EmbeddedModel) -> EmbeddedEngine:
    running = model._shared.running
    assert running
    return running.engine


def _slots(model: EmbeddedModel) -> Any:
    engine = _engine(model)
    request = urllib.request.Request(
        engine.base_url.removesuffix("/v1") + "/slots", headers={"Authorization": f"Bearer {engine.key}"}
    )
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.load(reply)


def _at_once(ask: Any, number: int) -> list[str]:
    found: dict[int, str] = {}

    def one(place: int) -> None:
        found[place] = ask(place)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[place] for place in range(number)]
