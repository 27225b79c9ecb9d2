"""An evidence base over articles of one's own, whose judge says what a function says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from assistant.embeddings.minilm import similarities
from assistant.library.index import ArticleIndex
from assistant.newsroom.evidence.base import EvidenceBase
from assistant.schema.articles import Article, Paragraph
from assistant.verification.judge import Judge

Says = Callable[[str, str, str], float]


class FakeJudge:
    """`says(judgement, sentence or question, the article's text)` is the probability; keeps what it was asked."""

    def __init__(self, says: Says) -> None:
        self.says = says
        self.asked: list[tuple[str, str]] = []

    def answered(self, question: str, context: Any) -> float:
        return self._ask("answered", question, context)

    def stated(self, sentence: str, context: Any) -> float:
        return self._ask("stated", sentence, context)

    def right(self, question: str, sentence: str, context: Any) -> float:
        return self._ask("right", sentence, context)

    def _ask(self, name: str, text: str, context: Any) -> float:
        self.asked.append((name, text))
        return self.says(name, text, " ".join(passage.paragraph.text for passage in context.passages))


def article(key: str, *texts: str, source: str | None = "Post", day: str | None = "2020-01-02", **more: Any) -> Article:
    paragraphs = tuple(Paragraph(f"{key}#p{number}", number, text) for number, text in enumerate(texts, 1))
    published = date.fromisoformat(day) if day else None
    title = more.pop("title", f"Story {key}")
    return Article(key, title, source, published, paragraphs, **more)


def evidence_base_of(folder: Path, embedder: Any, articles: Sequence[Article], says: Says) -> EvidenceBase:
    index = ArticleIndex(folder / "index.sqlite3", embedder)
    index.add(articles)
    return EvidenceBase(index, cast(Judge, FakeJudge(says)), similarities(embedder), whole_below=100_000)


def shares_words(_name: str, text: str, context: str) -> float:
    """1 where every long word of the text stands in the article."""
    return float(set(re.findall(r"\w{4,}", text.lower())) <= set(re.findall(r"\w{4,}", context.lower())))
