"""`assistant serve` in a process of its own: the page and the API on one port, by one host check and two ways in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import http_client
import httpx
import pytest
from scripted_model import ScriptedModel

from assistant.http.keys import KeyStore
from assistant.web.security.passwords import hash_password

PROJECT = Path(__file__).resolve().parents[2]
NAME, PASSWORD = "news.example.com", "correct horse battery"
_STARTS_WITHIN_S = 180
QUESTION = {"question": "What did Xi and Putin sign?"}


class Server:
    """A running `assistant serve`; `url` is its address, `told` what it printed."""

    def __init__(self, home: Path, model: str, *arguments: str, **environment: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        self.log = home / f"log-{time.monotonic_ns()}.txt"
        options = ["--port", "0", "--articles", "seeds", "--model", model, "--read", "apart", *arguments]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "assistant", "serve", *options],
                cwd=PROJECT,
                env=clean | {"ASSISTANT_HOME": str(home), "PYTHONPATH": str(PROJECT)} | environment,
                stdout=log,
                stderr=log,
            )
        self.url = self._ready()

    @property
    def told(self) -> str:
        return self.log.read_text()

    def close(self) -> int:
        self.process.terminate()
        return self.process.wait(40)

    def _ready(self) -> str:
        url, deadline = "", time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            printed = [line[line.index("http://") :] for line in self.told.splitlines() if "http://" in line]
            url = printed[0].strip().partition("/login")[0] if printed else ""
            if url and http_client.get(f"{url}/readyz").status_code == 200:
                return url
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"the server did not start:\n{self.told}")


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    served = ScriptedModel()
    yield served
    served.close()


@pytest.fixture(scope="module")
def start(model: ScriptedModel) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def begin(home: Path, *arguments: str, **environment: str) -> Server:
        servers.append(Server(home, model.name, *arguments, **environment))
        return servers[-1]

    yield begin
    for server in servers:
        if server.process.poll() is None:
            server.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, link_models: Callable[[Path], Path]) -> Path:
    return link_models(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def server(start: Any, home: Path) -> Server:
    return start(home, ASSISTANT_PASSWORD_HASH=hash_password(PASSWORD))


def test_a_key_is_no_login_and_a_login_is_no_key(server: Server, home: Path) -> None:
    assert http_client.post(f"{server.url}/v1/ask", json=QUESTION).status_code == 200
    keys = KeyStore(home / "keys.json")
    _, secret = keys.add("one", "write")
    key = {"authorization": f"Bearer {secret}"}
    assert http_client.get(f"{server.url}/v1/articles", headers=key).json()["total"] == 2
    page = http_client.get(server.url, headers=key)
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    assert http_client.post(f"{server.url}/gradio_api/queue/join", json={}, headers=key).status_code == 401
    with httpx.Client(base_url=server.url) as browser:
        assert browser.post("/login", data={"password": PASSWORD}).status_code == 303
        assert browser.get("/").status_code == 200
        assert browser.get("/v1/articles").status_code == 401
        assert browser.post("/v1/ask", json=QUESTION).status_code == 401
    (home / "keys.json").unlink()


@pytest.mark.parametrize("path", ["/", "/login", "/v1/articles", "/healthz", "/openapi.json"])
def test_the_host_and_the_origin_are_checked_for_both(server: Server, path: str) -> None:
    assert http_client.get(server.url + path, headers={"host": "evil.example"}).status_code == 421
    assert http_client.get(server.url + path, headers={"origin": "https://evil.example"}).status_code == 403
    found = http_client.get(server.url + path)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "server" not in found.headers


def test_what_the_api_does_not_serve_is_the_pages_to_answer(server: Server) -> None:
    assert http_client.get(f"{server.url}/v1/nothing").json()["error"]["type"] == "not_found_error"
    assert http_client.get(f"{server.url}/nothing").text == "not found"


def test_behind_a_proxy_the_api_needs_a_key_even_from_this_machine(start: Any, assistant_home: Path) -> None:
    options = ("--name", NAME, "--proxy", "127.0.0.1")
    server = start(assistant_home, *options, ASSISTANT_PASSWORD_HASH=hash_password(PASSWORD))
    headers = {"host": NAME, "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https"}
    assert http_client.get(f"{server.url}/v1/articles", headers=headers).status_code == 401
    assert http_client.get(f"{server.url}/login", headers=headers).status_code == 200
    _, secret = KeyStore(assistant_home / "keys.json").add("one")
    headers["authorization"] = f"Bearer {secret}"
    body = {"model": "news-assistant", "messages": [{"role": "user", "content": QUESTION["question"]}]}
    reply = http_client.post(f"{server.url}/v1/chat/completions", json=body, headers=headers, timeout=60).json()
    (first, *_) = reply["choices"][0]["message"]["annotations"]
    # As the proxy's clients reach it.
    assert first["url_citation"]["url"].startswith(f"https://{NAME}/v1/articles/")
    assert server.close() == 0


def test_alone_beyond_this_machine_it_does_not_start_without_a_key(run_assistant: Any) -> None:
    for options in (["--host", "0.0.0.0"], ["--name", NAME]):
        done = run_assistant("serve", "--no-page", "--allow-open", "--port", "0", *options, "--articles", "seeds")
        assert done.returncode == 2
        assert "assistant keys add" in done.stderr


def test_at_sigterm_what_runs_is_answered_and_the_model_elsewhere_is_dropped_when_its_client_goes(
    start: Any, assistant_home: Path, model: ScriptedModel
) -> None:
    server = start(assistant_home, "--no-page", "--at-once", "2")
    assert http_client.get(server.url).status_code == 404
    slowly = {"question": "What did they sign, slowly?", "stream": True}
    model.dropped.clear()
    with http_client.stream("POST", f"{server.url}/v1/ask", json=slowly, timeout=60) as reply:
        next(line for line in reply.iter_lines() if line == "event: token")
    assert model.dropped.wait(20), "the endpoint still writes for a client that has gone"
    with http_client.stream("POST", f"{server.url}/v1/ask", json=QUESTION | {"stream": True}, timeout=60) as first:
        lines = first.iter_lines()
        next(lines)
        server.process.send_signal(signal.SIGTERM)
        rest = "\n".join(lines)
    assert "event: done" in rest
    assert server.process.wait(60) == 0
    assert "Traceback" not in server.told
