"""Output of what was found for saved questions: text, Markdown and an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree
from lxml.builder import ElementMaker

from assistant.newsroom.answers.file import SavedCitation
from assistant.newsroom.saved_questions.book import Event, Outcome
from assistant.schema.articles import iso_day
from assistant.text.markdown import escape_markdown
from assistant.text.unicode import one_line

_ATOM = "http://www.w3.org/2005/Atom"


def to_text(events: Sequence[Event]) -> str:
    """A few lines an event, in which nothing steers a terminal."""
    return "".join(f"{event.outcome}: {one_line(event.question)}\n{_lines(event)}" for event in events)


def to_markdown(events: Sequence[Event]) -> str:
    """CommonMark, the newest first."""
    parts = ["# Saved questions"]
    for event in reversed(events):
        parts.append(f"## {escape_markdown(event.question)}")
        parts.append(f"{event.at:%Y-%m-%d %H:%M} UTC: {event.outcome}")
        parts.append(escape_markdown(event.answer.answer))
        if event.earlier is not None:
            parts.append(f"{_label(event).capitalize()}: {escape_markdown(event.earlier.answer)}")
        parts += [
            f"> {escape_markdown(one.quote)}\n>\n> {escape_markdown(_source(one))}" for one in event.answer.citations
        ]
    return "\n\n".join(parts) + "\n"


def to_atom(book_id: str, events: Sequence[Event], now: datetime) -> str:
    """An Atom feed, the newest first; `book_id` is a UUID, `now` stands where there is no event yet."""
    made = ElementMaker(namespace=_ATOM, nsmap={None: _ATOM})
    feed = made.feed(
        made.id(f"urn:uuid:{book_id}"),
        made.title("Saved questions"),
        made.updated((events[-1].at if events else now).isoformat(timespec="seconds")),
        made.author(made.name("news-assistant")),
    )
    for event in reversed(events):
        feed.append(
            made.entry(
                made.id(f"urn:uuid:{event.id}"),
                made.title(one_line(f"{event.outcome}: {event.question}")),
                made.updated(event.at.isoformat(timespec="seconds")),
                made.category(term=event.outcome.value),
                made.content(_lines(event), type="text"),
            )
        )
    return str(etree.tostring(feed, encoding="unicode", pretty_print=True)) + "\n"


def _lines(event: Event) -> str:
    lines = [event.answer.answer, *(f"“{one.quote}” {_source(one)}" for one in event.answer.citations)]
    if event.earlier is not None:
        lines.append(f"{_label(event)}: {event.earlier.answer}")
    return "".join(f"  {one_line(line)}\n" for line in lines)


def _label(event: Event) -> str:
    return "the answer still" if event.outcome is Outcome.EARLIER else "before"


def _source(one: SavedCitation) -> str:
    day = iso_day(one.published)
    return ", ".join(filter(None, (one.source, day))) or one.title
