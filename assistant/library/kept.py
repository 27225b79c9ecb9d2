"""Which files of people's work there are, and which pages use them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.library.location import kept_in

# Of each library, beside its list of sources.
QUESTIONS = "questions.json"
VERSIONS = "versions"
DIGEST = "digest.json"
# What single users of its page keep: a file of questions each, and what their last digest told.
OWN_QUESTIONS = "questions"
OWN_DIGESTS = "digests"
_RUNNING = "running"


def feedback_path(home: Path) -> Path:
    """The file of `FeedbackStore`."""
    return kept_in(home) / "feedback.sqlite3"


def conversations_path(home: Path) -> Path:
    """The file of `ConversationStore`."""
    return kept_in(home) / "conversations.sqlite3"


def accounts_path(home: Path) -> Path:
    """The file of `AccountStore`."""
    return kept_in(home) / "accounts.sqlite3"


def databases(home: Path) -> tuple[Path, ...]:
    """The databases that are backed up; users and sessions are not."""
    return conversations_path(home), feedback_path(home)


def plain_files(home: Path) -> tuple[Path, ...]:
    """What is kept in files of their own that are no databases, and replaced whole when they change."""
    return keys_path(home), asked_path(home)


def asked_path(home: Path) -> Path:
    """The file of `Conversation`: what `assistant ask` was asked last."""
    return kept_in(home) / "asked.json"


def keys_path(home: Path) -> Path:
    """The file of `KeyStore`."""
    return kept_in(home) / "keys.json"


@contextmanager
def running(home: Path) -> Iterator[None]:
    """Say, by a lock that the system releases when this process ends, that a page uses these files."""
    folder = kept_in(home) / _RUNNING
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / str(os.getpid())
    with FileLock(path):
        yield
    path.unlink(missing_ok=True)


def running_pages(home: Path) -> list[str]:
    """The numbers of the processes whose pages use these files."""
    found = []
    for path in sorted((kept_in(home) / _RUNNING).glob("*")):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            found.append(path.name)
            continue
        with suppress(OSError):
            path.unlink()
        lock.release()
    return found
