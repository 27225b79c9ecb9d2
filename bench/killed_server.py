"""`assistant serve` and `assistant index` beside it, killed while people ask, upload and remove; then what is left."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from assistant.settings import PROJECT
from bench.clients import page_event, page_functions, texts_of
from bench.ferries import question, write_articles
from bench.rule_model import serve_rules
from bench.served import Served, free_port

_PATIENCE_S = 120


class KilledServer:
    """One home folder, through many lives of its server. What was acknowledged is kept here to be looked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._home = folder / "home"
        self._model = serve_rules()
        # Cookies are named by the port, and the browser is to be the same after each start.
        self._port = free_port()
        self._cookies = httpx.Cookies()
        self._conversations: set[str] = set()
        self.shown: set[str] = set()
        self.additions = 0
        self._added: dict[str, str] = {}
        self._removed: set[str] = set()
        write_articles(folder / "articles", 1)
        if problem := self._index(folder / "articles"):
            raise SystemExit(f"the library could not be made: {problem}")

    def round(self, after_s: float) -> list[str]:
        """Start, look for all that was acknowledged before, use it, kill it after so many seconds; what was wrong."""
        served = self._start()
        try:
            problems = list(self._missing(served))
            stop = threading.Event()
            works: list[Callable[[Served, threading.Event], None]] = [self._ask, self._upload, self._index_beside]
            threads = [threading.Thread(target=work, args=(served, stop), daemon=True) for work in works]
            for thread in threads:
                thread.start()
            time.sleep(after_s)
            if served.process.poll() is not None:
                problems.append(f"the server had ended by itself ({served.process.returncode})")
            stop.set()
        finally:
            served.process.kill()
            served.process.wait()
        for thread in threads:
            thread.join(_PATIENCE_S)
        return problems

    def look(self) -> list[str]:
        """What is wrong after the last kill; the server is told to end."""
        served = self._start()
        problems = list(self._missing(served))
        return [*problems, *([] if served.end() else ["the server did not end when it was told to"])]

    def _start(self) -> Served:
        served = Served(["serve", "--allow-open", "--model", self._model, "--read", "apart"], self._home, self._port)
        try:
            served.wait_until_ready()
        except BaseException:
            served.end()
            raise
        return served

    def _missing(self, served: Served) -> Iterator[str]:
        with self._browser(served) as browser:
            kept: set[str] = set()
            for conversation in sorted(self._conversations):
                reply = browser.get(f"/export/{conversation}/json")
                if reply.status_code != 200:
                    yield f"a conversation cannot be read: {reply.status_code} {reply.text[:100]}"
                    continue
                messages = reply.json()["messages"]
                kept |= {message["question"] for message in messages}
                if not all(message["answer"].get("model") for message in messages):
                    yield "half an answer is kept"
            if lost := self.shown - kept:
                yield f"{len(lost)} answers that were shown are lost"
            for article, title in sorted(self._added.items()):
                if browser.get(f"/v1/articles/{article}").status_code != 200:
                    yield f"an article that was added is lost: {title}"
            for article in sorted(self._removed):
                if browser.get(f"/v1/articles/{article}").status_code != 404:
                    yield f"an article that was removed is there again: {article}"

    @contextmanager
    def _browser(self, served: Served) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=served.address, timeout=_PATIENCE_S, cookies=self._cookies) as client:
            client.get("/")
            self._cookies = client.cookies
            yield client

    def _ask(self, served: Served, stop: threading.Event) -> None:
        try:
            load, ask = page_functions(served.address)
            with self._browser(served) as browser:
                session = secrets.token_hex(6)
                page_event(browser, session, load, [None])
                while not stop.is_set():
                    asked = f"{question(0)} ({secrets.token_hex(4)})"
                    shown = texts_of(page_event(browser, session, ask, [asked, None]))
                    self._conversations.update(re.findall(r'data-export="([\w-]+)"', "".join(shown)))
                    if any(text.startswith("Answered. ") for text in shown):
                        self.shown.add(asked)
        except (httpx.HTTPError, ValueError):
            # The server was killed.
            return

    def _upload(self, served: Served, stop: threading.Event) -> None:
        try:
            with httpx.Client(base_url=served.address, timeout=_PATIENCE_S) as client:
                while not stop.is_set():
                    name = secrets.token_hex(4)
                    text = f"Ferry {name}\n\nA town opened ferry {name} on Monday.\n".encode()
                    reply = client.post("/v1/articles", files={"file": (f"{name}.txt", text, "text/plain")})
                    if reply.status_code == 201:
                        self._added |= dict.fromkeys(reply.json()["outcomes"][0]["article_ids"], name)
                        self.additions += 1
                    self._remove_one(client)
        except (httpx.HTTPError, ValueError):
            return

    def _remove_one(self, client: httpx.Client) -> None:
        if len(self._added) < 10:
            return
        # Before it is asked for: what is killed in between may be there or not.
        article = next(iter(self._added))
        del self._added[article]
        if client.delete(f"/v1/articles/{article}").status_code == 200:
            self._removed.add(article)

    def _index_beside(self, _served: Served, stop: threading.Event) -> None:
        story = self._folder / "story.txt"
        while not stop.is_set():
            story.write_text(f"Ferry\n\nA town opened ferry number {secrets.randbelow(10**9)} on Monday.\n")
            self._index(story, stop)

    def _index(self, path: Path, stop: threading.Event | None = None) -> str:
        """`assistant index PATH`, killed when `stop` is set; what it said where it failed."""
        environment = os.environ | {"ASSISTANT_HOME": str(self._home), "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", "assistant", "index", str(path)]
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        while process.poll() is None:
            if stop is not None and stop.is_set():
                process.kill()
            time.sleep(0.02)
        said = process.communicate()[0]
        return said if process.returncode > 0 else ""
