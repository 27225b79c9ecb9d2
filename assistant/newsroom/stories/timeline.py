"""A story as its reports told it: a dated, quoted line a report, what differs on one day side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
from assistant.newsroom.stories.report_line import Line, LineWriter
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import NOT_STATED
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, iso_day
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
    """A line, and the places in the other reports of that day that state the same."""

    line: Line
    others: tuple[Evidence, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All that is cited for it, the line's own report first."""
        return (*self.line.evidence, *self.others)


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
        question = story if story.rstrip().endswith(_ASKS) else f"What is reported about {story.rstrip(' .')}?"
        query = Query.of(question)
        contexts = self._contexts(story, articles)[:most]
        for done, context in enumerate(contexts, 1):
            line = self._line(query, context)
            progress(done, len(contexts))
            yield line

    def arranged(self, lines: Iterable[Line]) -> list[Entry]:
        """The lines by day; those of a day that say the same are one, those with other figures side by side."""
        return [
            Entry(day, tuple(told))
            for day, own in groupby(by_day(lines), key=lambda line: line.context.published)
            for told in self._side_by_side(self._folded(list(own), dated=day is not None))
        ]

    def _contexts(self, story: str, articles: ArticleFilter) -> list[ArticleContext]:
        return self._base.contexts(near_passages(story, self._base.search(story, articles)))

    def _line(self, query: Query, context: ArticleContext) -> Line | None:
        if self._base.judge.answered(query.text, context) < _ABOUT:
            return None
        return self._writer.write(query, context)

    def _folded(self, lines: Sequence[Line], *, dated: bool) -> list[Told]:
        kept: list[Told] = []
        for line in lines:
            same = next((told for told in kept if dated and self._say_the_same(told.line, line)), None)
            if same is None:
                kept.append(Told(line))
                continue
            carried = self._base.finder.find(same.line.text, line.context.passages)
            kept[kept.index(same)] = Told(same.line, (*same.others, *carried))
        return kept

    def _say_the_same(self, one: Line, other: Line) -> bool:
        """Whether each report states the other's line: nothing is lost where one of them is told."""
        return self._are_alike(one, other) and self._states(one, other) and self._states(other, one)

    def _states(self, one: Line, other: Line) -> bool:
        if has_other_figure(other.text, one.context.passages):
            return False
        return self._base.judge.stated(other.text, one.context) >= STATED

    def _side_by_side(self, told: Sequence[Told]) -> Iterator[list[Told]]:
        groups: list[list[Told]] = []
        for one in told:
            group = next(
                (group for group in groups if any(self._differ(one.line, other.line) for other in group)), None
            )
            if group is None:
                groups.append([one])
            else:
                group.append(one)
        yield from groups

    def _differ(self, one: Line, other: Line) -> bool:
        """Whether two lines tell of the same with figures that the other's report has not."""
        return (
            self._are_alike(one, other)
            and has_other_figure(one.text, other.context.passages)
            and has_other_figure(other.text, one.context.passages)
        )

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
    sentences = tuple(
        SavedSentence(
            text=one.line.text,
            citations=tuple(numbers[part] for part in one.evidence),
            support=one.line.stated,
            quoted=one.line.quoted,
            byline=_byline(entry, one),
        )
        for entry, one in told
    )
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


def _byline(entry: Entry, told: Told) -> str:
    differ = "reports of this day differ" if len(entry.told) > 1 else ""
    source = told.line.context.passages[0].source or "unknown outlet"
    return ", ".join(filter(None, (iso_day(entry.day) or "undated", source, differ)))


def _when(line: Line) -> tuple[bool, date, int]:
    day = line.context.published
    return day is None, day or date.min, line.context.rank
