"""Listing of the library's articles, the newest first."""

from __future__ import annotations

from datetime import date

from assistant.api import Assistant
from assistant.schema.articles import ArticleFilter, ArticleHeader


def newest_first(assistant: Assistant, find: ArticleFilter, limit: int) -> list[ArticleHeader]:
    """The first `limit` articles that `find` asks for: the newest first, those without a date last.

    The library lists the oldest first and those without a date last.
    """
    dated = assistant.count(find.within(date.min, None))
    taken = min(limit, dated)
    newest = assistant.headers(find, offset=dated - taken, limit=taken)[::-1] if taken else []
    return newest + (assistant.headers(find, offset=dated, limit=limit - taken) if limit > taken else [])
