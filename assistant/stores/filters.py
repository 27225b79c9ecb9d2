"""Metadata filters: which articles, as llama-index's filters say it and as a store asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from llama_index.core.vector_stores.types import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters

from assistant.schema.articles import ArticleFilter

_LAST = date.max.toordinal()


def to_metadata_filters(chosen: ArticleFilter) -> MetadataFilters | None:
    """Days and ids as filters of paragraphs; None: no filter. Raises ValueError for words or an outlet: see `Store`."""
    if chosen.words or chosen.source is not None:
        raise ValueError("paragraphs are filtered by day and article id only")
    bounds = ((chosen.since, FilterOperator.GTE), (chosen.last, FilterOperator.LTE))
    filters = [
        MetadataFilter(key="published", value=day.isoformat(), operator=operator) for day, operator in bounds if day
    ]
    if chosen.ids is not None:
        filters.append(MetadataFilter(key="article_id", value=list(chosen.ids), operator=FilterOperator.IN))
    return MetadataFilters(filters=list(filters)) if filters else None


def of_metadata_filters(filters: MetadataFilters | None) -> ArticleFilter:
    """Filters that all must hold. Others than `Store` names raise NotImplementedError: none is overlooked."""
    found = ArticleFilter()
    for item in _flat(filters):
        match item.key, item.operator, item.value:
            case "published", FilterOperator.GTE, str(day):
                found = found.within(_day(day), None)
            case "published", FilterOperator.LTE, str(day):
                found = found.within(None, _day(day))
            case "published", FilterOperator.EQ, str(day):
                found = found.within(_day(day), _day(day))
            case "article_id", FilterOperator.EQ, str(article):
                found = found.among([article])
            case "article_id", FilterOperator.IN, list(articles):
                found = found.among(map(str, articles))
            case _:
                raise NotImplementedError(f"filter {item!r}")
    return found


def ordinals(chosen: ArticleFilter) -> tuple[int, int] | None:
    """The first and last day let through, as proleptic Gregorian ordinals; None: any day, or none known."""
    if chosen.since is None and chosen.last is None:
        return None
    return (chosen.since.toordinal() if chosen.since else 1, chosen.last.toordinal() if chosen.last else _LAST)


def ordinal(published: str | None) -> int:
    """The day's ordinal; 0, which no restriction by days lets through, where there is no date."""
    try:
        return date.fromisoformat(published).toordinal() if published else 0
    except ValueError:
        return 0


def _day(day: str) -> date:
    try:
        return date.fromisoformat(day)
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
