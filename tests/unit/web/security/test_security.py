"""Passwords, bindings, uploads, and the guards around the page."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from typing import Any

import pytest
from hostile_texts import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.errors import UsageError
from assistant.library.upload_policy import UploadPolicy, display_name
from assistant.web.security.hosts import AllowedHosts, check_binding, is_loopback
from assistant.web.security.middleware import HostGuard, SecurityHeaders, content_security_policy

# -- where it is served -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("127.1", True), ("2130706433", True), ("localhost", True),
        ("::1", True), ("[::1]", True), ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False), ("0", False), ("::", False), ("", False), ("192.168.1.5", False), ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False), ("fe80::1", False), ("8.8.8.8", False),
    ],
)  # fmt: skip
def test_beyond_loopback_a_password_is_needed(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    check_binding(host, protected=True)
    check_binding(host, protected=False, allow_open=True)
    if loopback:
        check_binding(host, protected=False)
        return
    with pytest.raises(UsageError, match="there is no password"):
        check_binding(host, protected=False)


def test_a_page_with_a_name_of_its_own_is_reached_by_others() -> None:
    check_binding("127.0.0.1", ["news.example"], protected=True)
    with pytest.raises(UsageError, match=r"--name news\.example .* no password"):
        check_binding("127.0.0.1", ["news.example"], protected=False)


def test_behind_a_proxy_the_pages_name_is_answered() -> None:
    hosts = AllowedHosts("127.0.0.1", ["news.example"])
    assert "news.example" in hosts
    assert "NEWS.example:443" in hosts
    assert "other.example" not in hosts
    assert "192.168.1.5" not in hosts


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def test_a_name_is_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "127.0.0.1", "::1")
    check_binding("my-laptop", protected=False)
    _resolving(monkeypatch, "127.0.0.1", "192.168.1.5")
    with pytest.raises(UsageError, match="my-laptop"):
        check_binding("my-laptop", protected=False)
    _resolving(monkeypatch, "10.0.0.1")
    with pytest.raises(UsageError, match="localhost"):
        check_binding("localhost", protected=False)


@pytest.mark.parametrize("host", ["no such host", "a" * 300, "\ud800", "300.1.1.1.1", "x\x00y"])
def test_what_is_no_host_is_said_so(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuses)
    with pytest.raises(UsageError, match="no address of this machine"):
        check_binding(host, protected=False)


LOCAL = AllowedHosts("127.0.0.1")
OPEN = AllowedHosts("0.0.0.0", ["news.example"])


@pytest.mark.parametrize(
    ("header", "local", "beyond"),
    [
        ("127.0.0.1:7860", True, True), ("localhost:7860", True, True), ("LOCALHOST.", True, True),
        ("[::1]:7860", True, True), ("127.0.0.2", True, True),
        ("192.168.1.5:7860", False, True), ("[fe80::1]", False, True),
        ("news.example", False, True), ("NEWS.example:443", False, True), (socket.gethostname(), False, True),
        ("evil.example", False, False), ("localhost.evil.example", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("evil.example:127", False, False), ("", False, False), ("localhost:", False, False),
        ("local host", False, False),
        ("localhost@evil.example", False, False), ("localhost/x", False, False), ("[::1", False, False),
        ("localhost:7860:1", False, False), ("localhost\x00", False, False),
    ],
)  # fmt: skip
def test_only_known_names_are_answered(header: str, local: bool, beyond: bool) -> None:
    assert (header in LOCAL) is local
    assert (header in OPEN) is beyond


def test_what_is_no_text_is_no_host() -> None:
    assert None not in LOCAL


# -- guards -----------------------------------------------------------------------------

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


# -- uploads ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "match"),
    [
        ("a.txt", 10, None),
        ("A.MD", 10, None),
        ("dir/../a.txt", 10, None),
        ("a.txt", 1001, r"at most .* MiB"),
        ("a.txt", 0, "is empty"),
        ("a.exe", 10, r"\.exe is not taken; upload .*\.txt"),
        ("a", 10, "without a suffix"),
        (".txt", 10, "without a suffix"),
        ("a.txt\x00.exe", 10, r"\.exe is not taken"),
        ("a.txt:stream", 10, "not taken"),
        ("a.txt/", 10, "without a name"),
        ("", 10, "without a name"),
        ("a.txt\u202eexe.", 10, "not taken"),
        ("../../etc/passwd", 10, "^passwd: "),
        ("C:\\temp\\x.exe", 10, r"^x\.exe: "),
    ],
)
def test_what_may_be_uploaded(name: str, size: int, match: str | None) -> None:
    policy = UploadPolicy(max_bytes=1000, suffixes={".txt", ".md"})
    if match is None:
        policy.check(name, size)
        assert policy.problems([(name, size)]) == [None]
        return
    with pytest.raises(UsageError, match=match):
        policy.check(name, size)
    (problem,) = policy.problems([(name, size)])
    assert problem
    assert len(problem.splitlines()) == 1


def test_so_many_files_at_once() -> None:
    policy = UploadPolicy(max_files=2)
    assert policy.problems([("a.txt", 1), ("b.exe", 1)])[0] is None
    with pytest.raises(UsageError, match="upload at most 2"):
        policy.problems([("a.txt", 1)] * 3)


@given(st.text() | st.sampled_from(sorted(HOSTILE.values())))
def test_a_name_is_shown_on_one_line_and_not_endless(name: str) -> None:
    shown = display_name(name)
    assert 1 <= len(shown) <= 100
    assert len(shown.splitlines()) == 1
