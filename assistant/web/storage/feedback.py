"""Feedback store: thumbs up and down, each with what is needed to ask the question again as it was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from assistant import __version__
from assistant.errors import UsageError
from assistant.schema.answers import Turn
from assistant.text.unicode import storable
from assistant.util.redact import public_settings
from assistant.web.storage.database import Database, Row

_LONGEST_COMMENT = 4000
_MIGRATIONS = (
    """
CREATE TABLE feedback (
    number INTEGER PRIMARY KEY, owner TEXT NOT NULL, fingerprint TEXT NOT NULL, verdict TEXT NOT NULL,
    comment TEXT NOT NULL, given_at TEXT NOT NULL, conversation TEXT, position INTEGER, version TEXT NOT NULL,
    record TEXT NOT NULL, UNIQUE (owner, fingerprint));
""",
)


class Verdict(StrEnum):
    """What a reader says of an answer."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer, and how it came about.

    `settings` are without secrets, `version` is the program's; `scope` is what the question was put to (`since`,
    `until`, `articles`). `given_at` is UTC.
    """

    verdict: Verdict
    comment: str
    answer: Mapping[str, Any]
    history: tuple[Turn, ...]
    settings: Mapping[str, Any]
    scope: Mapping[str, Any]
    version: str
    given_at: datetime
    conversation: str | None = None
    position: int | None = None

    @property
    def question(self) -> str:
        """As it was asked."""
        return str(self.answer.get("question") or "")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was asked, and where its answer stands: `history` came before it, the rest as in `Feedback`."""

    history: Sequence[Turn] = ()
    settings: BaseModel | None = None
    scope: Mapping[str, Any] | None = None
    conversation: str | None = None
    position: int | None = None


NOT_KNOWN = Asked()


class FeedbackStore:
    """Keeps feedback in one SQLite file; threads and processes may share it."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open or make the file. Raises `StorageError`, see `Database`."""
        self._database = Database(path, "feedback", _MIGRATIONS)
        self._now = now

    def add(
        self,
        owner: str,
        answer: Mapping[str, Any],
        *,
        verdict: str,
        comment: str = "",
        asked: Asked = NOT_KNOWN,
    ) -> Feedback:
        """Keep a verdict on an answer (`Answer.to_dict()`) in place of the owner's former one on it.

        Raises `UsageError`, `StorageError`.
        """
        if verdict not in list(Verdict):
            raise UsageError(f"feedback {verdict!r} is neither up nor down; use one of them")
        comment = storable(comment).strip()
        if len(comment) > _LONGEST_COMMENT:
            raise UsageError(f"the comment has {len(comment):,} characters; shorten it to {_LONGEST_COMMENT:,}")
        record = {
            "answer": dict(answer),
            "history": [turn.to_dict() for turn in asked.history],
            "settings": public_settings(asked.settings) if asked.settings else {},
            "scope": {key: _plain(value) for key, value in (asked.scope or {}).items()},
        }
        try:
            kept = json.dumps(record, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise UsageError(f"the answer cannot be kept: {error}; pass Answer.to_dict()") from error
        columns = (verdict, comment, self._now().astimezone(UTC).isoformat(timespec="microseconds"))
        place = (storable(asked.conversation) if asked.conversation else None, asked.position)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO feedback (owner, fingerprint, verdict, comment, given_at, conversation, position, version,"
                " record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (owner, fingerprint) DO UPDATE SET"
                " verdict = excluded.verdict, comment = excluded.comment, given_at = excluded.given_at,"
                " conversation = excluded.conversation, position = excluded.position, version = excluded.version,"
                " record = excluded.record",
                (owner, _fingerprint(answer), *columns, *place, __version__, kept),
            )
        return _feedback((*columns, *place, __version__, kept))

    def verdict(self, owner: str, answer: Mapping[str, Any]) -> Verdict | None:
        """The owner's verdict on this answer; None without one."""
        rows = self._database.read(
            "SELECT verdict FROM feedback WHERE owner = ? AND fingerprint = ?", (owner, _fingerprint(answer))
        )
        return Verdict(rows[0][0]) if rows else None

    def list(self, verdict: str | None = None) -> Sequence[Feedback]:
        """Everybody's feedback, the oldest first; `verdict`: only "up" or "down"."""
        rows = self._database.read(
            "SELECT verdict, comment, given_at, conversation, position, version, record FROM feedback"
            " WHERE ? IS NULL OR verdict = ? ORDER BY given_at, number",
            (verdict, verdict),
        )
        return [_feedback(row) for row in rows]

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


def _fingerprint(answer: Mapping[str, Any]) -> str:
    """Tells answers apart; the same question asked anew is another answer, as its timings are others."""
    return hashlib.sha256(json.dumps(answer, sort_keys=True, default=str).encode()).hexdigest()


def _feedback(row: Row | tuple[Any, ...]) -> Feedback:
    verdict, comment, given_at, conversation, position, version, record = row
    kept = json.loads(record)
    return Feedback(
        verdict=Verdict(verdict),
        comment=comment,
        answer=kept["answer"],
        history=tuple(Turn(turn["role"], turn["content"], tuple(turn.get("articles", ()))) for turn in kept["history"]),
        settings=kept["settings"],
        scope=kept["scope"],
        version=version,
        given_at=datetime.fromisoformat(given_at),
        conversation=conversation,
        position=position,
    )
