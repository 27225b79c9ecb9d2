"""Keys, rights, rates, and where none is needed."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from pathlib import Path
from typing import Any

import http_client
import pytest

from assistant.errors import AssistantError, UsageError
from assistant.http.keys import KeyStore
from assistant.http.metrics import JsonLines

OPEN = ["/healthz", "/readyz", "/openapi.json"]
READS = ["/v1/articles", "/v1/articles/ferry", "/v1/models", "/metrics"]


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_without_a_key_only_loopback_is_answered(serving: Any) -> None:
    with serving(loopback=False) as served:
        for path in OPEN:
            assert http_client.get(served.url + path).status_code == 200
        for path in READS:
            reply = http_client.get(served.url + path)
            assert reply.status_code == 401
            assert reply.headers["www-authenticate"] == "Bearer"
            assert "assistant keys add" in reply.json()["error"]["message"]
        assert http_client.post(f"{served.url}/v1/search", json={"query": "x"}).status_code == 401


def test_the_first_key_closes_the_door_and_the_last_one_does_not_open_it(served: Any) -> None:
    url = f"{served.url}/v1/articles"
    assert http_client.get(url).status_code == 200
    key, secret = served.keys.add("one")
    assert http_client.get(url).status_code == 401
    assert http_client.get(url, headers=bearer(secret)).status_code == 200
    served.keys.revoke(key.id)
    assert http_client.get(url, headers=bearer(secret)).status_code == 401
    assert http_client.get(url).status_code == 401


@pytest.mark.parametrize("given", ["Bearer wrong", "Bearer", "Basic eDp5", "Bearer ü", "Bearer na-" + "x" * 7000])
def test_what_is_no_key_is_refused(served: Any, given: str) -> None:
    served.keys.add("one")
    headers = {"authorization": given.encode("latin-1")}
    assert http_client.get(f"{served.url}/v1/articles", headers=headers).status_code == 401


def test_a_key_for_reading_does_not_write(served: Any) -> None:
    reading, writing = served.keys.add("reader")[1], served.keys.add("writer", "write")[1]
    files = {"file": ("tram.txt", b"Tram\n\nThe tram line reached the zoo.")}
    for call in (
        lambda key: http_client.post(f"{served.url}/v1/articles", files=files, headers=bearer(key)),
        lambda key: http_client.delete(f"{served.url}/v1/articles/tram", headers=bearer(key)),
    ):
        refused = call(reading)
        assert refused.status_code == 403
        assert "--write" in refused.json()["error"]["message"]
        assert call(writing).status_code in (200, 201)


def test_each_key_has_its_own_rate(serving: Any) -> None:
    with serving(per_minute=2) as served:
        one, other = served.keys.add("one")[1], served.keys.add("other")[1]
        url = f"{served.url}/v1/models"
        assert [http_client.get(url, headers=bearer(one)).status_code for _ in range(3)] == [200, 200, 429]
        refused = http_client.get(url, headers=bearer(one))
        assert 0 < int(refused.headers["retry-after"]) <= 61
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert http_client.get(url, headers=bearer(other)).status_code == 200


def test_a_file_of_keys_that_cannot_be_read_lets_nobody_in(served: Any) -> None:
    served.keys.path.write_text("{")
    reply = http_client.get(f"{served.url}/v1/articles")
    assert reply.status_code == 503


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.test"},
        {"sec-fetch-site": "cross-site"},
        {"host": "rebound.test"},
    ],
)
def test_pages_of_other_sites_are_refused_and_no_origin_is_allowed(served: Any, headers: dict[str, str]) -> None:
    reply = http_client.get(f"{served.url}/v1/articles", headers=headers)
    assert reply.status_code in (403, 421)
    assert "access-control-allow-origin" not in reply.headers
    asked = {**headers, "access-control-request-method": "POST"}
    assert http_client.options(f"{served.url}/v1/ask", headers=asked).status_code in (403, 405, 421)


def test_keys_are_hashed_listed_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "home" / "keys.json")
    assert store.all() == []
    made, secret = store.add("open-webui", "write")
    assert secret not in store.path.read_text()
    assert store.path.stat().st_mode & 0o077 == 0
    assert store.all() == [made]
    assert store.find(secret) == made
    assert store.find(made.sha256) is None
    store.add("other")
    assert store.revoke(made.id).revoked
    assert store.find(secret) is None
    assert [one.name for one in store.all()] == ["open-webui", "other"]


@pytest.mark.parametrize(
    ("name", "right"), [("", "read"), (" ", "read"), ("a\nb", "read"), ("x" * 81, "read"), ("a", "all")]
)
def test_a_key_needs_a_name_and_a_right(tmp_path: Path, name: str, right: str) -> None:
    with pytest.raises(UsageError):
        KeyStore(tmp_path / "keys.json").add(name, right)
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize("content", ["", "{", "{}x", "[1]", '[{"id": "a"}]', '{"a": 1}'])
def test_a_damaged_file_of_keys_is_named_and_kept(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(AssistantError, match=r"keys\.json"):
        KeyStore(path).all()
    with pytest.raises(AssistantError, match=r"keys\.json"):
        KeyStore(path).add("one")
    assert path.read_text() == content


def test_an_unknown_key_cannot_be_revoked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="assistant keys list"):
        KeyStore(tmp_path / "keys.json").revoke("abc")


def test_a_request_is_logged_as_one_line_without_what_is_secret(served: Any, caplog: pytest.LogCaptureFixture) -> None:
    key, secret = served.keys.add("one")
    with caplog.at_level(logging.INFO, logger="assistant.http.requests"):
        question = {"query": "the secret plan"}
        reply = http_client.post(f"{served.url}/v1/search", json=question, headers=bearer(secret))
        # The line is written once the answer is out.
        http_client.get(f"{served.url}/healthz")
    line = JsonLines().format(caplog.records[0])
    told = json.loads(line)
    assert "\n" not in line
    assert told["request_id"] == reply.headers["x-request-id"]
    assert (told["route"], told["status"], told["key"]) == ("/v1/search", 200, key.id)
    assert secret not in line
    assert "plan" not in line


def test_who_has_no_key_is_refused_before_a_body_came(serving: Any) -> None:
    """The headers promise a body that never comes: whoever waited for it would never answer."""
    with serving(loopback=False, max_upload=1 << 20) as served:
        host, port = served.url.removeprefix("http://").split(":")
        for path, kind in (("/v1/ask", "application/json"), ("/v1/articles", "multipart/form-data; boundary=x")):
            with socket.create_connection((host, int(port)), 60) as client:
                head = f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: {kind}\r\ncontent-length: 999\r\n"
                client.sendall(f"{head}\r\n".encode())
                assert client.recv(100).startswith(b"HTTP/1.1 401"), path


def test_methods_that_clients_make_up_do_not_fill_the_figures(served: Any) -> None:
    for number in range(5):
        assert http_client.request(f"MADEUP{number}", f"{served.url}/v1/ask").status_code == 405
    told = http_client.get(f"{served.url}/metrics").text
    assert "MADEUP" not in told
    assert 'method="other"' in told


def test_a_question_whose_client_left_at_once_is_stopped_and_forgotten(serving: Any, model: Any) -> None:
    """Before its stream was begun nobody else would have ended it."""
    model.hold = True
    with serving(is_own=lambda _: True) as served:
        for path, body in (
            ("/v1/ask", {"question": "How many?", "stream": True}),
            (
                "/v1/chat/completions",
                {"model": "news-assistant", "messages": [{"role": "user", "content": "How many?"}], "stream": True},
            ),
        ):
            messages = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

            async def receive(messages: Any = messages) -> Any:
                return messages.pop(0) if messages else {"type": "http.disconnect"}

            async def send(_message: Any) -> None:
                await asyncio.sleep(0)

            scope = {
                "type": "http",
                "asgi": {"spec_version": "2.3"},
                "http_version": "1.1",
                "method": "POST",
                "scheme": "http",
                "path": path,
                "query_string": b"",
                "headers": [(b"content-type", b"application/json"), (b"host", b"127.0.0.1")],
                "server": ("127.0.0.1", 80),
            }
            asyncio.run(served.api.app(scope, receive, send))
            assert "assistant_questions_running 0.0" in http_client.get(f"{served.url}/metrics").text


def test_files_come_as_parts_of_a_form_alone(served: Any) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    refused = http_client.post(f"{served.url}/v1/articles", content=b"file=" + b"x" * 2000, headers=form)
    assert refused.status_code == 415
    assert "multipart/form-data" in refused.json()["error"]["message"]
