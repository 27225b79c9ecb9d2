"""View of an answer, as `Answer.to_dict()` gives it, → HTML: sentences with citation chips, or a refusal."""

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
from assistant.text.dates import in_words
from assistant.text.unicode import neutralise
from assistant.web.views.html import Exact, number_of, records_of, tag, text_of, whole_of
from assistant.web.views.labels import (
    CHECKED_WITHOUT_PROBABILITY,
    NO_PROBABILITY,
    VERIFIED,
    day_of,
    found_in_words,
    outlet_of,
    percent,
    place_of,
    support_in_words,
    time_tag,
    title,
)
from assistant.web.views.trace import how_answered

_QUOTE_SHOWN = 900
_PASSAGE_SHOWN = 700
_LEVELS = {Label.HIGH: "high", Label.LOW: "low"}

Record = Mapping[str, object]


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
        _refusal(answer) if refused and not live else _sentences(answer, key),
        tag("p", clip(draft, _QUOTE_SHOWN), class_="draft", aria_label="Draft, not checked yet") if draft else None,
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
    words = tag("q", clip(understood, _QUOTE_SHOWN), dir="auto")
    return tag("p", tag("span", "Understood as: ", class_="label"), words, class_="understood")


def _as_of(answer: Record) -> Markup | None:
    day, read = day_of(answer, "as_of"), ": only what was published until then was read."
    return tag("p", "As of ", time_tag(day), read, class_="as-of-day") if day else None


def _newest(answer: Record) -> Markup | None:
    day = day_of(answer, "newest_source")
    return tag("p", "Newest source: ", time_tag(day), class_="newest") if day else None


def _sentences(answer: Record, key: str) -> Markup | None:
    sentences = records_of(answer, "sentences")
    citations = {number: item for item in records_of(answer, "citations") if (number := number_of(item, "number"))}
    shown = [_Sentence(item, citations, f"{key}-{place}") for place, item in enumerate(sentences)]
    days = {day_of(sentence.first) for sentence in shown if sentence.first}
    if len(days) < 2:
        return tag("div", [sentence.html() for sentence in shown], class_="sentences") if shown else None
    by_report: dict[tuple[str, str], list[_Sentence]] = {}
    for sentence in shown:
        by_report.setdefault(sentence.report, []).append(sentence)
    note = tag("p", "Reports of different dates, side by side:", class_="label")
    return tag("div", note, [_report(own) for own in by_report.values()], class_="reports")


def _report(sentences: list[_Sentence]) -> Markup:
    first = sentences[0].first
    day = day_of(first or {})
    outlet = outlet_of(first) if first else "no source"
    head = tag("p", "As of " if day else None, time_tag(day), " · ", tag("bdi", outlet), class_="as-of")
    label = f"As of {in_words(day)}, {outlet}" if day else f"Undated, {outlet}"
    return tag("section", head, [own.html(bare=True) for own in sentences], class_="report", aria_label=label)


class _Sentence:
    """One sentence with the citations it names that are there."""

    def __init__(self, record: Record, citations: Mapping[float, Record], key: str) -> None:
        self._record = record
        self._key = key
        numbers = record.get("citations")
        known = numbers if isinstance(numbers, list | tuple) else ()
        self._cited = [citations[number] for number in known if isinstance(number, int) and number in citations]

    @property
    def first(self) -> Record | None:
        """The citation that the sentence stands on."""
        return self._cited[0] if self._cited else None

    @property
    def report(self) -> tuple[str, str]:
        """Outlet and date: sentences of one report stand together."""
        first = self.first or {}
        return text_of(first, "source"), text_of(first, "published")

    def html(self, *, bare: bool = False) -> Markup:
        """The sentence, its chips before its full stop, its check. `bare`: without its byline, which stands above."""
        before = text_of(self._record, "byline")
        text = text_of(self._record, "text").rstrip()
        if before and not bare:
            text = f"{before}: {text}"
        elif bare and self.first:
            text = text.removeprefix(f"{_older_byline(self.first)}: ")
        end = text[-1] if text and text[-1] in ".!?" else ""
        chips = [chip(cited, f"{self._key}-{place}") for place, cited in enumerate(self._cited)]
        body = tag("span", text.removesuffix(end), chips, end, class_="words", dir="auto")
        return tag("p", body, " ", self._check(), class_=f"sentence{' quoted' if self._is_quoted else ''}")

    @property
    def _is_quoted(self) -> bool:
        return self._record.get("quoted") is True

    def _check(self) -> Markup:
        if not self._cited:
            return _mark("unverified", "?", "Not verified: no source is given", None)
        support = number_of(self._record, "support")
        if support is None:
            return _mark("verified", "✓", CHECKED_WITHOUT_PROBABILITY, None)
        words = support_in_words(support, quoted=self._is_quoted)
        exact = None if self._is_quoted else f"{words} (estimated probability: {percent(support)})"
        if self._is_quoted or support >= VERIFIED:
            return _mark("verified", "✓", words, exact)
        return _mark("partly-verified", "≈", words, exact)


def _older_byline(citation: Record) -> str:
    """ "IANS, 4 July 2017": how a sentence may begin in an answer that was kept before `byline` was a field."""
    day = day_of(citation)
    return ", ".join(filter(None, (text_of(citation, "source"), in_words(day) if day else "")))


def _mark(kind: str, sign: str, words: str, title: str | None) -> Markup:
    return tag(
        "span",
        tag("span", sign, aria_hidden="true"),
        tag("span", words, class_="visually-hidden"),
        class_=f"check {kind}",
        title=title or words,
    )


def chip(citation: Record, key: str) -> Markup:
    """A numbered button that opens the source, and the card that describes it."""
    number = str(whole_of(citation, "number"))
    card = f"{key}-card"
    button = tag(
        "button",
        number,
        type="button",
        class_="chip",
        data_citation=number,
        **source_data(citation),
        aria_label=f"Citation {number}: {place_of(citation)}. Open the source.",
        aria_describedby=card,
    )
    also = citation.get("also")
    others = [clip(item, 200) for item in also if isinstance(item, str)][:20] if isinstance(also, list | tuple) else []
    described = tag(
        "span",
        tag("q", clip(text_of(citation, "quote").strip(), _QUOTE_SHOWN), class_="card-quote", dir="auto"),
        " ",
        tag("span", tag("bdi", outlet_of(citation)), ", ", time_tag(day_of(citation)), class_="card-outlet"),
        " ",
        tag("bdi", title(text_of(citation, "title"))),
        " ",
        tag("span", f"paragraph {whole_of(citation, 'paragraph')}"),
        [" ", tag("span", "Also in: ", tag("bdi", "; ".join(others)))] if others else None,
        class_="card",
        id=card,
        role="tooltip",
    )
    return tag("span", button, described, class_="citation")


def source_data(place: Record) -> dict[str, str | int | None]:
    """What a click needs to open the source: article, paragraph, the span's characters."""
    return {
        "data_article": Exact(text_of(place, "article_id")),
        "data_paragraph": whole_of(place, "paragraph"),
        "data_start": whole_of(place, "start"),
        "data_end": whole_of(place, "end"),
    }


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
    spans = [tag("span", clip(text, _QUOTE_SHOWN), dir="auto") for text in texts]
    return [tag("p", NOT_FOUND_IN_ARTICLES, " ", span, class_="missing") for span in spans]


def _left_out(answer: Record) -> Markup | None:
    """What the model wrote beside the answer, and why it is no part of it."""
    items = [
        tag(
            "li",
            tag("span", clip(text_of(one, "text"), _QUOTE_SHOWN), dir="auto"),
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
        tag("p", tag("strong", "No answer. "), clip(reason, _QUOTE_SHOWN), class_="reason", dir="auto"),
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
