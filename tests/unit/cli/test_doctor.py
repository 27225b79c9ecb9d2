"""`assistant doctor`: each kind of damage is found, with what to do about it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.cli.doctor import (
    BROKEN,
    NOTE,
    OK,
    Finding,
    adapter,
    disk,
    endpoint,
    engine,
    examine,
    index,
    kept,
    models,
)
from assistant.cli.doctor import permissions as rights
from assistant.cli.main import run
from assistant.http.keys import KeyStore
from assistant.library.user_data import conversations_path, keys_path
from assistant.settings import Settings
from assistant.web.storage.conversations import ConversationStore


def only(findings: Iterator[Finding]) -> Finding:
    (found,) = findings
    return found


@pytest.fixture
def settings(tmp_path: Path, write_articles: Callable[..., Path]) -> Callable[..., Settings]:
    folder = write_articles({"a.txt": "Ferry opens\n\nThe new ferry carried 412 passengers."})

    def make(**given: Any) -> Settings:
        return Settings.load(**{"home": tmp_path / "home", "articles": folder, **given})

    return make


@pytest.fixture
def endpoint_with() -> Iterator[Callable[[int, bytes], str]]:
    """`endpoint_with(status, body)`: the address of a server that answers every GET so."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None: ...

            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


MODELS = json.dumps({"object": "list", "data": [{"id": "llama3.2", "object": "model"}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "model", "expected", "says"),
    [
        (200, MODELS, "llama3.2", OK, "knows llama3.2"),
        (200, MODELS, "other", BROKEN, "does not list other"),
        (401, b"{}", "llama3.2", BROKEN, "key was refused"),
        (404, b"{}", "llama3.2", NOTE, "does not list its models"),
        (200, b"<html>", "llama3.2", NOTE, "does not list its models"),
    ],
)
def test_an_endpoint_answers_takes_the_key_and_knows_the_model(
    settings: Any, endpoint_with: Any, status: int, body: bytes, model: str, expected: str, says: str
) -> None:
    chosen = settings(model=f"{model}@{endpoint_with(status, body)}", api_key="k")
    found = next(one for one in examine(chosen) if one.check == "endpoint")
    assert (found.status, bool(found.remedy)) == (expected, expected != OK)
    assert says in found.found


def test_an_endpoint_where_nothing_listens_is_broken(settings: Any) -> None:
    found = next(one for one in examine(settings(model="x@http://127.0.0.1:9/v1")) if one.check == "endpoint")
    assert found.status == BROKEN
    assert "start the server" in found.remedy


def test_the_embedded_model_needs_no_endpoint(settings: Any) -> None:
    assert only(endpoint(settings())).status == OK


def test_a_damaged_model_is_found(settings: Any, tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"not one")
    assert [one.status for one in models(settings(model=str(own)))] == [OK, BROKEN]
    own.write_bytes(b"GGUF and more")
    assert [one.status for one in models(settings(model=str(own)))] == [OK, OK]
    joined = tmp_path / "home" / "models" / "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    joined.parent.mkdir(parents=True)
    joined.write_bytes(b"half")
    assert [one.status for one in models(settings())] == [OK, BROKEN]


def test_an_adapter_that_is_not_there_is_found(settings: Any, tmp_path: Path) -> None:
    assert only(adapter(settings(adapter="none"))).status == OK
    assert only(adapter(settings())).status == OK
    lost = settings(adapter=str(tmp_path / "lost.gguf"))
    found = next(one for one in examine(lost) if one.check == "adapter")
    assert found.status == BROKEN
    assert found.remedy


def test_the_engine_is_told(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def on(*flags: str, **given: str) -> Finding:
        monkeypatch.setattr("assistant.llm.llamacpp.build.processor_flags", lambda: frozenset(flags))
        return only(engine(settings(**given)))

    assert (on("amx_int8").status, on("amx_int8", engine="prebuilt").status) == (NOTE, OK)
    assert on("amx_int8").remedy == "assistant engine --build makes answers about 2.5 times as fast"
    assert on("avx2") == Finding("engine", OK, "prebuilt, for every processor", "")
    assert "elsewhere" in only(engine(settings(model="x@http://127.0.0.1:9/v1"))).found


@pytest.mark.usefixtures("assistant_home")
def test_an_index_is_missing_damaged_or_empty(settings: Any, tmp_path: Path) -> None:
    assert only(index(settings())).status == NOTE
    gone = only(index(settings(articles=tmp_path / "gone")))
    assert (gone.status, "no such folder" in gone.found) == (BROKEN, True)
    library = tmp_path / "library"
    assert run(["index", "--index", str(library), str(settings().articles)]) == 0
    found = only(index(settings(articles=None, index=str(library))))
    assert (found.status, "1 articles" in found.found) == (OK, True)
    file = library / "index.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x7f" * (len(content) - 4096)
    file.write_bytes(content)
    damaged = next(one for one in examine(settings(articles=None, index=str(library))) if one.check == "index")
    assert (damaged.status, "made anew" in damaged.found) == (NOTE, True), "the next start makes it of its sources"


@pytest.mark.usefixtures("assistant_home")
def test_an_index_of_another_version_is_told_as_what_is_made_anew(settings: Any, tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert run(["index", "--index", str(library), str(settings().articles)]) == 0
    with closing(sqlite3.connect(library / "index.sqlite3")) as connection:
        connection.execute("UPDATE meta SET value = '99/other' WHERE key = 'note:format'")
        connection.commit()
    found = only(index(settings(articles=None, index=str(library))))
    assert (found.status, "made anew" in found.found) == (NOTE, True)


def test_what_people_made_is_read_damaged_or_a_newer_versions(settings: Any, tmp_path: Path) -> None:
    path = conversations_path(tmp_path / "home")
    assert only(kept(settings())).status == OK
    path.parent.mkdir(parents=True, exist_ok=True)
    ConversationStore(path).close()
    assert only(kept(settings())).status == OK
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    newer = next(one for one in examine(settings()) if one.check == "kept")
    assert (newer.status, "newer version" in newer.found) == (BROKEN, True)
    path.write_bytes(b"no database at all" * 500)
    found = only(kept(settings()))
    assert (found.status, "assistant restore" in found.remedy) == (BROKEN, True)
    assert path.exists(), "a look changes nothing"


def test_keys_that_others_may_read_are_found(settings: Any, tmp_path: Path) -> None:
    path = keys_path(tmp_path / "home")
    KeyStore(path).add("one")
    assert only(rights(settings())).status == OK
    path.chmod(0o644)
    found = only(rights(settings()))
    assert (found.status, "chmod 600" in found.remedy) == (BROKEN, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_home_that_cannot_be_written_is_found(settings: Any, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    assert only(rights(settings())).status == BROKEN


def test_room_is_told_even_before_the_folder_is_there(settings: Any, tmp_path: Path) -> None:
    assert "GiB free" in only(disk(settings(home=tmp_path / "a" / "b"))).found


def test_the_command_fails_where_something_is_broken(
    settings: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    folder = str(settings().articles)
    assert run(["doctor", "--articles", folder, "--model", "x@http://127.0.0.1:9/v1"]) == 1
    told = capsys.readouterr().out
    assert "broken  endpoint" in told
    assert "→ start the server" in told
    run(["doctor", "--articles", folder, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"installation", "models", "adapter", "engine", "endpoint", "index", "kept", "disk", "permissions"} == {
        line["check"] for line in lines
    }
