"""The tools by the official client, in one process: what they take, give and refuse."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client

from assistant.http.answers import Questions
from assistant.http.metrics import Metrics
from assistant.mcp.tools import create_server
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.security.redact import Redactor

QUESTION = "How many passengers did the new ferry carry?"
Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture
def talk(assistant: Any) -> Callable[..., Any]:
    """`talk(async_function)`: what it returns, given a client."""

    def run(said: Talk, *, opening: Any = None, most_waiting: int = 32) -> Any:
        async def within() -> Any:
            line = JobQueue(1, most_waiting=most_waiting)
            opened = opening or AssistantLoader.of(assistant)
            questions = Questions(opened, line, Metrics(), Redactor(assistant.settings))
            try:
                async with Client(create_server(questions)) as client:
                    return await said(client)
            finally:
                line.close()

        return anyio.run(within)

    return run


def calling(tool: str, **arguments: Any) -> Talk:
    return lambda client: client.call_tool(tool, arguments)


def test_the_tools_say_what_they_take_and_give_and_change_nothing(talk: Any) -> None:
    tools = talk(lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == ["ask", "search_passages", "list_articles", "read_article"]
    for tool in tools:
        assert tool.description
        assert tool.annotations.read_only_hint
        assert tool.output_schema["type"] == "object"
        assert "ctx" not in tool.input_schema["properties"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": QUESTION}),
        ("search_passages", {"query": "ferry passengers", "limit": 2}),
        ("list_articles", {"words": "ferry"}),
        ("read_article", {"article_id": "ferry"}),
    ],
)
def test_what_a_tool_gives_is_as_its_schema_says(talk: Any, tool: str, arguments: Any) -> None:
    async def both(client: Client) -> Any:
        return await client.list_tools(), await client.call_tool(tool, arguments)

    listed, result = talk(both)
    schema = next(one.output_schema for one in listed.tools if one.name == tool)
    assert not result.is_error
    jsonschema.validate(result.structured_content, schema)


def test_an_answer_comes_with_its_sources_as_text_and_as_the_contracts_object(talk: Any) -> None:
    result = talk(calling("ask", question=QUESTION))
    text, told = result.content[0].text, result.structured_content
    assert "412 passengers" in text
    assert "[1] Ferry opens, 2024-03-05, ferry: “" in text
    citation = told["citations"][0]
    assert citation["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_refusal_is_an_answer_and_no_error(talk: Any, model: Any) -> None:
    model.yes = 0.01
    result = talk(calling("ask", question=QUESTION))
    assert not result.is_error
    assert result.structured_content["refused"]
    assert "Sources" not in result.content[0].text


def test_limits_reach_the_library(talk: Any) -> None:
    found = talk(calling("search_passages", query="ferry passengers", until="2023-12-31")).structured_content
    assert {one["article_id"] for one in found["passages"]} == {"bridge", "odd name (1)"}
    listed = talk(calling("list_articles", since="2023-01-01", limit=1)).structured_content
    assert ([one["id"] for one in listed["articles"]], listed["total"]) == (["bridge"], 2)
    for article in ("ferry", "odd name (1)"):
        assert talk(calling("read_article", article_id=article)).structured_content["id"] == article


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": ""}, "question"),
        ("ask", {"question": "  "}, "question"),
        ("ask", {"question": "x" * 4001}, "question"),
        ("ask", {"question": 7}, "question"),
        ("ask", {"question": "x", "since": "yesterday"}, "since"),
        ("ask", {"question": "x", "since": "2024-01-02", "until": "2024-01-01"}, "swap them"),
        ("ask", {"question": "x", "since": "2024-01-02", "as_of": "2024-01-01"}, "swap them"),
        ("ask", {"question": "x", "since": 1704067200}, "is not a date"),
        ("search_passages", {"query": "x", "limit": 51}, "limit"),
        ("read_article", {"article_id": "nothing"}, "nothing"),
    ],
)
def test_what_is_wrong_is_said_to_the_model(talk: Any, tool: str, arguments: Any, says: str) -> None:
    result = talk(calling(tool, **arguments))
    assert result.is_error
    assert says in result.content[0].text


def test_a_failing_model_is_told_without_the_servers_folders(talk: Any, model: Any, assistant: Any) -> None:
    model.fails = True
    result = talk(calling("ask", question=QUESTION))
    assert result.is_error
    assert "nothing answers there" in result.content[0].text
    assert str(assistant.settings.home) not in json.dumps(result.model_dump(mode="json"))


def test_a_call_that_is_given_up_stops_the_model(talk: Any, model: Any) -> None:
    model.hold = True

    async def giving_up(client: Client) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "ask", {"question": QUESTION})
            await anyio.to_thread.run_sync(model.began.wait, 10)
            group.cancel_scope.cancel()

    talk(giving_up)
    assert model.closed.wait(10)
    assert not model.go.is_set()
    assert model.scopes[-1].cancelled


def test_a_full_line_is_told_at_once(talk: Any, model: Any) -> None:
    model.hold = True

    async def three(client: Client) -> Any:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "ask", {"question": QUESTION})
            await anyio.to_thread.run_sync(model.began.wait, 10)
            group.start_soon(client.call_tool, "ask", {"question": QUESTION})
            await anyio.sleep(0.2)
            refused = await client.call_tool("ask", {"question": QUESTION})
            group.cancel_scope.cancel()
        return refused

    refused = talk(three, most_waiting=1)
    assert refused.is_error
    assert "waiting already" in refused.content[0].text


class SlowOpening:
    """A library that opens once it was looked at three times."""

    def __init__(self, assistant: Any) -> None:
        self._opened = AssistantLoader.of(assistant)
        self.looked = 0

    @property
    def state(self) -> Any:
        self.looked += 1
        return self._opened.state if self.looked > 3 else SimpleNamespace(phase="opening", doing="indexing")

    @property
    def assistant(self) -> Any:
        return self._opened.assistant


def test_while_the_library_is_opened_a_call_waits_and_says_what_for(talk: Any, assistant: Any) -> None:
    told: list[str] = []

    async def heard(_progress: float, _total: float | None, message: str | None) -> None:
        told.append(message or "")

    async def listing(client: Client) -> Any:
        return await client.call_tool("list_articles", {}, progress_callback=heard)

    assert talk(listing, opening=SlowOpening(assistant)).structured_content["total"] == 3
    assert told == ["indexing"]
