"""A report and a question → the draft of an answer, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.llm import ChatModel
from assistant.prompts import Prompts
from assistant.reports import Report, put_to
from assistant.schema import Token
from assistant.sentences import split_sentences

_MAX_TOKENS = 120
_MAX_SENTENCES = 2


class Writer:
    """Asks the model for one short sentence; never tells it that it may refuse."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def write(self, question: str, report: Report) -> Iterator[Token | str]:
        """`Token` pieces as they are written, and each whole sentence, as a `str`, when it is."""
        text = self._prompts.render("answer", passages=report.render(), question=put_to(question, report))
        messages = [
            {"role": "system", "content": self._prompts.render("system")},
            {"role": "user", "content": text},
        ]
        draft, given = "", 0
        prefix = report.prefix(self._prompts, "answer")
        for piece in self._model.stream(messages, max_tokens=_MAX_TOKENS, stop=["\n"], prefix=prefix):
            draft += piece
            yield Token(piece)
            spans = split_sentences(draft) if draft.strip() else []
            for start, end in spans[given:-1]:
                yield draft[start:end]
                given += 1
            if given >= _MAX_SENTENCES:
                return
        spans = split_sentences(draft) if draft.strip() else []
        for start, end in spans[given:_MAX_SENTENCES]:
            yield draft[start:end]
