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
from served_library import RuleModel, assistant, model

from assistant.api import Assistant
from assistant.http.api import Api, create_api
from assistant.http.keys import KeyStore
from assistant.http.server import DrainingServer
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.security.redact import Redactor
from assistant.web.server import guarded

__all__ = ["assistant", "model"]


class Served:
    """A running API."""

    def __init__(self, url: str, api: Api, server: DrainingServer, keys: KeyStore, line: JobQueue) -> None:
        self.url, self.api, self.server, self.keys, self.line = url, api, server, keys, line


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
