"""The guards around the page: security headers, rebound names, other sites."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.web.security.hosts import AllowedHosts
from assistant.web.security.middleware import HostGuard, SecurityHeaders, content_security_policy

LOCAL = AllowedHosts("127.0.0.1")
OPEN = AllowedHosts("0.0.0.0", ["news.example"])
PAGE = """<!doctype html><head><script>window.a = {"x": "<\\/b>"};</script>
<script type="module" src="./a.js"></script><SCRIPT data-x>\r\nb()\r\n</SCRIPT ></head><p onclick="c()">x</p>"""


async def _page(request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"server": "x"})


async def _data(request: Request) -> Response:
    return JSONResponse({"encoding": request.headers.get("accept-encoding")})


async def _stream(request: Request) -> Response:
    async def parts() -> Any:
        for part in ("one ", "two"):
            yield part

    return StreamingResponse(parts(), media_type="text/event-stream")


async def _chunked(request: Request) -> Response:
    async def parts() -> Any:
        for part in ("<script>one()", "</script>", ""):
            yield part

    return StreamingResponse(parts(), media_type="text/html")


async def _login(request: Request) -> Response:
    right = (await request.form())["password"] == "right"
    return PlainTextResponse("", 200 if right else 400)


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.close()


def site() -> Starlette:
    return Starlette(
        routes=[
            Route("/", _page),
            Route("/data", _data, methods=["GET", "POST", "OPTIONS"]),
            Route("/stream", _stream),
            Route("/chunked", _chunked),
            Route("/login", _login, methods=["POST"]),
            Route("/login/", _login, methods=["POST"]),
            WebSocketRoute("/ws", _socket),
        ]
    )


def client(app: ASGIApp, **options: Any) -> TestClient:
    return TestClient(app, base_url="http://localhost:7860", **options)


def _source(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def directives(policy: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def test_every_answer_has_the_security_headers() -> None:
    browser = client(SecurityHeaders(site()))
    for path in ("/", "/data", "/stream", "/missing"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert len(headers.get_list("content-security-policy")) == 1
        assert "server" not in headers


def test_the_policy_names_no_other_host_and_lets_no_handler_run() -> None:
    policy = directives(content_security_policy())
    assert policy["default-src"] == policy["frame-ancestors"] == policy["object-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'", "'unsafe-eval'"]
    assert policy["connect-src"] == ["'self'"]
    for name, sources in policy.items():
        assert set(sources) <= {"'self'", "'none'", "'unsafe-eval'", "'unsafe-inline'", "data:", "blob:"}
        assert ("'unsafe-inline'" in sources) == (name == "style-src")
        assert ("data:" in sources) == (name in ("img-src", "font-src"))


def test_a_pages_inline_scripts_are_named_by_hash_and_nothing_else_is() -> None:
    answer = client(SecurityHeaders(site())).get("/")
    assert answer.text == PAGE
    policy = directives(answer.headers["content-security-policy"])
    # A browser reads \r\n as \n before it hashes.
    inline = [_source('window.a = {"x": "<\\/b>"};'), _source("\nb()\n")]
    assert policy["script-src"] == ["'self'", "'unsafe-eval'", *inline]


def test_a_page_in_pieces_is_read_whole_and_a_stream_is_not_held_back() -> None:
    browser = client(SecurityHeaders(site()))
    answer = browser.get("/chunked")
    assert answer.text == "<script>one()</script>"
    assert _source("one()") in answer.headers["content-security-policy"]
    assert browser.get("/stream").text == "one two"
    sent: list[str] = []

    async def watch() -> None:
        async def streams(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"one", "more_body": True})
            assert sent == ["http.response.start", "http.response.body"], "each part goes out at once"
            await send({"type": "http.response.body", "body": b"two"})

        async def send(message: Any) -> None:
            sent.append(message["type"])

        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await SecurityHeaders(streams)(scope, None, send)  # type: ignore[arg-type]

    asyncio.run(watch())
    assert len(sent) == 3


def test_a_page_is_asked_for_uncompressed_and_data_is_not() -> None:
    browser = client(SecurityHeaders(site()))
    headers = {"accept-encoding": "gzip"}
    assert browser.get("/data", headers=headers).json()["encoding"] == "gzip"
    assert browser.get("/data", headers=headers | {"accept": "text/html,*/*"}).json()["encoding"] is None


def test_a_rebound_name_is_not_answered() -> None:
    app = HostGuard(site(), LOCAL)
    assert client(app).get("/").status_code == 200
    for name in ("http://evil.example:7860", "http://192.168.1.5:7860"):
        answer = TestClient(app, base_url=name).get("/")
        assert answer.status_code == 421
        assert "<" not in answer.text
    assert client(app).get("/", headers=[("host", "localhost"), ("host", "evil.example")]).status_code == 421


@pytest.mark.parametrize(
    ("headers", "posting", "getting"),
    [
        ({}, 200, 200),
        ({"origin": "http://localhost:7860"}, 200, 200),
        ({"origin": "https://LOCALHOST:7860"}, 200, 200),
        ({"origin": "http://localhost:7861"}, 403, 403),
        ({"origin": "http://127.0.0.1:7860"}, 403, 403),
        ({"origin": "http://evil.example"}, 403, 403),
        ({"origin": "http://localhost:7860.evil.example"}, 403, 403),
        ({"origin": "http://localhost:7860@evil.example"}, 403, 403),
        ({"origin": "null"}, 403, 403),
        ({"origin": ""}, 403, 403),
        ({"origin": "http://["}, 403, 403),
        ({"sec-fetch-site": "same-origin"}, 200, 200),
        ({"sec-fetch-site": "none"}, 200, 200),
        ({"sec-fetch-site": "same-site"}, 403, 403),
        ({"sec-fetch-site": "cross-site"}, 403, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 403, 200),
    ],
)
def test_other_sites_may_link_here_and_no_more(headers: dict[str, str], posting: int, getting: int) -> None:
    browser = client(HostGuard(site(), LOCAL))
    assert browser.post("/data", headers=headers).status_code == posting
    assert browser.get("/data", headers=headers).status_code == getting


def test_another_site_gets_no_leave_to_ask() -> None:
    headers = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = client(HostGuard(site(), OPEN)).options("/data", headers=headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_websocket_of_another_site_is_closed() -> None:
    browser = client(HostGuard(site(), LOCAL))
    with browser.websocket_connect("ws://localhost:7860/ws"):
        pass
    with (
        pytest.raises(WebSocketDisconnect) as caught,
        browser.websocket_connect("ws://localhost:7860/ws", headers={"origin": "http://evil.example"}),
    ):
        pass
    assert caught.value.code == 1008
