"""Getting in and out: the page's one password, users, and a token that lets in once."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from assistant.errors import UsageError
from assistant.web.security.access import Access, OneTimeTokens
from assistant.web.security.browser_id import BrowserCookie
from assistant.web.security.login import DEVICE, SESSION, LoginWall, add_login
from assistant.web.security.login_limit import LoginLimit
from assistant.web.storage.accounts import AccountStore

PASSWORD = "correct horse"
# As cheap as the algorithm allows: what a check costs is written in the hash.
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HASH, OTHER = _CHEAP.hash(PASSWORD), _CHEAP.hash("other horses")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> AccountStore:
    return AccountStore(tmp_path / "accounts.sqlite3", now=clock)


def site(access: Access, limit: LoginLimit | None = None) -> FastAPI:
    app = FastAPI()
    add_login(app, access, limit or LoginLimit(), 7860, hasher=_CHEAP)

    @app.get("/{rest:path}")
    def inside(request: Request) -> dict[str, Any]:
        return {"owner": getattr(request.state, "owner", None), "user": request.state.user}

    app.add_middleware(BrowserCookie, port=7860)
    app.add_middleware(LoginWall, access=access, port=7860)
    return app


def browser(app: FastAPI, address: str = "10.0.0.1", scheme: str = "http", **options: Any) -> TestClient:
    return TestClient(
        app, base_url=f"{scheme}://localhost:7860", client=(address, 1), follow_redirects=False, **options
    )


def log_in(client: TestClient, password: str = PASSWORD, user: str = "") -> int:
    return client.post("/login", data={"password": password, "user": user}).status_code


def test_without_a_session_there_is_only_the_way_to_one(accounts: AccountStore) -> None:
    client = browser(site(Access(accounts, HASH)))
    assert client.get("/").headers["location"] == "/login"
    for path in ("/gradio_api/queue/data", "/export/a/markdown", "/page/page.js", "/theme.css"):
        assert client.get(path).status_code == 401, path
    assert log_in(client, "wrong password") == 401
    assert client.get("/").status_code == 303
    assert log_in(client) == 303
    assert client.get("/x").status_code == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_proves_a_login_cannot_be_read_by_scripts_and_goes_over_tls_alone(
    accounts: AccountStore, scheme: str
) -> None:
    """F9: the login's cookie had no Secure."""
    client = browser(site(Access(accounts, HASH)), scheme=scheme)
    answer = client.post("/login", data={"password": PASSWORD})
    given = answer.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in given} == {f"{SESSION}_7860", f"{DEVICE}_7860"}
    for cookie in given:
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert ("Secure" in cookie) is (scheme == "https")


def test_logging_out_ends_the_session_not_only_the_cookie(accounts: AccountStore) -> None:
    """F10: the pass stayed good for 30 days."""
    app = site(Access(accounts, HASH))
    client = browser(app)
    log_in(client)
    stolen = browser(app, cookies=dict(client.cookies))
    assert stolen.get("/x").status_code == 200
    assert client.get("/logout").status_code == 200
    assert stolen.get("/x").status_code == 200, "to look at the form ends nothing: another site may link to it"
    assert client.post("/logout", data={}).headers["location"] == "/login"
    assert stolen.get("/x").status_code == 401


def test_one_may_log_out_everywhere(accounts: AccountStore) -> None:
    app = site(Access(accounts, HASH))
    one, other = browser(app), browser(app)
    log_in(one)
    log_in(other)
    one.post("/logout", data={"everywhere": "1"})
    assert other.get("/x").status_code == 401


def test_whoever_knows_the_hash_gets_in_no_sooner(accounts: AccountStore) -> None:
    """F10: a pass was signed with the hash, so it could be made from it (07_pass_the_hash.py)."""
    client = browser(site(Access(accounts, HASH)))
    head = f"{10**10}.x"
    key = hashlib.sha256(b"news-assistant login " + HASH.encode()).digest()
    forged = f"{head}.{hmac.new(key, head.encode(), hashlib.sha256).hexdigest()}"
    for value in (forged, HASH, hashlib.sha256(HASH.encode()).hexdigest(), "", "a" * 5000):
        for name in (SESSION, f"{SESSION}_7860", "news_assistant_login"):
            client.cookies.set(name, value)
        assert client.get("/x").status_code == 401


def test_a_session_outlives_a_restart_and_ends_in_time_or_with_the_password(
    accounts: AccountStore, clock: Clock, tmp_path: Path
) -> None:
    client = browser(site(Access(accounts, HASH)))
    log_in(client)
    cookies = dict(client.cookies)
    again = AccountStore(tmp_path / "accounts.sqlite3", now=clock)
    assert browser(site(Access(again, HASH)), cookies=cookies).get("/x").status_code == 200
    assert browser(site(Access(again, OTHER)), cookies=cookies).get("/x").status_code == 401
    clock.now -= 10 * 24 * 3600  # a clock that was set back
    assert browser(site(Access(again, HASH)), cookies=cookies).get("/x").status_code == 200
    clock.now += 41 * 24 * 3600
    assert browser(site(Access(again, HASH)), cookies=cookies).get("/x").status_code == 401


def test_a_file_that_is_read_by_others_holds_no_session(accounts: AccountStore, tmp_path: Path) -> None:
    token, _ = Access(accounts, HASH).open_session("")
    accounts.close()
    assert token.encode() not in (tmp_path / "accounts.sqlite3").read_bytes()


def test_users_have_their_own_names_passwords_and_conversations(accounts: AccountStore) -> None:
    accounts.put_user("Ann", HASH)
    accounts.put_user("bob", OTHER)
    app = site(Access(accounts, HASH))
    ann, ann_elsewhere, bob = browser(app), browser(app), browser(app)
    assert log_in(ann, user="ann") == 303
    assert log_in(ann_elsewhere, user="ANN") == 303
    assert log_in(bob, user="bob") == 401
    assert log_in(bob, "other horses", "bob") == 303
    assert log_in(browser(app), user="nobody") == 401
    assert log_in(browser(app)) == 401, "the page's one password is no user's"
    owners = [client.get("/x").json()["owner"] for client in (ann, ann_elsewhere, bob)]
    assert owners[0] == owners[1] != owners[2]
    accounts.put_user("ann", OTHER)
    assert ann.get("/x").status_code == 401, "a new password ends the sessions of the old one"
    accounts.remove_user("bob")
    assert bob.get("/x").status_code == 401


@pytest.mark.parametrize("name", ["", "a b", "a" * 65, "<b>", "a\n"])
def test_a_name_that_is_none_is_refused(accounts: AccountStore, name: str) -> None:
    with pytest.raises(UsageError, match="a name has 1 to 64"):
        accounts.put_user(name, HASH)
    with pytest.raises(UsageError, match="no user 'eve'"):
        accounts.remove_user("eve")


def test_guessing_is_slowed_down_and_a_header_does_not_help(accounts: AccountStore) -> None:
    """F9: uvicorn believed X-Forwarded-For of whoever asks from this machine; here it is not looked at at all."""
    client = browser(site(Access(accounts, HASH)))
    statuses = [
        client.post("/login", data={"password": "guess"}, headers={"x-forwarded-for": f"10.9.9.{n}"}).status_code
        for n in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2
    answer = client.post("/login", data={"password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_who_has_logged_in_before_gets_in_whatever_others_guess(accounts: AccountStore) -> None:
    app = site(Access(accounts, HASH), LoginLimit(5, most_of_account=10))
    mine = browser(app)
    log_in(mine)
    mine.post("/logout", data={})
    for number in range(12):
        log_in(browser(app, f"10.1.0.{number}"), "guess guess")
    for _ in range(6):
        log_in(browser(app), "guess guess")
    assert log_in(browser(app, "10.2.0.1")) == 429
    assert log_in(mine) == 303


def test_a_device_is_known_to_its_own_account_alone(accounts: AccountStore) -> None:
    access = Access(accounts, HASH)
    given = access.device("ann")
    assert access.known_device(given, "ann")
    assert access.known_device(given, "bob") == ""
    assert access.known_device(given + "x", "ann") == ""
    assert access.known_device("", "") == ""


def test_a_token_lets_in_once_and_then_there_is_another(accounts: AccountStore) -> None:
    """F16: every user of the machine reached 127.0.0.1."""
    told: list[str] = []
    app = site(Access(accounts, tokens=OneTimeTokens(told.append)))
    mine, other = browser(app), browser(app)
    assert mine.get("/").headers["location"] == "/login"
    assert mine.get("/login").status_code == 401
    assert mine.get(f"/login?token={told[0]}").headers["location"] == "/"
    assert mine.get("/x").status_code == 200
    for wrong in (told[0], "", "x", "ü", told[0] + "x"):
        assert other.get("/login", params={"token": wrong}).status_code == 403
    assert other.get("/x").status_code == 401
    assert len(told) == 2
    assert other.get(f"/login?token={told[1]}").status_code == 303
    assert log_in(browser(app)) == 401


def test_a_session_by_token_does_not_get_past_a_password_that_is_set_later(accounts: AccountStore) -> None:
    told: list[str] = []
    client = browser(site(Access(accounts, tokens=OneTimeTokens(told.append))))
    client.get(f"/login?token={told[0]}")
    assert client.get("/x").status_code == 200
    assert browser(site(Access(accounts, HASH)), cookies=dict(client.cookies)).get("/x").status_code == 401
