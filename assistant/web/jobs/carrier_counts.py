"""Who carries what the answers of a conversation cite: counted in the background, a request of the model at a time."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from assistant.api import Assistant
from assistant.errors import ArticleError, UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.answers_file import SavedCitation
from assistant.newsroom.evidence_base import evidence_base_of
from assistant.newsroom.independence import Carriage, each_carrier, group
from assistant.schema.articles import Article
from assistant.util.progress import unseen
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob
from assistant.web.storage.messages import Message
from assistant.web.storage.saved import saved_answer

_log = logging.getLogger(__name__)
# Of a story that many outlets carry, most of their reports; as `assistant sources` has it.
_PASSAGES = 60
_MOST_KEPT = 5_000

Carriers = Callable[[Article, str], Iterator[Article | None]]
_Key = tuple[Path, str, str]
_Step = tuple[_Key, str, Carriage] | None


def _carriers_of(assistant: Assistant, scope: QuestionScope) -> Carriers:
    base = evidence_base_of(assistant, scope, passages=_PASSAGES)
    return lambda article, claim: each_carrier(base, article, claim, unseen("articles"))


class CarrierCounts:
    """Counts for one conversation of each owner at a time; a count is kept in memory, and is of a library's state."""

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
        self._counts: OrderedDict[_Key, tuple[str, Carriage]] = OrderedDict()
        self._jobs: dict[str, SteppedJob[_Step]] = {}
        self._lock = threading.Lock()

    def of(self, owner: str, citation: SavedCitation) -> Carriage | None:
        """Who carries what is cited, as it was counted last; None: it was not counted yet."""
        if not self._loader.is_open:
            return None
        found = self._counts.get(_key(self._loader.assistant_for(owner), citation))
        return found[1] if found else None

    def count(self, owner: str, messages: Sequence[Message]) -> None:
        """Begin to count for these messages what was not counted in this state of the library; returns at once."""
        if not self._loader.is_open:
            return
        assistant = self._loader.assistant_for(owner)
        library = assistant.revision()
        todo = {
            key: citation
            for citation in citations_of(reversed(messages))
            if self._counts.get(key := _key(assistant, citation), ("",))[0] != library
        }
        with self._lock:
            self._jobs = {key: job for key, job in self._jobs.items() if not job.over}
            if before := self._jobs.pop(owner, None):
                before.cancel()
            if todo:
                scope = QuestionScope(warn=_log.warning)
                steps = self._steps(assistant, self._carriers_of(assistant, scope), todo, library)
                self._jobs[owner] = SteppedJob(self._queue, steps, self._keep, scope.cancel)

    def is_on(self, owner: str) -> bool:
        """Whether something is being counted for the owner."""
        job = self._jobs.get(owner)
        return job is not None and not (job.over or job.cancelled)

    def take_error(self, owner: str) -> str | None:
        """Why the owner's last count ended early; told once."""
        with self._lock:
            job = self._jobs.get(owner)
            if job is None or not job.over or job.error is None:
                return None
            del self._jobs[owner]
        return job.error

    def _keep(self, step: _Step) -> None:
        if step is None:
            return
        key, library, carriage = step
        with self._lock:
            self._counts[key] = library, carriage
            self._counts.move_to_end(key)
            self.version += 1
            if len(self._counts) > _MOST_KEPT:
                self._counts.popitem(last=False)

    def _steps(
        self, assistant: Assistant, carriers: Carriers, todo: dict[_Key, SavedCitation], library: str
    ) -> Generator[_Step, None, None]:
        for key, citation in todo.items():
            try:
                article = assistant.article(citation.article_id)
            except ArticleError:
                # Withdrawn since: the answer's mark says so.
                continue
            found: list[Article] = []
            for carrier in carriers(article, citation.quote):
                found += [carrier] if carrier else []
                yield None
            yield key, library, group(found)


def citations_of(messages: Iterable[Message]) -> Iterator[SavedCitation]:
    """What the messages' answers cite; nothing of one that is no whole answer."""
    for message in messages:
        with suppress(UsageError):
            yield from saved_answer(message).citations


def _key(assistant: Assistant, citation: SavedCitation) -> _Key:
    return assistant.index.kept, citation.article_id, citation.quote
