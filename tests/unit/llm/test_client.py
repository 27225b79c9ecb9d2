"""The client against a small OpenAI-compatible server on this machine."""

from __future__ import annotations

import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ModelConnectionError, ModelError, SettingsError
from assistant.llm.client import ChatModel, Timings
from assistant.llm.endpoint import Endpoint, resolve_endpoint
from assistant.settings import Settings

ASK = [{"role": "user", "content": "Is it so?"}]


class FakeServer:
    """Sends what `reply(status, type, body)` set last; `asked` holds (path, headers, JSON) of each request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.stall = threading.Event()
        self.reply(200, "application/json", b"{}")
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {key.lower(): value for key, value in self.headers.items()}
                fake.asked.append((self.path, headers, body))
                self.send_response(fake.status)
                self.send_header("content-type", fake.type)
                self.send_header("content-length", str(len(fake.body) + (1 if fake.cut or fake.hang else 0)))
                self.end_headers()
                self.wfile.write(fake.body)
                self.wfile.flush()
                if fake.hang:
                    fake.stall.wait(30)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def reply(self, status: int, kind: str, body: bytes, *, cut: bool = False, hang: bool = False) -> None:
        self.status, self.type, self.body, self.cut, self.hang = status, kind, body, cut, hang

    def reply_json(self, value: object, status: int = 200) -> None:
        self.reply(status, "application/json", json.dumps(value).encode())

    def reply_timings(self, timings: dict[str, float]) -> None:
        self.reply_words("They met.")
        self.body = self.body.replace(b'"choices": []', b'"choices": [], "timings": ' + json.dumps(timings).encode())

    def reply_words(self, *words: str, **options: bool) -> None:
        chunks = [{"id": "x", "choices": [{"index": 0, "delta": {"content": word}}]} for word in words]
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in [*chunks, {"id": "x", "choices": []}]]
        end = "" if options else "data: [DONE]\n\n"
        self.reply(200, "text/event-stream", ("".join(lines) + end).encode(), **options)

    def reply_first_token(self, word: str, probabilities: dict[str, float] | None) -> None:
        top = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in (probabilities or {}).items()]
        content = [{"token": word, "logprob": -0.1, "bytes": None, "top_logprobs": top}]
        choice = {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": word}}
        self.reply_json(
            {"id": "x", "choices": [choice | {"logprobs": {"content": content} if probabilities else None}]}
        )

    def close(self) -> None:
        self.stall.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def model(server: FakeServer) -> Iterator[ChatModel]:
    model = ChatModel(Endpoint("tiny", server.url, "key-1"), Settings(timeout=5))
    yield model
    model.close()


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("embedded", Endpoint("embedded")),
        (" embedded ", Endpoint("embedded")),
        ("ollama:qwen2.5:7b", Endpoint("qwen2.5:7b", "http://127.0.0.1:11434/v1")),
        ("qwen@http://host:8000/v1", Endpoint("qwen", "http://host:8000/v1")),
        ("org/qwen@https://host/v1/", Endpoint("org/qwen", "https://host/v1")),
        ("qwen@http://[::1]:8000/v1", Endpoint("qwen", "http://[::1]:8000/v1")),
    ],
)
def test_what_a_model_setting_means(value: str, endpoint: Endpoint) -> None:
    assert resolve_endpoint(Settings(model=value)) == endpoint


def test_a_file_is_the_embedded_engines(tmp_path: Path) -> None:
    path = tmp_path / "Some.Model.GGUF"
    path.write_bytes(b"x")
    assert resolve_endpoint(Settings(model=str(path))) == Endpoint("Some.Model", file=path)


def test_the_key_goes_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve_endpoint(Settings(model="m@http://h/v1", api_key="k")).key == "k"
    assert resolve_endpoint(Settings(model="openai:gpt", api_key="k")) == Endpoint(
        "gpt", "https://api.openai.com/v1", "k"
    )
    monkeypatch.setenv("OPENAI_API_KEY", "other")
    assert resolve_endpoint(Settings(model="openai:gpt")).key == "other"
    assert resolve_endpoint(Settings(model="openai:gpt", api_key="k")).key == "k"
    assert resolve_endpoint(Settings(model="m@http://h/v1")).key == ""


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nowhere/model.gguf", "no such file"),
        ("openai:gpt", "no key; set ASSISTANT_API_KEY or OPENAI_API_KEY"),
        ("", "not understood"),
        ("gpt-4", "not understood"),
        ("ollama:", "not understood"),
        ("other:name", "not understood"),
        ("@http://h/v1", "not understood"),
        ("m@h/v1", "not understood"),
        ("m@ftp://h/v1", "not understood"),
        ("m@http://", "not understood"),
    ],
)
def test_a_setting_that_means_nothing(value: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as caught:
        resolve_endpoint(Settings(model=value))
    assert value in str(caught.value)


def test_a_reply_comes_piece_by_piece(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They ", "met", ".")
    assert list(model.stream(ASK, max_tokens=9, stop=["\n"])) == ["They ", "met", "."]
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer key-1"
    assert body["messages"] == ASK
    assert (body["model"], body["max_tokens"], body["stop"], body["temperature"]) == ("tiny", 9, ["\n"], 0)
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
        ("", None, 0.05),
        ("Perhaps", None, 0.05),
        ("yes", {"certainly": 0.9}, 0.95),
    ],
)
def test_without_probabilities_the_word_counts(
    server: FakeServer, model: ChatModel, word: str, probabilities: dict[str, float] | None, expected: float
) -> None:
    server.reply_first_token(word, probabilities)
    assert model.probability_yes(ASK) == expected


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
        ("application/json", b'{"choices": []}'),
        ("application/json", b'{"error": {"message": "boom"}}'),
        ("application/json", b""),
    ],
)
def test_a_garbled_reply_is_a_model_error(server: FakeServer, model: ChatModel, kind: str, body: bytes) -> None:
    server.reply(200, kind, body)
    for call in both(model):
        with pytest.raises(ModelError, match="the reply is not an OpenAI-compatible server's; check the address"):
            call()


def test_a_garbled_stream_is_a_model_error_after_what_was_understood(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They ")
    server.body = server.body.replace(b"[DONE]", b"{broken")
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelError, match="not an OpenAI-compatible"):
        list(stream)


def test_a_stream_that_breaks_off_is_a_model_error(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They ", cut=True)
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelError):
        list(stream)


def test_a_server_that_falls_silent_is_given_up(server: FakeServer) -> None:
    model = ChatModel(Endpoint("tiny", server.url), Settings(timeout=0.2))
    server.reply_words("They ", hang=True)
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    with pytest.raises(ModelConnectionError, match=r"no reply within 0\.2 s; try again, or raise ASSISTANT_TIMEOUT"):
        list(stream)
    model.close()


def test_a_server_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    model = ChatModel(Endpoint("tiny", url), Settings())
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


def test_closing_the_stream_early_and_the_model_twice_is_harmless(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They ", "met.")
    stream = model.stream(ASK, max_tokens=5)
    assert next(stream) == "They "
    stream.close()  # type: ignore[attr-defined]
    model.close()
    model.close()
    assert model.complete(ASK, 5) == "They met."


def test_an_endpoint_elsewhere_starts_no_engine(model: ChatModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.llm.client.EmbeddedEngine", lambda *_, **__: pytest.fail("an engine was started"))
    model.start()


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
def embedded(server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatModel]:
    monkeypatch.setattr("assistant.llm.client.EmbeddedEngine", type("Served", (Engine,), {"base_url": server.url}))
    seen: list[Timings] = []
    settings = Settings(home=tmp_path, context=2048, threads=3, timeout=5)
    model = ChatModel(Endpoint("m", file=tmp_path / "m.gguf"), settings, on_timings=seen.append)
    model.seen = seen  # type: ignore[attr-defined]
    yield model
    model.close()


def calls(model: ChatModel) -> list[str]:
    engine: Any = model._engine
    return [call for call in engine.calls if "save" not in call]


def test_an_embedded_model_is_asked_at_its_engine_and_stopped_with_it(server: FakeServer, embedded: ChatModel) -> None:
    embedded.start()
    embedded.start()
    engine: Any = embedded._engine
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


def test_an_adapter_is_given_to_the_engine(embedded: ChatModel, tmp_path: Path) -> None:
    file = tmp_path / "judge.gguf"
    file.write_bytes(b"x")
    embedded._settings = embedded._settings.model_copy(update={"adapter": str(file)})
    embedded.start()
    engine: Any = embedded._engine
    assert engine.options["adapter"] == file
    assert embedded.taught


def test_a_beginning_has_a_slot_of_its_own_and_other_prompts_have_another(
    server: FakeServer, embedded: ChatModel
) -> None:
    server.reply_words("They met.")
    for _ in range(2):
        "".join(embedded.stream(ASK, max_tokens=5, prefix="Is it"))
    assert embedded.complete(ASK, 5) == "They met."
    assert [body.get("id_slot") for _, _, body in server.asked] == [1, 1, 0]
    assert calls(embedded) == ["m.gguf", "start", "/apply-template", "/completion", "Is it"]


def test_a_beginning_is_sent_as_the_message_is_without_control_tokens(server: FakeServer, embedded: ChatModel) -> None:
    server.reply_first_token("yes", {"yes": 0.9, "no": 0.1})
    embedded.probability_yes([{"role": "user", "content": "End<|im_end|> Who?"}], prefix="End<|im_end|>")
    assert server.asked[0][2]["messages"][0]["content"] == "End< |im_end|> Who?"
    assert server.asked[0][2]["id_slot"] == 1
    assert calls(embedded)[-1] == "End< |im_end|>"


@pytest.mark.parametrize("keep", [True, False])
def test_only_a_beginning_to_keep_goes_to_disk(server: FakeServer, embedded: ChatModel, keep: bool) -> None:
    server.reply_first_token("yes", {"yes": 0.9, "no": 0.1})
    embedded.probability_yes(ASK, prefix="Is it", keep_prefix=keep)
    server.reply_words("They met.")
    "".join(embedded.stream(ASK, max_tokens=5, prefix="Is", keep_prefix=keep))
    engine: Any = embedded._engine
    assert sum("action=save" in call for call in engine.calls) == 2 * keep
    assert [call for call in calls(embedded) if call.startswith("Is")] == ["Is it", "Is"]
    assert [body["id_slot"] for _, _, body in server.asked] == [1, 2]


def test_an_endpoint_elsewhere_is_told_nothing_of_slots(server: FakeServer, model: ChatModel) -> None:
    server.reply_words("They met.")
    "".join(model.stream(ASK, max_tokens=5, prefix="Is it", keep_prefix=False))
    assert not {"id_slot", "cache_prompt", "prefix", "keep_prefix"} & server.asked[0][2].keys()


def test_what_the_engine_did_is_reported(server: FakeServer, embedded: ChatModel) -> None:
    server.reply_timings({"prompt_n": 17, "prompt_ms": 170.0, "predicted_n": 3, "predicted_ms": 90.0, "cache_n": 7})
    "".join(embedded.stream(ASK, max_tokens=5, prefix="Is it"))
    assert embedded.seen == [Timings(7, 70.0, 0, 0, 0), Timings(17, 170.0, 3, 90.0, 7)]  # type: ignore[attr-defined]


def test_threads_share_one_client(server: FakeServer, embedded: ChatModel) -> None:
    server.reply_words("They met.")
    gate, clients = threading.Barrier(6), []

    def ask() -> None:
        gate.wait()
        assert embedded.complete(ASK, 5) == "They met."
        clients.append(embedded._client)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(clients) == 6
    assert len(set(map(id, clients))) == 1
    assert calls(embedded).count("start") == 1


def test_a_stream_that_is_closed_gives_its_slot_and_its_tokens_back(server: FakeServer, embedded: ChatModel) -> None:
    server.reply_words("They ", "met.")
    for _ in range(20):
        stream = embedded.stream(ASK, max_tokens=2000, prefix="Is it")
        assert next(stream) == "They "
        stream.close()  # type: ignore[attr-defined]
    assert embedded._budget._lent == 0
    assert embedded._slots
    assert [kept.users for kept in embedded._slots._kept.values()] == [0]
