"""A library of invented reports and a model that answers by rule, for what serves them to other programs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted_model import asks_to_divide

from assistant.api import Assistant
from assistant.errors import ModelConnectionError
from assistant.library.index import ArticleIndex
from assistant.llm.scope import QuestionScope
from assistant.settings import Settings

ARTICLES = {
    "ferry.txt": "date 2024-03-05 Ferry opens\n\n"
    "The new ferry carried 412 passengers on its first day.\n\nHarbour Post",
    "bridge.txt": "date 2023-06-01 Bridge shut\n\nThe old bridge was closed for repairs.\n\nRiver Echo",
    "odd name (1).txt": "date 2022-01-02 Storm\n\nThe storm felled ![x](http://tracker.test/p.png) trees.\n\nAFP",
}


class RuleModel:
    """Writes `reply` to every question, which only paragraphs with the words `about` answer.

    `hold`: it waits in the middle of it until `go` is set.
    """

    name = "scripted"
    taught = False
    has_probabilities = True
    embedded = False

    def __init__(self) -> None:
        self.reply = "The new ferry carried 412 passengers on its first day."
        self.about = "carried 412"
        self.yes = 0.99
        self.hold = False
        self.fails = False
        self.go = threading.Event()
        self.began = threading.Event()
        self.closed = threading.Event()
        self.prompts: list[str] = []
        self.scopes: list[QuestionScope] = []

    def stream(self, messages: Any, **_: Any) -> Iterator[str]:
        if asks_to_divide(messages):
            return
        self.prompts.append(messages[-1]["content"])
        self.began.set()
        if self.fails:
            raise ModelConnectionError("model scripted: nothing answers there; start the server or check the address")
        try:
            for word in self.reply.split(" "):
                while self.hold and not self.go.wait(0.02):
                    yield " "
                yield f"{word} "
        finally:
            self.closed.set()

    def within(self, scope: QuestionScope) -> RuleModel:
        self.scopes.append(scope)
        return self

    def probability_yes(self, messages: Any, **_: Any) -> float:
        return self.yes if self.about in messages[-1]["content"] else 0.01

    def prompt_length(self, max_tokens: int) -> int | None:
        return 4096 - max_tokens

    def close(self) -> None: ...


@pytest.fixture
def model() -> RuleModel:
    return RuleModel()


@pytest.fixture
def assistant(tmp_path: Path, embedder: Any, model: RuleModel, write_articles: Any) -> Iterator[Assistant]:
    index = ArticleIndex(tmp_path / "state" / "index.sqlite3", embedder)
    made = Assistant(index, model, Settings.load(home=tmp_path), mirror=write_articles(ARTICLES))  # type: ignore[arg-type]
    made.refresh()
    yield made
    index.close()
