"""View of an answer's sentences → HTML: each with its citations and what its check found."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from assistant.answering.render import RECKONED, split_end
from assistant.text.dates import in_words
from assistant.web.views.citation import Record, chip
from assistant.web.views.html import number_of, records_of, tag, text_of
from assistant.web.views.labels import (
    CHECKED_WITHOUT_PROBABILITY,
    VERIFIED,
    day_of,
    outlet_of,
    percent,
    support_in_words,
    time_tag,
)


def sentences_html(answer: Record, key: str) -> Markup | None:
    """The sentences of an answer; where its sources are of several days, report by report.

    `key` begins the ids of their citations' cards.
    """
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
        words, end = split_end(text)
        reckoned = RECKONED if self._record.get("reckoned") is True else ""
        chips = [chip(cited, f"{self._key}-{place}") for place, cited in enumerate(self._cited)]
        body = tag("span", words, reckoned, chips, end, class_="words", dir="auto")
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
