"""A model at an endpoint, against a small server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from chat_server import FakeServer

from assistant.errors import ModelConnectionError, ModelError, ModelReplyError
from assistant.llm.chat_model import ChatModel
from assistant.llm.endpoint import Endpoint
from assistant.llm.remote import EndpointModel
from assistant.settings import Settings

ASK = [{"role": "user", "content": "Is it so?"}]


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def model(server: FakeServer, tmp_path: Path) -> Iterator[EndpointModel]:
    model = EndpointModel(Endpoint("tiny", server.url, "key-1"), Settings(home=tmp_path, timeout=5))
    yield model
    model.close()


def acquaint(server: FakeServer, model: ChatModel) -> None:
    """One reply: until it is known whether the model's replies begin with a thought, they are shown whole."""
    server.reply_words("They met.")
    model.complete(ASK, 5)
    server.asked.clear()


def test_a_reply_comes_piece_by_piece(server: FakeServer, model: ChatModel) -> None:
    acquaint(server, model)
    server.reply_words("They ", "met", ".")
    assert list(model.stream(ASK, max_tokens=9, stop=["\n"])) == ["They ", "met", "."]
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer key-1"
    assert body["messages"] == ASK
    # Ends are looked for here: a server that thinks first would stop in its thought.
    assert "stop" not in body
    assert (body["model"], body["temperature"]) == ("tiny", 0)
    assert body["max_tokens"] >= 9
    assert "cache_prompt" not in body


def test_a_whole_reply(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They ", "met.")
    assert model.complete(ASK, max_tokens=9) == "They met."
    assert model.name == "tiny"


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ({"yes": 0.6, "no": 0.2}, 0.75),
        ({"Yes": 0.3, " yes": 0.3, "No": 0.1, "maybe": 0.2, "NO": 0.1}, 0.75),
        ({"yes": 0.9}, 1.0),
        ({"no": 0.9, "nope": 0.05}, 0.0),
    ],
)
def test_the_probability_of_yes_is_of_yes_and_no_alone(
    server: FakeServer, model: ChatModel, probabilities: dict[str, float], expected: float
) -> None:
    server.reply_first_token("x", probabilities)
    assert model.probability_yes(ASK) == pytest.approx(expected)
    assert server.asked[0][2]["logprobs"] is True
    assert server.asked[0][2]["max_tokens"] == 1


@pytest.mark.parametrize(
    ("word", "probabilities", "expected"),
    [
        ("Yes", None, 0.95),
        (" no", None, 0.05),
        ("yes", {"certainly": 0.9}, 0.95),
    ],
)
def test_without_probabilities_the_word_counts(
    server: FakeServer, model: ChatModel, word: str, probabilities: dict[str, float] | None, expected: float
) -> None:
    server.reply_first_token(word, probabilities)
    assert model.probability_yes(ASK) == expected


@pytest.mark.parametrize(("word", "reason"), [("", "the reply is empty"), ("Perhaps", 'it replied "Perhaps"')])
def test_a_reply_that_is_no_judgement_is_an_error(server: FakeServer, model: ChatModel, word: str, reason: str) -> None:
    server.reply_first_token(word, None)
    with pytest.raises(ModelReplyError, match=reason):
        model.probability_yes(ASK)


def both(model: ChatModel) -> list[Callable[[], object]]:
    return [lambda: model.probability_yes(ASK), lambda: model.complete(ASK, 5)]


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (401, ModelConnectionError, "the key was refused; check ASSISTANT_API_KEY"),
        (403, ModelConnectionError, "the key was refused"),
        (404, ModelConnectionError, "not known there; check the model's name and the address"),
        (400, ModelError, "boom"),
        (500, ModelError, "boom"),
    ],
)
def test_refusals_are_one_line_with_the_model_and_its_address(
    server: FakeServer, model: ChatModel, status: int, kind: type[ModelError], reason: str
) -> None:
    server.reply_json({"error": {"message": "boom\n  twice"}}, status)
    for call in both(model):
        with pytest.raises(kind, match=reason) as caught:
            call()
        assert str(caught.value).startswith(f"model tiny at {server.url}: ")
        assert "\n" not in str(caught.value)
        assert "key-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html>Welcome</html>"),
        ("application/json", b"{broken"),
        ("application/json", b"null"),
        ("application/json", b"[]"),
        ("application/json", b""),
    ],
)
def test_a_garbled_reply_is_a_model_error(server: FakeServer, model: ChatModel, kind: str, body: bytes) -> None:
    server.reply(200, kind, body)
    for call in both(model):
        with pytest.raises(ModelError, match="the reply is not an OpenAI-compatible server's; check the address"):
            call()


def test_an_error_in_the_place_of_a_reply_is_told(server: FakeServer, model: ChatModel) -> None:
    server.reply_json({"error": {"message": "boom"}})
    for call in both(model):
        with pytest.raises(ModelError, match="boom"):
            call()


def test_a_reply_without_choices_is_a_model_error(server: FakeServer, model: ChatModel) -> None:
    server.reply_json({"choices": []})
    for call in both(model):
        with pytest.raises(ModelError):
            call()


def test_a_garbled_stream_is_a_model_error_after_what_was_understood(server: FakeServer, model: ChatModel) -> None:
    acquaint(server, model)
    server.reply_words("They ")
    server.body = server.body.replace(b"[DONE]", b"{broken")
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelError, match="not an OpenAI-compatible"):
        list(stream)


def test_a_stream_that_breaks_off_is_a_model_error(server: FakeServer, model: ChatModel) -> None:
    acquaint(server, model)
    server.reply_words("They ", cut=True)
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelError):
        list(stream)


def test_a_server_that_falls_silent_is_given_up(server: FakeServer, tmp_path: Path) -> None:
    model = EndpointModel(Endpoint("tiny", server.url), Settings(home=tmp_path, timeout=0.5))
    acquaint(server, model)
    server.reply_words("They ", hang=True)
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelConnectionError, match=r"no reply within 0\.5 s; try again, or raise ASSISTANT_TIMEOUT"):
        list(stream)
    model.close()


def test_a_server_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    model = EndpointModel(Endpoint("tiny", url), Settings(home=tmp_path))
    for call in both(model):
        with pytest.raises(ModelConnectionError, match=f"model tiny at {url}: nothing answers there; start the server"):
            call()
    model.close()


def test_a_model_on_this_machine_is_not_asked_through_a_proxy(
    server: FakeServer, model: ChatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.reply_words("They met.")
    assert model.complete(ASK, 5) == "They met."


def test_a_request_is_cancelled_in_its_event_loop_alone(
    server: FakeServer, model: ChatModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another thread anyio may come upon a request that is just ending, and log a traceback."""
    cancelled_in = []
    cancel = Future.cancel

    def recording(future: Future[object]) -> bool:
        cancelled_in.append(threading.get_ident())
        return cancel(future)

    acquaint(server, model)
    monkeypatch.setattr(Future, "cancel", recording)
    server.reply_words("They ", "met.")
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    stream.close()  # type: ignore[attr-defined]
    model.close()
    assert cancelled_in
    assert threading.get_ident() not in cancelled_in


def test_closing_the_stream_early_and_the_model_twice_is_harmless(server: FakeServer, model: ChatModel) -> None:
    acquaint(server, model)
    server.reply_words("They ", "met.")
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    stream.close()  # type: ignore[attr-defined]
    model.close()
    model.close()
    assert model.complete(ASK, 5) == "They met."


def test_an_endpoint_elsewhere_starts_no_engine(model: ChatModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.llm.embedded.EmbeddedEngine", lambda *_, **__: pytest.fail("an engine was started"))
    model.start()


def test_an_endpoint_elsewhere_is_told_nothing_of_slots(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They met.")
    "".join(model.stream(ASK, max_tokens=5, prefix="Is it", keep_prefix=False))
    assert not {"id_slot", "cache_prompt", "prefix", "keep_prefix"} & server.asked[0][2].keys()
