"""Input validation of questions and of the days that they are put to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assistant.errors import QuestionError, UsageError
from assistant.schema.articles import ArticleFilter
from assistant.text.unicode import has_surrogates

MAX_QUESTION = 4000


def check_question(text: str) -> None:
    """Raises `QuestionError` for a question that is empty or too long to be one."""
    if not text.strip():
        raise QuestionError("the question is empty; ask something")
    if has_surrogates(text):
        raise QuestionError("the question is not valid Unicode; send it as UTF-8")
    if len(text) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(text):,} characters, at most {MAX_QUESTION:,} are read; shorten it")


def articles_where(
    *,
    words: str = "",
    source: str | None = None,
    since: date | None = None,
    until: date | None = None,
    as_of: date | None = None,
    ids: Iterable[str] = (),
) -> ArticleFilter:
    """The filter by all of this; no `ids`: any. Raises `UsageError`, see `check_days`."""
    chosen = ArticleFilter(words, source, since, until, as_of, tuple(ids) or None)
    check_days(chosen)
    return chosen


def check_days(articles: ArticleFilter) -> None:
    """Raises `UsageError` where the first day is after the last."""
    since, last = articles.since, articles.last
    if since and last and since > last:
        bound = "until" if last == articles.until else "as of"
        raise UsageError(f"since {since} is after {bound} {last}; swap them")
