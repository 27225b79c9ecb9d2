"""The embedded engine ends, hangs or is killed while it is asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelConnectionError, ModelError
from assistant.llm.embedded import EmbeddedModel
from assistant.llm.endpoint import Endpoint
from assistant.llm.recovery import EngineRecovery
from assistant.schema.events import Event, Step, StepName, Token
from assistant.settings import Settings


class FakeModel:
    """An engine that answers while it runs; counts how often it was started anew."""

    def __init__(self, url: str | None = None) -> None:
        self.embedded = url is None
        self.running = True
        self.starts = 0
        self.loads = True

    def close(self) -> None:
        self.running = False

    def start(self) -> None:
        self.starts += 1
        self.running = self.loads

    def wait(self) -> None:
        if not self.running:
            raise ModelError("could not load it")

    def ask(self, *, dies: bool = False) -> Iterator[Event]:
        yield Step(StepName.WRITING)
        if dies and self.starts == 0:
            self.running = False
        if not self.running:
            raise ModelConnectionError("nothing answers there")
        yield Token("fine")


def recovery(model: FakeModel) -> EngineRecovery:
    return EngineRecovery(model)  # type: ignore[arg-type]


def test_an_engine_that_died_is_started_again_and_the_question_asked_once_more() -> None:
    model = FakeModel()
    events = list(recovery(model).stream(lambda: model.ask(dies=True)))
    assert events == [Step(StepName.WRITING), Step(StepName.RESTARTING), Step(StepName.WRITING), Token("fine")]
    assert model.starts == 1


def test_one_that_died_between_two_questions_too() -> None:
    model = FakeModel()
    model.running = False
    assert list(recovery(model).stream(model.ask))[-1] == Token("fine")


def test_it_is_asked_once_more_not_for_ever() -> None:
    model = FakeModel()

    def dies() -> Iterator[Event]:
        yield Step(StepName.WRITING)
        raise ModelConnectionError("no reply within 120 s")

    with pytest.raises(ModelConnectionError, match="no reply"):
        list(recovery(model).stream(dies))
    assert model.starts == 1


def test_an_engine_that_does_not_load_again_says_so() -> None:
    model = FakeModel()
    model.loads = False
    with pytest.raises(ModelError, match="could not load"):
        list(recovery(model).stream(lambda: model.ask(dies=True)))


@pytest.mark.parametrize("error", [ModelError("the prompt is too long"), ModelConnectionError("down")])
def test_what_starting_again_cannot_help_is_passed_on(error: ModelError) -> None:
    model = FakeModel("http://127.0.0.1:9/v1" if isinstance(error, ModelConnectionError) else None)

    def fails() -> Iterator[Event]:
        raise error
        yield

    with pytest.raises(type(error)):
        list(recovery(model).stream(fails))
    assert model.starts == 0


def test_nothing_is_started_after_the_end() -> None:
    model = FakeModel()
    ended = recovery(model)
    ended.close()
    with pytest.raises(ModelConnectionError):
        list(ended.stream(lambda: model.ask(dies=True)))
    assert model.starts == 0


def test_questions_that_fail_together_start_one_engine() -> None:
    model = FakeModel()
    shared, together = recovery(model), threading.Barrier(4)
    answers: list[Any] = []

    def ask() -> Iterator[Event]:
        if model.starts == 0:
            together.wait(5)
            raise ModelConnectionError("gone")
        yield Token("fine")

    threads = [threading.Thread(target=lambda: answers.append(list(shared.stream(ask)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert answers == [[Step(StepName.RESTARTING), Token("fine")]] * 4
    assert model.starts == 1


SERVER = """
import json, os, sys, time, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        if "chat" in self.path and not os.path.exists(MARK):
            open(MARK, "w").close()
            if HANGS:
                time.sleep(600)
            os._exit(9)
        if "chat" in self.path:
            chunk = {"id": "1", "object": "chat.completion.chunk",
                     "choices": [{"index": 0, "delta": {"content": "fine"}}]}
            body = f"data: {json.dumps(chunk)}\\n\\ndata: [DONE]\\n\\n".encode()
        else:
            body = b"{}"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

sys.stdin.readline()
server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"address": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("hangs", [False, True], ids=["dies", "hangs"])
def test_a_real_child_process_that_ends_in_the_middle_of_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hangs: bool
) -> None:
    """F6: it was never started again."""
    script = tmp_path / "python"
    mark = tmp_path / "asked"
    script.write_text(f"#!{sys.executable}\nMARK, HANGS = {str(mark)!r}, {hangs}\n{SERVER}")
    script.chmod(0o755)
    monkeypatch.setattr("assistant.llm.llamacpp.server.sys.executable", str(script))
    (tmp_path / "own.gguf").write_bytes(b"GGUF")
    settings = Settings(home=tmp_path / "home", timeout=2, engine="prebuilt", adapter="none")
    model = EmbeddedModel(Endpoint("own", file=tmp_path / "own.gguf"), settings)
    shared = EngineRecovery(model)

    def ask() -> Iterator[Event]:
        yield from map(Token, model.stream([{"role": "user", "content": "What?"}], max_tokens=5))

    try:
        assert list(shared.stream(ask)) == [Step(StepName.RESTARTING), Token("fine")]
        assert list(shared.stream(ask)) == [Token("fine")]
    finally:
        shared.close()
        model.close()
