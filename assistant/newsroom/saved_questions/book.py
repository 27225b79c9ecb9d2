"""Store of a library's saved questions: what is asked again, the last answers, and what was found, in one file."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from assistant.errors import AssistantError, UsageError
from assistant.newsroom.answers.file import SavedAnswer
from assistant.query.validate import check_question
from assistant.util.files import replace_file
from assistant.util.validation import Strict

EVENTS_KEPT = 200
_PATIENCE_S = 10


class Outcome(StrEnum):
    """What became of a saved question."""

    NEW = "new"
    CHANGED = "changed"
    CONTRADICTS = "contradicts"
    EARLIER = "earlier report"
    NOT_STATED = "still not stated"
    NO_LONGER = "no longer stated"
    UNCHANGED = "unchanged"


class SavedQuestion(Strict):
    """A question and its last answer; None before it was asked first."""

    id: str
    text: str
    answer: SavedAnswer | None = None


class Event(Strict):
    """What a run found for a question at a time (UTC); `earlier` is the answer that held before, `id` a UUID.

    An earlier report says more or something else than `earlier`, whose newest source is newer, and which holds still.
    """

    id: str
    at: datetime
    question_id: str
    question: str
    outcome: Outcome
    answer: SavedAnswer
    earlier: SavedAnswer | None = None


class _Book(Strict):
    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    questions: tuple[SavedQuestion, ...] = ()
    events: tuple[Event, ...] = ()
    # Article ids, each with the start of the hash of what it said, at the last run that came to its end.
    seen: Mapping[str, str] | None = None


class QuestionBook:
    """The saved questions of one library, in one file, which is replaced whole at each change.

    Several processes may read and change it; one at a time asks the questions. Every method raises `AssistantError`
    where the file is damaged or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def id(self) -> str:
        """A UUID of its own."""
        return self._load().id

    def questions(self) -> tuple[SavedQuestion, ...]:
        """In the order in which they were added."""
        return self._load().questions

    def events(self) -> tuple[Event, ...]:
        """What was found last, oldest first, `EVENTS_KEPT` at the most."""
        return self._load().events

    def seen(self) -> Mapping[str, str] | None:
        """The articles that the last run knew, each with what tells its versions apart; None before the first."""
        return self._load().seen

    def add(self, text: str) -> SavedQuestion:
        """Save a question; one that is there already is given back. Raises `QuestionError`."""
        check_question(text)
        text = " ".join(text.split())
        made = SavedQuestion(id=secrets.token_hex(4), text=text)

        def added(book: _Book) -> _Book:
            known = any(one.text == text for one in book.questions)
            return book if known else book.model_copy(update={"questions": (*book.questions, made)})

        return next(one for one in self._change(added).questions if one.text == text)

    def remove(self, named: str) -> SavedQuestion:
        """Remove a question by its id or its words. Raises `UsageError` where there is none."""
        found: list[SavedQuestion] = []

        def removed(book: _Book) -> _Book:
            found.extend([one for one in book.questions if named in (one.id, one.text)][:1])
            if not found:
                raise UsageError(f"no saved question is {named!r}; see assistant watch-questions list")
            left = tuple(one for one in book.questions if one.id != found[0].id)
            return book.model_copy(update={"questions": left})

        self._change(removed)
        return found[0]

    def note(self, event: Event) -> None:
        """Keep its answer as the one that holds now, if it does, and what was found where anything changed."""

        holds = event.outcome is not Outcome.EARLIER

        def noted(book: _Book) -> _Book:
            questions = tuple(
                one.model_copy(update={"answer": event.answer}) if one.id == event.question_id and holds else one
                for one in book.questions
            )
            told = () if event.outcome is Outcome.UNCHANGED else (event,)
            events = (*book.events, *told)[-EVENTS_KEPT:]
            return book.model_copy(update={"questions": questions, "events": events})

        self._change(noted)

    def saw(self, articles: Mapping[str, str]) -> None:
        """Keep which articles a run went over: later runs ask about others."""
        self._change(lambda book: book.model_copy(update={"seen": articles}))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Be the only one who asks the questions; they can be read and changed meanwhile."""
        with self._locked("running", 0, "another process is asking these questions; try again when it has ended"):
            yield

    def _change(self, changed: Callable[[_Book], _Book]) -> _Book:
        with self._locked("lock", _PATIENCE_S, "another process is changing it; try again"):
            old = self._load()
            new = changed(old)
            if new is not old:
                try:
                    replace_file(self.path, new.model_dump_json(), mode=0o600)
                except OSError as error:
                    raise self._unwritable(error) from error
        return new

    @contextmanager
    def _locked(self, kind: str, patience: float, told: str) -> Iterator[None]:
        # Of no thread: who takes long work step by step may end it in another one.
        lock = FileLock(f"{self.path}.{kind}", timeout=patience, thread_local=False)
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise AssistantError(f"{self.path}: {told}") from error
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _unwritable(self, error: OSError) -> AssistantError:
        return AssistantError(f"{self.path}: cannot be written ({error.strerror}); check the folder and the disk")

    def _load(self) -> _Book:
        try:
            return _Book.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return _Book()
        except (OSError, ValidationError) as error:
            told = "cannot be read as saved questions; put it right or move it away"
            raise AssistantError(f"{self.path}: {told}") from error
