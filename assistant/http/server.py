"""A server that finishes what it is answering before it ends."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import uvicorn

Drain = Callable[[Callable[[], bool]], Awaitable[None]]


class DrainingServer(uvicorn.Server):
    """Uvicorn, which at SIGTERM or Ctrl-C first waits for `drain`; a second Ctrl-C ends that.

    Connections are still taken meanwhile: a new question is told to come back (503), a probe that the end is near.
    """

    def __init__(
        self, config: uvicorn.Config, drain: Drain, beside: AbstractAsyncContextManager[None] | None = None
    ) -> None:
        """`beside` is held from before the first request until after the last."""
        super().__init__(config)
        self._drain = drain
        self._beside = beside or nullcontext()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end."""
        async with self._beside:
            await super().serve(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        await self._drain(lambda: self.force_exit)
        await super().shutdown(sockets)
