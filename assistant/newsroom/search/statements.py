"""Statement search: every passage that states something, by the judge's reading of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from assistant.newsroom.evidence.base import EvidenceBase
from assistant.newsroom.evidence.nearness import near_passages
from assistant.newsroom.evidence.passages import each_article
from assistant.retrieval.context import ArticleContext
from assistant.schema.answers import Quote
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage
from assistant.util.progress import Progress
from assistant.verification.reckoning import has_other_figure
from assistant.verification.verifier import STATED


@dataclass(frozen=True, slots=True)
class Stating:
    """A passage that states a statement, with P(it does) in [0, 1] and the words to quote."""

    passage: Passage
    stated: float
    quotes: tuple[Quote, ...]


class StatementSearch:
    """Judges passages one by one, whatever article they are of."""

    def __init__(self, base: EvidenceBase) -> None:
        """`base` finds as many passages at once as are to be judged at most."""
        self._base = base

    def near(self, statement: str, articles: ArticleFilter = EVERY_ARTICLE) -> list[Passage]:
        """Those of the passages found, nearest first, whose article comes near the statement in meaning or words."""
        return near_passages(statement, self._base.search(statement, articles))

    def all(self, articles: ArticleFilter = EVERY_ARTICLE) -> Iterator[Passage]:
        """Every passage of these articles, oldest first."""
        return chain.from_iterable(each_article(self._base.index, articles))

    def judge(self, statement: str, passages: Iterable[Passage], total: int, progress: Progress) -> Iterator[Stating]:
        """Those of the `total` passages that state it, in their order, each as soon as it is judged.

        Raises `ModelError`.
        """
        for done, passage in enumerate(passages, 1):
            if stating := self._stating(statement, passage):
                yield stating
            progress(done, total)

    def _stating(self, statement: str, passage: Passage) -> Stating | None:
        if has_other_figure(statement, [passage]):
            # Nothing that a judge says could let it be shown.
            return None
        stated = self._base.judge.stated(statement, ArticleContext((passage,), 0))
        if stated < STATED:
            return None
        evidence = self._base.finder.find(statement, [passage])
        return Stating(passage, stated, tuple(part.quote for part in evidence)) if evidence else None
