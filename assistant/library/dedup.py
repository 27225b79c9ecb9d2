"""Finds the article that keeps a story already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from assistant.library.fingerprint import body_of, near_in_time, repeats
from assistant.schema import Article
from assistant.stores.base import Record, Store

_SHARING_KEPT = 8

Sharing = dict[int, tuple[str, ...]]


class NearDuplicates:
    """The stories of a store and of the batch that is being written.

    `record` gives an article's record and `stored` the article that it keeps, as they will be when the
    batch is written. `sharing` tells which articles share a paragraph; it is read from the store when
    it is first needed.
    """

    def __init__(
        self,
        store: Store,
        record: Callable[[str], Record | None],
        stored: Callable[[Record], Article | None],
        sharing: Sharing | None,
    ) -> None:
        self.sharing = sharing
        self._store = store
        self._record = record
        self._stored = stored

    def original_of(self, article: Article, record: Record, leaving: frozenset[str]) -> Record | None:
        """The record that keeps this story, those of `leaving` aside; None where it is a new one."""
        if not record.story or not article.paragraphs:
            return None
        fuller: Record | None = None
        shorter: Record | None = None
        for candidate in self._candidates(article, record, leaving):
            if candidate.story == record.story:
                return candidate
            if fuller is None and (other := self._stored(candidate)) is not None:
                mine, theirs = body_of(article.paragraphs), body_of(other.paragraphs)
                if repeats(mine, theirs):
                    fuller = candidate
                elif shorter is None and repeats(theirs, mine):
                    shorter = candidate
        return fuller or shorter

    def takes_over(self, article: Article, record: Record, original: Record) -> bool:
        """True where the newcomer says more: more of the story, or when it was published."""
        dated = article.published is not None and _day(original) is None
        other = self._stored(original) if record.story != original.story else None
        if other is None:
            return dated
        mine, theirs = body_of(article.paragraphs), body_of(other.paragraphs)
        return not repeats(mine, theirs) or (dated and repeats(theirs, mine))

    def know(self, record: Record) -> None:
        """A record that keeps its story from now on."""
        if self.sharing is None or record.same_as is not None:
            return
        for mark in record.header.get("sketch", ()):
            known = self.sharing.get(mark, ())
            if record.id not in known:
                self.sharing[mark] = (*known, record.id)[-_SHARING_KEPT:]

    def _candidates(self, article: Article, record: Record, leaving: frozenset[str]) -> list[Record]:
        if self.sharing is None:
            self.sharing = {}
            for known in self._store.records():
                self.know(known)
        exact = self._store.same_story(record.story)
        ids = [key for mark in record.header["sketch"] for key in self.sharing.get(mark, ())]
        found = (self._record(key) for key in dict.fromkeys([*([exact.id] if exact else []), *ids]))
        return [
            candidate
            for candidate in found
            if candidate is not None
            and candidate.id not in leaving
            and candidate.same_as is None
            and near_in_time(article.published, _day(candidate))
        ]


def _day(record: Record) -> date | None:
    published = record.header.get("published")
    return date.fromisoformat(published) if published else None
