"""The `curl` lines of the description run as they are written; the API stands beside a page that is closed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.http.dispatcher import ApiDispatcher

_PROJECT = Path(__file__).resolve().parents[3]
_PAGES = [_PROJECT / "README.md", *sorted((_PROJECT / "docs").glob("*.md"))]
# What is fetched for another command ("curl … | assistant index -") has no address of the server's.
LINES = {line for page in _PAGES for line in re.findall(r"^ *(curl .*http.*)$", page.read_text(encoding="utf-8"), re.M)}


@pytest.mark.parametrize("line", sorted(LINES))
def test_a_curl_line_runs_as_written(served: Any, line: str) -> None:
    assert "http://127.0.0.1:7860/" in line
    command = line.replace("http://127.0.0.1:7860", served.url)
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    last = done.stdout.strip().splitlines()[-1]
    assert "error" not in json.loads(last.removeprefix("data: "))


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("/v1/ask", "api"),
        ("/v1", "api"),
        ("/healthz", "api"),
        ("/openapi.json", "api"),
        ("/", "page"),
        ("/v1x", "page"),
        ("/healthz/x", "page"),
        ("/gradio_api/queue/join", "page"),
    ],
)
def test_each_address_goes_to_one_of_the_two(path: str, by: str) -> None:
    def answering(text: str) -> Starlette:
        async def answer(_: Any) -> PlainTextResponse:
            return PlainTextResponse(text)

        return Starlette(routes=[Route("/{rest:path}", answer)])

    page = answering("page")
    page.add_middleware(ApiDispatcher, api=answering("api"))
    assert TestClient(page).get(path).text == by
