"""Background counts of the outlets that carry what answers cite, a request of the model at a time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assistant.api import Assistant
from assistant.errors import ArticleError, UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers.file import SavedCitation
from assistant.newsroom.evidence.base import evidence_base_of
from assistant.newsroom.provenance.independence import PASSAGES, Carriage, each_carrier, group
from assistant.schema.articles import Article
from assistant.util.progress import unseen
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob
from assistant.web.storage.messages import Message
from assistant.web.storage.saved import saved_answer

_log = logging.getLogger(__name__)
_MOST_KEPT = 5_000
_MOST_WAITING = 500

Carriers = Callable[[Article, str], Iterator[Article | None]]
_Key = tuple[Path, str, str]
_Step = tuple[_Key, str, Carriage] | None


def _carriers_of(assistant: Assistant, scope: QuestionScope) -> Carriers:
    base = evidence_base_of(assistant, scope, passages=PASSAGES)
    return lambda article, claim: each_carrier(base, article, claim, unseen("articles"))


@dataclass(slots=True)
class _Count:
    """What an owner waits for: citations, with the states of the library that they are to be counted in."""

    waiting: dict[_Key, tuple[SavedCitation, str]] = field(default_factory=dict)
    ended: bool = False
    job: SteppedJob[_Step] | None = None

    @property
    def is_on(self) -> bool:
        return not (self.ended or self.job is None or self.job.over)


class CarrierCounts:
    """Counts for each owner, one citation after the other, what was cited last first; kept in memory."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        carriers_of: Callable[[Assistant, QuestionScope], Carriers] = _carriers_of,
    ) -> None:
        """`carriers_of` gives what finds the articles that carry a claim, one by one.

        `version` grows with each count.
        """
        self.version = 0
        self._loader = loader
        self._queue = queue
        self._carriers_of = carriers_of
        # Each with the state of the library that it is of.
        self._counted: OrderedDict[_Key, tuple[str, Carriage]] = OrderedDict()
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()

    def of(self, owner: str, citation: SavedCitation) -> Carriage | None:
        """Who carries what is cited, as it was counted last; None: it was not counted yet."""
        if not self._loader.is_open:
            return None
        found = self._counted.get(_key(self._loader.assistant_for(owner), citation))
        return found[1] if found else None

    def count(self, owner: str, messages: Sequence[Message]) -> None:
        """Have counted for these messages what was not counted in this state of the library; returns at once."""
        if not self._loader.is_open:
            return
        assistant = self._loader.assistant_for(owner)
        library = assistant.revision()
        todo = {_key(assistant, citation): (citation, library) for citation in _citations_of(reversed(messages))}
        with self._lock:
            todo = {key: one for key, one in todo.items() if self._counted.get(key, ("",))[0] != library}
            self._counts = {key: count for key, count in self._counts.items() if count.is_on or key == owner}
            count = self._counts.get(owner)
            if count and count.is_on:
                # Another page of the same owner's may wait for the others.
                count.waiting = dict(list({**todo, **count.waiting}.items())[:_MOST_WAITING])
            elif todo:
                count = self._counts[owner] = _Count(todo)
                scope = QuestionScope(warn=_log.warning)
                steps = self._steps(assistant, self._carriers_of(assistant, scope), count)
                count.job = SteppedJob(self._queue, steps, self._keep, scope.cancel)

    def is_on(self, owner: str) -> bool:
        """Whether something is being counted for the owner."""
        count = self._counts.get(owner)
        return count is not None and count.is_on

    def take_error(self, owner: str) -> str | None:
        """Why the owner's last count ended early; told once."""
        with self._lock:
            count = self._counts.get(owner)
            job = count.job if count else None
            if job is None or not job.over or job.error is None:
                return None
            del self._counts[owner]
        return job.error

    def _keep(self, step: _Step) -> None:
        if step is None:
            return
        key, library, carriage = step
        with self._lock:
            self._counted[key] = library, carriage
            self._counted.move_to_end(key)
            self.version += 1
            if len(self._counted) > _MOST_KEPT:
                self._counted.popitem(last=False)

    def _steps(self, assistant: Assistant, carriers: Carriers, count: _Count) -> Generator[_Step, None, None]:
        while found := self._next(count):
            key, citation, library = found
            try:
                article = assistant.article(citation.article_id)
            except ArticleError:
                # Withdrawn since: the answer's mark says so.
                continue
            carrying: list[Article] = []
            for carrier in carriers(article, citation.quote):
                carrying += [carrier] if carrier else []
                yield None
            yield key, library, group(carrying)

    def _next(self, count: _Count) -> tuple[_Key, SavedCitation, str] | None:
        with self._lock:
            if not count.waiting:
                count.ended = True
                return None
            key = next(iter(count.waiting))
            return key, *count.waiting.pop(key)


def _citations_of(messages: Iterable[Message]) -> Iterator[SavedCitation]:
    """What the messages' answers cite; nothing of one that is no whole answer."""
    for message in messages:
        with suppress(UsageError):
            yield from saved_answer(message).citations


def _key(assistant: Assistant, citation: SavedCitation) -> _Key:
    return assistant.index.kept, citation.article_id, citation.quote
