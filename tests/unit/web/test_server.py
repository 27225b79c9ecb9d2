import re
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.errors import UsageError
from assistant.web.security.browser_id import COOKIE, BrowserCookie, owner_of
from assistant.web.security.login import login_html
from assistant.web.server import OnlyServed, PageHead

PAGE = (
    '<html><head><meta property="og:image"\n content="https://elsewhere.test/a.png" />'
    '<meta name="twitter:creator" content="@x" /><title>t</title></head><body></body></html>'
)


def client(*wrap):
    async def page(_):
        return HTMLResponse(PAGE)

    async def plain(_):
        return PlainTextResponse("fine")

    app = Starlette(routes=[Route("/", page), Route("/{rest:path}", plain)])
    for middleware, options in wrap:
        app.add_middleware(middleware, **options)
    return TestClient(app, follow_redirects=False)


def test_the_page_gets_its_own_head_and_loses_what_names_other_hosts():
    answer = client((PageHead, {})).get("/", headers={"accept-encoding": "gzip"})
    assert "elsewhere.test" not in answer.text
    assert "twitter" not in answer.text
    assert answer.text.count("/page/page.css") == 1
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/", "/assets/a.js", "/gradio_api/queue/join", "/export/a_b-c/csl-json", "/theme.css"]
)
def test_what_the_page_uses_is_served(path):
    assert client((OnlyServed, {})).get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/config",
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/file/etc/passwd",
        "/gradio_api/proxy=http://evil.example/",
        "/proxy=http://evil.example/",
        "/gradio_api/component_server",
        "/gradio_api/custom_component/x",
        "/gradio_api/call/upload",
        "/gradio_api/run/upload",
        "/gradio_api/stream/x",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/mcp",
        "/gradio_api/info",
        "/assets",
        "/gradio_api/vibe-edit",
        "/docs/a",
        "/export/a/b/c",
    ],
)
def test_what_it_does_not_use_is_not(path):
    assert client((OnlyServed, {})).get(path).status_code == 404


def test_a_browser_gets_a_cookie_once_and_scripts_cannot_read_it():
    page = client((BrowserCookie, {}))
    given = page.get("/").headers["set-cookie"]
    assert re.match(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}; ", given)
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "set-cookie" not in page.get("/").headers
    assert "set-cookie" not in client((BrowserCookie, {})).get("/theme.css").headers


def test_a_cookie_that_is_none_of_ours_is_replaced():
    page = client((BrowserCookie, {}))
    assert "set-cookie" in page.get("/", headers={"cookie": f"{COOKIE}=guess"}).headers
    assert "set-cookie" in page.get("/", headers={"cookie": "\x00=;=,;"}).headers


def owners(page, **sent):
    return page.get("/x", headers={"cookie": "; ".join(f"{name}={value}" for name, value in sent.items())}).json()


@pytest.fixture
def who():
    async def tell(request):
        return JSONResponse(getattr(request.state, "owner", None))

    app = Starlette(routes=[Route("/{rest:path}", tell)])
    app.add_middleware(BrowserCookie, port=7860)
    return TestClient(app)


def test_an_owner_is_a_digest_of_the_cookie_and_there_is_none_without(who):
    mine = {f"{COOKIE}_7860": "a" * 43}
    owner = owners(who, **mine)
    assert "a" * 43 not in owner
    assert owner == owners(who, **mine)
    assert owner != owners(who, **{f"{COOKIE}_7860": "b" * 43})
    for cookies in ({}, {f"{COOKIE}_7860": "short"}, {f"{COOKIE}_8080": "a" * 43}):
        assert owners(who, **cookies) is None
    with pytest.raises(UsageError, match="needs a cookie"):
        owner_of(SimpleNamespace(state=SimpleNamespace()))
    assert owner_of(SimpleNamespace(state=SimpleNamespace(owner="x"))) == "x"


@pytest.mark.parametrize("foreign", ['{"mode":"dark"}', "two words", "größe", "a[b]", '"'])
def test_another_programs_cookie_on_this_host_takes_nothing_away(who, foreign):
    """F8: `http.cookies` gives up at the first value that it does not like."""
    cookie = f"theme={foreign}; pre[fs]=1; {COOKIE}_7860={'a' * 43}".encode()
    answer = who.get("/", headers={"cookie": cookie})
    assert "set-cookie" not in answer.headers
    assert answer.json() == owners(who, **{f"{COOKIE}_7860": "a" * 43})


def test_a_browser_known_before_the_port_was_in_the_name_stays_the_same(who):
    answer = who.get("/", headers={"cookie": f"{COOKIE}={'a' * 43}"})
    assert answer.headers["set-cookie"].startswith(f"{COOKIE}_7860={'a' * 43}; ")
    assert answer.json() == owners(who, **{f"{COOKIE}_7860": "a" * 43})


def test_behind_tls_the_cookie_is_secure():
    page = client((BrowserCookie, {}))
    assert "Secure" not in page.get("http://testserver/").headers["set-cookie"]
    page = client((BrowserCookie, {}))
    assert "Secure" in page.get("https://testserver/").headers["set-cookie"]


def test_the_form_says_what_went_wrong():
    assert 'role="alert"' not in login_html("")
    assert "&lt;b&gt;" in login_html("<b>")
