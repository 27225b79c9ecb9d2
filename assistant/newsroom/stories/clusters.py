"""Story clustering: near copies, and reports of one event, by the vectors that the library has of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from assistant.schema.articles import ArticleHeader

VectorsOf = Callable[[str], Sequence[Sequence[float]]]
"""The unit vectors of an article's paragraphs, by its id."""

# The beginning says what happened.
_PARAGRAPHS = 2
# The mean cosine of an article to those of a story. At 0.5 none of 1,215 pairs of different stories is as near, and 67
# of 100 pairs within the bundles of news and the timelines are, of which some are of one place alone
# (evals/newsroom/timelines.jsonl, evals/news/bundles, all-MiniLM-L6-v2).
_NEAR = 0.5
# Two floods a month apart are two stories.
_DAYS = 14


def stories_of(headers: Iterable[ArticleHeader], vectors_of: VectorsOf) -> list[list[ArticleHeader]]:
    """The articles by story, each joined to the story that it is nearest to; in each the most central one first.

    Most central is, of the articles of its last day, the one nearest to all of them.
    """
    ordered = sorted(headers, key=lambda header: (header.published is None, header.published or date.min))
    vectors = _vectors(vectors_of(header.id) for header in ordered)
    # A row a story: the sum of the vectors of its articles, of which `stories` has the places.
    sums, sizes = np.zeros_like(vectors), np.zeros(len(vectors), dtype=np.float32)
    stories: list[list[int]] = []
    for place, header in enumerate(ordered):
        near = sums[: len(stories)] @ vectors[place] / sizes[: len(stories)]
        able = sorted(map(int, np.flatnonzero(near >= _NEAR)), key=lambda at: -near[at])
        own = next((at for at in able if _in_time(header, ordered[stories[at][-1]])), len(stories))
        if own == len(stories):
            stories.append([])
        stories[own].append(place)
        sums[own] += vectors[place]
        sizes[own] += 1
    return [
        _central_first([(ordered[place], float(vectors[place] @ total)) for place in story])
        for story, total in zip(stories, sums, strict=False)
    ]


def _vectors(articles: Iterable[Sequence[Sequence[float]]]) -> npt.NDArray[np.float32]:
    """A unit vector an article; of one without paragraphs zeros, which are near to nothing."""
    # One article's paragraphs at a time: as lists they take ten times the room.
    means = [np.asarray(paragraphs[:_PARAGRAPHS], dtype=np.float32).sum(axis=0) for paragraphs in articles]
    made = np.zeros((len(means), max(map(np.size, means), default=0)), dtype=np.float32)
    for row, mean in zip(made, means, strict=True):
        row[:] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return made


def _in_time(header: ArticleHeader, last: ArticleHeader) -> bool:
    if header.published is None or last.published is None:
        return True
    return (header.published - last.published).days <= _DAYS


def _central_first(story: Sequence[tuple[ArticleHeader, float]]) -> list[ArticleHeader]:
    last = max((header.published for header, _ in story if header.published), default=None)
    return [header for header, near in sorted(story, key=lambda one: (one[0].published != last, -one[1]))]
