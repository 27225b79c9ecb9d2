"""What is done with the assistant in a day, in one process and its children: index, ask, serve, answer, measure.

Run by test_offline.py, where no address but loopback is reached: `offline_day.py FOLDER`. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2 as httpx
from mcp import Client, StdioServerParameters

from bench.clients import page_event, page_functions

PROJECT = Path(__file__).resolve().parents[2]
QUESTION = "What did Xi and Putin sign in Moscow in 2023?"
ASSISTANT = (sys.executable, "-m", "assistant")
_PATIENCE_S = 900


def main(folder: Path) -> dict[str, Any]:
    """Everything once; what came of it."""
    index = ["--index", str(folder / "library")]
    facts = folder / "facts.jsonl"
    first = (PROJECT / "evals" / "facts" / "plain.jsonl").read_text().splitlines()[0]
    facts.write_text(f"{first}\n")
    _run(*ASSISTANT, "index", *index, str(PROJECT / "seeds"))
    found = {"ask": json.loads(_run(*ASSISTANT, "ask", "--json", *index, QUESTION))["answer"]}
    with _served(folder, index) as address:
        reply = httpx.post(f"{address}/v1/ask", json={"question": QUESTION}, timeout=_PATIENCE_S)
        found["api"] = reply.json()["answer"]
        found["page"] = _asked_on_the_page(address)
    found["mcp"] = anyio.run(_asked_by_tool, [*ASSISTANT[1:], "mcp", *index])
    results = folder / "results"
    _run(sys.executable, "-m", "evals", "run", str(facts), "--articles", "seeds", "--output", str(results))
    (record,) = results.rglob("run.json")
    found["evals"] = len(json.loads(record.read_text())["results"])
    return found


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=_PATIENCE_S)
    if done.returncode:
        raise SystemExit(f"{command}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


@contextmanager
def _served(folder: Path, index: list[str]) -> Iterator[str]:
    """The address of `assistant serve` when it is ready."""
    log = folder / "log.txt"
    with log.open("w") as told:
        server = subprocess.Popen(
            [*ASSISTANT, "serve", "--port", "0", "--allow-open", *index], cwd=PROJECT, stdout=told, stderr=told
        )
    try:
        address, deadline = "", time.monotonic() + _PATIENCE_S
        while not address or httpx.get(f"{address}/readyz", timeout=_PATIENCE_S).status_code != 200:
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.2)
            printed = [word for word in log.read_text().split() if word.startswith("http://")]
            address = printed[0].rstrip("/") if printed else ""
        yield address
    finally:
        server.terminate()
        server.wait(_PATIENCE_S)


def _asked_on_the_page(address: str) -> str:
    load, ask = page_functions(address)
    with httpx.Client(base_url=address, timeout=_PATIENCE_S) as browser:
        browser.get("/").raise_for_status()
        page_event(browser, "offline", load, [None])
        return json.dumps(page_event(browser, "offline", ask, [QUESTION, None]), ensure_ascii=False)


async def _asked_by_tool(arguments: list[str]) -> str:
    server = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ), cwd=PROJECT)
    async with Client(server) as client:
        answer: Any = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        return str(answer["answer"])


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
