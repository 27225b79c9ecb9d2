"""Who carries what is cited: counted once for a state of the library, in the background, for pages and exports."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from newsroom_samples import ANSWER, FERRY, REFUSAL, TIDE

from assistant.errors import ArticleError, ModelError
from assistant.newsroom.answers.file import of_answer
from assistant.schema.articles import Article
from assistant.web.handlers.carriers import CarriersHandler
from assistant.web.jobs.carrier_counts import CarrierCounts
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.session import Session
from assistant.web.storage.conversations import ConversationStore

OTHER = replace(FERRY, id="mail", source="Mail & <b>Co</b>")
FIRST, SECOND = of_answer(ANSWER).citations


class Library:
    """Says that every claim of the ferry's is carried by another outlet too, with the same text."""

    def __init__(self, kept: Path) -> None:
        self.index = SimpleNamespace(kept=kept)
        self.state = "1"
        self.held = {article.id: article for article in (FERRY, TIDE)}
        self.asked: list[tuple[str, str]] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.error: Exception | None = None

    def revision(self) -> str:
        return self.state

    def article(self, key: str) -> Article:
        if key not in self.held:
            raise ArticleError(f"article {key}: not in the library")
        return self.held[key]

    def carriers(self, article: Article, claim: str) -> Iterator[Article | None]:
        self.asked.append((article.id, claim))
        yield article
        assert self.go_on.wait(60)
        if self.error:
            raise self.error
        yield None
        if article is FERRY:
            yield OTHER


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def counts(library: Any) -> CarrierCounts:
    return CarrierCounts(AssistantLoader.of(library), JobQueue(1), lambda assistant, _: library.carriers)


@pytest.fixture
def kept(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "conversations.sqlite3")


@pytest.fixture
def handler(library: Any, counts: CarrierCounts, kept: ConversationStore) -> CarriersHandler:
    return CarriersHandler(AssistantLoader.of(library), counts, kept, lambda text: text.replace("/srv", "…"))


def asked(kept: ConversationStore, *answers: Any) -> Session:
    made = kept.create("me").id
    for answer in answers or (ANSWER,):
        kept.append("me", made, answer.question, answer.to_dict())
    return Session(conversation=made)


def ended(counts: CarrierCounts) -> None:
    for _ in range(6_000):
        if not counts.is_on("me"):
            return
        threading.Event().wait(0.01)
    raise AssertionError("it does not end")


def test_what_is_cited_is_counted_once_and_shown_where_it_is_cited(
    handler: CarriersHandler, counts: CarrierCounts, library: Library, kept: ConversationStore
) -> None:
    session = asked(kept, ANSWER, REFUSAL)
    assert handler.followed(session, "me") == {"carriers": ""}
    ended(counts)
    shown = handler.followed(session, "me")["carriers"]
    assert shown.startswith("<ul hidden>")
    start = ANSWER.citations[0].start
    assert (
        f'<li data-place="2 {start} ferry">2 outlets carry it, all from one source: The Skar Post, '
        "Mail &amp; &lt;b&gt;Co&lt;/b&gt;.</li>"
    ) in shown
    assert '<li data-place="1 0 tide/1">No other outlet carries it.</li>' in shown
    assert library.asked == [("ferry", FIRST.quote), ("tide/1", SECOND.quote)]
    assert handler.followed(session, "me") == {}
    assert "2 outlets" in handler.followed(Session(conversation=session.conversation), "me")["carriers"]
    assert len(library.asked) == 2
    found = counts.of("me", FIRST)
    assert found
    assert (found.outlets, found.independent) == (2, 1)


def test_another_state_of_the_library_is_counted_anew_and_what_was_known_stays_until_then(
    handler: CarriersHandler, counts: CarrierCounts, library: Library, kept: ConversationStore
) -> None:
    session = asked(kept)
    handler.followed(session, "me")
    ended(counts)
    del library.held["tide/1"]
    library.state = "2"
    library.go_on.clear()
    assert "2 outlets" in handler.followed(session, "me")["carriers"]
    library.go_on.set()
    ended(counts)
    assert library.asked[2:] == [("ferry", FIRST.quote)]


def test_two_pages_of_one_owner_are_both_counted_for(
    handler: CarriersHandler, counts: CarrierCounts, library: Library, kept: ConversationStore
) -> None:
    sentence = replace(ANSWER.sentences[1], citations=(2,))
    one = replace(ANSWER, sentences=(sentence,), citations=ANSWER.citations[1:])
    library.go_on.clear()
    handler.followed(asked(kept), "me")
    handler.followed(asked(kept, one), "me")
    assert handler.is_on("me")
    assert not handler.is_on("somebody else")
    library.go_on.set()
    ended(counts)
    assert counts.of("me", FIRST)
    assert counts.of("me", SECOND)


def test_nothing_is_counted_of_somebody_elses_conversation(
    handler: CarriersHandler, library: Library, kept: ConversationStore
) -> None:
    assert handler.followed(asked(kept), "somebody else") == {"carriers": ""}
    assert library.asked == []


def test_why_it_could_not_be_counted_is_told_once(
    handler: CarriersHandler, counts: CarrierCounts, library: Library, kept: ConversationStore
) -> None:
    library.error = ModelError("model /srv/m: ended")
    session = asked(kept)
    handler.followed(session, "me")
    ended(counts)
    assert "could not be counted: model …/m: ended" in handler.followed(session, "me")["notice"]
    assert "notice" not in handler.followed(session, "me")


def test_before_the_articles_are_open_nothing_is_counted(kept: ConversationStore) -> None:
    loader = AssistantLoader(lambda _: SimpleNamespace())  # type: ignore[arg-type, return-value]
    counts = CarrierCounts(loader, JobQueue(1))
    handler = CarriersHandler(loader, counts, kept)
    assert handler.followed(asked(kept), "me") == {"carriers": ""}
    assert counts.of("me", FIRST) is None
