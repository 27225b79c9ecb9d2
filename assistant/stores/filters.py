"""The filters that a store understands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters

_LAST = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Restriction:
    """Days (proleptic Gregorian ordinals, both included) and article ids; None: not restricted by it."""

    days: tuple[int, int] | None = None
    articles: frozenset[str] | None = None

    @classmethod
    def of(cls, filters: MetadataFilters | None) -> Restriction:
        """Filters that all must hold. Others than `Store` names raise NotImplementedError: none is overlooked."""
        found = cls()
        for item in _flat(filters):
            match item.key, item.operator, item.value:
                case "published", FilterOperator.GTE, str(day):
                    found = found._within(_ordinal(day), _LAST)
                case "published", FilterOperator.LTE, str(day):
                    found = found._within(1, _ordinal(day))
                case "published", FilterOperator.EQ, str(day):
                    found = found._within(_ordinal(day), _ordinal(day))
                case "article_id", FilterOperator.EQ, str(article):
                    found = found._among([article])
                case "article_id", FilterOperator.IN, list(articles):
                    found = found._among([str(article) for article in articles])
                case _:
                    raise NotImplementedError(f"filter {item!r}")
        return found

    def _within(self, first: int, last: int) -> Restriction:
        known = self.days or (1, _LAST)
        return replace(self, days=(max(first, known[0]), min(last, known[1])))

    def _among(self, articles: list[str]) -> Restriction:
        chosen = frozenset(articles)
        return replace(self, articles=chosen if self.articles is None else chosen & self.articles)


def ordinal(published: str | None) -> int:
    """The day's ordinal; 0, which no restriction by days lets through, where there is no date."""
    try:
        return date.fromisoformat(published).toordinal() if published else 0
    except ValueError:
        return 0


def _ordinal(day: str) -> int:
    try:
        return date.fromisoformat(day).toordinal()
    except ValueError as error:
        raise NotImplementedError(f"filter published by {day!r}, which is no ISO date") from error


def _flat(filters: MetadataFilters | None) -> Iterator[MetadataFilter]:
    if filters is None:
        return
    if filters.condition not in (None, FilterCondition.AND):
        raise NotImplementedError(f"filters joined by {filters.condition}")
    for item in filters.filters:
        if isinstance(item, MetadataFilters):
            yield from _flat(item)
        else:
            yield item
