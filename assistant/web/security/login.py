"""Login and logout: the form, the wall around everything else, and the session that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.web.security.access import KNOWN_FOR_S, Access
from assistant.web.security.browser_id import cookie_name, cookies_of
from assistant.web.security.login_limit import LoginLimit
from assistant.web.security.passwords import HASHER, BusyError, PasswordChecker
from assistant.web.views.html import tag

SESSION, DEVICE = "news_assistant_session", "news_assistant_device"
_OPEN = frozenset(("/login", "/page/page.css", "/page/theme.js", "/page/icon.svg"))
_WRONG = "That is not the password."
_USED = "This address has been used. Open the one that the program printed last; it lets in once."


class LoginWall:
    """ASGI middleware: without a session there is nothing but the way to it; with one, `state["user"]` says whose."""

    def __init__(self, app: ASGIApp, access: Access, port: int = 0) -> None:
        self._app = app
        self._access = access
        self._cookie = cookie_name(SESSION, port)
        # Not the threads that handlers share: the way in must not wait for them.
        self._threads = anyio.CapacityLimiter(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, lead to the form, or refuse."""
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self._app(scope, receive, send)
            return
        token = cookies_of(scope).get(self._cookie, "")
        user = await anyio.to_thread.run_sync(self._access.user_of, token, limiter=self._threads)
        if user is not None:
            scope.setdefault("state", {})["user"] = user
            await self._app(scope, receive, send)
        elif scope["path"] == "/":
            await RedirectResponse("/login", 303)(scope, receive, send)
        else:
            await PlainTextResponse("log in first", 401)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Cookies:
    """The cookies that prove a login, named after the port."""

    port: int

    def read(self, request: Request, name: str) -> str:
        return cookies_of(request.scope).get(cookie_name(name, self.port), "")

    def set(self, answer: Response, request: Request, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            cookie_name(name, self.port),
            value,
            max_age=seconds,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )


def add_login(
    app: FastAPI, access: Access, limit: LoginLimit, port: int = 0, *, hasher: PasswordHasher = HASHER
) -> None:
    """The form at /login, and /logout; by `hasher` the password of a name that nobody has is checked."""
    login = _Login(access, limit, _Cookies(port), hasher)
    app.add_api_route("/login", login.form, methods=["GET"])
    app.add_api_route("/login", login.log_in, methods=["POST"])
    app.add_api_route("/logout", login.leave, methods=["GET"])
    app.add_api_route("/logout", login.log_out, methods=["POST"])


class _Login:
    def __init__(self, access: Access, limit: LoginLimit, cookies: _Cookies, hasher: PasswordHasher) -> None:
        self._access = access
        self._limit = limit
        self._cookies = cookies
        self._checker = PasswordChecker(hasher)

    async def form(self, request: Request) -> Response:
        if self._access.tokens is None:
            return HTMLResponse(login_html("", users=self._access.has_users))
        given = request.query_params.get("token")
        if given is None:
            return HTMLResponse(token_html(""), 401)
        if not self._access.tokens.use(given):
            return HTMLResponse(token_html(_USED), 403)
        return await self._let_in(request, "")

    async def log_in(self, request: Request) -> Response:
        if not self._access.by_password:
            return HTMLResponse(token_html(""), 401)
        fields = await _fields(request)
        user = fields.get("user", "").strip().casefold() if self._access.has_users else ""
        address = request.client.host if request.client else ""
        device = self._access.known_device(self._cookies.read(request, DEVICE), user)
        wait = self._limit.begin(address, user, device)
        if wait:
            return self._again(f"Too many wrong passwords; try again in {wait} seconds.", 429, wait)
        expected = await anyio.to_thread.run_sync(self._access.password_hash, user)
        try:
            right = await self._checker.is_right(fields.get("password", ""), expected, known=bool(device))
        except BusyError:
            return self._again("Many are logging in; try again in a moment.", 503, 5)
        if not right:
            return self._again(_WRONG, 401)
        self._limit.succeeded(address, user, device)
        return await self._let_in(request, user)

    async def leave(self) -> Response:
        return HTMLResponse(logout_html())

    async def log_out(self, request: Request) -> Response:
        everywhere = bool((await _fields(request)).get("everywhere"))
        token = self._cookies.read(request, SESSION)
        await anyio.to_thread.run_sync(partial(self._access.accounts.end_session, token, everywhere=everywhere))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(cookie_name(SESSION, self._cookies.port))
        return answer

    async def _let_in(self, request: Request, user: str) -> Response:
        token, seconds = await anyio.to_thread.run_sync(self._access.open_session, user)
        answer = RedirectResponse("/", 303)
        self._cookies.set(answer, request, SESSION, token, seconds)
        if self._access.by_password:
            self._cookies.set(answer, request, DEVICE, self._access.device(user), KNOWN_FOR_S)
        return answer

    def _again(self, trouble: str, status: int, wait: int = 0) -> Response:
        headers = {"retry-after": str(wait)} if wait else None
        return HTMLResponse(login_html(trouble, users=self._access.has_users), status, headers=headers)


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, of which `BodyLimit` lets only few kilobytes in."""
    try:
        return dict(parse_qsl((await request.body()).decode(), max_num_fields=10))
    except ValueError:
        return {}


def login_html(trouble: str, *, users: bool = False) -> str:
    """The form, with what went wrong the last time; `users`: it asks for a name too."""
    name = tag("input", type="text", name="user", autocomplete="username", autofocus=True, required=True)
    password = tag(
        "input",
        type="password",
        name="password",
        autocomplete="current-password",
        autofocus=not users,
        required=True,
    )
    return _page(
        "Log in",
        tag(
            "form",
            tag("h1", "News assistant"),
            tag("label", "Name", name) if users else None,
            tag("label", "Password", password),
            tag("p", trouble, role="alert") if trouble else None,
            tag("button", "Log in", type="submit", class_="primary"),
            method="post",
            action="/login",
        ),
    )


def token_html(trouble: str) -> str:
    """What is told to whoever comes without the address that lets in."""
    return _page(
        "Log in",
        tag(
            "form",
            tag("h1", "News assistant"),
            tag("p", trouble, role="alert") if trouble else None,
            tag("p", "Open the address that assistant web printed where it was started: it lets this browser in."),
        ),
    )


def logout_html() -> str:
    """The form that ends this browser's session, or all of this user's."""
    return _page(
        "Log out",
        tag(
            "form",
            tag("h1", "News assistant"),
            tag("button", "Log out", type="submit", class_="primary"),
            tag("button", "Log out on every device", type="submit", name="everywhere", value="1"),
            tag("a", "Back", href="/"),
            method="post",
            action="/logout",
        ),
    )


def _page(title: str, form: str) -> str:
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{} · News assistant</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/page/page.css"><link rel="icon" href="/page/icon.svg">'
        '<script src="/page/theme.js"></script></head>'
        '<body class="gradio-container login"><main>{}</main></body></html>'
    ).format(title, form)
