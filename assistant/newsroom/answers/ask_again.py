"""Asking a saved question again: the kept answer and the present one, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.api import Assistant
from assistant.newsroom.answers.comparison import Difference, compare
from assistant.newsroom.answers.file import SavedAnswer, of_answer
from assistant.schema.answers import Question
from assistant.schema.articles import ArticleFilter


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """Two answers to one question; `difference` is of `now` to `before`, None where one of them is a refusal."""

    before: SavedAnswer
    now: SavedAnswer
    difference: Difference | None

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "before": self.before.model_dump(mode="json"),
            "now": self.now.model_dump(mode="json"),
            "difference": self.difference.value if self.difference else None,
        }


def ask_again(assistant: Assistant, before: SavedAnswer) -> AskedAgain:
    """Ask the whole library the question as it was understood; an answer as of a day stays one. Raises `ModelError`."""
    text = before.standalone_question or before.question
    now = of_answer(assistant.ask(Question(text, articles=ArticleFilter(as_of=before.as_of))))
    if before.refused or now.refused:
        return AskedAgain(before, now, None)
    asked = before.model_copy(update={"question": text})
    return AskedAgain(before, now, compare(assistant.judge(), asked, now))
