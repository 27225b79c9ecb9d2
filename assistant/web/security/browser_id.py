"""Identity of a page's owner: the user who has logged in, else a random name in a cookie that scripts cannot read."""

from __future__ import annotations

import re
import secrets
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import UsageError
from assistant.util.hashing import text_sha256

COOKIE = "news_assistant_browser"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR_S = 365 * 24 * 3600


def owner_of(request: Any) -> str:
    """The owner that `BrowserCookie` found behind a request. Raises `UsageError` where the browser keeps no cookies.

    What is stored with a conversation is a digest: whoever reads the file cannot pass for its owner.
    """
    owner = getattr(getattr(request, "state", None), "owner", "")
    if not owner:
        raise UsageError("this page needs a cookie to know whose conversations it shows; allow it and reload")
    return str(owner)


def owner_of_user(user: str) -> str:
    """The owner that a user who has logged in is."""
    return text_sha256(f"user {user}")


class BrowserCookie:
    """ASGI middleware: says in the request's state whose it is, and gives a browser that has none its cookie.

    `port` stands in the cookie's name where it is given: a browser sends the cookies of all of a host's ports.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._app = app
        self._name = cookie_name(COOKIE, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; set the cookie on the page itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        cookies = cookies_of(scope)
        # Where the port was not in the name, it is the same browser all the same.
        token = next((one for name in (self._name, COOKIE) if _TOKEN.fullmatch(one := cookies.get(name, ""))), "")
        user = state.get("user")
        if user:
            state["owner"] = owner_of_user(user)
        elif token:
            state["owner"] = text_sha256(token)
        if user or scope["path"] != "/" or _TOKEN.fullmatch(cookies.get(self._name, "")):
            await self._app(scope, receive, send)
            return

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Lax, not Strict: whoever follows a link to the page must not be given a new name.
                given = token or secrets.token_urlsafe(32)
                made = f"{self._name}={given}; Path=/; Max-Age={_YEAR_S}; HttpOnly; SameSite=Lax{_secure(scope)}"
                MutableHeaders(scope=message).append("set-cookie", made)
            await send(message)

        await self._app(scope, receive, with_cookie)


def cookies_of(scope: Scope) -> dict[str, str]:
    """A request's cookies, read as Starlette and so Gradio reads them: one that is no cookie spoils no other."""
    return cookie_parser("; ".join(Headers(scope=scope).getlist("cookie")))


def cookie_name(name: str, port: int) -> str:
    """The cookie's name on a server that always listens at `port`; 0: at any."""
    return f"{name}_{port}" if port else name


def _secure(scope: Scope) -> str:
    return "; Secure" if scope["scheme"] == "https" else ""
