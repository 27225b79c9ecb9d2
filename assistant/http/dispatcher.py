"""Dispatcher of the API's addresses on the page's port; apart from the API, so that a page alone imports none of it."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

_ADDRESSES = re.compile(r"/v1(?:/.*)?|/healthz|/readyz|/metrics|/openapi\.json|/mcp", re.S)


class ApiDispatcher:
    """ASGI middleware: hands the API's addresses to the API and all others on."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on to one of the two."""
        is_api = scope["type"] == "http" and _ADDRESSES.fullmatch(scope["path"]) is not None
        await (self._api if is_api else self._app)(scope, receive, send)
