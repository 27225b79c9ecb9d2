"""Deduplication: which article keeps a story that came twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assistant.schema.articles import Article, day_of
from assistant.stores.base import Record

# A week later "on Tuesday" is another day.
_DAYS_APART = 6


def near_in_time(one: date | None, other: date | None) -> bool:
    """The same words a week later are another report: "on Tuesday" then means another day."""
    return one is None or other is None or abs((one - other).days) <= _DAYS_APART


def original_of(article: Article, same_story: Iterable[Record]) -> Record | None:
    """The record, among those with the words of `article`, that keeps its story; None where it is a new one."""
    if not article.paragraphs:
        return None
    return next(
        (record for record in same_story if near_in_time(article.published, day_of(record.header.get("published")))),
        None,
    )


def takes_over(article: Article, original: Record) -> bool:
    """True where the newcomer says when the story was published, and the one that keeps it does not."""
    return article.published is not None and not original.header.get("published")
