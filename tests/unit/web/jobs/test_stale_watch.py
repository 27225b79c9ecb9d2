"""Kept answers are looked at once for each state of the library."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from newsroom_samples import ANSWER

from assistant.errors import ModelError, UsageError
from assistant.newsroom.answers.stale import Change, Kept, Reason
from assistant.schema.articles import ArticleFilter, scope_to_dict
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.stale_watch import StaleWatch
from assistant.web.storage.conversations import ConversationStore

SCOPE = ArticleFilter(until=date(2024, 1, 1), ids=("ferry",))
GONE = {"change": "withdrawn", "article_id": "ferry", "detail": "“Ferry” is no longer in the library"}


class Library:
    """What is asked of it is kept; it says that everything is withdrawn."""

    def __init__(self) -> None:
        self.state = "1"
        self.asked: list[Kept] = []
        self.error: Exception | None = None

    def revision(self) -> str:
        return self.state

    def reasons(self, kept: Kept) -> list[Reason]:
        self.asked.append(kept)
        if self.error:
            raise self.error
        return [Reason(Change.WITHDRAWN, GONE["article_id"], GONE["detail"])]


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def kept(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "conversations.sqlite3")


@pytest.fixture
def watch(library: Any, kept: ConversationStore) -> StaleWatch:
    return StaleWatch(AssistantLoader.of(library), JobQueue(1), kept, lambda assistant, _: library.reasons)


def asked(kept: ConversationStore, **more: Any) -> str:
    made = kept.create("ann").id
    kept.append("ann", made, ANSWER.question, {**ANSWER.to_dict(), "scope": scope_to_dict(SCOPE)}, **more)
    return made


def ended(watch: StaleWatch) -> None:
    deadline = time.monotonic() + 60
    while watch.is_on("ann"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_changed_is_kept_and_looked_for_once(watch: StaleWatch, library: Library, kept: ConversationStore) -> None:
    made = asked(kept)
    for _ in range(2):
        watch.look("ann", made)
        ended(watch)
    (message,) = kept.messages("ann", made)
    assert message.changes == (GONE,)
    (one,) = library.asked
    assert (one.articles, one.asked, one.answer.question) == (SCOPE, message.asked_at, ANSWER.question)
    library.state = "2"
    watch.look("ann", made)
    ended(watch)
    assert len(library.asked) == 2


def test_what_was_answered_from_the_library_as_it_is_is_not_looked_at(
    watch: StaleWatch, library: Library, kept: ConversationStore
) -> None:
    watch.look("ann", asked(kept, library="1"))
    ended(watch)
    assert library.asked == []


def test_an_answer_without_its_sources_keeps_nothing_from_the_others(
    watch: StaleWatch, library: Library, kept: ConversationStore
) -> None:
    made = asked(kept)
    kept.append("ann", made, "When?", {"answer": "In March."})
    watch.look("ann", made)
    ended(watch)
    assert [message.changes for message in kept.messages("ann", made)] == [(GONE,), ()]
    assert len(library.asked) == 1


def test_a_model_that_fails_leaves_it_to_be_looked_at(
    watch: StaleWatch, library: Library, kept: ConversationStore
) -> None:
    made = asked(kept)
    library.error = ModelError("model fake: nothing answers there")
    watch.look("ann", made)
    ended(watch)
    assert kept.messages("ann", made)[0].checked is None
    assert watch.take_error("ann") == "model fake: nothing answers there"
    assert watch.take_error("ann") is None


def test_a_conversation_that_is_deleted_meanwhile_is_no_error(
    watch: StaleWatch, library: Library, kept: ConversationStore
) -> None:
    made = asked(kept)
    reasons = library.reasons

    def slow(asked: Kept) -> list[Reason]:
        kept.delete("ann", made)
        return reasons(asked)

    library.reasons = slow  # type: ignore[method-assign]
    watch.look("ann", made)
    ended(watch)
    assert library.asked
    assert watch.take_error("ann") is None


def test_what_is_stopped_is_looked_at_no_further(watch: StaleWatch, library: Library, kept: ConversationStore) -> None:
    made = asked(kept)
    kept.append("ann", made, ANSWER.question, ANSWER.to_dict())
    reasons = library.reasons

    def slow(asked: Kept) -> list[Reason]:
        watch.stop("ann", made)
        return reasons(asked)

    library.reasons = slow  # type: ignore[method-assign]
    watch.look("ann", made)
    ended(watch)
    assert len(library.asked) == 1


def test_nobody_looks_at_anothers(watch: StaleWatch, library: Library, kept: ConversationStore) -> None:
    with pytest.raises(UsageError, match="no such conversation"):
        watch.look("bob", asked(kept))
    assert library.asked == []


def test_before_the_articles_are_open_nothing_is_looked_at(kept: ConversationStore) -> None:
    watch = StaleWatch(AssistantLoader(lambda _: SimpleNamespace()), JobQueue(1), kept)  # type: ignore[arg-type, return-value]
    watch.look("ann", asked(kept))
    assert not watch.is_on("ann")
