"""Drafts that are checked against the library: one of each owner, in memory alone, sentence by sentence."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.drafts.check import CheckedSentence, DraftChecker
from assistant.newsroom.drafts.sentences import DraftedSentence, sentences_of
from assistant.newsroom.evidence.base import evidence_base_of
from assistant.util.progress import unseen
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stepped import SteppedJob

_log = logging.getLogger(__name__)
MOST_CHARACTERS = 100_000
_MOST_SENTENCES = 500
_MOST_KEPT = 100

Check = Callable[[Sequence[DraftedSentence]], Generator[CheckedSentence, None, None]]


def _check_of(assistant: Assistant, scope: QuestionScope) -> Check:
    checker = DraftChecker(evidence_base_of(assistant, scope))

    def check(sentences: Sequence[DraftedSentence]) -> Generator[CheckedSentence, None, None]:
        yield from checker.check(sentences, unseen("sentences"))

    return check


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft on its way: `total` sentences, those that are checked so far, in their order."""

    name: str
    total: int
    checked: Sequence[CheckedSentence]
    job: SteppedJob[CheckedSentence]

    @property
    def is_on(self) -> bool:
        """Whether it is being checked."""
        return not (self.job.over or self.job.cancelled)

    @property
    def error(self) -> str | None:
        """Why it was not checked to its end."""
        return self.job.error

    @property
    def place(self) -> int:
        """How many questions come before its next sentence."""
        return self.job.place


class Drafts:
    """The last draft of each owner."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        check_of: Callable[[Assistant, QuestionScope], Check] = _check_of,
    ) -> None:
        """`check_of` gives what checks sentences one by one."""
        self._loader = loader
        self._queue = queue
        self._check_of = check_of
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, owner: str) -> Draft | None:
        """The owner's last draft."""
        return self._drafts.get(owner)

    def begin(self, owner: str, text: str, name: str, *, markdown: bool) -> None:
        """Begin to check; returns at once. `name` tells a reader which draft it is. Raises `AssistantError`."""
        if len(text) > MOST_CHARACTERS:
            raise UsageError(f"{name} has {len(text):,} characters; check it in parts of at most {MOST_CHARACTERS:,}")
        sentences = sentences_of(text.replace("\r\n", "\n"), name, markdown=markdown)
        if len(sentences) > _MOST_SENTENCES:
            raise UsageError(f"{name} has {len(sentences):,} sentences; check it in parts of at most {_MOST_SENTENCES}")
        scope = QuestionScope(warn=_log.warning)
        check = self._check_of(self._loader.assistant_for(owner), scope)
        with self._lock:
            before = self._drafts.get(owner)
            if before and before.is_on:
                raise UsageError("your last draft is still being checked; wait for it, or stop it")
            self._make_room()
            checked: list[CheckedSentence] = []
            job = SteppedJob(self._queue, check(sentences), checked.append, scope.cancel)
            self._drafts[owner] = Draft(name, len(sentences), checked, job)
            self._drafts.move_to_end(owner)

    def stop(self, owner: str) -> None:
        """Stop checking; what is checked stays."""
        draft = self.of(owner)
        if draft:
            draft.job.cancel()

    def forget(self, owner: str) -> None:
        """Stop, and keep nothing of it."""
        self.stop(owner)
        with self._lock:
            self._drafts.pop(owner, None)

    def _make_room(self) -> None:
        """Raises `UsageError` where as many as may be are being checked."""
        ended = [owner for owner, draft in self._drafts.items() if not draft.is_on]
        for owner in ended[: max(0, len(self._drafts) - _MOST_KEPT + 1)]:
            del self._drafts[owner]
        if len(self._drafts) >= _MOST_KEPT:
            raise UsageError(f"{len(self._drafts)} drafts are being checked already; try again in a while")
