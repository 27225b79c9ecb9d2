"""The understood question, as it is handed down: what it asks, of which time, and what may answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.query.asked_times import as_of_day, asks_now
from assistant.schema.articles import EVERY_ARTICLE, ArticleFilter
from assistant.text.dates import Period, named_periods


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood once; no later step reads its words again to find these out.

    `text` stands alone, without the conversation; `periods` are the times it names; `present`: it asks for
    the present or the latest; `newest`: and for no other time, so that the newest report that answers is wanted;
    `follow_up`: it was put in a conversation, and `cited_before` are the ids of the articles that the answer cites
    which it leans on; `articles` are those that may be read, as of the day that it names
    ("as of 5 July 2017");
    `figures_from` is the text whose figures an answer may repeat without a source.
    """

    text: str
    periods: tuple[Period, ...] = ()
    present: bool = False
    newest: bool = False
    articles: ArticleFilter = EVERY_ARTICLE
    follow_up: bool = False
    cited_before: frozenset[str] = frozenset()
    figures_from: str = ""

    @classmethod
    def of(
        cls,
        text: str,
        articles: ArticleFilter = EVERY_ARTICLE,
        *,
        follow_up: bool = False,
        cited_before: frozenset[str] = frozenset(),
    ) -> Query:
        """The query that `text` puts to these articles."""
        asked_as_of = as_of_day(text)
        named = named_periods(text)
        periods = tuple(period for period in named if period != asked_as_of)
        if asked_as_of is not None:
            days = (articles.as_of, asked_as_of.since)
            articles = replace(articles, as_of=min(day for day in days if day is not None))
        # "The last meeting of 2017" asks for that time.
        present = asks_now(text)
        newest = present and not periods
        # Of two times that it names, which one a report tells of is a claim.
        figures_from = "" if len(named) > 1 else text
        return cls(text, periods, present, newest, articles, follow_up, cited_before, figures_from)

    def part(self, text: str) -> Query:
        """The query that a part of this one, itself a question, puts to the same articles."""
        return Query.of(text, self.articles, follow_up=self.follow_up, cited_before=self.cited_before)
