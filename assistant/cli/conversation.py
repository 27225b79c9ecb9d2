"""What was asked last on the command line, so that the next question may follow up on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from assistant.errors import UsageError
from assistant.library.kept import asked_path
from assistant.schema.answers import Answer, Question, Turn
from assistant.util.files import replace_file

_MOST_TURNS = 40


class Conversation:
    """The last questions and answers, oldest first, in one file that its owner alone reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, home: Path) -> Conversation:
        """The one of this user."""
        return cls(asked_path(home))

    def turns(self) -> tuple[Turn, ...]:
        """What was said. Raises `UsageError` where nothing was asked yet, or the file cannot be read."""
        try:
            stored = json.loads(self._path.read_bytes())
            turns = tuple(Turn(str(one["role"]), str(one["content"])) for one in stored)
        except FileNotFoundError as error:
            raise UsageError("there is nothing to continue yet; ask a question without --continue") from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UsageError(f"{self._path}: cannot be read; ask a question without --continue") from error
        if not turns or any(one.role not in ("user", "assistant") for one in turns):
            raise UsageError(f"{self._path}: is no conversation; ask a question without --continue")
        return turns

    def keep(self, question: Question, answer: Answer, say: Callable[[str], object]) -> None:
        """Put this question and its answer after its history; `say` hears where that cannot be."""
        turns = [*question.history, Turn("user", question.text), Turn("assistant", answer.answer)][-_MOST_TURNS:]
        stored = [{"role": one.role, "content": one.content} for one in turns]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, json.dumps(stored), mode=0o600)
        except OSError as error:
            say(f"{self._path}: cannot be written ({error.strerror}); --continue will not know of this question")
