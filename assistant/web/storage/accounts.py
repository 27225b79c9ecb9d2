"""Account store: users, their sessions, and the key that knows a device again, in one SQLite file."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from assistant.errors import UsageError
from assistant.util.hashing import text_sha256
from assistant.web.storage.database import Database

_LASTS_S = 30 * 24 * 3600
_NAME = re.compile(r"[\w.@+-]{1,64}")
_MIGRATIONS = (
    """
CREATE TABLE users (name TEXT PRIMARY KEY NOT NULL, hash TEXT NOT NULL);
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY NOT NULL, user TEXT NOT NULL, password TEXT NOT NULL, expires REAL NOT NULL);
CREATE INDEX sessions_by_user ON sessions (user);
CREATE TABLE keys (name TEXT PRIMARY KEY NOT NULL, key TEXT NOT NULL);
""",
)


class AccountStore:
    """Users with their passwords' hashes, and sessions. Threads and processes may share the file.

    Of a session only a digest is kept: whoever reads the file cannot take one over. "" is the user behind the
    page's one password, or behind a one-time token.
    """

    def __init__(self, path: Path, *, now: Callable[[], float] = time.time) -> None:
        """Open or make the file; `now` in seconds since 1970. Raises `StorageError`, see `Database`."""
        self._database = Database(path, "accounts", _MIGRATIONS)
        self._now = now

    def users(self) -> list[str]:
        """The names of all users, sorted."""
        return [str(row["name"]) for row in self._database.read("SELECT name FROM users ORDER BY name")]

    def put_user(self, name: str, password_hash: str) -> None:
        """Add a user, or change the password, which ends the user's sessions. Raises `UsageError`."""
        key = user_key(name)
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO users (name, hash) VALUES (?, ?)", (key, password_hash))
            connection.execute("DELETE FROM sessions WHERE user = ?", (key,))

    def remove_user(self, name: str) -> None:
        """Remove a user; what the user has made is kept. Raises `UsageError` where there is none."""
        key = user_key(name)
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM users WHERE name = ?", (key,)).rowcount:
                raise UsageError(f"there is no user {name!r}; see assistant web --list-users")
            connection.execute("DELETE FROM sessions WHERE user = ?", (key,))

    def password_hash(self, name: str) -> str | None:
        """The hash of a user's password, None where there is no such user."""
        rows = self._database.read("SELECT hash FROM users WHERE name = ?", (name.casefold(),))
        return str(rows[0]["hash"]) if rows else None

    def open_session(self, user: str, password: str) -> tuple[str, int]:
        """A new session's token, and how many seconds it lasts. `password` tells by what it was opened."""
        token, now = secrets.token_urlsafe(32), self._now()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (now,))
            connection.execute(
                "INSERT INTO sessions (digest, user, password, expires) VALUES (?, ?, ?, ?)",
                (text_sha256(token), user, text_sha256(password), now + _LASTS_S),
            )
        return token, _LASTS_S

    def user_of(self, token: str, password_of: Callable[[str], str | None]) -> str | None:
        """Whose session it is; None where it has ended, or was opened by another password than is now the user's."""
        rows = self._database.read(
            "SELECT user, password, expires FROM sessions WHERE digest = ?", (text_sha256(token),)
        )
        if not rows or rows[0]["expires"] < self._now():
            return None
        user = str(rows[0]["user"])
        password = password_of(user)
        return user if password is not None and text_sha256(password) == rows[0]["password"] else None

    def end_session(self, token: str, *, everywhere: bool = False) -> None:
        """End this session; `everywhere`: all of its user's."""
        digest = text_sha256(token)
        with self._database.transaction() as connection:
            if everywhere:
                connection.execute(
                    "DELETE FROM sessions WHERE user IN (SELECT user FROM sessions WHERE digest = ?)", (digest,)
                )
            connection.execute("DELETE FROM sessions WHERE digest = ?", (digest,))

    def key(self, name: str) -> str:
        """A random key that is made once and kept."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?)", (name, secrets.token_urlsafe(32)))
            return str(connection.execute("SELECT key FROM keys WHERE name = ?", (name,)).fetchone()["key"])

    def close(self) -> None:
        """Close this thread's connection."""
        self._database.close()


def user_key(name: str) -> str:
    """A user's name as it is kept: small and capital letters are one. Raises `UsageError`."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"user {name!r}: a name has 1 to 64 letters, digits and . _ - + @")
    return name.casefold()
