"""Terminal output: answers on standard output, progress on standard error."""

from __future__ import annotations

import json
import re
import sys
import textwrap
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Self, TextIO

from assistant.answering.confidence import label
from assistant.answering.render import not_found
from assistant.schema.answers import Answer, Citation
from assistant.schema.articles import Passage, iso_day
from assistant.schema.events import Token
from assistant.text.unicode import neutralise, one_line
from assistant.util.progress import Progress

_WIDTH = 96


def printable(text: str) -> str:
    """Without characters that steer or hide, line breaks aside: an article must not steer the terminal."""
    return "\n".join(map(neutralise, text.split("\n")))


def as_json(value: Any, indent: int | None = 2) -> str:
    """JSON in which control and invisible direction characters are escaped; on one line without `indent`."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def print_citations(
    citations: Sequence[Citation], out: TextIO, address: Callable[[Citation], str | None] = lambda _: None
) -> None:
    """The numbered list under an answer: outlet, date, title, paragraph and the quoted words.

    On a terminal the first line is a link to `address`, where there is one.
    """
    for citation in citations:
        day = iso_day(citation.published)
        place = outlet_and_day(citation.source, citation.via, day)
        head = f"[{citation.number}] {place} · {citation.title} · paragraph {citation.paragraph}"
        print(_linked(_wrapped(head, "    "), address(citation) if out.isatty() else None), file=out)
        print(_wrapped(f"“{citation.quote.strip()}”", "    ", first="    "), file=out)


def print_quote(passage: Passage, quote: str) -> None:
    """Where it stands, and the words, indented, a line each."""
    day = iso_day(passage.published) or "undated"
    place = ", ".join((outlet_and_day(passage.source, passage.via, day), *(f"also {one}" for one in passage.also)))
    print(f"    {one_line(place)}, {one_line(passage.title)}, paragraph {passage.paragraph.number}")
    print(f"    “{one_line(quote)}”", flush=True)


def print_newest(answer: Answer, out: TextIO) -> None:
    """The date of the newest source, where one has a date."""
    if answer.newest_source is not None:
        print(f"\nnewest source: {answer.newest_source.isoformat()}", file=out)


def print_support(answer: Answer, out: TextIO) -> None:
    """How surely each sentence is stated by what it cites, and how likely the whole is right."""
    known = [sentence.support for sentence in answer.sentences if sentence.support is not None]
    checked = f"stated by the cited article: {', '.join(f'{support:.2f}' for support in known)}"
    likely = "" if answer.confidence is None else f"{label(answer.confidence)} ({answer.confidence:.2f}) · "
    print(f"\n{likely}{checked if known else CHECKED_WITHOUT_PROBABILITY}", file=out)


def print_left_out(answer: Answer, out: TextIO) -> None:
    """What the model wrote beside the answer and the reader is not shown as one, and why."""
    failed = [f"Left out: {one.text} ({one.reason})" for one in answer.left_out if not one.missing]
    for told in (*not_found(answer.left_out), *failed):
        print(_wrapped(told, "  "), file=out)


def print_refusal(answer: Answer, out: TextIO, aside: TextIO) -> None:
    """Why there is no answer; the closest paragraphs, as reading, go to `aside`."""
    print(printable(answer.refusal_reason or answer.answer), file=out)
    if answer.closest:
        print("\nClosest paragraphs, as reading; they are not an answer:", file=aside)
    for passage in answer.closest:
        print(_wrapped(f"{_where(passage)}: {passage.paragraph.text}", "    ", first="  - "), file=aside)


def outlet_and_day(source: str | None, via: str | None, day: str | None) -> str:
    """ "IANS, citing Xinhua, 2017-07-04"; as much of it as is known."""
    outlet = source or "unknown outlet"
    return ", ".join(filter(None, (outlet, f"citing {via}" if via else None, day)))


CHECKED_WITHOUT_PROBABILITY = "figures and quotes checked; the model gives no probability"


class Status:
    """The line on standard error that says what is going on; silent where nobody watches."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self._live = out.isatty()
        self._draft = ""
        self._said = False
        self._paused = False

    def say(self, text: str) -> None:
        """Replace the line."""
        if self._live and not self._paused:
            print(f"\r\x1b[2K\x1b[2m{printable(text)[:_WIDTH]}\x1b[0m", end="", file=self._out, flush=True)
            self._said = True

    def token(self, token: Token) -> None:
        """Show the draft as it is written; it is not checked yet."""
        self._draft = (self._draft + token.text).replace("\n", " ")
        self.say(f"writing: {self._draft[-_WIDTH + 10 :]}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """An error is printed on a line of its own."""
        self.clear()
        if self._live and self._paused and error[0] is not None:
            print(file=self._out)

    def warn(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        print(f"assistant: {one_line(text)}", file=self._out)

    def pause(self) -> None:
        """Empty the line and leave it alone: the answer is being printed there."""
        self.clear()
        self._paused = True

    def resume(self) -> None:
        """Say again what is going on."""
        self._paused = False

    def clear(self) -> None:
        """Empty the line, where something was said on it."""
        self._draft = ""
        if self._said:
            print("\r\x1b[2K", end="", file=self._out, flush=True)
            self._said = False


def progress_bars(what: str, unit: str = "files") -> Progress:
    """A bar on standard error that appears with the first step and goes when all are done.

    What is counted in millions is counted in bytes, whatever the `unit`.
    """
    from tqdm import tqdm

    bars: list[Any] = []

    def step(done: int, total: int) -> None:
        if not bars:
            if done >= total:
                return
            big = total > 1_000_000
            bars.append(
                tqdm(desc=what, total=total, unit="B" if big else unit, unit_scale=big, file=sys.stderr, leave=False)
            )
        bars[0].update(done - bars[0].n)
        if done >= total:
            bars.pop().close()

    return step


def _linked(text: str, address: str | None) -> str:
    """Each line as a link that terminals open (OSC 8); whoever does not know it shows the text alone."""
    if address is None or not re.fullmatch(r"[!-~]+", address):
        return text
    # Of the same id: the lines are one link.
    start = f"\x1b]8;id={zlib.crc32(address.encode()):x};{address}\x1b\\"
    lines = (re.fullmatch(r"(\s*)(.*)", line) for line in text.split("\n"))
    return "\n".join(f"{line[1]}{start}{line[2]}\x1b]8;;\x1b\\" for line in lines if line)


def _where(passage: Passage) -> str:
    day = iso_day(passage.published)
    return f"{outlet_and_day(passage.source, passage.via, day)}, paragraph {passage.paragraph.number}"


def _wrapped(text: str, indent: str, first: str = "") -> str:
    return textwrap.fill(
        one_line(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
