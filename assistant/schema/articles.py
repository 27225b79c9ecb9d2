"""Value types of articles, their paragraphs, and the paragraphs that were found for a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    r"""One paragraph of an article, as a reader would count it.

    Of a plain text or Markdown file, `text` is the decoded file's own characters from `offset` on,
    its line ends as "\n"; of every other format, `offset` counts in the article's paragraphs joined
    by blank lines. The first `dateline` characters of
    `text` are a dateline ("Moscow, July 4:"): part of the paragraph, never part of a quote.
    """

    id: str
    number: int
    text: str
    offset: int = 0
    dateline: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """A news article. `via` is the agency the outlet itself cites ("reports Xinhua").

    `also` are other outlets that carry the same story (`carrier`); `language` is an
    ISO 639-1 code. `modified`: the day of its last change, later than `published`; `corrected`: it says that
    it was.
    """

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: tuple[Paragraph, ...]
    path: str = ""
    url: str | None = None
    via: str | None = None
    author: str | None = None
    language: str | None = None
    also: tuple[str, ...] = ()
    modified: date | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """An article as a list shows it; `paragraphs` is how many it has."""

    id: str
    title: str
    source: str | None
    published: date | None
    paragraphs: int
    path: str = ""
    url: str | None = None
    via: str | None = None
    author: str | None = None
    language: str | None = None
    also: tuple[str, ...] = ()
    modified: date | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles: those for which all that is given holds.

    Every word of `words` is in title or outlet; `source` is the outlet exactly; `since` and `until` bound
    the publication day, both included; `as_of` bounds it like `until`, and the answer says so; `ids`, where
    not None, are the only articles. An article without a date is let through where no day is given.
    """

    words: str = ""
    source: str | None = None
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    ids: tuple[str, ...] | None = None

    @property
    def last(self) -> date | None:
        """The last day: the earlier of `until` and `as_of`."""
        return min((day for day in (self.until, self.as_of) if day is not None), default=None)

    def within(self, since: date | None, until: date | None) -> ArticleFilter:
        """The same, and published in that time too."""
        since = max((day for day in (self.since, since) if day is not None), default=None)
        until = min((day for day in (self.until, until) if day is not None), default=None)
        return replace(self, since=since, until=until)

    def among(self, ids: Iterable[str]) -> ArticleFilter:
        """The same, and of these ids only."""
        chosen = tuple(dict.fromkeys(ids))
        return replace(self, ids=chosen if self.ids is None else tuple(key for key in chosen if key in self.ids))


EVERY_ARTICLE = ArticleFilter()
_SCOPE_DAYS = ("since", "until", "as_of")


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved paragraph with what a reader needs to place it, and its scores.

    `score` is the fused rank score; `dense_score` a cosine similarity in [-1, 1] and
    `bm25_score` a BM25 score ≥ 0, each None where that retriever did not return the paragraph.
    """

    paragraph: Paragraph
    article_id: str
    title: str
    source: str | None
    published: date | None
    via: str | None = None
    score: float = 0.0
    dense_score: float | None = None
    bm25_score: float | None = None
    also: tuple[str, ...] = ()


def carrier(outlet: str, day: str | None) -> str:
    """An outlet that carries a story and the day (ISO), where it is known: "IANS, 2017-07-04"."""
    return f"{outlet}, {day}" if day else outlet


def outlet_of(named: str) -> str:
    """The outlet of what `carrier` made; its name may itself hold a comma."""
    outlet, _, day = named.rpartition(", ")
    try:
        date.fromisoformat(day)
    except ValueError:
        return named
    return outlet or named


def outlets_of(articles: Iterable[Article | ArticleHeader], unknown: str = "") -> tuple[str, ...]:
    """The outlets that carry them, each once where and as it is first written.

    `unknown`, where given, stands for each article of which no outlet is known.
    """
    named: dict[str | int, str] = {}
    for place, article in enumerate(articles):
        outlets = list(filter(None, (article.source, *map(outlet_of, article.also))))
        for outlet in outlets:
            named.setdefault(outlet.casefold(), outlet)
        if unknown and not outlets:
            named[place] = unknown
    return tuple(named.values())


def header_to_dict(header: ArticleHeader) -> dict[str, Any]:
    """A header as a JSON object."""
    return {**asdict(header), **days_to_dict(header), "also": list(header.also)}


def article_to_dict(article: Article) -> dict[str, Any]:
    """An article with its paragraphs (id, number, text) as a JSON object."""
    paragraphs = [{"id": p.id, "number": p.number, "text": p.text} for p in article.paragraphs]
    return {**asdict(article), **days_to_dict(article), "also": list(article.also), "paragraphs": paragraphs}


def scope_to_dict(scope: ArticleFilter) -> dict[str, Any]:
    """The days and ids of a filter as JSON, as a conversation keeps what was asked."""
    return {**{name: iso_day(getattr(scope, name)) for name in _SCOPE_DAYS}, "articles": list(scope.ids or ())}


def scope_of(record: object) -> ArticleFilter:
    """The inverse of `scope_to_dict`; everything, where that is not what it is."""
    if not isinstance(record, Mapping):
        return EVERY_ARTICLE
    try:
        since, until, as_of = (day_of(record.get(name)) for name in _SCOPE_DAYS)
        ids = tuple(map(str, record.get("articles") or ())) or None
        return ArticleFilter(since=since, until=until, as_of=as_of, ids=ids)
    except (TypeError, ValueError):
        return EVERY_ARTICLE


def days_to_dict(article: Article | ArticleHeader) -> dict[str, str | None]:
    """When it was published and last changed."""
    return {"published": iso_day(article.published), "modified": iso_day(article.modified)}


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """A passage as it stands in an answer's `closest` list."""
    return {
        "article_id": passage.article_id,
        "title": passage.title,
        "source": passage.source,
        "via": passage.via,
        "published": iso_day(passage.published),
        "paragraph": passage.paragraph.number,
        "paragraph_id": passage.paragraph.id,
        "text": passage.paragraph.text,
        "also": list(passage.also),
        "score": round(passage.score, 6),
        "dense_score": None if passage.dense_score is None else round(passage.dense_score, 4),
        "bm25_score": None if passage.bm25_score is None else round(passage.bm25_score, 4),
    }


def iso_day(day: date | None) -> str | None:
    """As YYYY-MM-DD."""
    return day.isoformat() if day else None


def day_of(written: str | None) -> date | None:
    """The inverse of `iso_day`. Raises ValueError."""
    return date.fromisoformat(written) if written else None
