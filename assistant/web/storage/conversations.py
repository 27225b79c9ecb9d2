"""Conversation store: each its owner's alone, in one SQLite file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.schema.answers import NOT_STATED, Turn
from assistant.text.unicode import one_line, storable
from assistant.web.storage.database import Connection, Database
from assistant.web.storage.messages import (
    Conversation,
    Message,
    answer_json,
    conversation_of,
    message_of,
    moment_text,
)
from assistant.web.storage.search_text import UNTITLED, fold, searchable, title_from

FORMAT = 1
_LONGEST_TITLE = 200
_TURNS = 20
_MIGRATIONS = (
    """
CREATE TABLE conversations (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, owner TEXT NOT NULL, title TEXT NOT NULL,
    named INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, words TEXT NOT NULL);
CREATE INDEX conversations_by_owner ON conversations (owner, updated_at);
CREATE TABLE messages (
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    position INTEGER NOT NULL, question TEXT NOT NULL, asked_at TEXT NOT NULL, words TEXT NOT NULL,
    answer TEXT NOT NULL, PRIMARY KEY (conversation, position));
""",
    """
ALTER TABLE messages ADD COLUMN earlier TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN changes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE messages ADD COLUMN checked TEXT;
""",
)


class ConversationStore:
    """Keeps conversations. Every method is one transaction; threads and processes may share the file.

    A conversation of another owner is, to every method, one that does not exist: `UsageError`.
    What the file itself refuses (full disk, permissions, damage) is an `StorageError`.
    """

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open or make the file. Raises `StorageError`, see `Database`."""
        self._database = Database(path, "conversations", _MIGRATIONS)
        self._now = now

    def create(self, owner: str) -> Conversation:
        """A new conversation; it takes its title from its first question."""
        made, now = secrets.token_urlsafe(12), moment_text(self._now())
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, title, named, created_at, updated_at, words)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (made, owner, UNTITLED, False, now, now, fold(UNTITLED)),
            )
        return self.get(owner, made)

    def list(self, owner: str, words: str = "") -> Sequence[Conversation]:
        """The owner's conversations, the last used first; `words` must each occur in title, questions or answers."""
        condition, values = "", []
        for word in fold(words).split()[:20]:
            # instr, not LIKE: it has no wildcards to escape, and `words` is folded beyond ASCII.
            condition += (
                " AND (instr(c.words, ?) OR EXISTS ("
                "SELECT 1 FROM messages AS m WHERE m.conversation = c.number AND instr(m.words, ?)))"
            )
            values += [word, word]
        rows = self._database.read(
            f"{_SELECT} WHERE c.owner = ?{condition} ORDER BY c.updated_at DESC, c.number DESC", (owner, *values)
        )
        return [conversation_of(row) for row in rows]

    def get(self, owner: str, conversation: str) -> Conversation:
        """One conversation. Raises `UsageError`."""
        rows = self._database.read(f"{_SELECT} WHERE c.owner = ? AND c.id = ?", (owner, storable(conversation)))
        if not rows:
            raise _missing()
        return conversation_of(rows[0])

    def messages(self, owner: str, conversation: str) -> Sequence[Message]:
        """Its messages, in order. Raises `UsageError`."""
        rows = self._database.read(
            "SELECT m.* FROM conversations AS c"
            " LEFT JOIN messages AS m ON m.conversation = c.number WHERE c.owner = ? AND c.id = ? ORDER BY m.position",
            (owner, storable(conversation)),
        )
        if not rows:
            raise _missing()
        return [message_of(row) for row in rows if row["position"] is not None]

    def everything(self) -> Iterator[tuple[str, Message]]:
        """The messages of all owners with their conversations' titles, for whoever may read the file."""
        rows = self._database.read(
            "SELECT c.title, m.* FROM messages AS m"
            " JOIN conversations AS c ON c.number = m.conversation ORDER BY m.asked_at, m.position"
        )
        for row in rows:
            yield row["title"], message_of(row)

    def append(
        self,
        owner: str,
        conversation: str,
        question: str,
        answer: Mapping[str, Any],
        *,
        at: int | None = None,
        library: str | None = None,
    ) -> Message:
        """Add a question and its answer at the end. Raises `UsageError`.

        `at` a position: in place of the message there and all after it, in the same transaction. `library` names the
        state of the library that it was answered from.
        """
        now = self._now()
        question = storable(question)
        kept = answer_json(answer)
        with self._database.transaction() as connection:
            number = _number(connection, owner, conversation)
            if at is not None:
                _cut(connection, number, at)
            (last,) = connection.execute(
                "SELECT coalesce(max(position), 0) FROM messages WHERE conversation = ?", (number,)
            ).fetchone()
            connection.execute(
                "INSERT INTO messages (conversation, position, question, asked_at, words, answer, checked)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, last + 1, question, moment_text(now), fold(searchable(question, answer)), kept, library),
            )
            connection.execute("UPDATE conversations SET updated_at = ? WHERE number = ?", (moment_text(now), number))
            if not last:
                title = title_from(question)
                connection.execute(
                    "UPDATE conversations SET title = ?, words = ? WHERE number = ? AND NOT named",
                    (title, fold(title), number),
                )
        return Message(last + 1, question, json.loads(kept), now, checked=library)

    def renew(
        self, owner: str, conversation: str, position: int, answer: Mapping[str, Any], *, library: str | None = None
    ) -> None:
        """Keep a new answer to the question at `position`, before those that it has. Raises `UsageError`."""
        now, kept = self._now(), answer_json(answer)
        with self._database.transaction() as connection:
            number = _number(connection, owner, conversation)
            row = connection.execute(
                "SELECT * FROM messages WHERE conversation = ? AND position = ?", (number, position)
            ).fetchone()
            if row is None:
                raise UsageError("this answer is not kept any more; ask its question anew")
            before = {"answer": json.loads(row["answer"]), "asked_at": row["asked_at"]}
            connection.execute(
                "UPDATE messages SET answer = ?, asked_at = ?, words = ?, earlier = ?, changes = '[]', checked = ?"
                " WHERE conversation = ? AND position = ?",
                (
                    kept,
                    moment_text(now),
                    fold(searchable(row["question"], answer)),
                    json.dumps([before, *json.loads(row["earlier"])]),
                    library,
                    number,
                    position,
                ),
            )
            connection.execute("UPDATE conversations SET updated_at = ? WHERE number = ?", (moment_text(now), number))

    def note_changes(
        self, owner: str, conversation: str, message: Message, changes: Sequence[Mapping[str, str]], library: str
    ) -> None:
        """Keep why a message may no longer hold, unless it has another answer by now. Raises `UsageError`."""
        with self._database.transaction() as connection:
            number = _number(connection, owner, conversation)
            connection.execute(
                "UPDATE messages SET changes = ?, checked = ? WHERE conversation = ? AND position = ? AND asked_at = ?",
                (json.dumps(changes), library, number, message.position, moment_text(message.asked_at)),
            )

    def rename(self, owner: str, conversation: str, title: str) -> Conversation:
        """Give it a title of one's own. Raises `UsageError`, for a blank title too."""
        shown = _given_title(title)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE conversations SET title = ?, words = ?, named = 1 WHERE number = ?",
                (shown, fold(shown), _number(connection, owner, conversation)),
            )
        return self.get(owner, conversation)

    def delete(self, owner: str, conversation: str) -> None:
        """Remove it with its messages. Raises `UsageError`."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE number = ?", (_number(connection, owner, conversation),)
            )

    def history(self, owner: str, conversation: str, *, before: int | None = None) -> tuple[Turn, ...]:
        """The last turns, as the next question, or the one at `before`, is to be understood. Raises `UsageError`."""
        turns = []
        for message in self.messages(owner, conversation):
            if before is not None and message.position >= before:
                break
            said = message.answer.get("answer")
            turns.append(Turn("user", message.question))
            written = said if isinstance(said, str) and said.strip() else NOT_STATED
            turns.append(Turn.of_answer(written, message.answer))
        return tuple(turns[-_TURNS:])

    def export_json(self, owner: str, conversation: str) -> str:
        """The whole conversation as one JSON object: everything that is kept of it. Raises `UsageError`."""
        head = self.get(owner, conversation)
        record = {
            "format": FORMAT,
            **asdict(head),
            "messages": [asdict(message) for message in self.messages(owner, conversation)],
        }
        return storable(json.dumps(record, ensure_ascii=False, indent=2, default=moment_text))

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()


_SELECT = (
    "SELECT c.id, c.title, c.created_at, c.updated_at,"
    " (SELECT count(*) FROM messages AS m WHERE m.conversation = c.number) AS messages FROM conversations AS c"
)


def _given_title(title: str) -> str:
    line = one_line(title)
    if not line:
        raise UsageError("a conversation's title is blank; give it a name, or leave it as it is")
    if len(line) > _LONGEST_TITLE:
        raise UsageError(f"a conversation's title has {len(line):,} characters; shorten it to {_LONGEST_TITLE}")
    return line


def _number(connection: Connection, owner: str, conversation: str) -> int:
    row = connection.execute(
        "SELECT number FROM conversations WHERE owner = ? AND id = ?", (owner, storable(conversation))
    ).fetchone()
    if row is None:
        raise _missing()
    return int(row[0])


def _cut(connection: Connection, number: int, position: int) -> None:
    if position < 1:
        raise UsageError(f"there is no message {position}; messages count from 1")
    connection.execute("DELETE FROM messages WHERE conversation = ? AND position >= ?", (number, min(position, 2**62)))


def _missing() -> UsageError:
    # Not the id: what somebody else's conversation is called, or whether there is one, is not told.
    return UsageError("there is no such conversation; it may have been deleted")
