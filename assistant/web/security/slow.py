"""Protection against slow request bodies: whoever trickles one holds a connection, and a place among the uploads."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)
_SILENT_S = 30.0
_LEAST_BYTES_PER_S = 1024
_GONE: Message = {"type": "http.disconnect"}


class SlowBody:
    """ASGI middleware: answers 408 where nothing comes for 30 seconds, or less than 1 KiB a second after these.

    To whoever reads the body it is as if the client had gone, so that what was begun is given up.
    """

    def __init__(self, app: ASGIApp, silent_s: float = _SILENT_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._silent_s = silent_s
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or give it up."""
        if scope["type"] != "http" or not _brings_a_body(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._silent_s, self._clock)
        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            if body.late and not answered:
                return
            answered = True
            await send(message)

        try:
            await self._app(scope, body.receive, watched)
        except Exception:
            if not body.late:
                raise
            _log.debug("a request that came too slowly failed", exc_info=True)
        if body.late and not answered:
            told = PlainTextResponse("the request came too slowly; send it again", 408, headers={"connection": "close"})
            await told(scope, receive, send)


class _Body:
    """A body on its way. Only the time spent waiting for it counts, not what the application does before it reads."""

    def __init__(self, receive: Receive, silent_s: float, clock: Callable[[], float]) -> None:
        self.late = False
        self._receive = receive
        self._silent_s = silent_s
        self._clock = clock
        self._waited = 0.0
        self._seen = 0
        self._whole = False

    async def receive(self) -> Message:
        """The next piece; once it is late, that the client has gone."""
        if self._whole:
            return await self._receive()
        left = min(self._silent_s, self._silent_s + self._seen / _LEAST_BYTES_PER_S - self._waited)
        self.late = self.late or left <= 0
        if self.late:
            return _GONE
        since = self._clock()
        try:
            async with asyncio.timeout(left):
                message = await self._receive()
        except TimeoutError:
            self.late = True
            return _GONE
        finally:
            self._waited += self._clock() - since
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        return message


def _brings_a_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
