"""Conversion of a kept message into the saved answer that the newsroom's tools read."""

from __future__ import annotations

from pydantic import ValidationError

from assistant.errors import UsageError
from assistant.newsroom.answers.file import SavedAnswer
from assistant.util.validation import fault
from assistant.web.storage.messages import Message


def saved_answer(message: Message) -> SavedAnswer:
    """The message's answer. Raises `UsageError` for one that was kept without what it cites."""
    try:
        return SavedAnswer.model_validate(message.answer)
    except ValidationError as error:
        raise UsageError(
            f"answer {message.position} was kept without all that it cites ({fault(error)}); ask its question again"
        ) from error
