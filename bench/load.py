"""Fifty clients ask for five minutes: whose answer is whose, what fails, whether memory goes on growing.

    python -m bench.load                                    # the page: 50 browsers, 300 s, a model by rule
    python -m bench.load --api                              # the HTTP API, each client with a key of its own
    python -m bench.load --model embedded --clients 8       # the embedded model; with --api too

Starts `assistant web`, or with --api `assistant serve --no-page`, with a library of one article a client, in a folder
of its own. Each client is a browser, or a program (every other one takes its answers as a stream), that asks about its
own article again and again; an answer with another client's number in it is mixed up. At its end a browser reads its
conversations again: what was shown is kept, and nobody else's.

Prints a line every 30 s, and at the end as JSON (with `--output FILE` there too) how many questions were answered,
refused, turned away by a stated limit, mixed up and failed, the median and 95th percentile in seconds, the resident
memory in MiB of the server and of what it starts, and `wrong`: what does not hold. Exit code 1 where anything does not:
an answer mixed up, an error that is no stated limit, a refusal of the model by rule, nothing answered, the server not
ended by SIGTERM, or memory that grew by more than `--growth` percent between two fifths of the time and its end (for
that, at least 100 s are needed).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.http.keys import KeyStore
from assistant.library.user_data import keys_path
from bench.clients import ApiClient, PageClient, page_functions
from bench.ferries import write_articles
from bench.memory import Growth, growth, resident
from bench.outcomes import ERRORS, MIXED_UP, REFUSED, Count
from bench.rule_model import serve_rules
from bench.served import Served

_TELL_EVERY_S = 30
_SAMPLE_EVERY_S = 1
# Below, what the first questions bring is not over by the time that growth is measured.
_SHORTEST_S = 100
# What is asked when the time is over is still answered.
_LAST_ANSWERS_S = 240


def main() -> int:
    """Run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--clients", type=int, default=50, help="default: 50; at most 400")
    parser.add_argument("--seconds", type=float, default=300, help="default: 300")
    parser.add_argument("--model", help="what answers (default: a model by rule, in this process)")
    parser.add_argument("--api", action="store_true", help="ask the HTTP API, not the page")
    parser.add_argument(
        "--at-once", type=int, metavar="N", help="the server's (default: 4, or 1 for the embedded model)"
    )
    parser.add_argument(
        "--growth", type=float, metavar="PERCENT", default=5, help="how much memory may grow (default: 5)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="the figures as JSON")
    arguments = parser.parse_args()
    if not 1 <= arguments.clients <= 400:
        parser.error("--clients: 1 to 400")
    with tempfile.TemporaryDirectory() as folder:
        found = _run(arguments, Path(folder))
    print(json.dumps(found, indent=1))
    if arguments.output:
        arguments.output.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 1 if found["wrong"] else 0


def _run(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    articles, home = folder / "articles", folder / "home"
    write_articles(articles, arguments.clients)
    served = Served(_command(arguments, articles), home)
    count, samples = Count(), _Samples(served.process.pid)
    try:
        if arguments.api:
            served.wait_until_ready()
        clients = (
            _api_clients(served, home, arguments.clients) if arguments.api else _browsers(served, arguments.clients)
        )
        _ask(clients, arguments.seconds, count, samples)
    finally:
        ended = served.end()
    server, started = (growth(part, arguments.growth / 100) for part in (samples.server, samples.started))
    figures = count.figures()
    return {
        "clients": arguments.clients,
        "seconds": arguments.seconds,
        "through": "the HTTP API" if arguments.api else "the page",
        "model": arguments.model or "by rule",
        **figures,
        "memory_mib": asdict(server),
        "started_memory_mib": asdict(started),
        "ended": ended,
        "wrong": wrong(
            figures,
            refusals=arguments.model is not None,
            memory={"the server's": server, "the engine's": started} if arguments.seconds >= _SHORTEST_S else {},
            ended=ended,
        ),
    }


def wrong(figures: dict[str, Any], *, refusals: bool, memory: dict[str, Growth], ended: bool) -> list[str]:
    """What does not hold of a run, in words. `refusals`: the model may say that the articles do not say."""
    found = []
    if not figures["answered"]:
        found.append("nothing was answered")
    if figures[MIXED_UP]:
        found.append(f"{figures[MIXED_UP]} answers were mixed up")
    if figures[ERRORS]:
        found.append(f"{figures[ERRORS]} errors that are no stated limit")
    if figures[REFUSED] and not refusals:
        found.append(f"{figures[REFUSED]} questions were refused that an article answers")
    found += [
        f"{whose} memory grew from {one.settled} to {one.end} MiB" for whose, one in memory.items() if one.flat is False
    ]
    if not ended:
        found.append("the server did not end when it was told to")
    return found


def _command(arguments: argparse.Namespace, articles: Path) -> list[str]:
    # No key's rate is to be what is measured.
    command = ["serve", "--no-page", "--per-minute", "100000"] if arguments.api else ["web", "--allow-open"]
    command += ["--articles", str(articles), "--model", arguments.model or serve_rules(), "--read", "apart"]
    return [*command, *(["--at-once", str(arguments.at_once)] if arguments.at_once else [])]


Run = Callable[[float, Count], None]


def _browsers(served: Served, many: int) -> list[Run]:
    functions = page_functions(served.address)
    return [PageClient(served.address, number, many, functions).run for number in range(many)]


def _api_clients(served: Served, home: Path, many: int) -> list[Run]:
    keys = KeyStore(keys_path(home))
    secrets = [keys.add(f"client {number}")[1] for number in range(many)]
    return [ApiClient(served.address, number, many, secret).run for number, secret in enumerate(secrets)]


class _Samples:
    """Of memory: after how many questions, how many MiB."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.server: list[tuple[int, float]] = []
        self.started: list[tuple[int, float]] = []

    def take(self, asked: int) -> None:
        server, started = resident(self._pid)
        self.server.append((asked, round(server, 1)))
        self.started.append((asked, round(started, 1)))


def _ask(clients: Sequence[Run], seconds: float, count: Count, samples: _Samples) -> None:
    start = time.monotonic()
    end = start + seconds
    threads = [threading.Thread(target=run, args=(end, count), daemon=True) for run in clients]
    for thread in threads:
        thread.start()
    told = start
    while any(thread.is_alive() for thread in threads):
        if time.monotonic() < end:
            samples.take(len(count.seconds))
        if time.monotonic() > told + _TELL_EVERY_S:
            told = time.monotonic()
            print(
                f"{told - start:.0f} s: {dict(count.outcomes)}, {samples.server[-1][1]} MiB",
                file=sys.stderr,
                flush=True,
            )
        if time.monotonic() > end + _LAST_ANSWERS_S:
            raise SystemExit(f"clients still wait {_LAST_ANSWERS_S} s after the end: {dict(count.outcomes)}")
        time.sleep(_SAMPLE_EVERY_S)


if __name__ == "__main__":
    sys.exit(main())
