"""Excerpt selection: the sentences worth reading among the paragraphs found, within a budget of characters.

Reading is what an answer costs on a laptop. Of ten paragraphs found, the sentences nearest to the
question hold the answer about as often as five whole paragraphs do, in less than half the characters,
and the nearest of these are often enough (docs/measured.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.query.query import Query
from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import Similarities, placing, quotable
from assistant.schema.articles import Passage
from assistant.text.tokens import content_stems, stems

# What the first of the paragraphs found has ahead, beside half the share of the question's words and half the cosine.
# Chosen by hand, like all here but `_COMPARED`.
_RANK = 0.4
# Characters up to which a paragraph is read whole.
_SHORT = 350
# Characters of an article that are read first.
_BEGINNING = 600
# Sentences compared by meaning, by far the dearest part: 64 bring the answer of `squad2` and `temporal_timeqa` as
# often; fewer find as much that answers, and let more through that does not (first edition of docs/measured.md).
_COMPARED = 16
# An article none of whose sentences comes so near as the nearest of all, less this, is not read.
_BEHIND = 0.2


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Passages, the nearest first, and by paragraph id the text to read: all of it, what of it is
    nearest in its article, and the rest."""

    passages: tuple[Passage, ...]
    texts: dict[str, str]
    nearest: dict[str, str]
    further: dict[str, str]

    def of(self, context: ArticleContext) -> ArticleContext:
        """The report with its excerpts."""
        own = [passage.paragraph.id for passage in context.passages]
        return replace(
            context,
            excerpts={key: self.nearest[key] for key in own if key in self.nearest},
            further={key: self.further[key] for key in own if key in self.further},
        )


class ExcerptSelector:
    """Chooses sentences by words and meaning, and by the rank of their paragraph."""

    def __init__(self, similarities: Similarities, *, characters: int, articles: int) -> None:
        """`similarities(question, texts)` are cosine similarities; `characters` of `articles` are read at most."""
        self._similarities = similarities
        self._characters = characters
        self._articles = articles

    def cut(self, query: Query, passages: Sequence[Passage]) -> Excerpts:
        """The passages of which something is read; a short paragraph is read whole or not at all."""
        pieces = [(passage, span) for passage in passages for span in _pieces(passage)]
        if not pieces:
            return Excerpts((), {}, {}, {})
        texts = [passage.paragraph.text[start:end] for passage, (start, end) in pieces]
        asked = content_stems(query.text)
        rank = {passage.paragraph.id: place for place, passage in enumerate(passages)}
        places = {passage.paragraph.id: placing(passage) for passage in passages}
        near = []
        scores = []
        for (passage, _), text in zip(pieces, texts, strict=True):
            near.append(len(asked & (stems(text) | places[passage.paragraph.id])) / max(1, len(asked)) / 2)
            scores.append(near[-1] + _RANK / (1 + rank[passage.paragraph.id]))
        likely = sorted(range(len(pieces)), key=lambda place: -scores[place])[:_COMPARED]
        for place, similarity in zip(likely, self._similarities(query.text, [texts[i] for i in likely]), strict=True):
            near[place] += max(0.0, similarity) / 2
            scores[place] += max(0.0, similarity) / 2
        # A question that names two times is asked of the reports of both, however they word it.
        enough = max(near) - _BEHIND if len(query.periods) < 2 else 0.0
        kept: set[int] = set()
        nearest: set[int] = set()
        best: dict[str, float] = {}
        left = self._characters
        articles: dict[str, int] = {}
        for place in sorted(range(len(pieces)), key=lambda place: -scores[place]):
            size, article = len(texts[place]), pieces[place][0].article_id
            another = kept and article not in articles
            if (size > left and kept) or (another and (len(articles) == self._articles or near[place] < enough)):
                continue
            taken = articles.setdefault(article, 0)
            if not taken or taken + size <= _BEGINNING:
                nearest.add(place)
                articles[article] += size
            kept.add(place)
            left -= size
            best.setdefault(pieces[place][0].paragraph.id, scores[place])
        by_id = {passage.paragraph.id: passage for passage in passages}

        def read(places: set[int]) -> dict[str, str]:
            spans = {key: [pieces[i][1] for i in sorted(places) if pieces[i][0] is by_id[key]] for key in best}
            return {key: _joined(by_id[key], own) for key, own in spans.items() if own}

        return Excerpts(tuple(by_id[key] for key in best), read(kept), read(nearest), read(kept - nearest))


def _pieces(passage: Passage) -> list[tuple[int, int]]:
    text = passage.paragraph.text
    return [(0, len(text))] if len(text) <= _SHORT else quotable(passage)


def _joined(passage: Passage, spans: Sequence[tuple[int, int]]) -> str:
    """The sentences in their order, with "…" where something between them is left out."""
    text = passage.paragraph.text
    joined = ""
    for place, (start, end) in enumerate(spans):
        if place:
            joined += " " if not text[spans[place - 1][1] : start].strip() else " … "
        joined += text[start:end]
    return joined
