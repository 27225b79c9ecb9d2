"""A small OpenAI-compatible server on this machine that says what it was told last."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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

    def reply_tokens(self, *tokens: tuple[str, dict[str, float] | None]) -> None:
        """A stream of tokens, each with the probabilities of its alternatives where there are any."""
        lines = []
        for word, probabilities in tokens:
            top = [{"token": token, "logprob": math.log(p)} for token, p in (probabilities or {}).items()]
            choice: dict[str, Any] = {"index": 0, "delta": {"content": word}}
            if probabilities:
                choice["logprobs"] = {"content": [{"token": word, "logprob": -0.1, "top_logprobs": top}]}
            lines.append(f"data: {json.dumps({'id': 'x', 'choices': [choice]})}\n\n")
        self.reply(200, "text/event-stream", ("".join(lines) + "data: [DONE]\n\n").encode())

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


Body = Mapping[str, Any]
Reply = tuple[int, Any, dict[str, str]]
Events = list[Any]


class _ProviderHandler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        self._note()
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.provider.asked.append(body)
        replied = self.provider.behave(body, len(self.provider.asked))
        if isinstance(replied, list):
            self._stream(replied)
        else:
            self._whole(*replied)

    def do_GET(self) -> None:
        self._note()
        listed = self.provider.listed
        self._whole(404 if listed is None else 200, listed or {}, {})

    def _note(self) -> None:
        self.provider.requests.append((self.path, {name.lower(): text for name, text in self.headers.items()}))

    def _whole(self, status: int, value: Any, headers: Mapping[str, str]) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        kind = "text/html" if isinstance(value, bytes) else "application/json"
        for name, text in {"content-type": kind, "content-length": str(len(content)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, events: Events) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            for event in events:
                for line in event() if callable(event) else event:
                    self.wfile.write(line)
                    self.wfile.flush()
        except OSError:
            self.provider.dropped.set()


class Provider:
    """Answers each request by `behave(body, number)`: (status, JSON, headers), or the events of a stream.

    `requests` are paths and headers; `listed` is what a GET brings, 404 while it is None; `dropped` is set once a
    client has hung up.
    """

    def __init__(self, behave: Callable[[Body, int], Reply | Events]) -> None:
        self.behave = behave
        self.asked: list[Body] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.listed: Mapping[str, Any] | None = None
        self.dropped = threading.Event()
        handler = type("Handler", (_ProviderHandler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
