"""Whose page it is: a random name in a cookie that scripts cannot read, one for each browser."""

from __future__ import annotations

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import UsageError

COOKIE = "news_assistant_browser"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR_S = 365 * 24 * 3600


def owner_of(request: Any) -> str:
    """The owner behind a request with `cookies`. Raises `UsageError` where the browser keeps no cookies.

    What is stored with a conversation is a digest: whoever reads the file cannot pass for its owner.
    """
    token = str(dict(request.cookies).get(COOKIE, "")) if request is not None else ""
    if not _TOKEN.fullmatch(token):
        raise UsageError("this page needs a cookie to know whose conversations it shows; allow it and reload")
    return hashlib.sha256(token.encode()).hexdigest()


class BrowserCookie:
    """ASGI middleware: gives a browser that has none its cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; set the cookie on the page itself."""
        if scope["type"] != "http" or scope["path"] != "/" or _TOKEN.fullmatch(cookie_of(scope, COOKIE)):
            await self._app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure = "; Secure" if scope["scheme"] == "https" else ""
                # Lax, not Strict: whoever follows a link to the page must not be given a new name.
                made = (
                    f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax{secure}"
                )
                MutableHeaders(scope=message).append("set-cookie", made)
            await send(message)

        await self._app(scope, receive, with_cookie)


def cookie_of(scope: Scope, name: str) -> str:
    """The value of a request's cookie, "" where it has none."""
    sent: SimpleCookie = SimpleCookie()
    try:
        for header, value in scope["headers"]:
            if header == b"cookie":
                sent.load(value.decode("latin-1"))
    except CookieError:
        return ""
    return sent[name].value if name in sent else ""
