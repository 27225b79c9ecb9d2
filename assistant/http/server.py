"""Graceful shutdown: a uvicorn server that finishes what it is answering before it ends."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext

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
        self._held = AsyncExitStack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin."""
        await self._held.enter_async_context(self._beside)
        await super().startup(sockets)
        if self.should_exit:
            await self._held.aclose()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        await self._drain(lambda: self.force_exit)
        await super().shutdown(sockets)
        await self._held.aclose()
