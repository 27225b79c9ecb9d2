"""The library's list, the newest article first."""

from __future__ import annotations

from datetime import date
from functools import partial

from assistant.api import Assistant
from assistant.schema.articles import ArticleHeader
from assistant.web.handlers.session import Find


def newest_first(assistant: Assistant, find: Find, limit: int) -> list[ArticleHeader]:
    """The first `limit` articles that `find` asks for: the newest first, those without a date last.

    The library lists the oldest first and those without a date last.
    """
    headers = partial(assistant.headers, words=find.words, source=find.source, since=find.since, until=find.until)
    dated = assistant.count(words=find.words, source=find.source, since=find.since or date.min, until=find.until)
    taken = min(limit, dated)
    newest = headers(offset=dated - taken, limit=taken)[::-1] if taken else []
    return newest + (headers(offset=dated, limit=limit - taken) if limit > taken else [])
