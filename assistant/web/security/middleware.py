"""ASGI middleware around the page: host check, security headers, whose uploads may be used."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Container, Iterator, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.security.body import read_body

_INLINE_SCRIPT = re.compile(rb"<script(?P<head>(?:\s[^>]*)?)>(?P<code>.*?)</script\s*>", re.I | re.S)
_HAS_SOURCE = re.compile(rb"\ssrc\s*=", re.I)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it a browser names no origin when the login's form is sent, and `HostGuard` refuses that.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def content_security_policy(script_hashes: Sequence[str] = ()) -> str:
    """What a browser may run and fetch on the page: nothing from any other host.

    Gradio 6.31 compiles its components' templates and `js_on_load` with `Function`, hence
    'unsafe-eval'; Svelte sets `style` attributes, hence 'unsafe-inline' for styles alone. Scripts
    in the page are named by hash: an event handler or a javascript: URL in it does not run.
    """
    scripts = " ".join(("script-src 'self' 'unsafe-eval'", *(f"'{script}'" for script in script_hashes)))
    return "; ".join(
        (
            "default-src 'none'",
            scripts,
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "frame-src 'none'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def inline_script_hashes(html: bytes) -> list[str]:
    """The CSP sources "sha256-…" of the page's own inline scripts, each once."""
    codes = (
        found["code"].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for found in _INLINE_SCRIPT.finditer(html)
        if not _HAS_SOURCE.search(found["head"])
    )
    digests = (base64.b64encode(hashlib.sha256(code).digest()).decode() for code in codes)
    return list(dict.fromkeys(f"sha256-{digest}" for digest in digests))


class SecurityHeaders:
    """ASGI middleware: sets security headers on every answer; a page's inline scripts are named by hash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; only HTML is held back until it is whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: Message | None = None
        body = bytearray()

        async def guarded(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if _is_html(message):
                    held = message
                    return
                _set_headers(message, ())
            elif message["type"] == "http.response.body" and held is not None:
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                _set_headers(held, inline_script_hashes(bytes(body)))
                await send(held)
                held, message = None, {"type": "http.response.body", "body": bytes(body)}
            await send(message)

        # A compressed page cannot be read here; it is small, and others may still be compressed.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        wants_page = "text/html" in Headers(scope=scope).get("accept", "")
        await self._app({**scope, "headers": plain} if wants_page else scope, receive, guarded)


def _is_html(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def _set_headers(start: Message, script_hashes: Sequence[str]) -> None:
    start["headers"] = list(start.get("headers", ()))
    headers = MutableHeaders(scope=start)
    for name, value in _HEADERS.items():
        headers[name] = value
    headers["content-security-policy"] = content_security_policy(script_hashes)
    if "server" in headers:
        del headers["server"]


class HostGuard:
    """ASGI middleware: refuses requests for other than `hosts` (421) and, as browsers tell, of other pages (403)."""

    def __init__(self, app: ASGIApp, hosts: Container[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if len(named) != 1 or named[0] not in self._hosts:
            return PlainTextResponse("this server is not called by that name", 421)
        if not _is_from_here(headers, named[0], scope):
            return PlainTextResponse("requests from other sites are refused", 403)
        return None


def _is_from_here(headers: Headers, host: str, scope: Scope) -> bool:
    """True unless a browser says that a page of another origin asks.

    Following a link here is no such thing; posting a form or fetching is.
    """
    origin = headers.get("origin")
    if origin is not None:
        # The scheme is not compared: behind a proxy that speaks TLS it is another one.
        return len(headers.getlist("origin")) == 1 and _authority(origin) == host.casefold()
    site = headers.get("sec-fetch-site", "same-origin")
    if site in ("same-origin", "none"):
        return True
    return scope.get("method") in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"


def _authority(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and not (parts.path or parts.query or parts.fragment)
    return parts.netloc.casefold() if is_plain else None


class OwnUploads:
    """ASGI middleware: answers 403 to an event that names a file outside `folder`, where Gradio puts what is uploaded.

    Gradio takes the value of any component, be it a text box, for a file where it has a `path`: an address it
    fetches, and whatever file of the server's lies there it copies.
    """

    def __init__(self, app: ASGIApp, folder: PurePath, path: str = "/gradio_api/queue/join") -> None:
        self._app = app
        self._folder = folder
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        body, again = await read_body(scope, receive)
        refusal = self._refusal(body)
        await (refusal or self._app)(scope, again, send)

    def _refusal(self, body: bytes) -> PlainTextResponse | None:
        try:
            # As FastAPI reads it: what is looked at here is what Gradio is given.
            event = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("this is no JSON", 400)
        if all(self._is_upload(path) for path in _paths(event)):
            return None
        return PlainTextResponse("only files that were uploaded here are taken", 403)

    def _is_upload(self, path: str) -> bool:
        # By its letters alone: to look a path up on the disk can take long, or mount something.
        named = PurePath(path)
        return self._folder in named.parents and ".." not in named.parts


def _paths(value: Any) -> Iterator[str]:
    """The `path` of every object within a JSON value, however deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if isinstance(one.get("path"), str):
                yield one["path"]
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
