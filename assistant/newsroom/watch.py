"""Saved questions: kept in one file, asked again where new articles come near them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.api import Assistant
from assistant.errors import AssistantError, UsageError
from assistant.newsroom.answers_file import SavedAnswer, of_answer
from assistant.newsroom.comparison import Difference, compare
from assistant.newsroom.nearness import near_articles
from assistant.query.validate import check_question
from assistant.schema.answers import Question
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.util.files import replace_file
from assistant.util.progress import Progress

BOOK = "questions.json"
_PATIENCE_S = 10
_EVENTS_KEPT = 200


class Outcome(StrEnum):
    """What became of a saved question."""

    NEW = "new"
    CHANGED = "changed"
    CONTRADICTS = "contradicts"
    NOT_STATED = "still not stated"
    UNCHANGED = "unchanged"


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SavedQuestion(_Kept):
    """A question and its last answer; None before it was asked first."""

    id: str
    text: str
    answer: SavedAnswer | None = None


class Event(_Kept):
    """What a run found for a question; `earlier` is the answer that held before."""

    id: str
    at: datetime
    question_id: str
    question: str
    outcome: Outcome
    answer: SavedAnswer
    earlier: SavedAnswer | None = None


class Book(_Kept):
    """All that is kept."""

    questions: tuple[SavedQuestion, ...] = ()
    events: tuple[Event, ...] = ()
    # The articles that were there at the last run, with a hash of what they said; None before the first.
    seen: dict[str, str] | None = None
    generation: int | None = Field(None, description="of the index then: where it is the same, nothing is new")


class WatchBook:
    """The saved questions of one library, in one file; one process at a time changes it, each change whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def questions(self) -> tuple[SavedQuestion, ...]:
        """In the order in which they were added. Raises `AssistantError` for a damaged file."""
        return self.load().questions

    def events(self) -> tuple[Event, ...]:
        """What was reported last, oldest first, 200 at the most."""
        return self.load().events

    def add(self, text: str) -> SavedQuestion:
        """Save a question; one that is there already is given back. Raises `QuestionError`."""
        text = " ".join(text.split())
        check_question(text)
        with self.changing():
            book = self.load()
            known = next((one for one in book.questions if one.text == text), None)
            if known is not None:
                return known
            made = SavedQuestion(id=secrets.token_hex(4), text=text)
            self.save(book.model_copy(update={"questions": (*book.questions, made)}))
        return made

    def remove(self, named: str) -> SavedQuestion:
        """Remove a question by its id or its words. Raises `UsageError` where there is none."""
        with self.changing():
            book = self.load()
            found = next((one for one in book.questions if named in (one.id, one.text)), None)
            if found is None:
                raise UsageError(f"no saved question is {named!r}; see assistant watch-questions list")
            left = tuple(one for one in book.questions if one is not found)
            self.save(book.model_copy(update={"questions": left}))
        return found

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Be the only one who changes the file. Raises `AssistantError`."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE_S):
                yield
        except Timeout as error:
            raise AssistantError(f"{self.path}: another process is changing it; try again") from error
        except OSError as error:
            raise AssistantError(
                f"{self.path}: cannot be written ({error.strerror}); check the folder's permissions"
            ) from error

    def load(self) -> Book:
        """The whole file. Raises `AssistantError` where it is damaged."""
        try:
            return Book.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return Book()
        except (OSError, ValidationError) as error:
            raise AssistantError(
                f"{self.path}: cannot be read as saved questions; put it right or move it away"
            ) from error

    def save(self, book: Book) -> None:
        """Put the whole file in place."""
        replace_file(self.path, book.model_dump_json(), mode=0o600)


class Watch:
    """Asks saved questions again; a question that no new paragraph comes near costs no call of the model."""

    def __init__(self, assistant: Assistant, book: WatchBook, *, now: Callable[[], datetime] | None = None) -> None:
        self._assistant = assistant
        self._book = book
        self._judge = assistant.judge()
        self._now = now or (lambda: datetime.now(UTC))

    def run(self, progress: Progress | None = None) -> tuple[Event, ...]:
        """What is new, changed, contradicted or still not stated; the others were not asked or say the same.

        What was found is kept after each question: a run that breaks off loses none of it, and the next one goes
        over the same articles again. Raises `ModelError`.
        """
        with self._book.changing():
            book = self._book.load()
            generation = self._assistant.index.store.generation()
            seen = self._contents() if generation != book.generation or book.seen is None else book.seen
            fresh = [key for key, content in seen.items() if (book.seen or {}).get(key) != content]
            found: list[Event] = []
            asked = self._to_ask(book.questions, fresh)
            for done, (question, articles) in enumerate(asked):
                if progress:
                    progress(done, len(asked))
                event = self._ask(question, articles)
                book = _noted(book, event)
                self._book.save(book)
                if event.outcome is not Outcome.UNCHANGED:
                    found.append(event)
            if progress:
                progress(len(asked), len(asked))
            self._book.save(book.model_copy(update={"seen": seen, "generation": generation}))
        return tuple(found)

    def _contents(self) -> dict[str, str]:
        return {
            record.id: str(record.header.get("content", ""))[:12]
            for record in self._assistant.index.store.records()
            if record.same_as is None
        }

    def _to_ask(
        self, questions: Sequence[SavedQuestion], fresh: Sequence[str]
    ) -> list[tuple[SavedQuestion, ArticleFilter]]:
        """A question that was not asked yet goes to the whole library, the others to new articles near them."""
        index = self._assistant.index
        old = [question for question in questions if question.answer is not None]
        near = near_articles([question.text for question in old], fresh, index.store, index.embedder) if fresh else []
        first = [(question, EVERY_ARTICLE) for question in questions if question.answer is None]
        return first + [(question, ArticleFilter(ids=ids)) for question, ids in zip(old, near, strict=False) if ids]

    def _ask(self, question: SavedQuestion, articles: ArticleFilter) -> Event:
        answer = of_answer(self._assistant.ask(Question(question.text, articles=articles)))
        outcome = self._outcome(question.answer, answer)
        return Event(
            id=secrets.token_hex(8),
            at=self._now(),
            question_id=question.id,
            question=question.text,
            outcome=outcome,
            answer=answer,
            earlier=question.answer,
        )

    def _outcome(self, earlier: SavedAnswer | None, later: SavedAnswer) -> Outcome:
        if later.refused:
            return Outcome.NOT_STATED if earlier is None or earlier.refused else Outcome.UNCHANGED
        if earlier is None or earlier.refused:
            return Outcome.NEW
        return {
            Difference.SAME: Outcome.UNCHANGED,
            Difference.MORE: Outcome.CHANGED,
            Difference.OTHERWISE: Outcome.CONTRADICTS,
        }[compare(self._judge, earlier, later)]


def _noted(book: Book, event: Event) -> Book:
    """The answer that holds now, and the event where there is anything to tell."""
    if event.outcome is Outcome.UNCHANGED:
        return book
    questions = tuple(
        one.model_copy(update={"answer": event.answer}) if one.id == event.question_id else one
        for one in book.questions
    )
    return book.model_copy(update={"questions": questions, "events": (*book.events, event)[-_EVENTS_KEPT:]})
