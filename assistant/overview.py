"""What an article is about: its own opening sentence, which in news says most of it.

The lead is the summary that machines find hard to beat (Nenkova 2005, "Automatic text summarization
of newswire"), it is in the article as it stands, and a small model's summaries are not to be
trusted. So "summarise the report of 2017" is answered with the reports' first sentences, quoted
after outlet and date; and so is what asks for these: "when was it published?"
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
_DATED = re.compile(
    rf"^\W*(?:when\s+(?:was|were|did)\b[^?]*?\b{_THINGS}\b[^?]{{0,60}}?\b(?:published|written|released|issued|posted|appear)|"
    rf"(?:what|which)(?:'s|’s|\s+is|\s+was)?\s+(?:the\s+)?(?:publication\s+)?date\b[^?]*?\b{_THINGS}\b)",
    re.I,
)
_PUBLISHED_BY = re.compile(
    rf"^\W*(?:who|(?:what|which)\s+(?:news\s+)?(?:outlet|newspaper|publication|publisher|site|website|source))\s+"
    rf"(?:published|released|issued|printed|ran|carried)\b[^?]*?\b{_THINGS}\b|"
    rf"^\W*(?:what|which)\s+(?:news\s+)?(?:outlet|newspaper|publication)\s+(?:is|was|were|are|did|does)\b[^?]*?\b{_THINGS}\b"
    r"[^?]{0,40}?\b(?:from|by|in|come|appear|published)\W",
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
    date day publish published publication publisher outlet newspaper news site website source written
    released issued posted printed ran run carried appear come came
    """.split()
)


def asks_overview(question: str) -> bool:
    """True for "summarise the article of 2017", "what are these reports about?" and "when was the story published?"

    Not for "sum up what he said" and "when was the agreement published?"
    """
    if any(form.search(question) for form in (_ABOUT, _DATED, _PUBLISHED_BY)):
        return True
    return bool(_SUMMARY.search(question)) and (bool(_THING.search(question)) or not topic(question))


def topic(question: str) -> set[str]:
    """The stems that say which articles, besides their time: "about the visit", "by TDI"; empty for all there are."""
    dates = stems(" ".join(period.words for period in named_periods(question)))
    return {word.stem for word in content_words(question)} - _FRAME - dates


def leads(question: str, reports: Iterable[Report]) -> list[tuple[Report, Evidence]]:
    """The opening sentence of each report that has the question's topic and is of the time that it names.

    Where a date or an outlet is asked for, of those that have one.
    """
    about, timed = topic(question), bool(named_periods(question))
    dated, by = bool(_DATED.search(question)), bool(_PUBLISHED_BY.search(question))
    return [
        (report, lead)
        for report in reports
        if about <= _known(report)
        and not (dated and report.published is None)
        and not (by and report.passages[0].source is None)
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
