"""View of an answer, as `Answer.to_dict()` gives it, → HTML: sentences with their citations, or a refusal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from assistant.answering.confidence import Label, label
from assistant.answering.render import NOT_FOUND_IN_ARTICLES
from assistant.schema.answers import NOT_STATED
from assistant.settings import Settings
from assistant.text.clipping import clip
from assistant.text.unicode import neutralise
from assistant.web.views.citation import QUOTE_SHOWN, Record, source_data
from assistant.web.views.html import number_of, records_of, tag, text_of
from assistant.web.views.labels import (
    NO_PROBABILITY,
    day_of,
    found_in_words,
    percent,
    place_of,
    time_tag,
    title,
)
from assistant.web.views.sentences import sentences_html
from assistant.web.views.trace import how_answered

_PASSAGE_SHOWN = 700
_LEVELS = {Label.HIGH: "high", Label.LOW: "low"}


def answer_html(answer: Mapping[str, Any], *, live: bool = False, key: str | None = None) -> str:
    """An answer or a refusal as one line of HTML.

    `live`: it is still being written; no confidence and no account of the steps yet, and `draft`,
    where the mapping has one, is shown as not checked. `key` tells two answers of a page apart in
    their elements' ids; by default a hash of the answer.
    """
    key = _key(answer, key)
    refused = answer.get("refused") is True
    draft = text_of(answer, "draft") if live else ""
    page = tag(
        "article",
        _understood(answer),
        _as_of(answer),
        _refusal(answer) if refused and not live else sentences_html(answer, key),
        tag("p", clip(draft, QUOTE_SHOWN), class_="draft", aria_label="Draft, not checked yet") if draft else None,
        None if live else _missing(answer),
        None if live else _confidence(answer, refused),
        None if live else _newest(answer),
        None if live else _left_out(answer),
        None if live else how_answered(answer),
        class_=f"answer {'refusal' if refused and not live else 'stated'}{' live' if live else ''}",
        aria_busy="true" if live else None,
        aria_label="No answer" if refused and not live else "Answer",
    )
    return str(page)


def _key(answer: Mapping[str, Any], key: str | None) -> str:
    if key is None:
        written = json.dumps(answer, sort_keys=True, default=str, skipkeys=True)
        return "a" + hashlib.sha256(written.encode()).hexdigest()[:12]
    return "a" + re.sub(r"[^A-Za-z0-9_-]", "-", key)[:64]


def _understood(answer: Record) -> Markup | None:
    asked, understood = text_of(answer, "question"), text_of(answer, "standalone_question")
    if not understood or " ".join(understood.split()) == " ".join(asked.split()):
        return None
    words = tag("q", clip(understood, QUOTE_SHOWN), dir="auto")
    return tag("p", tag("span", "Understood as: ", class_="label"), words, class_="understood")


def _as_of(answer: Record) -> Markup | None:
    day = day_of(answer, "as_of")
    if not day:
        return None
    return tag("p", "As of ", time_tag(day), ": only what was published until then was read.", class_="as-of-day")


def _newest(answer: Record) -> Markup | None:
    day = day_of(answer, "newest_source")
    return tag("p", "Newest source: ", time_tag(day), class_="newest") if day else None


def _confidence(answer: Record, refused: bool) -> Markup | None:
    confidence = number_of(answer, "confidence")
    if confidence is None:
        return None if refused else tag("p", NO_PROBABILITY, class_="confidence none")
    words = found_in_words(confidence, _threshold(answer)) if refused else label(confidence).value
    what = "that the best answer found is right" if refused else "that this is right"
    exact = f"estimated probability {what}: {percent(confidence)}"
    level = "none" if refused else _LEVELS[label(confidence)]
    hidden = tag("span", f" ({exact})", class_="visually-hidden")
    return tag("p", words, hidden, class_=f"confidence {level}", title=exact[0].upper() + exact[1:])


def _threshold(answer: Record) -> float:
    """The confidence from which a sentence would have been shown; the settings' default where the answer tells none."""
    steps = answer.get("steps")
    told = number_of(steps, "threshold") if isinstance(steps, Mapping) else None
    return Settings.model_fields["threshold"].get_default() if told is None else told


def _missing(answer: Record) -> list[Markup]:
    """What was asked and the articles do not say, a paragraph each."""
    texts = [text_of(one, "text") for one in records_of(answer, "left_out") if one.get("missing") is True]
    spans = [tag("span", clip(text, QUOTE_SHOWN), dir="auto") for text in texts]
    return [tag("p", NOT_FOUND_IN_ARTICLES, " ", span, class_="missing") for span in spans]


def _left_out(answer: Record) -> Markup | None:
    """What the model wrote beside the answer, and why it is no part of it."""
    items = [
        tag(
            "li",
            tag("span", clip(text_of(one, "text"), QUOTE_SHOWN), dir="auto"),
            f": {clip(text_of(one, 'reason'), 200)}",
        )
        for one in records_of(answer, "left_out")
        if one.get("missing") is not True
    ]
    if not items:
        return None
    count = f"{len(items)} {'sentence was' if len(items) == 1 else 'sentences were'} left out"
    return tag("details", tag("summary", count), tag("ul", items), class_="left-out")


def _refusal(answer: Record) -> Markup:
    reason = neutralise(text_of(answer, "refusal_reason")).strip() or NOT_STATED
    closest = list(_closest(answer))
    reading = [
        tag("p", "Closest paragraphs, as reading; they are not an answer:", class_="label"),
        tag("ul", closest, class_="closest"),
    ]
    return tag(
        "div",
        tag("p", tag("strong", "No answer. "), clip(reason, QUOTE_SHOWN), class_="reason", dir="auto"),
        reading if closest else None,
        class_="refusal-card",
        role="note",
    )


def _closest(answer: Record) -> Iterator[Markup]:
    for passage in records_of(answer, "closest"):
        text = text_of(passage, "text")
        button = tag(
            "button",
            tag("bdi", title(text_of(passage, "title")), class_="title"),
            " ",
            tag("span", tag("bdi", place_of(passage)), class_="place"),
            type="button",
            class_="open-source",
            **source_data({**passage, "start": 0, "end": len(text)}),
        )
        yield tag("li", button, tag("blockquote", clip(text, _PASSAGE_SHOWN), dir="auto"))
