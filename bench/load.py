"""Fifty browsers ask for five minutes: whose answer is whose, what fails, how memory grows.

    .venv/bin/python -m bench.load                              # 50 clients, 300 s, against a model by rule
    .venv/bin/python -m bench.load --clients 8 --model embedded
    .venv/bin/python -m bench.load --api                        # POST /v1/ask instead of the page

Starts `assistant web`, or with --api `assistant serve --no-page`, with a library of one article a client, in a folder
of its own. Each client is a browser of its own, or a program, that asks about its own article again and again; an
answer with another client's number in it is mixed up. Prints
a line every 30 s and at the end questions, refusals by a stated limit, errors, mixed-up answers, the median and 95th
percentile in seconds, and the server's resident memory in MiB at the start, after a minute, at the end and how much it
grew a thousand questions from then on; as JSON with `--output FILE`. Exit code 1 where an answer was mixed up, an error
was no stated limit, nothing was answered, or the server did not end when it was told to.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2 as httpx

_PROJECT = Path(__file__).resolve().parents[1]
_LIMITS = re.compile(r"are waiting already|are being answered|still being answered|still being opened")
_EVERY_S = 30
# At its end the API finishes what it is answering, for 30 s at most.
_ENDS_WITHIN_S = 60


def main() -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--model", help="what answers (default: a model by rule, in this process)")
    parser.add_argument("--api", action="store_true", help="ask the HTTP API, not the page")
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--output", type=Path, metavar="FILE", help="the figures as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = _run(arguments, Path(folder))
    print(json.dumps(found, indent=1))
    if arguments.output:
        arguments.output.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0 if found["answered"] and found["ended"] and not (found["mixed_up"] or found["errors"]) else 1


@dataclass
class _Count:
    """What happened, of all clients together."""

    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, outcome: str, seconds: float, error: str = "") -> None:
        with self.lock:
            self.outcomes[outcome] += 1
            self.seconds.append(seconds)
            if error:
                self.errors[error[:200]] += 1


def _run(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    articles = folder / "articles"
    articles.mkdir()
    for number in range(arguments.clients):
        code = _code(number)
        said = f"The council of {code} said on Monday that the {code} ferry carries {number + 1000} cars."
        (articles / f"{code}.txt").write_text(f"The {code} ferry\n\n{said}\n")
    model = arguments.model or _scripted()
    command = [
        sys.executable,
        "-m",
        "assistant",
        *(["serve", "--no-page", "--per-minute", "100000"] if arguments.api else ["web", "--allow-open"]),
        "--port",
        "0",
        "--model",
        model,
        "--read",
        "apart",
    ]
    command += ["--articles", str(articles), "--at-once", str(arguments.at_once)]
    with (folder / "log").open("w") as log:
        page = subprocess.Popen(
            command,
            cwd=_PROJECT,
            env=os.environ | {"ASSISTANT_HOME": str(folder / "home"), "PYTHONPATH": str(_PROJECT)},
            stderr=log,
            stdout=log,
        )
    try:
        address = _address(folder / "log", page)
        if arguments.api:
            _wait_until_ready(address)
        client = _api_client if arguments.api else partial(_client, functions=page_functions(address))
        count, memory = _Count(), [(0, _memory(page.pid))]
        end = time.monotonic() + arguments.seconds
        threads = [
            threading.Thread(target=client, args=(address, number, end, count), daemon=True)
            for number in range(arguments.clients)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) and time.monotonic() < end + 120:
            time.sleep(min(_EVERY_S, max(1.0, end - time.monotonic())))
            memory.append((len(count.seconds), _memory(page.pid)))
            print(f"{dict(count.outcomes)}, {memory[-1][1]:.0f} MiB", file=sys.stderr, flush=True)
    finally:
        ended = _end(page)
    return {**_figures(arguments, count, memory), "ended": ended}


def _end(page: subprocess.Popen[bytes]) -> bool:
    """Whether it ended by itself when told to."""
    page.terminate()
    try:
        page.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        page.kill()
        page.wait()
        return False
    return True


def _figures(arguments: argparse.Namespace, count: _Count, memory: list[tuple[int, float]]) -> dict[str, Any]:
    """`memory`: after how many questions, how many MiB."""
    times = sorted(count.seconds) or [0.0]
    (asked, minute), (in_all, end) = memory[min(2, len(memory) - 1)], memory[-1]
    growth = round(1000 * (end - minute) / (in_all - asked), 1) if in_all > asked else None
    return {
        "clients": arguments.clients,
        "seconds": arguments.seconds,
        "questions": len(count.seconds),
        **{name: count.outcomes[name] for name in ("answered", "refused", "limited", "mixed_up", "errors")},
        "kinds_of_error": dict(count.errors),
        "median_s": round(statistics.median(times), 2),
        "p95_s": round(times[int(0.95 * (len(times) - 1))], 2),
        "memory_mib": {"start": memory[0][1], "minute": minute, "end": end, "growth_per_thousand": growth},
    }


def _client(address: str, number: int, end: float, count: _Count, *, functions: tuple[int, int]) -> None:
    load, ask = functions
    code = _code(number)
    with httpx.Client(base_url=address, timeout=180) as browser:
        browser.get("/")
        session = secrets.token_hex(6)
        page_event(browser, session, load, [None])
        while time.monotonic() < end:
            started = time.monotonic()
            try:
                told = page_event(browser, session, ask, [f"How many cars does the {code} ferry carry?", None])
            except (httpx.HTTPError, ValueError) as error:
                count.add("errors", time.monotonic() - started, repr(error))
                continue
            outcome, trouble = _outcome(told, number)
            count.add(outcome, time.monotonic() - started, trouble)
            if outcome == "limited":
                time.sleep(1)


def _wait_until_ready(address: str) -> None:
    """Until the library is open: before, every question is turned away."""
    for _ in range(600):
        if httpx.get(f"{address.rstrip('/')}/readyz", timeout=60).status_code == 200:
            return
        time.sleep(0.2)
    raise SystemExit("the server did not become ready")


def _api_client(address: str, number: int, end: float, count: _Count) -> None:
    code = _code(number)
    with httpx.Client(base_url=address, timeout=180) as client:
        while time.monotonic() < end:
            started = time.monotonic()
            try:
                reply = client.post("/v1/ask", json={"question": f"How many cars does the {code} ferry carry?"})
                outcome, trouble = _api_outcome(reply, number)
            except (httpx.HTTPError, ValueError) as error:
                outcome, trouble = "errors", repr(error)
            count.add(outcome, time.monotonic() - started, trouble)
            if outcome == "limited":
                time.sleep(1)


def _api_outcome(reply: httpx.Response, number: int) -> tuple[str, str]:
    """A limit is stated in words; a 503 may also say that the model does not answer, which is an error."""
    if reply.status_code == 429 or (reply.status_code == 503 and _LIMITS.search(reply.text)):
        return "limited", ""
    if reply.status_code != 200:
        return "errors", f"{reply.status_code} {reply.text[:180]}"
    told = reply.json()
    if told["refused"]:
        return "refused", ""
    shown = json.dumps([told["answer"], told["sentences"], told["citations"]], ensure_ascii=False)
    numbers = {int(found) for found in re.findall(r"ferry carries (1\d{3}) cars", shown)}
    return ("answered", "") if numbers == {number + 1000} else ("mixed_up", "")


def _outcome(told: str, number: int) -> tuple[str, str]:
    """What became of a question: whose numbers stand in its answer."""
    # With a capital letter: the model's sentence. The steps of an answer show other clients' articles too.
    numbers = {int(found) for found in re.findall(r"The \w+ ferry carries (1\d{3}) cars", re.sub(r"<[^>]*>", "", told))}
    if numbers - {number + 1000}:
        return "mixed_up", ""
    if numbers:
        return "answered", ""
    if _LIMITS.search(told):
        return "limited", ""
    alert = re.search(r'role=\\?"alert\\?"[^>]*>(.*?)</p>', told)
    return ("errors", re.sub(r"<[^>]*>", "", alert[1])) if alert else ("refused", "")


def page_event(browser: httpx.Client, session: str, function: int, data: list[Any]) -> str:
    """Everything that the page is told until an event is over."""
    body = {"data": data, "fn_index": function, "session_hash": session, "event_data": None}
    joined = browser.post("/gradio_api/queue/join", json=body)
    if joined.status_code != 200:
        raise ValueError(f"{joined.status_code} {joined.text[:100]}")
    event, told = joined.json()["event_id"], []
    failed: Any = "the stream ended before the event"
    with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            if not line.startswith("data: "):
                continue
            message = json.loads(line[6:])
            told.append(json.dumps(message, ensure_ascii=False))
            if message.get("event_id") == event and message["msg"] == "process_completed":
                failed = None if message["success"] else message.get("output")
            # The server ends the stream. To leave it sooner, as no browser does, would drop what is asked next.
    if failed is not None:
        raise ValueError(f"the event failed: {failed}")
    return "".join(told)


def page_functions(address: str) -> tuple[int, int]:
    """The numbers of the events that open a page and that ask, from the page's own description."""
    page = httpx.get(address, timeout=60).text
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});\s*(?:window|</script>)", page, re.S)[1])  # type: ignore[index]
    names = {component["id"]: component["props"].get("elem_id") for component in config["components"]}
    found = {}
    for dependency in config["dependencies"]:
        for target, event in dependency["targets"]:
            found[names.get(target), event] = dependency["id"]
    return found[None, "load"], found["question", "submit"]


def _address(log: Path, page: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        if found := re.search(r"http://\S+", log.read_text()):
            return found[0]
        if page.poll() is not None:
            break
        time.sleep(0.2)
    raise SystemExit(f"the page did not start: {log.read_text()}")


def _memory(pid: int) -> float:
    """Resident MiB (proc(5))."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _code(number: int) -> str:
    letters = "bcdfghjklmnpqrstvwxz"
    return "".join((letters[number // 20 % 20], "a", letters[number % 20], "o", "ville")).capitalize()


def _scripted() -> str:
    """A model by rule: yes to what names the same ferry, and the article's sentence as its answer."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rules)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"rules@http://127.0.0.1:{server.server_address[1]}/v1"


class _Rules(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = request["messages"][-1]["content"]
        asked = re.findall(r"How many cars does the (\w+) ferry carry", prompt)
        stated = re.findall(r"the (\w+) ferry carries (\d+) cars", prompt)
        fitting = [f"The {name} ferry carries {cars} cars." for name, cars in stated if asked and name == asked[-1]]
        if re.search(r"\byes or no\b|\bAnswer yes\b", json.dumps(request["messages"]), re.I):
            word = "yes" if fitting else "no"
            self._send(
                {"choices": [{"index": 0, "message": {"role": "assistant", "content": word}, "finish_reason": "stop"}]}
            )
            return
        text = fitting[0] if fitting else "The article does not say."
        if not request.get("stream"):
            self._send(
                {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]}
            )
            return
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}],
        }
        body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
        self._answer(body, "text/event-stream")

    def _send(self, reply: dict[str, Any]) -> None:
        self._answer(json.dumps({"id": "1", "object": "chat.completion", "model": "rules", **reply}).encode())

    def _answer(self, body: bytes, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    sys.exit(main())
