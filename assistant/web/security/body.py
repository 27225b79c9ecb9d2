"""Buffering of a request's body in a middleware, handed on as it came."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope


async def read_body(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and what gives it once more to the application. It is empty where the client has gone."""
    try:
        body = await Request(scope, receive).body()
    except ClientDisconnect:
        return b"", _gone
    read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return read.pop() if read else await receive()

    return body, again


async def _gone() -> Message:
    return {"type": "http.disconnect"}
