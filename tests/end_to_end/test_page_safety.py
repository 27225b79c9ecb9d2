"""Who gets in, what is served, and that nothing asks another host: against the running page."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assistant.web.security.passwords import hash_password

PROJECT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"


def fetch(site, path, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(site.address + path, headers=headers)) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


@pytest.fixture(scope="module")
def locked(start_site):
    return start_site(None, ASSISTANT_PASSWORD_HASH=hash_password(PASSWORD))


def test_only_what_the_page_needs_is_served(site):
    for path in (
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.org",
        "/config",
        "/monitoring",
        "/docs",
        "/openapi.json",
        "/gradio_api/vibe-code",
        "/page/../app.py",
    ):
        assert fetch(site, path)[0] == 404, path


def test_the_page_names_no_other_host(site):
    status, headers, body = fetch(site, "/", accept="text/html")
    assert status == 200
    # Gradio's description of a file component has an example's address in it; it is text that nothing reads.
    named = set(re.findall(r"https?://([\w.:-]+)", body)) - {"github.com"}
    assert named == {site.address.removeprefix("http://")}
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]


def test_a_rebound_name_and_another_site_are_refused(site):
    assert fetch(site, "/", host="evil.test")[0] == 421
    assert fetch(site, "/gradio_api/queue/data?session_hash=a", origin="http://evil.test")[0] == 403


def test_beyond_this_machine_it_wants_a_password():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "assistant",
            "web",
            "--host",
            "0.0.0.0",
            "--port",
            "0",
            "--model",
            "a@http://127.0.0.1:9",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert "there is no password" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_clear_line(site):
    port = site.address.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "web", "--port", port, "--model", "a@http://127.0.0.1:9"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "choose another with --port" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_with_a_password_nothing_is_shown_before_it(locked, chromium):
    for path in ("/gradio_api/queue/data?session_hash=a", "/export/a/markdown", "/page/page.js", "/theme.css"):
        assert fetch(locked, path)[0] == 401, path
    context = chromium.new_context()
    page = context.new_page()
    page.goto(locked.address)
    assert page.url.endswith("/login")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("That is not the password.").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.locator(".welcome").wait_for()
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert len(cookies) == 3
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies.values())
    page.get_by_role("link", name="Log out").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    page.get_by_label("Password").wait_for()
    page.goto(locked.address)
    assert page.url.endswith("/login")
    context.close()


def test_on_this_machine_the_printed_address_lets_in_once(start_site, chromium):
    site = start_site(None, "--token")
    address, _, token = site.address.partition("/login?token=")
    assert token
    page = chromium.new_page()
    page.goto(address)
    page.get_by_text("Open the address that assistant web printed").wait_for()
    page.goto(site.address)
    page.locator(".welcome").wait_for()
    assert "token" not in page.url
    other = chromium.new_context().new_page()
    other.goto(site.address)
    other.get_by_text("has been used").wait_for()
    page.reload()
    page.locator(".welcome").wait_for()


def test_guessing_is_slowed_down(locked):
    statuses = []
    for _ in range(8):
        try:
            urllib.request.urlopen(f"{locked.address}/login", data=b"password=guess")
        except urllib.error.HTTPError as error:
            statuses.append(error.code)
    assert 401 in statuses
    assert statuses[-1] == 429


def test_a_model_that_never_answers_holds_up_nothing_else(start_site, chromium):
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        site = start_site(None, "--model", f"late@http://127.0.0.1:{silent.getsockname()[1]}/v1")
        page = chromium.new_page()
        page.goto(site.address)
        page.locator(".examples button").first.click()
        page.locator("#live .turn").wait_for()
        page.get_by_role("navigation", name="Views").get_by_role("button", name="Library").click()
        page.locator(".open-article").first.click()
        page.locator("#pane .paragraph").first.wait_for()
        page.close()
        site.close()
