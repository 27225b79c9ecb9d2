"""Evidence base: search in a library, the judge, and what finds the words to quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from assistant.api import Assistant
from assistant.embeddings.minilm import similarities
from assistant.library.index import ArticleIndex
from assistant.library.report import UpdateReport
from assistant.llm.scope import QuestionScope
from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import Similarities
from assistant.retrieval.retriever import Retriever
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage
from assistant.settings import Settings
from assistant.util.progress import ProgressOf, Say
from assistant.verification.evidence import EvidenceFinder
from assistant.verification.judge import Judge


class EvidenceBase:
    """Searches for, and judges by, at most `passages` passages; `similar` gives cosine similarities in [-1, 1]."""

    def __init__(
        self, index: ArticleIndex, judge: Judge, similar: Similarities, *, whole_below: int = 0, passages: int = 8
    ) -> None:
        """`whole_below` as in `Retriever`."""
        self.index = index
        self.judge = judge
        self.similar = similar
        self.finder = EvidenceFinder(similar)
        self._retriever = Retriever(index, passages=passages, whole_below=whole_below)

    def search(self, text: str, articles: ArticleFilter = EVERY_ARTICLE) -> tuple[Passage, ...]:
        """The nearest passages, the nearest first; a time that the text names is no bound."""
        return self._retriever.retrieve(Query(text, articles=articles))

    def contexts(self, passages: Sequence[Passage]) -> list[ArticleContext]:
        """The passages by article, in a small library with the rest of it."""
        return self._retriever.contexts(passages)


def evidence_base_of(assistant: Assistant, scope: QuestionScope | None = None, *, passages: int = 8) -> EvidenceBase:
    """The evidence base of an open assistant; it finds at most `passages` at once.

    `scope` cancels what its judge is asked.
    """
    similar = similarities(assistant.index.embedder)
    whole_below = assistant.settings.whole_below
    return EvidenceBase(assistant.index, assistant.judge(scope), similar, whole_below=whole_below, passages=passages)


@contextmanager
def open_evidence_base(
    settings: Settings, progress: ProgressOf | None = None, say: Say | None = None, *, passages: int = 8
) -> Iterator[tuple[EvidenceBase, UpdateReport]]:
    """The evidence base over the library and the model that the settings name, and what the opening did.

    It finds at most `passages` at once. Raises what `Assistant.open` raises.
    """
    with Assistant.open(settings=settings, progress=progress, say=say) as assistant:
        yield evidence_base_of(assistant, passages=passages), assistant.update
