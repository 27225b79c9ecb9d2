"""Iteration over the paragraphs of a library, and how a quoted one is written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.errors import ArticleError
from assistant.library.index import ArticleIndex
from assistant.retrieval.passages import passages_of
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter, Passage, iso_day

QUOTE_COLUMNS = "quote source via also published title article_id paragraph paragraph_id text".split()


def count_passages(index: ArticleIndex, articles: ArticleFilter) -> int:
    """How many paragraphs these articles have."""
    if articles == EVERY_ARTICLE:
        return index.size().paragraphs
    return sum(header.paragraphs for header in index.all_headers(articles))


def each_article(
    index: ArticleIndex, articles: ArticleFilter, among: set[str] | None = None
) -> Iterator[list[Passage]]:
    """The paragraphs of each of these articles, oldest first, undated last; of those with an id in `among` alone."""
    for header in index.all_headers(articles):
        if (among is None or header.id in among) and (passages := passages_there(index, header.id)):
            yield passages


def passages_there(index: ArticleIndex, article_id: str) -> list[Passage]:
    """The paragraphs of an article that was listed; none where it was removed meanwhile."""
    try:
        return passages_of(index.article(article_id))
    except ArticleError:
        return []


def quote_to_dict(passage: Passage, quote: str) -> dict[str, Any]:
    """A quote with what places it, as JSON and as a row of `QUOTE_COLUMNS`."""
    return {
        "quote": quote,
        "source": passage.source,
        "via": passage.via,
        "also": list(passage.also),
        "published": iso_day(passage.published),
        "title": passage.title,
        "article_id": passage.article_id,
        "paragraph": passage.paragraph.number,
        "paragraph_id": passage.paragraph.id,
        "text": passage.paragraph.text,
    }
