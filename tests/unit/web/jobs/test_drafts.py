"""Drafts are checked one of each owner, sentence by sentence, and kept nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.errors import AssistantError, ModelError, UsageError
from assistant.newsroom.drafts.check import CheckedSentence, Reading, Signals, Verdict
from assistant.newsroom.drafts.sentences import DraftedSentence
from assistant.schema.answers import Quote
from assistant.schema.articles import Paragraph, Passage
from assistant.verification.evidence import Evidence
from assistant.web.handlers.draft import DraftHandler
from assistant.web.jobs.drafts import MOST_CHARACTERS, Drafts
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.queue import JobQueue
from assistant.web.session import Action, Session

PLACE = Passage(Paragraph("a#p2", 2, "The <i>tram</i> line was closed."), "a", "A & B", "TDI", None)
DRAFT = "The tram line was closed. The tram line was opened. <b>Penguins</b> voted."


class Checker:
    """Says of "closed" that it is stated, of "opened" that it is stated otherwise; waits where it is held."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun = threading.Event()
        self.error: Exception | None = None
        self.scopes: list[Any] = []

    def of(self, _: Any, scope: Any) -> Any:
        self.scopes.append(scope)
        return self.check

    def check(self, sentences: Sequence[DraftedSentence]) -> Generator[CheckedSentence, None, None]:
        for sentence in sentences:
            self.begun.set()
            assert self.go_on.wait(60)
            if self.error:
                raise self.error
            yield CheckedSentence(sentence, *self._said(sentence.text))

    def _said(self, text: str) -> tuple[Verdict, tuple[Reading, ...]]:
        verdict = {"closed": Verdict.STATED, "opened": Verdict.OTHERWISE}.get(text.rstrip(".").split()[-1])
        reading = Reading(Signals(1.0, 1.0, 1.0, False), (Evidence(PLACE, Quote("<i>tram</i>", 4, 15)),))
        return (verdict, (reading,)) if verdict else (Verdict.NOT_STATED, ())


@pytest.fixture
def checker() -> Checker:
    return Checker()


@pytest.fixture
def drafts(checker: Checker) -> Drafts:
    return Drafts(AssistantLoader.of(SimpleNamespace()), JobQueue(1), checker.of)  # type: ignore[arg-type]


@pytest.fixture
def handler(drafts: Drafts) -> DraftHandler:
    return DraftHandler(drafts, lambda text: text.replace("/srv/secret", "…"))


def ended(drafts: Drafts, owner: str = "me") -> None:
    draft = drafts.tasks.of(owner)
    assert draft
    assert draft.wait(60)


def test_each_sentence_is_marked_with_its_quotes_and_the_draft_is_text(
    drafts: Drafts, handler: DraftHandler, checker: Checker
) -> None:
    session = Session()
    checker.go_on.clear()
    handler.check(session, "me", DRAFT)
    checker.go_on.set()
    ended(drafts)
    parts = handler.followed(session, "me")
    assert "The draft: 3 of 3 sentences checked" in parts["draft-status"]
    assert parts["announce"] == "Checked. 1 stated, 1 stated otherwise, 1 not stated"
    shown = parts["draft-result"]
    for kind in ("is-stated", "is-otherwise", "is-not-stated"):
        assert shown.count(f'class="{kind}"') == 1
    assert "&lt;i&gt;tram&lt;/i&gt;" in shown
    assert 'data-article="a" data-paragraph="2" data-start="4" data-end="15"' in shown
    assert "<b>" not in shown
    assert handler.followed(session, "me") == {}


def test_a_file_is_removed_and_its_kind_is_kept(drafts: Drafts, handler: DraftHandler, tmp_path: Path) -> None:
    for name, number in (("a.md", 1), ("a.TXT", 2)):
        path = tmp_path / name
        path.write_bytes("\ufeffThe tram line was closed.\r\n\r\n    Indented it is code.\r\n".encode())
        handler.check_file(Session(), "me", path)
        ended(drafts)
        draft = drafts.tasks.of("me")
        assert draft
        assert (draft.name, draft.total, path.exists()) == (name, number, False)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.md", b"\xff\xfe", "a.md: is not UTF-8; save it as UTF-8"),
        ("a.docx", b"The tram line was closed.", r"a.docx: is no Markdown or plain text; .* \.md or \.txt"),
        ("a.txt", b"***", "a.txt has no sentence"),
    ],
)
def test_a_file_that_is_no_draft_is_removed_and_told(
    drafts: Drafts, handler: DraftHandler, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=told):
        handler.check_file(Session(), "me", path)
    assert not path.exists()
    assert drafts.tasks.of("me") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" \n", "there is no draft yet"),
        ("word " * MOST_CHARACTERS, "in parts of at most 100,000"),
        ("It rained. " * 501, "501 sentences; check it in parts of at most 500"),
    ],
)
def test_a_draft_must_be_one_and_not_endless(handler: DraftHandler, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        handler.check(Session(), "me", text)


def test_stop_ends_it_and_keeps_what_is_checked(drafts: Drafts, handler: DraftHandler, checker: Checker) -> None:
    session = Session()
    checker.go_on.clear()
    handler.check(session, "me", DRAFT)
    assert checker.begun.wait(60)
    assert handler.is_on("me")
    with pytest.raises(UsageError, match="still being checked"):
        handler.check(session, "me", DRAFT)
    parts = handler.actions()["draft-stop"](session, "me", Action("draft-stop", {}))
    assert checker.scopes[0].cancelled
    checker.go_on.set()
    ended(drafts)
    assert "0 of 3 sentences checked; stopped" in parts["draft-status"]
    assert not handler.is_on("me")
    handler.check(session, "me", DRAFT)
    ended(drafts)


def test_it_is_its_owners_alone(drafts: Drafts, handler: DraftHandler, checker: Checker) -> None:
    checker.go_on.clear()
    handler.check(Session(), "me", DRAFT)
    for name in ("draft-stop", "draft-clear"):
        parts = handler.actions()[name](Session(), "somebody else", Action(name, {}))
        assert (parts["draft-status"], parts["draft-result"]) == ("", "")
    assert handler.is_on("me")
    checker.go_on.set()
    ended(drafts)


def test_what_is_cleared_is_kept_nowhere(drafts: Drafts, handler: DraftHandler) -> None:
    session = Session()
    handler.check(session, "me", DRAFT)
    ended(drafts)
    parts = handler.actions()["draft-clear"](session, "me", Action("draft-clear", {}))
    assert (parts["draft-result"], parts["draft-text"], drafts.tasks.of("me")) == ("", "", None)


def test_an_error_is_told_with_what_is_checked(drafts: Drafts, handler: DraftHandler, checker: Checker) -> None:
    checker.error = ModelError("model /srv/secret/m.gguf: ended")
    session = Session()
    checker.go_on.clear()
    handler.check(session, "me", DRAFT)
    checker.go_on.set()
    ended(drafts)
    status = handler.followed(session, "me")["draft-status"]
    assert "Ended early: model …/m.gguf: ended" in status


def test_of_many_owners_those_that_are_done_make_room(drafts: Drafts, checker: Checker) -> None:
    drafts.begin("first", DRAFT, "x", markdown=True)
    ended(drafts, "first")
    checker.go_on.clear()
    for number in range(100):
        drafts.begin(f"owner {number}", "It rained.", "x", markdown=True)
    assert drafts.tasks.of("first") is None
    with pytest.raises(UsageError, match="100 drafts are being checked already"):
        drafts.begin("one more", "It rained.", "x", markdown=True)
    checker.go_on.set()


def test_before_the_articles_are_open_it_says_so(checker: Checker) -> None:
    drafts = Drafts(AssistantLoader(lambda _: SimpleNamespace()), JobQueue(1), checker.of)  # type: ignore[arg-type, return-value]
    with pytest.raises(AssistantError, match="still being opened"):
        drafts.begin("me", DRAFT, "x", markdown=True)
