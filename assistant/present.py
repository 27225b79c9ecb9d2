"""How a checked sentence is worded: its date where it would be unclear, its citation marks."""

from __future__ import annotations

import re

from assistant.dates import asks_now, named_periods
from assistant.reports import Report
from assistant.schema import Sentence
from assistant.words import stems

_ASKS_WHEN = re.compile(r"\b(?:when|(?:what|which)\s+(?:date|day|year|month|time)|how (?:recently|long ago))\b", re.I)
_RELATIVE = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|ongoing|(?:this|last|next|later this|earlier this)\s+"
    r"(?:week|month|year|summer|winter|spring|autumn|fall|weekend)|"
    r"(?:on|this|last|next)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.I,
)
_LONG_AGO = re.compile(r"\b1[0-8]\d\d\b")
_MARK = re.compile(r"\s*\[\d+\]")


def with_date(text: str, question: str, report: Report, *, several: bool) -> str:
    """The sentence with outlet and date before it, where its time would not be plain without.

    That is when `several` reports answer, when it counts from its own day ("later this week"),
    when the question asks for the present, and when it asks for a time and the sentence names none
    but those of the question and, perhaps, the end of one ("up to 2030").
    """
    asked = {(period.since, period.until) for period in named_periods(question)}
    told = {(period.since, period.until) for period in named_periods(text)} - asked
    dated = report.published is not None
    timeless = dated and not told and not _LONG_AGO.search(text)
    unclear = (
        bool(_RELATIVE.search(text))
        or (dated and asks_now(question))
        or (timeless and bool(_ASKS_WHEN.search(question)))
    )
    return f"{report.byline}: {text}" if report.byline and (several or unclear) else text


def as_quotation(text: str, speaker: str | None = None) -> str:
    """The article's own words in quotation marks, after the speaker's name where they say only "he"."""
    inner = text.strip()
    if inner[:1] in '“"':
        inner = inner[1:]
    if inner[-1:] in '”"':
        inner = inner[:-1]
    quotation = f"“{inner.translate(_INNER)}”"
    return f"{speaker}: {quotation}" if speaker and not stems(speaker) & stems(text) else quotation


def with_marks(sentence: Sentence) -> str:
    """The sentence with its citation numbers before the full stop: "They met [1]."."""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    # A mark of the article's or the model's own is no citation of ours.
    body = " ".join(_MARK.sub("", sentence.text).split())
    end = body[-1] if body and body[-1] in ".!?" else ""
    return f"{body.removesuffix(end) if end else body} {marks}{end or '.'}"


_INNER = str.maketrans({"“": "‘", "”": "’"})
