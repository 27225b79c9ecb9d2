"""A plan → who is asked: the assistant or the baseline, on the articles that the plan names."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from llama_index.core.base.embeddings.base import BaseEmbedding

from assistant.api import Assistant
from assistant.errors import UsageError
from assistant.ingest.discover import list_files
from assistant.library.index import ArticleIndex
from assistant.library.open import open_embedder, open_library
from assistant.llm.chat_model import ChatModel
from assistant.schema.articles import Article
from assistant.settings import Settings
from evals.baseline.engine import CitationBaseline
from evals.datasets.bundle_cases import read_articles
from evals.runs.askers import Asker, AssistantAsker, LibraryAsker, asker_for
from evals.runs.plans import Plan


class Opener(Protocol):
    """Makes askers of articles. The model of all of them is the caller's to close."""

    def on_articles(self, articles: Sequence[Article]) -> Asker:
        """An asker on these articles."""
        ...

    def on_folder(self, folder: Path) -> Asker:
        """An asker on a folder's articles. Raises `UsageError` where one was not taken."""
        ...


def open_asker(plan: Plan, model: ChatModel, scratch: Path) -> Asker:
    """The asker of a plan; `scratch` is a folder for articles and indexes."""
    embedder = open_embedder(plan.settings)
    opener: Opener
    if plan.baseline:
        opener = BaselineOpener(embedder, model)
    else:
        opener = AssistantOpener(embedder, model, plan.settings, scratch)
    if plan.news is not None:
        return LibraryAsker(plan.news.write(scratch / "articles"), opener.on_folder)
    if plan.question_set is not None:
        return asker_for(plan.question_set, opener.on_articles)
    index = open_library(plan.settings)[0].index
    articles = index.articles()
    index.close()
    return opener.on_articles(articles)


class AssistantOpener:
    """Opens the assistant, each on a new index."""

    def __init__(self, embedder: BaseEmbedding, model: ChatModel, settings: Settings, scratch: Path) -> None:
        self._embedder, self._model, self._settings, self._scratch = embedder, model, settings, scratch

    def on_articles(self, articles: Sequence[Article]) -> Asker:
        """An index of the articles as they are."""
        index = self._new_index()
        index.add(articles)
        return _Borrowed(Assistant(index, self._model, self._settings))

    def on_folder(self, folder: Path) -> Asker:
        """An index of the folder, filled as the product does it."""
        index = self._new_index()
        report = index.update(list_files(folder))
        if report.problems:
            raise UsageError(f"{folder}: not every article was indexed: {report.problems[0]}")
        return _Borrowed(Assistant(index, self._model, self._settings))

    def _new_index(self) -> ArticleIndex:
        return ArticleIndex(Path(tempfile.mkdtemp(dir=self._scratch)) / "index.sqlite3", self._embedder)


class BaselineOpener:
    """Opens `CitationQueryEngine`, which keeps its own index in memory."""

    def __init__(self, embedder: BaseEmbedding, model: ChatModel) -> None:
        self._embedder, self._model = embedder, model

    def on_articles(self, articles: Sequence[Article]) -> Asker:
        """An engine on the articles as they are."""
        return CitationBaseline(articles, embedder=self._embedder, model=self._model, model_name=self._model.name)

    def on_folder(self, folder: Path) -> Asker:
        """An engine on the articles that the product's readers find there."""
        return self.on_articles(list(read_articles(folder).values()))


class _Borrowed(AssistantAsker):
    """An asker whose model outlives it: closing it closes its index alone."""

    def __init__(self, assistant: Assistant) -> None:
        super().__init__(assistant)
        self._index = assistant.index

    def close(self) -> None:
        """Close the index."""
        self._index.close()
