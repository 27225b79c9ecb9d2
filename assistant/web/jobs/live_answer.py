"""Streamed answer: events in, what is shown of it out."""

from __future__ import annotations

from typing import Any

from assistant.schema.answers import Answer, Citation, Sentence, citation_to_dict, sentence_to_dict
from assistant.schema.events import Done, Event, Retrieved, SentenceReady, Step, StepName, Token
from assistant.text.numbers import counted

_STEPS = {
    StepName.REWRITING: "Understanding the question",
    StepName.SEARCHING: "Searching the articles",
    StepName.JUDGING: "Deciding whether they answer it",
    StepName.WRITING: "Writing",
    StepName.CHECKING: "Checking every sentence against its source",
    StepName.RESTARTING: "The language model stopped; it is started again, and your question is asked once more",
}


class LiveAnswer:
    """Takes the events of one question in order; may be looked at from another thread at any time."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.doing = _STEPS[StepName.SEARCHING]
        self.answer: Answer | None = None
        self._draft = ""
        self._sentences: tuple[Sentence, ...] = ()
        self._citations: dict[int, Citation] = {}

    def take(self, event: Event) -> None:
        """The next event."""
        match event:
            case Step(name):
                self.doing = _STEPS[name]
                if name is not StepName.CHECKING:
                    self._draft = ""
                if name is StepName.RESTARTING:
                    self._sentences, self._citations = (), {}
            case Retrieved(passages):
                self.doing = f"Reading {counted(len(passages), 'paragraph')}"
            case Token(text):
                self.doing = _STEPS[StepName.WRITING]
                self._draft += text
            case SentenceReady(sentence, citations):
                self._draft = ""
                self._citations |= {citation.number: citation for citation in citations}
                self._sentences = (*self._sentences, sentence)
            case Done(answer):
                self.answer = answer

    def wait_for(self, what: str) -> None:
        """What the model's endpoint makes the question wait for."""
        self.doing = what[:1].upper() + what[1:]

    def record(self) -> dict[str, Any]:
        """As `Answer.to_dict()` has it, as far as it is known; `draft` is what was not checked yet."""
        return {
            "question": self.question,
            "sentences": [sentence_to_dict(sentence) for sentence in self._sentences],
            "citations": [citation_to_dict(citation) for citation in list(self._citations.values())],
            "draft": self._draft.strip(),
        }
