"""Page ownership: which browser an open page belongs to, as Gradio knows it by a name that its script makes up."""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.security.body import read_body

_MOST_PAGES = 20_000
_MOST_UNREAD = 500
_STREAM = "/gradio_api/queue/data"
_POSTS = ("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset")
_HEARTBEAT = re.compile(r"/gradio_api/heartbeat/(\w+)")


class PageSessions:
    """ASGI middleware: answers 403 to whoever names a page of another owner's (`state["owner"]`), and 429 to a page
    that asks on and on without reading what it is sent. `unread` tells how many messages wait for a page; `closed` is
    told of one whose browser has left it.
    """

    def __init__(
        self, app: ASGIApp, unread: Callable[[str], int] = lambda _: 0, closed: Callable[[str], None] = lambda _: None
    ) -> None:
        self._app = app
        self._unread = unread
        self._closed = closed
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page, path = "", scope["path"]
        if path == _STREAM:
            page = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
        elif beat := _HEARTBEAT.fullmatch(path):
            page = beat[1]
        elif path in _POSTS:
            body, receive = await read_body(scope, receive)
            page = _named(body)
        if page and not self._is_own(page, scope.get("state", {}).get("owner", "")):
            await PlainTextResponse("this page is another browser's; reload", 403)(scope, receive, send)
        elif page and path == _POSTS[0] and self._unread(page) > _MOST_UNREAD:
            await PlainTextResponse("the page does not read its answers; reload it", 429)(scope, receive, send)
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                # An open page listens there until it is closed.
                if _HEARTBEAT.fullmatch(path):
                    self._closed(page)

    def _is_own(self, page: str, owner: str) -> bool:
        with self._lock:
            known = self._owners.setdefault(page, owner)
            self._owners.move_to_end(page)
            while len(self._owners) > _MOST_PAGES:
                self._owners.popitem(last=False)
        return known == owner


def _named(body: bytes) -> str:
    try:
        event: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    named = event.get("session_hash") if isinstance(event, dict) else None
    return named if isinstance(named, str) else ""
