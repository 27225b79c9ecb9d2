"""Container of all background jobs of the page, over one queue of questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from assistant.web.jobs.carrier_counts import CarrierCounts
from assistant.web.jobs.drafts import Drafts
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.saved_questions import QuestionRuns
from assistant.web.jobs.stories import Stories


@dataclass(frozen=True, slots=True)
class Background:
    """The queue that questions wait in, and what else asks the model in it."""

    queue: JobQueue
    data: OwnerData
    drafts: Drafts
    questions: QuestionRuns
    stories: Stories
    counts: CarrierCounts

    @classmethod
    def over(cls, loader: AssistantLoader, queue: JobQueue | None = None, *, alone: bool = False) -> Self:
        """With a line of its own that answers one at a time, where none is given; `alone` as in `OwnerData`."""
        queue = queue or JobQueue()
        data = OwnerData(loader, alone=alone)
        return cls(
            queue,
            data,
            Drafts(loader, queue),
            QuestionRuns(loader, queue, data),
            Stories(loader, queue, data),
            CarrierCounts(loader, queue),
        )
