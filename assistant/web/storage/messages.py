"""Value types of conversations and messages, as the database has them and as the page does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from assistant.errors import UsageError
from assistant.web.storage.database import Row


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a list shows it; times are UTC, `messages` is how many it has."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer whose question was asked again."""

    answer: Mapping[str, Any]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A question and its answer (`Answer.to_dict()`); `position` counts from 1, `asked_at` is UTC.

    `earlier` are the answers before it, the newest first. `changes` are why it may no longer hold (each with "change",
    "article_id" and "detail"), as found for the state of the library that `checked` names; None: not looked yet.
    """

    position: int
    question: str
    answer: Mapping[str, Any]
    asked_at: datetime
    earlier: tuple[Earlier, ...] = ()
    changes: tuple[Mapping[str, str], ...] = ()
    checked: str | None = None


def conversation_of(row: Row) -> Conversation:
    """A row with the number of its messages."""
    return Conversation(
        row["id"], row["title"], _read(row["created_at"]), _read(row["updated_at"]), int(row["messages"])
    )


def message_of(row: Row) -> Message:
    """A row of the table of messages."""
    earlier = (Earlier(one["answer"], _read(one["asked_at"])) for one in json.loads(row["earlier"]))
    return Message(
        row["position"],
        row["question"],
        json.loads(row["answer"]),
        _read(row["asked_at"]),
        tuple(earlier),
        tuple(json.loads(row["changes"])),
        row["checked"],
    )


def answer_json(answer: Mapping[str, Any]) -> str:
    """The answer as text. Raises `UsageError` for what JSON does not hold."""
    try:
        return json.dumps(answer, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the answer cannot be kept: {error}; pass Answer.to_dict()") from error


def moment_text(moment: Any) -> str:
    """ISO 8601 in UTC with microseconds, so that text sorts as time does."""
    return str(moment.astimezone(UTC).isoformat(timespec="microseconds"))


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
