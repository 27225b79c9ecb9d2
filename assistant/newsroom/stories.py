"""Articles → stories: near copies, and reports of one event, by the vectors that the library has of them."""

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

Vector = npt.NDArray[np.float32]


def stories_of(headers: Iterable[ArticleHeader], vectors_of: VectorsOf) -> list[list[ArticleHeader]]:
    """The articles by story, each joined to the story that it is nearest to; in each the most central one first.

    Most central is, of the articles of its last day, the one nearest to all of them.
    """
    stories: list[list[tuple[ArticleHeader, Vector]]] = []
    sums: list[Vector] = []
    for header in sorted(headers, key=lambda header: (header.published is None, header.published or date.min)):
        vector = _vector(vectors_of(header.id))
        near = _nearest(vector, sums, [len(story) for story in stories])
        place = next((place for place in near if _in_time(header, stories[place][-1][0])), None)
        if place is None:
            stories.append([(header, vector)])
            sums.append(vector)
        else:
            stories[place].append((header, vector))
            sums[place] = sums[place] + vector
    return [_central_first(story, total) for story, total in zip(stories, sums, strict=True)]


def _vector(paragraphs: Sequence[Sequence[float]]) -> Vector:
    if not paragraphs:
        return np.zeros(1, dtype=np.float32)
    mean: Vector = np.asarray(paragraphs[:_PARAGRAPHS], dtype=np.float32).mean(axis=0)
    unit: Vector = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def _nearest(vector: Vector, sums: Sequence[Vector], sizes: Sequence[int]) -> list[int]:
    """The stories that are near enough, the nearest first."""
    if not sums or len(vector) == 1:
        return []
    places = [place for place, total in enumerate(sums) if len(total) == len(vector)]
    if not places:
        return []
    near = np.stack([sums[place] for place in places]) @ vector / np.asarray([sizes[place] for place in places])
    return [places[at] for at in np.argsort(-near, kind="stable") if near[at] >= _NEAR]


def _in_time(header: ArticleHeader, last: ArticleHeader) -> bool:
    if header.published is None or last.published is None:
        return True
    return (header.published - last.published).days <= _DAYS


def _central_first(story: Sequence[tuple[ArticleHeader, Vector]], total: Vector) -> list[ArticleHeader]:
    days = [header.published for header, _ in story if header.published]
    last = max(days, default=None)
    ordered = sorted(story, key=lambda one: (one[0].published != last, -float(one[1] @ total)))
    return [header for header, _ in ordered]
