"""Carriers of what answers cite, counted for an export as the page and `assistant sources` count them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.errors import ArticleError
from assistant.newsroom.answers.file import SavedAnswer, SavedCitation
from assistant.newsroom.evidence.base import EvidenceBase
from assistant.newsroom.export.fact_check import CarriageOf
from assistant.newsroom.provenance.independence import Carriage, carriers
from assistant.util.progress import Progress, unseen


def count_carriers(base: EvidenceBase, answers: Sequence[SavedAnswer], progress: Progress) -> CarriageOf:
    """What `fact_check` takes; words of an article that several answers quote are counted once.

    None for what is cited of an article that is gone. Raises `ModelError`.
    """
    cited = dict.fromkeys(_key(citation) for answer in answers for citation in answer.citations)
    counted: dict[tuple[str, str], Carriage] = {}
    for done, (article_id, quote) in enumerate(cited):
        progress(done, len(cited))
        try:
            article = base.index.article(article_id)
        except ArticleError:
            pass
        else:
            counted[article_id, quote] = carriers(base, article, quote, unseen("articles"))
    progress(len(cited), len(cited))
    return lambda citation: counted.get(_key(citation))


def _key(citation: SavedCitation) -> tuple[str, str]:
    return citation.article_id, citation.quote
