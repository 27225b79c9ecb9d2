"""What an article is about: its own opening sentence, which in news says most of it.

The lead is the summary that machines find hard to beat (Nenkova 2005, "Automatic text summarization
of newswire"), it is in the article as it stands, and a small model's summaries are not to be
trusted. So "summarise the report of 2017" is answered with the reports' first sentences, quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.dates import may_be_of_its_time, named_periods
from assistant.reports import Report
from assistant.schema import Passage, Quote
from assistant.support import Evidence, quotable
from assistant.words import content_words, stem, stems

_LEAD = 40
_THINGS = r"(?:articles?|reports?|stor(?:y|ies)|news|documents?|texts?|files?|librar(?:y|ies)|folders?|papers?)"
_ASKED_TO = (
    r"(?:please|(?:can|could|would|will) you|give|show|tell|write|make|i need|i want|i'd like|what(?:'s|’s| is))"
)
_SUMMARY = re.compile(
    rf"^\W*(?:{_ASKED_TO}\b[\w\s,’']{{0,30}}?\s)?"
    r"(?:summari[sz]e|sum up|recap|(?:an? |the )?(?:\w+ )?(?:summary|overview|gist))\b",
    re.I,
)
_ABOUT = re.compile(
    rf"^\W*what(?:'s|’s|\s+(?:is|are|was|were|do|does|did))\b[^?]*?\b{_THINGS}\b[^?]{{0,40}}?\b"
    r"(?:about|say|cover|report|contain|deal with)\W*$",
    re.I,
)
_THING = re.compile(rf"\b{_THINGS}\b", re.I)
_FRAME = frozenset(
    stem(word)
    for word in """
    summarise summarize summary sum overview recap gist please give show make write need want like
    short brief briefly quick quickly main point points key article articles report reports story
    stories news document documents text texts file files library folder paper papers two three
    every everything whole sentence sentences word words cover covers contain contains deal deals
    """.split()
)


def asks_overview(question: str) -> bool:
    """True for "summarise the article of 2017" and "what are these reports about?"; not for "sum up what he said"."""
    if _ABOUT.search(question):
        return True
    return bool(_SUMMARY.search(question)) and (bool(_THING.search(question)) or not topic(question))


def topic(question: str) -> set[str]:
    """The stems that say which articles, besides their time: "about the visit", "by TDI"; empty for all there are."""
    dates = stems(" ".join(period.words for period in named_periods(question)))
    return {word.stem for word in content_words(question)} - _FRAME - dates


def leads(question: str, reports: Iterable[Report]) -> list[tuple[Report, Evidence]]:
    """The opening sentence of each report that has the question's topic and is of the time that it names."""
    about, timed = topic(question), bool(named_periods(question))
    return [
        (report, lead)
        for report in reports
        if about <= _known(report)
        and (not timed or may_be_of_its_time(question, report.render(), report.published))
        and (lead := _lead(report.passages)) is not None
    ]


def _known(report: Report) -> set[str]:
    first = report.passages[0]
    return stems(f"{report.render()} {first.via or ''}") | report.vocabulary()


def _lead(passages: Sequence[Passage]) -> Evidence | None:
    for passage in sorted(passages, key=lambda passage: passage.paragraph.number):
        for start, end in quotable(passage):
            if end - start >= _LEAD:
                return Evidence(passage, Quote(passage.paragraph.text[start:end], start, end), 1.0)
    return None
