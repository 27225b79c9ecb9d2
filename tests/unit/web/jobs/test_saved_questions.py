"""Saved questions on the page: an owner's alone, asked step by step, stopped, kept with the library."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from newsroom_samples import ANSWER, REFUSAL

from assistant.errors import AssistantError, ModelError, QuestionError, UsageError
from assistant.newsroom.answers.file import of_answer
from assistant.newsroom.saved_questions.book import Event, Outcome, QuestionBook
from assistant.web.handlers.questions import QuestionsHandler
from assistant.web.jobs.loader import AssistantLoader
from assistant.web.jobs.owner_data import OwnerData
from assistant.web.jobs.queue import JobQueue
from assistant.web.jobs.saved_questions import QuestionRuns
from assistant.web.session import Action, Session
from assistant.web.storage.conversations import ConversationStore

WHEN = datetime(2024, 4, 2, 6, 7, 8, tzinfo=UTC)
HOSTILE = "<img src=x> Who \u202ewon?"


class Asker:
    """Answers each question of a book, the second time otherwise."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun = threading.Event()
        self.error: Exception | None = None
        self.outcomes = [Outcome.NEW, Outcome.NOT_STATED]
        self.scopes: list[Any] = []

    def of(self, _: Any, scope: Any) -> Any:
        self.scopes.append(scope)
        return self.run

    def run(self, book: QuestionBook, progress: Any) -> Iterator[Event]:
        with book.running():
            questions = book.questions()
            progress(0, len(questions))
            for done, (question, outcome) in enumerate(zip(questions, self.outcomes, strict=False), 1):
                self.begun.set()
                assert self.go_on.wait(60)
                if self.error:
                    raise self.error
                answer = of_answer(REFUSAL if outcome is Outcome.NOT_STATED else ANSWER)
                event = Event(
                    id=f"{outcome} {done}",
                    at=WHEN,
                    question_id=question.id,
                    question=question.text,
                    outcome=outcome,
                    answer=answer,
                    earlier=question.answer,
                )
                book.note(event)
                progress(done, len(questions))
                yield event


@pytest.fixture
def asker() -> Asker:
    return Asker()


@pytest.fixture
def loader(tmp_path: Path) -> AssistantLoader:
    return AssistantLoader.of(SimpleNamespace(index=SimpleNamespace(kept=tmp_path / "kept")))  # type: ignore[arg-type]


@pytest.fixture
def conversations(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path / "conversations.sqlite3")


@pytest.fixture
def runs(loader: AssistantLoader, asker: Asker) -> QuestionRuns:
    return QuestionRuns(loader, JobQueue(1), OwnerData(loader), asker.of)


@pytest.fixture
def handler(loader: AssistantLoader, runs: QuestionRuns, conversations: ConversationStore) -> QuestionsHandler:
    return QuestionsHandler(loader, runs, OwnerData(loader), conversations, lambda text: text.replace("/srv/x", "…"))


def act(handler: QuestionsHandler, name: str, owner: str = "me", session: Session | None = None, **details: str) -> Any:
    return handler.actions()[name](session or Session(), owner, Action(name, details))


def ended(runs: QuestionRuns, owner: str = "me") -> None:
    task = runs.tasks.of(owner)
    assert task
    assert task.wait(60)


def test_a_question_is_saved_asked_and_told_with_what_held_before(
    handler: QuestionsHandler, runs: QuestionRuns, asker: Asker
) -> None:
    session = Session()
    assert "No question is saved yet" in handler.shown(session, "me")["questions-list"]
    act(handler, "question-add", session=session, text=" When does  the ferry stop? ")
    parts = act(handler, "question-add", session=session, text=HOSTILE)
    assert parts["questions-list"].count("Not asked yet") == 2
    assert "<img" not in parts["questions-list"]
    act(handler, "questions-run", session=session)
    ended(runs)
    parts = handler.followed(session, "me")
    assert parts["announce"] == "Asked. 1 new, 1 still not stated"
    assert "Asked 2 questions that something came near" in parts["questions-status"]
    assert '<strong>New</strong>, found on <time datetime="2024-04-02">2 April 2024' in parts["questions-list"]
    assert "<strong>Still not stated</strong>" in parts["questions-list"]
    start = ANSWER.citations[0].start
    assert f'data-article="ferry" data-paragraph="2" data-start="{start}"' in parts["questions-list"]
    assert handler.followed(session, "me") == {}
    asker.outcomes = [Outcome.CONTRADICTS, Outcome.UNCHANGED]
    act(handler, "questions-run", session=session)
    ended(runs)
    parts = handler.followed(session, "me")
    assert parts["announce"] == "Asked. 1 contradicts"
    assert 'class="is-contradicts"' in parts["questions-list"]
    assert "Before: " in parts["questions-list"]


def test_they_are_their_owners_alone_and_kept_with_the_library(
    handler: QuestionsHandler, loader: AssistantLoader, tmp_path: Path
) -> None:
    act(handler, "question-add", text="Who won?")
    assert "Who won" not in act(handler, "questions", owner="somebody else")["questions-list"]
    (saved,) = OwnerData(loader).questions("me").questions()
    act(handler, "question-remove", owner="somebody else", id=saved.id)
    assert "Who won" in act(handler, "questions")["questions-list"]
    assert [path.name for path in (tmp_path / "kept/questions").glob("*.json")] == ["me.json"]
    assert "Who won" not in act(handler, "question-remove", id=saved.id)["questions-list"]


def test_who_is_alone_with_the_library_shares_them_with_the_command(loader: AssistantLoader, tmp_path: Path) -> None:
    OwnerData(loader, alone=True).questions("me").add("Who won?")
    assert [one.text for one in QuestionBook(tmp_path / "kept/questions.json").questions()] == ["Who won?"]
    OwnerData(loader, alone=True).digest("me").keep(["a"])
    assert (tmp_path / "kept/digest.json").exists()


def test_an_answers_question_is_saved_as_it_was_understood(
    handler: QuestionsHandler, conversations: ConversationStore
) -> None:
    made = conversations.create("me").id
    record = {**ANSWER.to_dict(), "standalone_question": "When does the ferry to Skar stop?"}
    conversations.append("me", made, "And when?", record)
    parts = act(handler, "question-keep", session=Session(conversation=made), position="1")
    assert "When does the ferry to Skar stop?" in parts["questions-list"]
    assert "The question is saved" in parts["notice"]
    for owner, session, position in (
        ("me", Session(conversation=made), "2"),
        ("me", Session(), "1"),
        ("somebody else", Session(conversation=made), "1"),
    ):
        with pytest.raises(UsageError):
            act(handler, "question-keep", owner=owner, session=session, position=position)


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001, "\ud800?"])
def test_what_is_no_question_is_not_saved(handler: QuestionsHandler, text: str) -> None:
    with pytest.raises(QuestionError):
        act(handler, "question-add", text=text)
    assert "No question is saved yet" in act(handler, "questions")["questions-list"]


def test_there_is_an_end_to_how_many_are_saved(handler: QuestionsHandler, loader: AssistantLoader) -> None:
    book = OwnerData(loader).questions("me")
    book.add("Number 0?")
    one = book.questions()[0].model_dump_json()
    many = ",".join(one.replace("Number 0", f"Number {number}") for number in range(500))
    book.path.write_text(f'{{"id": "x", "questions": [{many}], "events": []}}')
    with pytest.raises(UsageError, match="500 questions are saved already"):
        act(handler, "question-add", text="One more?")


def test_stop_keeps_what_was_found_and_lets_the_questions_go(
    handler: QuestionsHandler, runs: QuestionRuns, asker: Asker, loader: AssistantLoader
) -> None:
    for text in ("One?", "Two?"):
        act(handler, "question-add", text=text)
    asker.go_on.clear()
    act(handler, "questions-run")
    assert asker.begun.wait(60)
    with pytest.raises(UsageError, match="are being asked"):
        act(handler, "questions-run")
    parts = act(handler, "questions-stop")
    assert asker.scopes[0].cancelled
    assert "; stopped" in parts["questions-status"]
    asker.go_on.set()
    # At once: it waits until the one that was stopped has ended.
    act(handler, "questions-run")
    ended(runs)
    task = runs.tasks.of("me")
    assert task
    assert (task.error, len(task.result)) == (None, 2)
    with OwnerData(loader).questions("me").running():
        pass


def test_why_it_ended_early_is_told_and_another_process_asking_too(
    handler: QuestionsHandler, runs: QuestionRuns, asker: Asker, loader: AssistantLoader
) -> None:
    act(handler, "question-add", text="One?")
    asker.error = ModelError("model /srv/x/m: ended")
    act(handler, "questions-run")
    ended(runs)
    assert "Ended early: model …/m: ended" in handler.shown(Session(), "me")["questions-status"]
    asker.error = None
    with OwnerData(loader).questions("me").running():
        act(handler, "questions-run")
        ended(runs)
    assert "another process is asking these questions" in handler.shown(Session(), "me")["questions-status"]


def test_before_the_articles_are_open_they_are_not_shown_and_then_they_are(
    runs: QuestionRuns, conversations: ConversationStore, tmp_path: Path
) -> None:
    loader = AssistantLoader(lambda _: SimpleNamespace(index=SimpleNamespace(kept=tmp_path)))  # type: ignore[arg-type, return-value]
    handler = QuestionsHandler(loader, runs, OwnerData(loader), conversations)
    session = Session()
    assert handler.shown(session, "me")["questions-list"] == ""
    with pytest.raises(AssistantError, match="still being opened"):
        act(handler, "question-add", text="One?")
    loader._assistant = SimpleNamespace(index=SimpleNamespace(kept=tmp_path))  # type: ignore[assignment]
    assert "No question is saved yet" in handler.followed(session, "me")["questions-list"]


def test_a_damaged_file_of_questions_is_told(handler: QuestionsHandler, loader: AssistantLoader) -> None:
    act(handler, "question-add", text="One?")
    OwnerData(loader).questions("me").path.write_text("{")
    with pytest.raises(AssistantError, match="cannot be read as saved questions"):
        act(handler, "questions")
