"""What a run over saved questions found, as text, JSON, Markdown and an Atom feed (RFC 4287)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from lxml import etree
from lxml.builder import ElementMaker

from assistant.newsroom.answers_file import SavedCitation
from assistant.newsroom.document import markdown_text
from assistant.newsroom.watch import Event
from assistant.text.unicode import neutralise

_ATOM = "http://www.w3.org/2005/Atom"


def to_text(events: Sequence[Event]) -> str:
    """A few lines an event."""
    return "".join(f"{event.outcome}: {event.question}\n{_lines(event)}" for event in events)


def to_json(events: Sequence[Event]) -> str:
    """One object a line."""
    return "".join(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n" for event in events)


def to_markdown(events: Sequence[Event]) -> str:
    """CommonMark, the newest first."""
    parts = ["# Saved questions"]
    for event in reversed(events):
        parts.append(f"## {markdown_text(event.question)}")
        parts.append(f"{event.at:%Y-%m-%d %H:%M} UTC: {event.outcome}")
        parts.append(markdown_text(event.answer.answer))
        if event.earlier is not None:
            parts.append(f"Before: {markdown_text(event.earlier.answer)}")
        parts += [f"> {markdown_text(one.quote)}\n>\n> {markdown_text(_source(one))}" for one in event.answer.citations]
    return "\n\n".join(parts) + "\n"


def to_atom(events: Sequence[Event], now: datetime) -> str:
    """An Atom feed, the newest first; `now` where there is no event yet."""
    made = ElementMaker(namespace=_ATOM, nsmap={None: _ATOM})
    feed = made.feed(
        made.id("urn:news-assistant:saved-questions"),
        made.title("Saved questions"),
        made.updated((events[-1].at if events else now).isoformat(timespec="seconds")),
        made.author(made.name("news-assistant")),
    )
    for event in reversed(events):
        feed.append(
            made.entry(
                made.id(f"urn:news-assistant:saved-question:{event.question_id}:{event.id}"),
                made.title(neutralise(f"{event.outcome}: {event.question}")),
                made.updated(event.at.isoformat(timespec="seconds")),
                made.category(term=event.outcome.value),
                made.content(neutralise(_lines(event)), type="text"),
            )
        )
    return str(etree.tostring(feed, encoding="unicode", pretty_print=True)) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Event]], str]] = {"text": to_text, "json": to_json, "markdown": to_markdown}


def _lines(event: Event) -> str:
    lines = [event.answer.answer, *(f"“{one.quote}” {_source(one)}" for one in event.answer.citations)]
    if event.earlier is not None:
        lines.append(f"before: {event.earlier.answer}")
    return "".join(f"  {' '.join(line.split())}\n" for line in lines)


def _source(one: SavedCitation) -> str:
    day = one.published.isoformat() if one.published else None
    return ", ".join(filter(None, (one.source, day))) or one.title
