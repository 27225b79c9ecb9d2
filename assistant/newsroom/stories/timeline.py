"""Timeline of a story: a dated, quoted line a report, what differs on one day side by side."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from assistant.answering.citations import make_citation
from assistant.api import Assistant
from assistant.generation.generator import generators_of
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.file import SavedAnswer, SavedSentence, of_citation
from assistant.newsroom.evidence.base import EvidenceBase, evidence_base_of
from assistant.newsroom.evidence.nearness import near_passages
from assistant.newsroom.evidence.passages import quote_to_dict
from assistant.newsroom.stories.differences import DifferenceFinder, OtherFigure
from assistant.newsroom.stories.report_line import Line, LineWriter, news_of
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import NOT_STATED
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, iso_day
from assistant.text.figures import values_in
from assistant.util.progress import Progress
from assistant.verification.evidence import Evidence
from assistant.verification.reckoning import has_other_figure
from assistant.verification.verifier import STATED

_PASSAGES_A_REPORT = 4
_ASKS = ("?", "？", "؟")
# Two lines of a day below this cosine tell of different things. Not fitted: `python -m evals.timeline` measures it.
_ALIKE = 0.5
# P(a report tells of the story) from which it is told.
_ABOUT = 0.5


@dataclass(frozen=True, slots=True)
class Told:
    """A line, and the places in the other reports of that day that state the same.

    `differs`: a sentence of the report with a figure that another report of the day gives otherwise, where the line
    does not tell it.
    """

    line: Line
    others: tuple[Evidence, ...] = ()
    differs: Evidence | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that is cited for it, the line's own report first."""
        own = (*self.line.evidence, self.differs) if self.differs else self.line.evidence
        return (*dict.fromkeys(own), *self.others)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was told on `day` of one thing: several lines where reports have different figures for it."""

    day: date | None
    told: tuple[Told, ...]


class StoryTimeline:
    """Reads the reports nearest to a story."""

    def __init__(self, base: EvidenceBase, writer: LineWriter) -> None:
        self._base = base
        self._writer = writer
        self._differences = DifferenceFinder(base.similar, base.judge)

    def entries(
        self, story: str, articles: ArticleFilter = EVERY_ARTICLE, *, most: int, progress: Progress
    ) -> list[Entry]:
        """Oldest first, undated last; of at most `most` reports. `story`: what it is about, or a question.

        Raises `ModelError`.
        """
        return self.arranged(line for line in self.lines(story, articles, most=most, progress=progress) if line)

    def lines(
        self, story: str, articles: ArticleFilter = EVERY_ARTICLE, *, most: int, progress: Progress
    ) -> Iterator[Line | None]:
        """A line a report, that nearest to the story first, to be `arranged`; None for one that tells of another."""
        asked = story.rstrip().endswith(_ASKS)
        query = Query.of(story if asked else f"What is reported about {story.rstrip(' .')}?")
        contexts = self._contexts(story, articles)[:most]
        for done, context in enumerate(contexts, 1):
            line = self._line(query, context, asked=asked)
            progress(done, len(contexts))
            yield line

    def arranged(self, lines: Iterable[Line]) -> list[Entry]:
        """The lines by day; those of a day that say the same are one, those of reports that differ side by side."""
        return [
            Entry(day, tuple(told))
            for day, own in groupby(by_day(lines), key=lambda line: line.context.published)
            for told in (self._compared(list(own)) if day else [[Told(line)] for line in own])
        ]

    def _contexts(self, story: str, articles: ArticleFilter) -> list[ArticleContext]:
        return self._base.contexts(near_passages(story, self._base.search(story, articles)))

    def _line(self, query: Query, context: ArticleContext, *, asked: bool) -> Line | None:
        if self._base.judge.answered(query.text, context) < _ABOUT:
            return None
        # A title names what is new in its report; asked by the story, the report tells any detail of it.
        news = None if asked else self._writer.write(news_of(context.passages[0].title), context)
        return news or self._writer.write(query, context)

    def _compared(self, lines: Sequence[Line]) -> list[list[Told]]:
        """The lines of a day: those that say the same as one, those together whose reports differ in a figure."""
        differ = self._differences.among([line.context for line in lines])
        told = self._folded(lines, differ)
        groups = [{place} for place in told]
        for pair, found in differ.items():
            if not set(pair) <= told.keys():
                continue
            for place, figure in zip(pair, found, strict=True):
                told[place] = _telling(told[place], figure)
            _join(groups, *pair)
        return [[told[place] for place in sorted(group)] for group in groups]

    def _folded(self, lines: Sequence[Line], differ: Container[tuple[int, int]]) -> dict[int, Told]:
        """By its place each line that is told; one whose report differs from the other's is told by itself."""
        told: dict[int, Told] = {}
        for place, line in enumerate(lines):
            same = (one for one in told if (one, place) not in differ and self._say_the_same(told[one].line, line))
            first = next(same, None)
            if first is None:
                told[place] = Told(line)
                continue
            carried = self._base.finder.find(told[first].line.text, line.context.passages)
            told[first] = replace(told[first], others=(*told[first].others, *carried))
        return told

    def _say_the_same(self, one: Line, other: Line) -> bool:
        """Whether each report states the other's line: nothing is lost where one of them is told."""
        return self._are_alike(one, other) and self._states(one, other) and self._states(other, one)

    def _states(self, one: Line, other: Line) -> bool:
        if has_other_figure(other.text, one.context.passages):
            return False
        return self._base.judge.stated(other.text, one.context) >= STATED

    def _are_alike(self, one: Line, other: Line) -> bool:
        return self._base.similar(one.text, [other.text])[0] >= _ALIKE


def timeline_of(assistant: Assistant, scope: QuestionScope | None = None, *, most: int) -> StoryTimeline:
    """The timeline over an open assistant, for at most `most` reports; `scope` cancels what the model is asked."""
    scope = scope or QuestionScope()
    base = evidence_base_of(assistant, scope, passages=most * _PASSAGES_A_REPORT)
    generators = generators_of(assistant.model.within(scope), assistant.settings)
    return StoryTimeline(base, LineWriter(generators, base.judge, base.finder))


def by_day(lines: Iterable[Line]) -> list[Line]:
    """Oldest first, undated last; of a day the report nearest to the story first."""
    return sorted(lines, key=_when)


def entry_to_dict(entry: Entry) -> dict[str, Any]:
    """As JSON; the first source of a line is the report that it was written from."""
    return {
        "day": iso_day(entry.day),
        "differ": len(entry.told) > 1,
        "lines": [
            {
                "text": told.line.text,
                "quoted": told.line.quoted,
                "stated": round(told.line.stated, 4),
                "differs": told.differs.quote.text if told.differs else None,
                "sources": [quote_to_dict(part.passage, part.quote.text) for part in told.evidence],
            }
            for told in entry.told
        ],
    }


def to_answer(story: str, entries: Sequence[Entry], *, model: str, articles: ArticleFilter) -> SavedAnswer:
    """The timeline as an answer, for what writes answers out: a sentence a line, with day and outlet before it."""
    told = [(entry, one) for entry in entries for one in entry.told]
    evidence = list(dict.fromkeys(part for _, one in told for part in one.evidence))
    numbers = {part: number for number, part in enumerate(evidence, 1)}
    sentences = tuple(sentence for entry, one in told for sentence in _sentences(_byline(entry, one), one, numbers))
    return SavedAnswer(
        question=story,
        answer=" ".join(sentence.text for sentence in sentences) or NOT_STATED,
        refused=not sentences,
        sentences=sentences,
        citations=tuple(
            of_citation(make_citation(number, part.passage, part.quote.start, part.quote.end))
            for part, number in numbers.items()
        ),
        model=model,
        as_of=articles.as_of,
    )


def _sentences(byline: str, told: Told, numbers: Mapping[Evidence, int]) -> Iterator[SavedSentence]:
    """The line, and the sentence that differs."""
    cited = tuple(numbers[part] for part in dict.fromkeys((*told.line.evidence, *told.others)))
    yield SavedSentence(
        text=told.line.text, citations=cited, support=told.line.stated, quoted=told.line.quoted, byline=byline
    )
    if told.differs:
        cited = (numbers[told.differs],)
        yield SavedSentence(text=told.differs.quote.text, citations=cited, support=1.0, quoted=True, byline=byline)


def _join(groups: list[set[int]], one: int, other: int) -> None:
    first, second = (next(group for group in groups if place in group) for place in (one, other))
    if first is not second:
        groups.remove(second)
        first |= second


def _telling(told: Told, other: OtherFigure) -> Told:
    """The same with the sentence of the figure, unless the line tells it already; the first one that differs."""
    if told.differs or other.figure.values & values_in([told.line.text]):
        return told
    return replace(told, differs=other.evidence)


def _byline(entry: Entry, told: Told) -> str:
    differ = "reports of this day differ" if len(entry.told) > 1 else ""
    source = told.line.context.passages[0].source or "unknown outlet"
    return ", ".join(filter(None, (iso_day(entry.day) or "undated", source, differ)))


def _when(line: Line) -> tuple[bool, date, int]:
    day = line.context.published
    return day is None, day or date.min, line.context.rank
