"""`assistant mcp` in a process of its own: the official client over stdio and HTTP, and messages that are none."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import http_client
import pytest
from mcp import Client, StdioServerParameters
from scripted_model import ScriptedModel

from assistant.http.keys import KeyStore

PROJECT = Path(__file__).resolve().parents[2]
QUESTION = "What did Xi and Putin sign?"
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}
MALFORMED = [
    b"not json",
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"jsonrpc": "2.0", "id": 2}',
    b'{"jsonrpc": "1.0", "id": 3, "method": "ping"}',
    b'{"jsonrpc": "2.0", "id": {"a": 1}, "method": "ping"}',
    b'{"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": 5}}',
    b'{"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": []}',
    b'{"jsonrpc": "2.0", "id": 6, "method": "no/such"}',
    b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "rm", "arguments": {}}}',
    b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}',
    b"[" * 20_000 + b"]" * 20_000,
    b'{"jsonrpc": "2.0", "id": 8, "method": "ping", "params": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
]


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedModel]:
    served = ScriptedModel()
    yield served
    served.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, link_models: Callable[[Path], Path]) -> Path:
    return link_models(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def environment(home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    return clean | {"ASSISTANT_HOME": str(home), "PYTHONPATH": str(PROJECT)}


@pytest.fixture(scope="module")
def command(scripted: ScriptedModel) -> list[str]:
    return [
        *(sys.executable, "-m", "assistant", "mcp"),
        *("--articles", str(PROJECT / "seeds"), "--model", scripted.name, "--read", "apart"),
    ]


def talk(server: Any, said: Callable[[Client], Awaitable[Any]]) -> Any:
    async def within() -> Any:
        async with Client(server) as client:
            return await said(client)

    return anyio.run(within)


async def everything(client: Client) -> dict[str, Any]:
    """What each tool gives, one with the other's results."""
    listed = (await client.call_tool("list_articles", {})).structured_content
    first = listed["articles"][0]["id"]
    return {
        "tools": [tool.name for tool in (await client.list_tools()).tools],
        "ask": (await client.call_tool("ask", {"question": QUESTION})).structured_content,
        "search": (await client.call_tool("search_passages", {"query": QUESTION})).structured_content,
        "list": listed,
        "read": (await client.call_tool("read_article", {"article_id": first})).structured_content,
    }


def check(found: dict[str, Any]) -> None:
    assert found["tools"] == ["ask", "search_passages", "list_articles", "read_article"]
    assert "two joint statements" in found["ask"]["answer"]
    assert found["search"]["passages"]
    assert found["list"]["total"] == 2
    assert found["read"]["paragraphs"]


@pytest.fixture(scope="module")
def used(command: list[str], environment: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """`used("-m", "assistant", "mcp", …)` starts it with these arguments and uses every tool; the same ones once."""

    @cache
    def use(*arguments: str) -> dict[str, Any]:
        server = StdioServerParameters(command=command[0], args=list(arguments), env=environment, cwd=PROJECT)
        return talk(server, everything)

    return use


def test_the_official_client_starts_it_and_uses_every_tool(command: list[str], used: Any) -> None:
    check(used(*command[1:]))


@pytest.mark.parametrize("page", ["README.md", "docs/mcp.md"])
def test_the_configuration_of_a_desktop_client_works_as_written(page: str, command: list[str], used: Any) -> None:
    written = re.findall(r"```json\n(.*?)```", (PROJECT / page).read_text(encoding="utf-8"), re.S)
    (found,) = [json.loads(one) for one in written if "mcpServers" in one]
    server = found["mcpServers"]["news-assistant"]
    assert server["command"].endswith("assistant")
    given = [one.replace("/path/to/articles", str(PROJECT / "seeds")) for one in server["args"]]
    assert len(used(*command[1:3], *given, *command[6:])["tools"]) == 4


def test_a_line_that_is_no_message_ends_nothing_and_is_no_answer(
    command: list[str], environment: dict[str, str]
) -> None:
    last = {"jsonrpc": "2.0", "id": 77, "method": "tools/call", "params": {"name": "list_articles", "arguments": {}}}
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        said = [json.dumps(HELLO).encode(), json.dumps(READY).encode(), *MALFORMED, json.dumps(last).encode()]
        process.stdin.write(b"".join(line + b"\n" for line in said))
        process.stdin.flush()
        replies: dict[Any, Any] = {}
        while 77 not in replies:
            line = process.stdout.readline()
            assert line, process.stderr.read().decode()
            # Standard output carries messages and nothing else.
            told = json.loads(line)
            replies[told.get("id")] = told
        process.stdin.close()
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read().decode()
    assert replies[77]["result"]["structuredContent"]["total"] == 2
    for number in (4, 6):
        assert "error" in replies[number]
    assert "error" in replies[7] or replies[7]["result"]["isError"]


@pytest.fixture(scope="module")
def url(command: list[str], environment: dict[str, str], home: Path) -> Iterator[str]:
    log = home / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--http", "--port", "0"], cwd=PROJECT, env=environment, stdout=out, stderr=out
        )
    while not (found := re.search(r"http://[\w.:]+", log.read_text())):
        assert process.poll() is None, log.read_text()
    address = found[0]
    while http_client.get(f"{address}/readyz").status_code != 200:
        assert process.poll() is None, log.read_text()
    yield f"{address}/mcp"
    process.terminate()
    assert process.wait(40) == 0
    assert "Traceback" not in log.read_text()


def test_the_official_client_uses_every_tool_over_http(url: str) -> None:
    check(talk(url, everything))


@pytest.mark.parametrize("body", MALFORMED)
def test_a_body_that_is_no_message_is_refused_and_nothing_fails_inside(url: str, body: bytes) -> None:
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    for more in ({}, {"mcp-protocol-version": "2026-07-28"}, {"mcp-session-id": "no-such"}):
        assert http_client.post(url, content=body, headers=headers | more, timeout=30).status_code < 500


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_do_not_hang(url: str, method: str) -> None:
    assert 400 <= http_client.request(method, url, timeout=10).status_code < 500


def test_a_foreign_page_too_much_and_a_missing_key_are_refused(url: str, home: Path) -> None:
    body = json.dumps(HELLO)
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    assert http_client.post(url, content=body, headers=headers | {"host": "evil.example"}).status_code == 421
    assert http_client.post(url, content=body, headers=headers | {"origin": "https://evil.example"}).status_code == 403
    assert http_client.post(url, content=b"x" * 1_100_000, headers=headers).status_code == 413
    _, secret = KeyStore(home / "keys.json").add("one")
    try:
        assert http_client.post(url, content=body, headers=headers).status_code == 401
        headers["authorization"] = f"Bearer {secret}"
        assert http_client.post(url, content=body, headers=headers).status_code == 200
    finally:
        (home / "keys.json").unlink()
