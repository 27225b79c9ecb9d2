"""Web server around the page: its middleware, the page's own files, exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AssistantError
from assistant.http.dispatcher import ApiDispatcher
from assistant.library.upload_policy import UploadPolicy
from assistant.web.handlers.export import Exports
from assistant.web.security.access import Access
from assistant.web.security.browser_id import BrowserCookie, owner_of
from assistant.web.security.hosts import AllowedHosts
from assistant.web.security.limits import BodyLimit, UploadLimit
from assistant.web.security.login import LoginWall, add_login
from assistant.web.security.login_limit import LoginLimit
from assistant.web.security.middleware import HostGuard, OwnUploads, SecurityHeaders
from assistant.web.security.pages import PageSessions
from assistant.web.security.slow import SlowBody
from assistant.web.security.temporary import UploadFolder

if TYPE_CHECKING:
    import gradio as gr

ASSETS = Path(__file__).with_name("assets")
# Gradio serves much more than this page needs: a proxy, other people's files, its own API's description.
_SERVED = re.compile(
    r"/|/(?:assets|static)/.+|/theme\.css|/manifest\.json|/favicon\.ico|/page/[\w.-]+|/export/[\w-]+/[a-z-]+|/log(?:in|out)"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/\w+|upload|upload_progress|startup-events|cancel|reset)"
)
# In the page from the start: Gradio's own `head` and `css` come with its scripts, which is late, and it rewrites `css`.
_HEAD = b"""
<link rel="stylesheet" href="/page/page.css">
<link rel="icon" href="/page/icon.svg">
<script src="/page/theme.js"></script>
<script src="/page/page.js"></script>
</head>"""
# Seconds; no reader notices so little.
_QUEUE_LOOKED_AT_S = 0.02
_MOST_PAGES = 1000
_FILES = frozenset(("page.js", "page.css", "theme.js", "icon.svg"))
_FOREIGN = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The address that the server listens at, by which other `names` it is called, what may be uploaded to which
    folder. `access` None: everybody gets in. `port` names the cookies; 0: any port."""

    host: str
    uploads: UploadFolder
    names: tuple[str, ...] = ()
    port: int = 0
    policy: UploadPolicy = field(default_factory=UploadPolicy)
    access: Access | None = None


def create_server(page: gr.Blocks, exports: Exports, options: ServerOptions, api: ASGIApp | None = None) -> FastAPI:
    """The page as a web application; `api` answers its own addresses beside it, by its own keys.

    Raises `UsageError`.
    """
    import gradio as gr

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _add_routes(app, exports)
    if options.access:
        add_login(app, options.access, LoginLimit(), options.port)
    # Without it Gradio takes every path for an uploaded file's (`processing_utils._check_allowed`, 6.31): `launch()`
    # sets it, mounting does not.
    page.has_launched = True
    # A thousand times a second (`queueing.Queue`, 6.31) is a tenth of a processor while nobody asks anything.
    page._queue.sleep_when_free = _QUEUE_LOOKED_AT_S
    # 10,000 otherwise; of those above it the one that was used longest ago begins anew.
    page.state_session_capacity = _MOST_PAGES
    gr.mount_gradio_app(
        app,
        page,
        "/",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=options.policy.max_bytes,
        ssr_mode=False,
        enable_monitoring=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
    )
    # The last one added is the first to see a request.
    app.add_middleware(OwnUploads, folder=options.uploads.path)
    app.add_middleware(PageSessions, unread=_unread(page), closed=_forget(page))
    app.add_middleware(PageHead)
    app.add_middleware(UploadLimit, policy=options.policy, folder=options.uploads)
    app.add_middleware(BrowserCookie, port=options.port)
    if options.access:
        app.add_middleware(LoginWall, access=options.access, port=options.port)
    app.add_middleware(BodyLimit)
    app.add_middleware(OnlyServed)
    if api is not None:
        app.add_middleware(ApiDispatcher, api=api)
    return guarded(app, options.host, options.names)


def guarded(app: FastAPI, host: str, names: Collection[str] = ()) -> FastAPI:
    """An application that answers only requests for `host` or `names`, with the headers that browsers heed."""
    app.add_middleware(SlowBody)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HostGuard, hosts=AllowedHosts(host, names))
    return app


def _unread(page: gr.Blocks) -> Callable[[str], int]:
    """How many messages Gradio's queue holds for a page that has not read them."""
    waiting = page._queue.pending_messages_per_session

    def unread(session: str) -> int:
        return waiting[session].qsize() if session in waiting else 0

    return unread


def _forget(page: gr.Blocks) -> Callable[[str], None]:
    """Lets go of what a closed page showed, which Gradio keeps for links into it (6.31).

    Its `Session` stays for an hour, since it may come back.
    """

    def forget(session: str) -> None:
        if state := page.state_holder.session_data.get(session):
            state.config_values.clear()
            state.blocks_config = copy(page.default_config)

    return forget


class OnlyServed:
    """ASGI middleware: answers 404 to every address that the page does not use."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] == "http" and not _SERVED.fullmatch(scope["path"]):
            await PlainTextResponse("not found", 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._app(scope, receive, send)


class PageHead:
    """ASGI middleware: gives the page its style sheet and script, and takes away what names other hosts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; change the page itself."""
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                body = _FOREIGN.sub(b"", body).replace(b"</head>", _HEAD, 1)
                headers = MutableHeaders(scope=start)
                headers["content-length"] = str(len(body))
                headers["cache-control"] = "no-store"
                await send(start)
                await send({"type": "http.response.body", "body": body})

        await self._app({**scope, "headers": plain}, receive, changed)


def _add_routes(app: FastAPI, exports: Exports) -> None:
    @app.get("/page/{name}")
    def asset(name: str) -> Response:
        if name not in _FILES:
            return PlainTextResponse("not found", 404)
        return FileResponse(ASSETS / name, headers={"cache-control": "no-cache"})

    @app.get("/export/{conversation}/{form}")
    def export(conversation: str, form: str, request: Request, answer: int | None = None) -> Response:
        try:
            made = exports.make(owner_of(request), conversation, form, answer)
        except AssistantError as error:
            return PlainTextResponse(exports.public(str(error)), 404)
        headers = {"content-disposition": f'attachment; filename="{made.name}"', "cache-control": "no-store"}
        return Response(made.text, media_type=f"{made.media_type}; charset=utf-8", headers=headers)
