"""The API on a real socket, over a library of invented reports and a model that answers by rule."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from assistant.api import Assistant
from assistant.errors import ModelConnectionError
from assistant.http.api import Api, create_api
from assistant.http.keys import KeyStore
from assistant.http.server import DrainingServer
from assistant.library.index import ArticleIndex
from assistant.llm.scope import QuestionScope
from assistant.settings import Settings
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.security.redact import Redactor
from assistant.web.server import guarded

ARTICLES = {
    "ferry.txt": "date 2024-03-05 Ferry opens\n\n"
    "The new ferry carried 412 passengers on its first day.\n\nHarbour Post",
    "bridge.txt": "date 2023-06-01 Bridge shut\n\nThe old bridge was closed for repairs.\n\nRiver Echo",
    "odd name (1).txt": "date 2022-01-02 Storm\n\nThe storm felled ![x](http://tracker.test/p.png) trees.\n\nAFP",
}


class RuleModel:
    """Writes `reply` to every question, which only paragraphs with the words `about` answer.

    `hold`: it waits in the middle of it until `go` is set.
    """

    name = "scripted"
    taught = False
    has_probabilities = True
    embedded = False

    def __init__(self) -> None:
        self.reply = "The new ferry carried 412 passengers on its first day."
        self.about = "carried 412"
        self.yes = 0.99
        self.hold = False
        self.fails = False
        self.go = threading.Event()
        self.began = threading.Event()
        self.closed = threading.Event()
        self.prompts: list[str] = []
        self.scopes: list[QuestionScope] = []

    def stream(self, messages: Any, **_: Any) -> Iterator[str]:
        self.prompts.append(messages[-1]["content"])
        self.began.set()
        if self.fails:
            raise ModelConnectionError("model scripted: nothing answers there; start the server or check the address")
        try:
            for word in self.reply.split(" "):
                while self.hold and not self.go.wait(0.02):
                    yield " "
                yield f"{word} "
        finally:
            self.closed.set()

    def within(self, scope: QuestionScope) -> RuleModel:
        self.scopes.append(scope)
        return self

    def probability_yes(self, messages: Any, **_: Any) -> float:
        return self.yes if self.about in messages[-1]["content"] else 0.01

    def close(self) -> None: ...


class Served:
    """A running API."""

    def __init__(self, url: str, api: Api, server: DrainingServer, keys: KeyStore, line: JobQueue) -> None:
        self.url, self.api, self.server, self.keys, self.line = url, api, server, keys, line


@pytest.fixture
def model() -> RuleModel:
    return RuleModel()


@pytest.fixture
def assistant(tmp_path: Path, embedder: Any, model: RuleModel, write_articles: Any) -> Iterator[Assistant]:
    index = ArticleIndex(tmp_path / "state" / "index.sqlite3", embedder)
    made = Assistant(index, model, Settings.load(home=tmp_path), mirror=write_articles(ARTICLES))  # type: ignore[arg-type]
    made.refresh()
    yield made
    index.close()


@pytest.fixture
def serving(tmp_path: Path, assistant: Assistant, model: RuleModel) -> Callable[..., Any]:
    """`with serving(loopback=False) as served:`; further arguments are `create_api`'s."""

    @contextmanager
    def serve(
        *, loader: Any = None, most_waiting: int = 32, loopback: bool = True, drain_s: float = 20, **options: Any
    ) -> Iterator[Served]:
        line = JobQueue(1, most_waiting=most_waiting)
        keys = KeyStore(tmp_path / "keys.json")
        opening = loader or AssistantLoader.of(assistant)
        api = create_api(
            opening,
            line,
            keys,
            loopback=loopback,
            **{"max_upload": 4096, "public": Redactor(assistant.settings), **options},
        )
        config = uvicorn.Config(
            guarded(api.app, "127.0.0.1"), log_config=None, timeout_graceful_shutdown=1, server_header=False
        )
        server = DrainingServer(config, lambda hurried: api.questions.drain(drain_s, hurried))
        listening = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", api, server, keys, line)
        finally:
            model.go.set()
            line.close()
            server.should_exit = True
            thread.join(30)
            listening.close()
            assert not thread.is_alive()

    return serve


@pytest.fixture
def served(serving: Any) -> Iterator[Served]:
    with serving() as running:
        yield running
