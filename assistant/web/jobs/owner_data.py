"""Data of an owner of a page: saved questions and the last digest, kept beside the library that they are of."""

from __future__ import annotations

from pathlib import Path

from assistant.library.location import OWNER_LENGTH
from assistant.library.user_data import OWN_DIGESTS, OWN_QUESTIONS, QUESTIONS
from assistant.newsroom.saved_questions.book import QuestionBook
from assistant.newsroom.stories.digest_memory import DigestMemory
from assistant.web.jobs.loader import AssistantLoader


class OwnerData:
    """The files that an owner keeps with the library.

    `alone`: the page is served to nobody but the person whose commands ask this library, and shares with them what
    they keep. Every method raises `AssistantError` where the library is not open.
    """

    def __init__(self, loader: AssistantLoader, *, alone: bool = False) -> None:
        self._loader = loader
        self._alone = alone

    def questions(self, owner: str) -> QuestionBook:
        """The owner's saved questions."""
        kept = self._kept(owner)
        own = kept / OWN_QUESTIONS / f"{owner[:OWNER_LENGTH]}.json"
        return QuestionBook(kept / QUESTIONS if self._alone else own)

    def digest(self, owner: str) -> DigestMemory:
        """What the owner's last digest told of."""
        kept = self._kept(owner)
        return DigestMemory(kept if self._alone else kept / OWN_DIGESTS / owner[:OWNER_LENGTH])

    def _kept(self, owner: str) -> Path:
        return self._loader.assistant_for(owner).index.kept
