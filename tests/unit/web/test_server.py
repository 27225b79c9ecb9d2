import re
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.errors import UsageError
from assistant.web.security.browser_id import COOKIE, BrowserCookie, owner_of
from assistant.web.security.login import COOKIE as LOGIN
from assistant.web.security.login import LoginTokens, LoginWall, login_html
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


@pytest.mark.parametrize("path", ["/", "/assets/a.js", "/gradio_api/queue/join", "/export/a_b-c.md", "/theme.css"])
def test_what_the_page_uses_is_served(path):
    assert client((OnlyServed, {})).get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/config", "/gradio_api/file=/etc/passwd", "/gradio_api/info", "/assets", "/gradio_api/vibe-edit", "/docs/a"],
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


def test_an_owner_is_a_digest_of_the_cookie_and_there_is_none_without():
    token = "a" * 43
    owner = owner_of(SimpleNamespace(cookies={COOKIE: token}))
    assert token not in owner
    assert owner == owner_of(SimpleNamespace(cookies={COOKIE: token}))
    assert owner != owner_of(SimpleNamespace(cookies={COOKIE: "b" * 43}))
    for cookies in ({}, {COOKIE: "short"}, {COOKIE: "ü" * 43}):
        with pytest.raises(UsageError, match="needs a cookie"):
            owner_of(SimpleNamespace(cookies=cookies))


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def test_a_pass_holds_until_it_expires_or_the_password_changes():
    clock = Clock()
    login_tokens = LoginTokens("$scrypt$one", clock)
    made = login_tokens.make()
    assert login_tokens.holds(made)
    assert LoginTokens("$scrypt$one", clock).holds(made)
    assert not LoginTokens("$scrypt$two", clock).holds(made)
    clock.now += 31 * 24 * 3600
    assert not login_tokens.holds(made)


@pytest.mark.parametrize("given", ["", ".", "..", "9999999999.x.y", "ü.ü.ü", "9999999999..", "a" * 5000])
def test_a_pass_that_was_not_made_here_does_not_hold(given):
    assert not LoginTokens("$scrypt$one").holds(given)


def test_a_pass_cannot_be_made_to_last():
    login_tokens = LoginTokens("$scrypt$one")
    expiry, rest = login_tokens.make().split(".", 1)
    assert not login_tokens.holds(f"{int(expiry) + 1}.{rest}")


def test_without_a_pass_there_is_only_the_way_to_it():
    login_tokens = LoginTokens("$scrypt$one")
    page = client((LoginWall, {"login_tokens": login_tokens}))
    assert page.get("/").headers["location"] == "/login"
    assert page.get("/gradio_api/queue/data").status_code == 401
    assert page.get("/export/a.md").status_code == 401
    assert page.get("/page/page.css").status_code == 200
    page.cookies.set(LOGIN, login_tokens.make())
    assert page.get("/").status_code == 200


def test_the_form_says_what_went_wrong():
    assert 'role="alert"' not in login_html("")
    assert "&lt;b&gt;" in login_html("<b>")
