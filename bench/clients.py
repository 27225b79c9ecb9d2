"""Browsers on the page and programs at the HTTP API, that each ask about an article of their own, again and again."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import httpx2 as httpx

from assistant.schema.answers import NOT_STATED
from bench.ferries import question, town
from bench.outcomes import ERRORS, LIMITED, MIXED_UP, REFUSED, Count, Outcome, is_limit, outcome_of

_PATIENCE_S = 180
# A limited client comes back sooner than it is told to: the harder case.
_AGAIN_S = 1
# A person opens a page, asks some questions, and opens another.
_QUESTIONS_A_PAGE = 5


class PageClient:
    """A browser with its cookie; it opens the page anew every few questions, each time a conversation of its own."""

    def __init__(self, address: str, number: int, many: int, functions: tuple[int, int]) -> None:
        """Client `number` of `many`; `functions` as `page_functions` tells them."""
        self._address = address
        self._number, self._many = number, many
        self._load, self._ask = functions
        self._conversations: set[str] = set()
        self._kept = 0

    def run(self, end: float, count: Count) -> None:
        """Ask until the clock (`time.monotonic`) says `end`, then read what was kept."""
        with httpx.Client(base_url=self._address, timeout=_PATIENCE_S) as browser:
            browser.get("/")
            while time.monotonic() < end:
                self._one_page(browser, end, count)
            for outcome in self._what_is_kept(browser):
                count.note(outcome)

    def _one_page(self, browser: httpx.Client, end: float, count: Count) -> None:
        session = secrets.token_hex(6)
        try:
            with open_page(browser, session):
                page_event(browser, session, self._load, [None])
                self._questions(browser, session, end, count)
        except (OSError, httpx.HTTPError, ValueError) as error:
            count.note(Outcome(ERRORS, f"the page did not open: {error!r}"))
            time.sleep(_AGAIN_S)

    def _questions(self, browser: httpx.Client, session: str, end: float, count: Count) -> None:
        for _ in range(_QUESTIONS_A_PAGE):
            if time.monotonic() > end:
                return
            started = time.monotonic()
            try:
                outcome = self._outcome(page_event(browser, session, self._ask, [question(self._number), None]))
            except (httpx.HTTPError, ValueError) as error:
                outcome = Outcome(ERRORS, repr(error))
            count.add(outcome, time.monotonic() - started)
            if outcome.kind == LIMITED:
                time.sleep(_AGAIN_S)

    def _outcome(self, told: list[Any]) -> Outcome:
        shown = texts_of(told)
        self._conversations.update(re.findall(r'data-export="([\w-]+)"', "".join(shown)))
        # What is read out to those who do not see the page is the answer alone, in plain text.
        answers = [text for text in shown if text.startswith("Answered. ")]
        if answers:
            self._kept += 1
            if NOT_STATED in answers[-1]:
                return Outcome(REFUSED)
            return outcome_of(answers[-1], self._number, self._many)
        alerts = [re.sub(r"<[^>]*>", "", words) for text in shown for words in _ALERT.findall(text)]
        if any(map(is_limit, alerts)):
            return Outcome(LIMITED)
        return Outcome(ERRORS, alerts[-1] if alerts else "neither an answer nor a message")

    def _what_is_kept(self, browser: httpx.Client) -> Iterator[Outcome]:
        """Everything that this browser's conversations hold."""
        messages: list[dict[str, Any]] = []
        for conversation in sorted(self._conversations):
            reply = browser.get(f"/export/{conversation}/json")
            if reply.status_code != 200:
                yield Outcome(ERRORS, f"a conversation cannot be read again: {reply.status_code}")
                continue
            messages += reply.json()["messages"]
        if len(messages) != self._kept:
            yield Outcome(ERRORS, f"{self._kept} answers were shown and {len(messages)} are kept")
        for message in messages:
            shown = answer_of(message["answer"])
            mixed = outcome_of(shown, self._number, self._many).kind == MIXED_UP
            if mixed or message["question"] != question(self._number):
                yield Outcome(MIXED_UP)


class ApiClient:
    """A program with an API key; every other one takes its answers as a stream."""

    def __init__(self, address: str, number: int, many: int, key: str) -> None:
        """Client `number` of `many`, with its API key."""
        self._address = address
        self._number, self._many = number, many
        self._key = key
        self._streams = bool(number % 2)

    def run(self, end: float, count: Count) -> None:
        """Ask until the clock (`time.monotonic`) says `end`."""
        with httpx.Client(
            base_url=self._address, timeout=_PATIENCE_S, headers={"authorization": f"Bearer {self._key}"}
        ) as client:
            while time.monotonic() < end:
                started = time.monotonic()
                try:
                    outcome = self._asked(client)
                except (httpx.HTTPError, ValueError) as error:
                    outcome = Outcome(ERRORS, repr(error))
                count.add(outcome, time.monotonic() - started)
                if outcome.kind == LIMITED:
                    time.sleep(_AGAIN_S)

    def _asked(self, client: httpx.Client) -> Outcome:
        # Of its own article alone, whose id is its file's name: another's number cannot come of the model's judgement.
        body = {"question": question(self._number), "articles": [town(self._number)], "stream": self._streams}
        reply = client.post("/v1/ask", json=body)
        if reply.status_code in (429, 503) and is_limit(reply.text):
            return (
                Outcome(LIMITED) if "retry-after" in reply.headers else Outcome(ERRORS, "a limit without Retry-After")
            )
        if reply.status_code != 200:
            return Outcome(ERRORS, f"{reply.status_code} {reply.text}")
        answer = _done(reply.text) if self._streams else reply.json()
        if answer["refused"]:
            return Outcome(REFUSED)
        return outcome_of(answer_of(answer), self._number, self._many)


_ALERT = re.compile(r'role="alert"[^>]*>(.*?)</p>')


def answer_of(answer: dict[str, Any]) -> str:
    """What an answer's object (docs/json.md) states and cites; not what else was found."""
    return json.dumps([answer["answer"], answer["sentences"], answer["citations"]], ensure_ascii=False)


def _done(stream: str) -> dict[str, Any]:
    """The object of the last event. Raises `ValueError` where it is not `done`."""
    found = re.findall(r"^event: (\w+)\r?\ndata: (.*)$", stream, re.M)
    if not found or found[-1][0] != "done":
        raise ValueError(f"the stream ended otherwise than with its answer: {stream[-200:]}")
    answer: dict[str, Any] = json.loads(found[-1][1])
    return answer


def texts_of(told: Any) -> list[str]:
    """Every text in something that JSON can hold."""
    if isinstance(told, str):
        return [told]
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    return [text for one in inner for text in texts_of(one)]


@contextmanager
def open_page(browser: httpx.Client, session: str) -> Iterator[None]:
    """A page that is open in a browser holds a request open, whose end tells the server that it was closed."""
    listening = HTTPConnection(browser.base_url.host, browser.base_url.port, timeout=_PATIENCE_S)
    try:
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        listening.request("GET", f"/gradio_api/heartbeat/{session}", headers={"cookie": cookies})
        yield
    finally:
        listening.close()


def page_event(browser: httpx.Client, session: str, function: int, data: list[Any]) -> list[Any]:
    """Every message that the page is sent until an event is over. Raises `ValueError` where it failed."""
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
            told.append(message)
            if message.get("event_id") == event and message["msg"] == "process_completed":
                failed = None if message["success"] else message.get("output")
            # The server ends the stream. To leave it sooner, as no browser does, would drop what is asked next.
    if failed is not None:
        raise ValueError(f"the event failed: {failed}")
    return told


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
