"""Timelines of stories and digests of periods: one of each owner, in memory alone, a report or story at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.file import SavedAnswer
from assistant.newsroom.stories.digest import Digest, Story, digest_of
from assistant.newsroom.stories.digest_memory import DigestMemory
from assistant.newsroom.stories.report_line import Line
from assistant.newsroom.stories.timeline import Entry, StoryTimeline, Told, by_day, timeline_of, to_answer
from assistant.query.validate import check_days, check_question
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.tasks import Task, Tasks

_MOST_REPORTS = 30
_MOST_STORIES = 500
_BUSY = "your last timeline or digest is still being made; wait for it, or stop it"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A timeline of `story` so far. Where it is not `arranged`, the reports of one day are not compared yet."""

    story: str
    articles: ArticleFilter
    entries: tuple[Entry, ...] = ()
    arranged: bool = False


@dataclass(frozen=True, slots=True)
class DigestSoFar:
    """The stories of `articles` articles that are told so far; `since_last`: of what came since the last digest."""

    period: ArticleFilter
    since_last: bool
    articles: int
    stories: tuple[Story, ...] = ()


Made = Timeline | DigestSoFar


def _timeline_of(assistant: Assistant, scope: QuestionScope) -> StoryTimeline:
    return timeline_of(assistant, scope, most=_MOST_REPORTS)


class Stories:
    """The last timeline or digest of each owner."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        data: OwnerData,
        *,
        timeline_of: Callable[[Assistant, QuestionScope], StoryTimeline] = _timeline_of,
        digest_of: Callable[[Assistant, QuestionScope], Digest] = digest_of,
    ) -> None:
        self.tasks: Tasks[Made] = Tasks(loader, queue, what="timelines and digests are being made")
        self._loader = loader
        self._data = data
        self._timeline_of = timeline_of
        self._digest_of = digest_of

    def begin_timeline(self, owner: str, story: str, articles: ArticleFilter) -> None:
        """Begin to tell a story day by day; returns at once. Raises `AssistantError`."""
        story = " ".join(story.split())
        check_question(story)
        check_days(articles)
        task: Task[Made] = Task(story, Timeline(story, articles))

        def steps(assistant: Assistant, scope: QuestionScope) -> Generator[Made, None, None]:
            return _timeline_steps(lambda: self._timeline_of(assistant, scope), Timeline(story, articles), task)

        self.tasks.begin(owner, task, steps, _BUSY)

    def begin_digest(self, owner: str, period: ArticleFilter) -> None:
        """Begin a digest of what was published in a period; returns at once. Raises `AssistantError`."""
        if period.since is None:
            raise UsageError("a digest needs its first day; choose it, or take what came since the last digest")
        check_days(period)
        self._begin_digest(owner, period, None)

    def begin_digest_of_new(self, owner: str) -> None:
        """Begin a digest of what came since the owner's last one. Raises `AssistantError`."""
        try:
            known = self._data.digest(owner).held()
        except UsageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise UsageError("there is no digest of yours to go on from yet; choose its first day") from error
            raise
        self._begin_digest(owner, EVERY_ARTICLE, known)

    def _begin_digest(self, owner: str, period: ArticleFilter, known: frozenset[str] | None) -> None:
        memory = self._data.digest(owner)
        task: Task[Made] = Task("Digest", DigestSoFar(period, known is not None, 0))

        def steps(assistant: Assistant, scope: QuestionScope) -> Generator[Made, None, None]:
            there = _There(assistant, period, known)
            return _digest_steps(lambda: self._digest_of(assistant, scope), there, memory, task)

        self.tasks.begin(owner, task, steps, _BUSY)

    def timeline_answer(self, owner: str) -> SavedAnswer:
        """The owner's timeline as an answer, to be exported. Raises `UsageError` where there is none."""
        task = self.tasks.of(owner)
        made = task.result if task else None
        if not isinstance(made, Timeline):
            raise UsageError("there is no timeline of yours any more; have it told again")
        model = self._loader.assistant_for(owner).model.name
        return to_answer(made.story, made.entries, model=model, articles=made.articles)


@dataclass(frozen=True, slots=True)
class _There:
    """The articles that a digest is of: those of `period`, without what is `known`."""

    assistant: Assistant
    period: ArticleFilter
    known: frozenset[str] | None


def _timeline_steps(
    open_timeline: Callable[[], StoryTimeline], made: Timeline, task: Task[Made]
) -> Generator[Timeline, None, None]:
    timeline = open_timeline()
    lines: list[Line] = []
    reports = timeline.lines(made.story, made.articles, most=_MOST_REPORTS, progress=task.progress)
    for line in reports:
        lines += [line] if line else []
        yield replace(made, entries=_apart(lines))
    # A day at a time: which of its reports say the same the model is asked.
    ordered = by_day(lines)
    arranged: list[Entry] = []
    told = 0
    for _, day in groupby(ordered, key=lambda line: line.context.published):
        own = list(day)
        arranged += timeline.arranged(own)
        told += len(own)
        yield replace(made, entries=(*arranged, *_apart(ordered[told:])), arranged=told == len(ordered))


def _digest_steps(
    open_digest: Callable[[], Digest], there: _There, memory: DigestMemory, task: Task[Made]
) -> Generator[DigestSoFar, None, None]:
    index = there.assistant.index
    everything = [header.id for header in index.all_headers(EVERY_ARTICLE)]
    known = there.known or frozenset()
    headers = [header for header in index.all_headers(there.period) if header.id not in known]
    made = DigestSoFar(there.period, there.known is not None, len(headers))
    yield made
    for story in open_digest().stories(headers, task.progress, most=_MOST_STORIES):
        made = replace(made, stories=(*made.stories, story))
        yield made
    # What was not asked for is still to be told.
    if there.period.until is None and task.total < _MOST_STORIES:
        memory.keep(everything)


def _apart(lines: Sequence[Line]) -> tuple[Entry, ...]:
    """Each line by itself."""
    return tuple(Entry(line.context.published, (Told(line),)) for line in by_day(lines))
