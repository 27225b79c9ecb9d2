"""Draft checks: one of each owner, in memory alone, sentence by sentence."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.llm.scope import QuestionScope
from assistant.newsroom.drafts.check import CheckedSentence, DraftChecker
from assistant.newsroom.drafts.sentences import DraftedSentence, sentences_of
from assistant.newsroom.evidence.base import evidence_base_of
from assistant.util.progress import unseen
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.tasks import Task, Tasks

MOST_CHARACTERS = 100_000
_MOST_SENTENCES = 500

Checked = tuple[CheckedSentence, ...]
Check = Callable[[Sequence[DraftedSentence]], Generator[CheckedSentence, None, None]]


def _check_of(assistant: Assistant, scope: QuestionScope) -> Check:
    checker = DraftChecker(evidence_base_of(assistant, scope))

    def check(sentences: Sequence[DraftedSentence]) -> Generator[CheckedSentence, None, None]:
        yield from checker.check(sentences, unseen("sentences"))

    return check


class Drafts:
    """The last draft of each owner."""

    def __init__(
        self,
        loader: AssistantLoader,
        queue: JobQueue,
        check_of: Callable[[Assistant, QuestionScope], Check] = _check_of,
    ) -> None:
        """`check_of` gives what checks sentences one by one."""
        self.tasks: Tasks[Checked] = Tasks(loader, queue, what="drafts are being checked")
        self._check_of = check_of

    def begin(self, owner: str, text: str, name: str, *, markdown: bool) -> None:
        """Begin to check; returns at once. `name` tells a reader which draft it is. Raises `AssistantError`."""
        if len(text) > MOST_CHARACTERS:
            raise UsageError(f"{name} has {len(text):,} characters; check it in parts of at most {MOST_CHARACTERS:,}")
        sentences = sentences_of(text.replace("\r\n", "\n"), name, markdown=markdown)
        if len(sentences) > _MOST_SENTENCES:
            raise UsageError(f"{name} has {len(sentences):,} sentences; check it in parts of at most {_MOST_SENTENCES}")
        task: Task[Checked] = Task(name, (), len(sentences))

        def steps(assistant: Assistant, scope: QuestionScope) -> Generator[Checked, None, None]:
            return ((*task.result, one) for one in self._check_of(assistant, scope)(sentences))

        self.tasks.begin(owner, task, steps, "your last draft is still being checked; wait for it, or stop it")
