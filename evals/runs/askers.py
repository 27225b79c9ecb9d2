"""Who is asked: the assistant on one library, on a case's own, or on that of its bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import ModelError
from assistant.schema.answers import Question
from assistant.schema.articles import Article, passage_to_dict
from assistant.schema.events import Done, Event, Retrieved
from evals.datasets.public import EvalSet
from evals.schema import Case

Reply = tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]


class Asker(Protocol):
    """Answers a case: the JSON contract's object, and the passages the model was given."""

    def ask(self, case: Case) -> Reply:
        """Answer once. Raises `AssistantError` where no answer could be had."""
        ...


class AssistantLike(Protocol):
    """What is needed of `assistant.api.Assistant`."""

    def stream(self, question: Question) -> Iterator[Event]:
        """The events of one question, `Done` last."""
        ...


class AssistantAsker:
    """Asks the real assistant."""

    def __init__(self, assistant: AssistantLike) -> None:
        self._assistant = assistant

    def ask(self, case: Case) -> Reply:
        """The answer of the `Done` event and the passages of the `Retrieved` events."""
        passages: dict[str, Mapping[str, Any]] = {}
        answer: Mapping[str, Any] | None = None
        for event in self._assistant.stream(Question(case.question, id=case.id, history=case.history)):
            if isinstance(event, Retrieved):
                for passage in event.passages:
                    passages.setdefault(passage.paragraph.id, passage_to_dict(passage))
            elif isinstance(event, Done):
                answer = event.answer.to_dict()
        if answer is None:
            raise ModelError(f"case {case.id}: the assistant stopped without an answer; this is a bug, report it")
        return answer, tuple(passages.values())

    def close(self) -> None:
        """Close the assistant, where it can be closed."""
        close(self._assistant)


class CandidateAsker:
    """Asks each case of an asker opened on this case's own articles, and closes it again."""

    def __init__(
        self, open_asker: Callable[[Sequence[Article]], Asker], candidates: Mapping[str, tuple[Article, ...]]
    ) -> None:
        self._open_asker = open_asker
        self._candidates = candidates

    def ask(self, case: Case) -> Reply:
        """Nothing is kept between cases: a candidate set is used once."""
        asker = self._open_asker(self._candidates[case.id])
        try:
            return asker.ask(case)
        finally:
            close(asker)


def asker_for(question_set: EvalSet, open_asker: Callable[[Sequence[Article]], Asker]) -> Asker:
    """An asker for a public set: opened once on its corpus, or for each case on its candidates."""
    if question_set.articles is None:
        return CandidateAsker(open_asker, question_set.candidates)
    corpus = open_asker(question_set.articles)
    return _Mixed(corpus, CandidateAsker(open_asker, question_set.candidates), question_set.candidates)


class _Mixed:
    """The corpus for most cases, the row's own paragraphs for cases that bring them."""

    def __init__(self, corpus: Asker, own: CandidateAsker, candidates: Mapping[str, tuple[Article, ...]]) -> None:
        self._corpus, self._own, self._candidates = corpus, own, candidates

    def ask(self, case: Case) -> Reply:
        return (self._own if case.id in self._candidates else self._corpus).ask(case)

    def close(self) -> None:
        close(self._corpus)


class LibraryAsker:
    """Asks each case of its own library; one library is open at a time."""

    def __init__(self, libraries: Mapping[str, Path], open_library: Callable[[Path], Asker]) -> None:
        """`libraries` are the folders by case id; `open_library` makes the asker of a folder."""
        self._libraries = libraries
        self._open_library = open_library
        self._current: tuple[Path, Asker] | None = None

    def ask(self, case: Case) -> Reply:
        """The library stays open while the cases that follow are of the same."""
        folder = self._libraries[case.id]
        if self._current is None or self._current[0] != folder:
            self.close()
            self._current = folder, self._open_library(folder)
        return self._current[1].ask(case)

    def close(self) -> None:
        """Close the open library, if there is one."""
        current, self._current = self._current, None
        if current is not None:
            close(current[1])


def close(thing: object) -> None:
    """Close an asker, where it can be closed."""
    method = getattr(thing, "close", None)
    if callable(method):
        method()
