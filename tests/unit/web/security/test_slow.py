"""A body that trickles in is given up; one that comes at an honest pace is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from assistant.web.security.slow import SlowBody

POST = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"content-length", b"9999")]}


class Trickle:
    """A client that sends `pieces`, each after so many seconds by the clock, and then is silent."""

    def __init__(self, pieces: list[tuple[float, bytes]], *, ends: bool) -> None:
        self.now = 0.0
        self._pieces = pieces
        self._ends = ends
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        if not self._pieces:
            await asyncio.Event().wait()
        seconds, body = self._pieces.pop(0)
        self.now += seconds
        return {"type": "http.request", "body": body, "more_body": bool(self._pieces) or not self._ends}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def status(self, scope: Any = POST, silent_s: float = 30.0) -> tuple[int, list[int]]:
        """The answer's status, and how much of the body the application got."""
        got: list[int] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.now += 1000  # what the application does before it reads is not the client's slowness
            try:
                async for piece in Request(scope, receive).stream():
                    got.append(len(piece))
            except ClientDisconnect:
                return
            await PlainTextResponse("whole")(scope, receive, send)

        guarded = SlowBody(app, silent_s, lambda: self.now)
        asyncio.run(asyncio.wait_for(guarded(scope, self.receive, self.send), 60))
        return self.sent[0]["status"], got


def test_a_body_that_comes_at_an_honest_pace_is_taken() -> None:
    pieces = [(20.0, b"x" * 64 * 1024) for _ in range(20)]
    assert Trickle(pieces, ends=True).status()[0] == 200


def test_a_byte_now_and_then_is_given_up() -> None:
    client = Trickle([(9.0, b"x") for _ in range(1000)], ends=True)
    status, got = client.status()
    assert status == 408
    assert len(got) < 10


def test_silence_is_given_up() -> None:
    assert Trickle([(0.0, b"x")], ends=False).status(silent_s=0.05)[0] == 408


def test_a_request_without_a_body_is_not_looked_at() -> None:
    """Whether its client has left is asked in a way that a timeout would answer wrongly."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(receive)

    client = Trickle([], ends=True)
    asyncio.run(SlowBody(app)({**POST, "method": "GET", "headers": []}, client.receive, client.send))
    assert seen == [client.receive]


def test_an_error_of_the_application_is_told() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("inside")

    client = Trickle([], ends=True)
    with pytest.raises(RuntimeError, match="inside"):
        asyncio.run(SlowBody(app)(POST, client.receive, client.send))
