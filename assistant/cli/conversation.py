"""State of the command line's conversation: what was asked last, so that the next question may follow up on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from assistant.errors import UsageError
from assistant.library.user_data import asked_path
from assistant.schema.answers import Answer, Question, Role, Turn
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
        if not self._path.exists():
            raise UsageError("there is nothing to continue yet; ask a question without --continue")
        return tuple(one.turn for one in self._stored())

    def keep(self, question: Question, answer: Answer, say: Callable[[str], object]) -> None:
        """Put this question and its answer after its history; `say` hears where that cannot be."""
        asked = datetime.now(UTC).isoformat(timespec="seconds")
        stored = [
            *self._known(question.history),
            {"role": "user", "content": question.text},
            {"role": "assistant", "content": answer.answer, "asked": asked, "given": answer.to_dict()},
        ][-_MOST_TURNS:]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, json.dumps(stored), mode=0o600)
        except OSError as error:
            say(f"{self._path}: cannot be written ({error.strerror}); --continue will not know of this question")

    def answers(self) -> list[tuple[Mapping[str, Any], datetime]]:
        """The answers that are kept (`Answer.to_dict()`), and when they were given; none where there is no file.

        Raises `UsageError` where the file cannot be read.
        """
        if not self._path.exists():
            return []
        return [one.given for one in self._stored() if one.given is not None]

    def _stored(self) -> list[_Said]:
        """The turns, checked. Raises `UsageError`."""
        try:
            rows = json.loads(self._path.read_bytes())
            if not isinstance(rows, list) or not rows:
                raise ValueError("is no list of turns")
            return [_said(row) for row in rows]
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            told = "cannot be read; delete it, or ask a question without --continue, which begins it anew"
            raise UsageError(f"{self._path}: {told}") from error

    def _known(self, history: Sequence[Turn]) -> list[dict[str, Any]]:
        """The turns of a history as they are kept, with their answers."""
        kept: dict[tuple[str, str], list[dict[str, Any]]] = {}
        try:
            for row in json.loads(self._path.read_bytes()):
                kept.setdefault((row["role"], row["content"]), []).append(row)
        except (OSError, ValueError, TypeError, KeyError):
            kept = {}
        # From the end: of turns with the same words, as all refusals have, the last kept is the last said.
        found = [
            rows.pop() if (rows := kept.get((one.role, one.content))) else {"role": one.role, "content": one.content}
            for one in reversed(history)
        ]
        return found[::-1]


@dataclass(frozen=True, slots=True)
class _Said:
    """A turn of the conversation; `given`: the whole answer, and when it was given, where that is kept."""

    turn: Turn
    given: tuple[Mapping[str, Any], datetime] | None


def _said(row: Any) -> _Said:
    """A row of the file. Raises `KeyError`, `TypeError`, `ValueError`."""
    if row["role"] not in get_args(Role):
        raise ValueError(f"{row['role']!r} is nobody who speaks")
    turn = Turn(row["role"], str(row["content"]))
    if "given" not in row:
        return _Said(turn, None)
    if not isinstance(row["given"], Mapping):
        raise TypeError("what was given is no object")
    asked = datetime.fromisoformat(row["asked"])
    if asked.tzinfo is None:
        raise ValueError(f"{row['asked']!r} has no time zone")
    return _Said(Turn.of_answer(turn.content, row["given"]), (row["given"], asked))
