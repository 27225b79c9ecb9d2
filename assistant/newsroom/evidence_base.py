"""What checking needs of a library: search in it, the judge, and what finds the words to quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.embeddings.minilm import similarities
from assistant.library.index import ArticleIndex
from assistant.library.mapping import UpdateReport
from assistant.library.open import Say, open_collection
from assistant.llm.open import open_model
from assistant.llm.prompts import Prompts
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import Similarities
from assistant.retrieval.retriever import Retriever
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage
from assistant.settings import Settings
from assistant.util.progress import ProgressOf, unseen
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.judge import Judge


@dataclass(frozen=True, slots=True)
class EvidenceBase:
    """`similar` gives cosine similarities in [-1, 1]; `whole_below` as in `Retriever`."""

    index: ArticleIndex
    judge: Judge
    similar: Similarities
    whole_below: int = 0

    @property
    def finder(self) -> EvidenceFinder:
        """Finds what to quote."""
        return EvidenceFinder(self.similar)

    def search(self, text: str, limit: int, articles: ArticleFilter = EVERY_ARTICLE) -> tuple[Passage, ...]:
        """The nearest passages, the nearest first; a time that the text names is no bound."""
        return self._retriever(limit).retrieve(Query(text, articles=articles))

    def contexts(self, passages: Sequence[Passage]) -> list[ArticleContext]:
        """The passages by article, in a small library with the rest of it."""
        return self._retriever(len(passages) or 1).contexts(passages)

    def _retriever(self, limit: int) -> Retriever:
        return Retriever(self.index, passages=limit, whole_below=self.whole_below)


@contextmanager
def open_evidence_base(
    settings: Settings, progress: ProgressOf | None = None, say: Say | None = None
) -> Iterator[tuple[EvidenceBase, UpdateReport]]:
    """The evidence base over the library and the model that the settings name, and what the opening did.

    Raises `UsageError`, `ArticleError`, `IndexStoreError`, `ModelFileError`.
    """
    report = progress or unseen
    model = open_model(settings)
    try:
        model.start(report("joining the language model"))
        library, update = open_collection(settings, report, say)
        try:
            judge = Judge(model, Prompts.of(settings.prompts, taught=model.taught))
            similar = similarities(library.index.embedder)
            yield EvidenceBase(library.index, judge, similar, settings.whole_below), update
        finally:
            library.index.close()
    finally:
        model.close()
