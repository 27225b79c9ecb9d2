"""Articles, prompts of a line and a model that says what it was told, for the tests of an answer's steps."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from assistant.llm.prompts import Prompts
from assistant.retrieval.context import ArticleContext
from assistant.schema.articles import Paragraph, Passage
from assistant.text.tokens import stems

OLD, NEW = date(2017, 7, 4), date(2023, 3, 22)

PROMPTS = {
    "system": "Be brief.",
    "context": "Articles:\n$passages",
    "rewrite": "$history\nREWRITE $question",
    "divide": "DIVIDE $question",
    "divided": "$parts\nDIVIDED $question",
    "answer": "$context\nWRITE $question",
    "answered": "$context\nANSWERED $question",
    "stated": "$context\nSTATED $sentence",
    "right": "$context\nRIGHT $question = $sentence",
    "together": "$context\nTOGETHER $question",
    "entailment": "$context\nSENTENCES\n$sentences\nENTAILMENT",
    "taught/answer": "$context\nCheck: WRITE $question",
    "taught/answered": "$context\nCheck: ANSWERED $question",
    "taught/stated": "$context\nCheck: STATED $sentence",
    "taught/right": "$context\nCheck: RIGHT $question = $sentence",
}


def passage(
    text: str,
    number: int = 1,
    article: str = "new",
    published: date | None = NEW,
    source: str | None = "TDI",
    dateline: str = "",
) -> Passage:
    """A passage of an article named "Title <its id>"."""
    paragraph = Paragraph(f"{article}#p{number}", number, dateline + text, dateline=len(dateline))
    return Passage(paragraph, article, f"Title {article}", source, published)


def context(*texts: str, **fields: object) -> ArticleContext:
    """An article of these paragraphs."""
    return ArticleContext(tuple(passage(text, number, **fields) for number, text in enumerate(texts, start=1)), 0)  # type: ignore[arg-type]


def alike(question: str, texts: Sequence[str]) -> list[float]:
    """The cosine similarity of the sets of stems."""
    asked = stems(question)
    return [len(asked & stems(text)) / math.sqrt(len(asked) * len(stems(text)) or 1) for text in texts]


def unlike(question: str, texts: Sequence[str]) -> list[float]:
    """Only words decide."""
    return [0.0] * len(texts)


def prompts_in(folder: Path, *, taught: bool = False) -> Prompts:
    """`PROMPTS` as files."""
    for name, text in PROMPTS.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Prompts.of(folder, taught=taught)


Chances = float | Mapping[str, float]
Said = TypeVar("Said", str, float)


class ScriptedModel:
    """Understands `PROMPTS` and says what it was told.

    `drafts` and `answered` go by words of the article, `stated` and `right` by words of the question and sentence:
    the first key that stands there decides, and where none does it is nothing and 0.9. A number holds for all.
    """

    name = "scripted"
    has_probabilities = True

    def __init__(
        self,
        drafts: Mapping[str, str] | None = None,
        *,
        answered: Chances = 0.9,
        stated: Chances = 0.9,
        right: Chances = 0.9,
        rewritten: str = "",
    ) -> None:
        self.drafts = drafts or {}
        self.chances = {"ANSWERED": answered, "STATED": stated, "RIGHT": right}
        self.rewritten = rewritten
        self.asked: list[tuple[str, str, str]] = []
        self.calls: list[SimpleNamespace] = []

    def within(self, scope: Any) -> Any:
        """The same model: it never waits."""
        return self

    def stream(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        prefix: str | None = None,
        keep_prefix: bool = True,
    ) -> Iterator[str]:
        """The draft for this article, word by word."""
        kind, context, _ = self._understand(messages, prefix, keep_prefix)
        draft = self.rewritten if kind == "REWRITE" else _first(self.drafts, context, "")
        yield from re.findall(r"\s*\S+", draft)

    def probability_yes(
        self, messages: Sequence[Mapping[str, str]], *, prefix: str | None = None, keep_prefix: bool = True
    ) -> float:
        """What it was told to say of this article or sentence."""
        kind, context, text = self._understand(messages, prefix, keep_prefix)
        chances = self.chances[kind]
        if not isinstance(chances, Mapping):
            return chances
        return _first(chances, context if kind == "ANSWERED" else text, 0.9)

    def kinds(self) -> list[str]:
        """What it was asked for, in order."""
        return [kind for kind, _, _ in self.asked]

    def _understand(
        self, messages: Sequence[Mapping[str, str]], prefix: str | None, keep_prefix: bool
    ) -> tuple[str, str, str]:
        context, _, last = messages[-1]["content"].rpartition("\n")
        kind, _, text = last.removeprefix("Check: ").partition(" ")
        self.asked.append((kind, context, text))
        self.calls.append(SimpleNamespace(messages=list(messages), prefix=prefix, keep_prefix=keep_prefix))
        return self.asked[-1]


def _first(of: Mapping[str, Said], text: str, otherwise: Said) -> Said:
    return next((value for word, value in of.items() if word in text), otherwise)
