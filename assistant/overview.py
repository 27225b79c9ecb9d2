"""What an article is about: its own opening sentence, which in news says most of it.

The lead is the summary that machines find hard to beat (Nenkova 2005, "Automatic text summarization
of newswire"), it is in the article as it stands, and a small model's summaries are not to be
trusted. So "summarise the report of 2017" is answered with the reports' first sentences, quoted
after outlet and date; and so is what asks for these: "when was it published?"

Only what certainly means an article of the library is understood so: "the UN report" is one only
where UN is the outlet. All else is asked of the model like any question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from assistant.dates import asks_newest, named_periods
from assistant.reports import Report
from assistant.schema import Passage, Quote
from assistant.support import Evidence, quotable
from assistant.words import content_words, stem, stems

_LEAD = 40
_THING = r"(?P<thing>articles?|reports?|stor(?:y|ies)|news)"
_ALL = r"(?:(?:all|both|each|every)(?:\s+of)?\s+)?(?:(?:the|this|that|these|those|my|our|your|two|three)\s+){0,2}"
_OBJECT = (
    rf"{_ALL}(?P<before>(?:[^\s,;:?!]+\s+){{0,4}}?){_THING}"
    r"(?:\s+(?P<after>(?:of|from|in|by|about|on|dated|published|written)\s+[^,;:?!]+?))?"
)
_POLITE = r"(?:(?:please|(?:can|could|would|will)\s+you)\s+){0,2}"
_GIVE = r"(?:(?:give|show|tell|write|make)\s+(?:me\s+|us\s+)?|i\s+(?:need|want)\s+|what(?:'s|’s|\s+is|\s+are)\s+)?"
_OUTLET = r"(?:what|which)\s+(?:news\s+)?(?:outlet|newspaper|paper|publication|site|website)"
_FORMS = [
    re.compile(rf"{form}(?:,?\s+(?:please|for\s+me))?\W*$", re.I)
    for form in (
        rf"^\W*{_POLITE}(?:summari[sz]e|sum\s+up|recap)(?:\s+(?:{_OBJECT}|this|it|that|them|everything|(?:it|them)\s+all|both|all))?",
        rf"^\W*{_POLITE}{_GIVE}(?:an?\s+|the\s+)?(?:(?:short|brief|quick)\s+)?(?:summary|overview|gist|recap|main\s+points?|key\s+points?)"
        rf"(?:\s+of\s+(?:{_OBJECT}|this|it|everything|both))?",
        rf"^\W*what(?:'s|’s|\s+(?:is|are|was|were))\s+{_OBJECT}\s+about",
        rf"^\W*what(?:'s|’s|\s+is)\s+in\s+{_OBJECT}",
        rf"^\W*what\s+(?:do|does|did)\s+{_OBJECT}\s+(?:say|report|cover|contain|deal\s+with)",
    )
]
_DATED = [
    re.compile(rf"{form}\W*$", re.I)
    for form in (
        rf"^\W*when\s+(?:was|were)\s+{_OBJECT}\s+(?:published|written)",
        rf"^\W*when\s+(?:is|are)\s+{_OBJECT}\s+from",
        rf"^\W*what(?:'s|’s|\s+is|\s+are|\s+was)\s+the\s+(?:publication\s+)?dates?\s+of\s+{_OBJECT}",
        rf"^\W*(?:on\s+|in\s+)?(?:what|which)\s+(?:date|year)\s+(?:was|were)\s+{_OBJECT}\s+(?:published|written)",
    )
]
_BY = [
    re.compile(rf"{form}\W*$", re.I)
    for form in (
        rf"^\W*(?:who|{_OUTLET})\s+published\s+{_OBJECT}",
        rf"^\W*{_OUTLET}\s+(?:is|are|was|were)\s+{_OBJECT}\s+(?:from|published\s+(?:in|by))",
        rf"^\W*in\s+{_OUTLET}\s+(?:did|was|were)\s+{_OBJECT}\s+(?:appear|published)",
        rf"^\W*(?:from|by)\s+{_OUTLET}\s+(?:is|are|was|were)\s+{_OBJECT}(?:\s+published)?",
    )
]
# "The second article", "this week's news": which these are is not known here, nor what "before 2017" bounds.
_UNKNOWN = re.compile(
    r"\b(?:first|second|third|fourth|fifth|next|previous|earlier|earliest|oldest|other|today|yesterday|tonight|"
    r"week|month|year|morning|evening|recent|what|who|whom|whose|which|why|how|whether|when|where)\b|\d",
    re.I,
)
# "The summit mentioned in the article."
_INSIDE = re.compile(r"\b(?:in|on|about|with|mentioned|described|named|quoted)\b", re.I)
_NEWEST = re.compile(r"\b(?:latest|newest|last|(?:most\s+)?recent)\b", re.I)
_FRAME = {stem(word) for word in "news published written date dated outlet two three".split()}


@dataclass(frozen=True, slots=True)
class Overview:
    """What is asked: articles of which outlet or title (stems), about what (stems), whether for a date or an outlet."""

    named: frozenset[str]
    about: frozenset[str]
    for_date: bool = False
    for_outlet: bool = False
    newest: bool = False


def overview(question: str) -> Overview | None:
    """What "summarise the article of 2017" or "when was the TDI report published?" asks for; None for other questions.

    None, too, where which articles are meant cannot be told: "the second article", "before 2017".
    """
    text = question.strip()
    # A conversation's question may have the one before it in front: then it is not the question.
    if re.search(r"[.?!”\"]\s+\S", text):
        return None
    for kind, forms in enumerate((_FORMS, _DATED, _BY)):
        match = next((found for form in forms if (found := form.match(text))), None)
        if match:
            fields = {name: value or "" for name, value in match.groupdict().items()}
            return _understood(question, fields, for_date=kind == 1, for_outlet=kind == 2)
    return None


def leads(
    question: str, asked: Overview, reports: Iterable[Report], *, complete: bool
) -> list[tuple[Report, Evidence]]:
    """The opening sentence of each report that is meant, and was published in the time that the question names.

    Where a date or an outlet is asked for, of those that have one; where the newest is, of that alone.
    A date or an outlet is told, too, of the one article that mentions what it is said to be about:
    where the reports are `complete`, so that there is no other.
    """
    periods = named_periods(question)
    able = [
        (report, lead)
        for report in reports
        if (not periods or any(period.contains(report.published) for period in periods))
        and not (asked.for_date and report.published is None)
        and not (asked.for_outlet and report.passages[0].source is None)
        and (lead := _lead(report.passages)) is not None
    ]
    found = [
        (report, lead)
        for report, lead in able
        if _is_meant(asked, report, stems(f"{report.passages[0].title} {lead.quote.text}"))
    ]
    if not found and complete and (asked.for_date or asked.for_outlet):
        found = [item for item in able if _is_meant(asked, item[0], item[0].vocabulary())]
        found = found if len(found) == 1 else []
    if asked.newest:
        last = max((report.published for report, _ in found if report.published), default=None)
        return [(report, lead) for report, lead in found if last and report.published == last]
    return found


def _understood(question: str, fields: dict[str, str], *, for_date: bool, for_outlet: bool) -> Overview | None:
    before, after = (fields.get(name, "") for name in ("before", "after"))
    newest = bool(_NEWEST.search(before))
    before = _NEWEST.sub(" ", before)
    for period in named_periods(question):
        before, after = before.replace(period.words, " "), after.replace(period.words, " ")
    if _UNKNOWN.search(f"{before} {after}") or _INSIDE.search(before) or asks_newest(after):
        return None
    by_name = frozenset(word.stem for word in content_words(before)) - _FRAME
    about = frozenset(word.stem for word in content_words(after)) - _FRAME
    return Overview(by_name, about, for_date, for_outlet, newest)


def _is_meant(asked: Overview, report: Report, known: Set[str]) -> bool:
    first = report.passages[0]
    masthead = stems(f"{first.source or ''} {first.via or ''}")
    return asked.named <= masthead and asked.about <= masthead | known


def _lead(passages: Sequence[Passage]) -> Evidence | None:
    for passage in sorted(passages, key=lambda passage: passage.paragraph.number):
        for start, end in quotable(passage):
            if end - start >= _LEAD:
                return Evidence(passage, Quote(passage.paragraph.text[start:end], start, end), 1.0)
    return None
