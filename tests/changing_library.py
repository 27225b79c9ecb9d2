"""A library that changes, asked by a scripted model whose calls are counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from answer_samples import ScriptedModel, prompts_in

from assistant.api import Assistant
from assistant.library.index import ArticleIndex
from assistant.newsroom.answers.file import SavedAnswer, of_answer
from assistant.schema.articles import Article, Paragraph
from assistant.settings import Settings

QUESTION = "When does the ferry to Skar stop?"
OLD = "The ferry to Skar stops on Friday, the operator said."


def article(key: str, *texts: str, day: date = date(2024, 3, 1), **fields: Any) -> Article:
    """An article of these paragraphs."""
    paragraphs = tuple(Paragraph(f"{key}#p{number}", number, text) for number, text in enumerate(texts, start=1))
    return Article(key, fields.pop("title", f"Title {key}"), "The Skar Post", day, paragraphs, **fields)


def opened(folder: Path, embedder: Any, model: ScriptedModel, *articles: Article) -> Assistant:
    """An assistant over these articles; nothing of a language model is loaded."""
    prompts_in(folder / "prompts")
    model.taught = False  # type: ignore[attr-defined]
    index = ArticleIndex(folder / "index.sqlite3", embedder, versions=5)
    index.add(articles)
    settings = Settings.load(home=folder, prompts=folder / "prompts", read="apart")
    return Assistant(index, model, settings)  # type: ignore[arg-type]


def answered(assistant: Assistant, question: str = QUESTION) -> SavedAnswer:
    """An answer that cites."""
    answer = of_answer(assistant.ask(question))
    assert not answer.refused
    return answer
