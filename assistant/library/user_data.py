"""User data: the files of people's work, and where they lie."""

from __future__ import annotations

from pathlib import Path

from assistant.library.location import kept_in

# Of each library, beside its list of sources.
QUESTIONS = "questions.json"
VERSIONS = "versions"
DIGEST = "digest.json"
# What single users of its page keep: a file of questions each, and what their last digest told.
OWN_QUESTIONS = "questions"
OWN_DIGESTS = "digests"


_CONVERSATIONS, _FEEDBACK, _KEYS, _ASKED = "conversations.sqlite3", "feedback.sqlite3", "keys.json", "asked.json"

DATABASES = (_CONVERSATIONS, _FEEDBACK)
"""The databases that are backed up; users and sessions are not."""

PLAIN_FILES = (_KEYS, _ASKED)
"""What is kept in files of their own that are no databases, and replaced whole when they change."""


def feedback_path(home: Path) -> Path:
    """The file of `FeedbackStore`."""
    return kept_in(home) / _FEEDBACK


def conversations_path(home: Path) -> Path:
    """The file of `ConversationStore`."""
    return kept_in(home) / _CONVERSATIONS


def accounts_path(home: Path) -> Path:
    """The file of `AccountStore`."""
    return kept_in(home) / "accounts.sqlite3"


def asked_path(home: Path) -> Path:
    """The file of `Conversation`: what `assistant ask` was asked last."""
    return kept_in(home) / _ASKED


def keys_path(home: Path) -> Path:
    """The file of `KeyStore`."""
    return kept_in(home) / _KEYS
