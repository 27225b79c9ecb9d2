"""Text of a conversation for search and listing: folded words, titles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.text import unicode
from assistant.text.clipping import clip_between_words

UNTITLED = "New conversation"
_TITLE_FROM_QUESTION = 60


def fold(text: str) -> str:
    """Case, accents and invisible characters levelled, for searching."""
    return " ".join(unicode.fold(unicode.neutralise(text)).split())


def title_from(question: str) -> str:
    """The question as a title: one line, cut between words."""
    return clip_between_words(unicode.one_line(question), _TITLE_FROM_QUESTION) or UNTITLED


def searchable(question: str, answer: Mapping[str, Any]) -> str:
    """Question, answer, and what it quotes: what a reader remembers of it."""
    parts = [question, answer.get("answer"), answer.get("refusal_reason")]
    citations = answer.get("citations")
    for citation in citations if isinstance(citations, list | tuple) else ():
        if isinstance(citation, Mapping):
            parts += [citation.get("quote"), citation.get("title"), citation.get("source")]
    return "\n".join(part for part in parts if isinstance(part, str))
