"""The model of this program's own engine: the engine is a fake, its chat interface a small server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chat_server import FakeServer

from assistant.errors import ModelCancelledError
from assistant.llm.chat_model import SelfJudging, Timings
from assistant.llm.embedded import EmbeddedModel
from assistant.llm.endpoint import Endpoint
from assistant.llm.scope import QuestionScope
from assistant.settings import Settings

ASK = [{"role": "user", "content": "Is it so?"}]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


class Engine:
    """An engine whose native endpoints answer as they should and that serves chat at `base_url`."""

    key = "engine-key"

    def __init__(self, path: Path, **options: Any) -> None:
        self.options = options
        self.calls: list[str] = [path.name]

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def identity(self) -> str:
        return "engine-1"

    def post(self, path: str, body: dict[str, Any], *, timeout: float) -> Any:
        self.calls.append(path)
        if path == "/apply-template":
            return {"prompt": "".join(message["content"] for message in body["messages"])}
        if path == "/completion":
            self.calls.append(body["prompt"])
            return {"timings": {"prompt_n": 7, "prompt_ms": 70.0}}
        return {"n_written": 0}


@pytest.fixture
def embedded(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedModel]:
    monkeypatch.setattr("assistant.llm.embedded.EmbeddedEngine", type("Served", (Engine,), {"base_url": server.url}))
    seen: list[Timings] = []
    settings = Settings(home=tmp_path, context=2048, threads=3, timeout=5)
    model = EmbeddedModel(Endpoint("m", file=tmp_path / "m.gguf"), settings, on_timings=seen.append)
    model.seen = seen  # type: ignore[attr-defined]
    yield model
    model.close()


def calls(model: EmbeddedModel) -> list[str]:
    engine: Any = model._shared.running.engine
    return [call for call in engine.calls if "save" not in call]


def test_an_embedded_model_is_asked_at_its_engine_and_stopped_with_it(
    server: FakeServer, embedded: EmbeddedModel
) -> None:
    embedded.start()
    embedded.start()
    engine: Any = embedded._shared.running.engine
    server.reply_words("They met.")
    assert embedded.complete(ASK, 5) == "They met."
    assert server.asked[0][1]["authorization"] == "Bearer engine-key"
    assert server.asked[0][2]["cache_prompt"] is True
    assert "id_slot" not in server.asked[0][2]
    embedded.close()
    assert engine.calls == ["m.gguf", "start", "stop"]
    assert engine.options["context"] == 2048
    assert engine.options["threads"] == 3
    assert engine.options["speculation"] is True
    assert engine.options["states"].is_dir()
    assert engine.options["adapter"] is None


def test_an_adapter_is_given_to_the_engine(embedded: EmbeddedModel, tmp_path: Path) -> None:
    file = tmp_path / "judge.gguf"
    file.write_bytes(b"x")
    embedded._settings = embedded._settings.model_copy(update={"adapter": str(file)})
    embedded.start()
    engine: Any = embedded._shared.running.engine
    assert engine.options["adapter"] == file
    assert embedded.taught


def test_a_question_that_was_stopped_does_not_start_the_engine(embedded: EmbeddedModel) -> None:
    scope = QuestionScope()
    scope.cancel()
    for ask in (lambda model: model.probability_yes(ASK), lambda model: model.complete(ASK, 5)):
        with pytest.raises(ModelCancelledError):
            ask(embedded.within(scope))
    assert embedded._shared.running is None


def test_a_beginning_has_a_slot_of_its_own_and_other_prompts_have_another(
    server: FakeServer, embedded: EmbeddedModel
) -> None:
    server.reply_words("They met.")
    for _ in range(2):
        "".join(embedded.stream(ASK, max_tokens=5, prefix="Is it"))
    assert embedded.complete(ASK, 5) == "They met."
    assert [body.get("id_slot") for _, _, body in server.asked] == [1, 1, 0]
    assert calls(embedded) == ["m.gguf", "start", "/apply-template", "/completion", "Is it"]


def test_a_beginning_is_sent_as_the_message_is_without_control_tokens(
    server: FakeServer, embedded: EmbeddedModel
) -> None:
    server.reply_first_token("yes", {"yes": 0.9, "no": 0.1})
    embedded.probability_yes([{"role": "user", "content": "End<|im_end|> Who?"}], prefix="End<|im_end|>")
    assert server.asked[0][2]["messages"][0]["content"] == "End< |im_end|> Who?"
    assert server.asked[0][2]["id_slot"] == 1
    assert calls(embedded)[-1] == "End< |im_end|>"


@pytest.mark.parametrize("keep", [True, False])
def test_only_a_beginning_to_keep_goes_to_disk(server: FakeServer, embedded: EmbeddedModel, keep: bool) -> None:
    server.reply_first_token("yes", {"yes": 0.9, "no": 0.1})
    embedded.probability_yes(ASK, prefix="Is it", keep_prefix=keep)
    server.reply_words("They met.")
    "".join(embedded.stream(ASK, max_tokens=5, prefix="Is", keep_prefix=keep))
    engine: Any = embedded._shared.running.engine
    assert sum("action=save" in call for call in engine.calls) == 2 * keep
    assert [call for call in calls(embedded) if call.startswith("Is")] == ["Is it", "Is"]
    assert [body["id_slot"] for _, _, body in server.asked] == [1, 2]


def test_what_the_engine_did_is_reported(server: FakeServer, embedded: EmbeddedModel) -> None:
    server.reply_timings({"prompt_n": 17, "prompt_ms": 170.0, "predicted_n": 3, "predicted_ms": 90.0, "cache_n": 7})
    "".join(embedded.stream(ASK, max_tokens=5, prefix="Is it"))
    assert embedded.seen == [Timings(7, 70.0, 0, 0, 0), Timings(17, 170.0, 3, 90.0, 7)]  # type: ignore[attr-defined]


def test_threads_share_one_client(server: FakeServer, embedded: EmbeddedModel) -> None:
    server.reply_words("They met.")
    gate, clients = threading.Barrier(6), []

    def ask() -> None:
        gate.wait()
        assert embedded.complete(ASK, 5) == "They met."
        clients.append(embedded._shared.running.completions)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clients) == 6
    assert len(set(map(id, clients))) == 1
    assert calls(embedded).count("start") == 1


def test_a_stream_that_is_closed_gives_its_slot_and_its_tokens_back(
    server: FakeServer, embedded: EmbeddedModel
) -> None:
    server.reply_words("They ", "met.")
    for _ in range(20):
        stream = embedded.stream(ASK, max_tokens=2000, prefix="Is it")
        assert next(stream) == "They "
        stream.close()  # type: ignore[attr-defined]
    assert embedded._budget._lent == 0
    assert embedded._shared.running.slots
    assert [kept.users for kept in embedded._shared.running.slots._kept.values()] == [0]


@pytest.mark.parametrize(
    ("tokens", "pieces"),
    [
        ([("met.\n", {".\n": 0.9}), ("yes", {"yes": 0.6, "no": 0.2}), ("", None)], ["They ", "met.", 0.75]),
        ([("met.", None), ("\n", {"\n": 1.0}), ("no", {" no": 0.9, "yes": 0.1})], ["They ", "met.", 0.1]),
        # Drafted ahead: the engine tells no probabilities of it.
        ([("met.\n", None), ("yes", None)], ["They ", "met."]),
        ([("met.\n", None), ("yes", None), (" yes", {"yes": 0.9})], ["They ", "met."]),
        ([("met.\nyes", None), (" yes", {"yes": 0.9})], ["They ", "met."]),
        ([("met.\nyes", {".\n": 0.9})], ["They ", "met."]),
        # Of a model that was not taught to judge what it writes.
        ([("met.\n", {".\n": 0.9}), ("yes", {"The": 0.9, "yes": 0.05})], ["They ", "met."]),
        ([("met", {"met": 0.9})], ["They ", "met"]),
    ],
)
def test_a_verdict_is_the_word_after_the_line(
    server: FakeServer,
    embedded: EmbeddedModel,
    tokens: list[tuple[str, dict[str, float] | None]],
    pieces: list[str | float],
) -> None:
    server.reply_tokens(("They ", {"They ": 0.9}), *tokens)
    assert isinstance(embedded, SelfJudging)
    assert list(embedded.stream_judged(ASK, max_tokens=5, prefix="Is it")) == [
        piece if isinstance(piece, str) else pytest.approx(piece) for piece in pieces
    ]
    body = server.asked[0][2]
    assert body["grammar"].startswith("root ::= ")
    assert body["stream"] is True
    assert body["logprobs"] is True
    assert body["id_slot"] == 1
    assert embedded._budget._lent == 0
