"""Logging in with the page's one password: a form, and a cookie that proves it was filled in rightly."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.security.browser_id import cookie_of
from assistant.web.security.passwords import login_check
from assistant.web.views.html import tag

COOKIE = "news_assistant_login"
_LASTS_S = 30 * 24 * 3600
_OPEN = frozenset(("/login", "/page/page.css", "/page/theme.js", "/page/icon.svg"))


class LoginTokens:
    """Makes and checks what is in the cookie: an expiry, signed with a key made from the password's hash.

    Nothing is kept: passes outlive a restart and end with a change of the password.
    """

    def __init__(self, password_hash: str, now: Callable[[], float] = time.time) -> None:
        self._key = hashlib.sha256(b"news-assistant login " + password_hash.encode()).digest()
        self._now = now

    def make(self) -> str:
        """A pass from now on."""
        head = f"{int(self._now()) + _LASTS_S}.{secrets.token_urlsafe(12)}"
        return f"{head}.{self._sign(head)}"

    def holds(self, given: str) -> bool:
        """Whether it was made here and has not expired."""
        head, _, signature = given.rpartition(".")
        expiry = head.partition(".")[0]
        if not given.isascii() or not hmac.compare_digest(self._sign(head), signature):
            return False
        return expiry.isdigit() and int(expiry) > self._now()

    def _sign(self, head: str) -> str:
        return hmac.new(self._key, head.encode(), hashlib.sha256).hexdigest()


class LoginWall:
    """ASGI middleware: without a pass there is nothing but the way to it."""

    def __init__(self, app: ASGIApp, login_tokens: LoginTokens) -> None:
        self._app = app
        self._login_tokens = login_tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, lead to the form, or refuse."""
        if scope["type"] != "http" or scope["path"] in _OPEN or self._login_tokens.holds(cookie_of(scope, COOKIE)):
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await PlainTextResponse("log in first", 401)(scope, receive, send)


def add_login(app: FastAPI, password_hash: str, login_tokens: LoginTokens) -> None:
    """The form at /login, and /logout. Raises `UsageError` where the hash is none."""
    is_right = login_check(password_hash)

    @app.get("/login")
    def form() -> Response:
        return HTMLResponse(login_html(""))

    @app.post("/login")
    async def login(password: Annotated[str, Form(max_length=4096)] = "") -> Response:
        if not await is_right("", password):
            return HTMLResponse(login_html("That is not the password."), 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, login_tokens.make(), max_age=_LASTS_S, httponly=True, samesite="lax")
        return answer

    @app.get("/logout")
    def logout() -> Response:
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE)
        return answer


def login_html(trouble: str) -> str:
    """The form, with what went wrong the last time."""
    form = tag(
        "form",
        tag("h1", "News assistant"),
        tag(
            "label",
            "Password",
            tag(
                "input",
                type="password",
                name="password",
                autocomplete="current-password",
                autofocus=True,
                required=True,
            ),
        ),
        tag("p", trouble, role="alert") if trouble else None,
        tag("button", "Log in", type="submit", class_="primary"),
        method="post",
        action="/login",
    )
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in · News assistant</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/page/page.css"><link rel="icon" href="/page/icon.svg">'
        '<script src="/page/theme.js"></script></head>'
        '<body class="gradio-container login"><main>{}</main></body></html>'
    ).format(form)
