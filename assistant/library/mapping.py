"""Articles as a store keeps them: a record, and a llama-index node for each paragraph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.schema import TextNode

from assistant.library.fingerprint import content_hash, story_hash
from assistant.schema.articles import Article, ArticleHeader, Paragraph, carrier, day_of, iso_day
from assistant.stores.base import Record
from assistant.text.dates import in_words


def record_of(article: Article) -> Record:
    """The record of an article, without where it came from."""
    header = {
        "title": article.title,
        "source": article.source,
        "via": article.via,
        "path": article.path,
        "url": article.url,
        "author": article.author,
        "language": article.language,
        "published": iso_day(article.published),
        "modified": iso_day(article.modified),
        "corrected": article.corrected,
        "paragraphs": len(article.paragraphs),
        "content": content_hash(article),
    }
    return Record(article.id, header, story=story_hash(article))


def nodes_of(article: Article) -> list[TextNode]:
    """The paragraphs as nodes, without vectors."""
    return [to_node(article, paragraph) for paragraph in article.paragraphs]


def header_of(record: Record) -> ArticleHeader:
    """An article as a list shows it."""
    return ArticleHeader(id=record.id, paragraphs=record.header["paragraphs"], also=also(record), **_placed(record))


def article_of(record: Record, nodes: Sequence[TextNode]) -> Article:
    """The article that was indexed."""
    paragraphs = tuple(to_paragraph(node.node_id, node.text, node.metadata) for node in nodes)
    return Article(id=record.id, paragraphs=paragraphs, also=also(record), **_placed(record))


def repeated_by(record: Record) -> dict[str, tuple[str | None, str | None]]:
    """The articles that repeat this one: id → outlet and date (ISO)."""
    return {key: (value[0], value[1]) for key, value in record.header.get("repeats", {}).items()}


def also(record: Record) -> tuple[str, ...]:
    """The other outlets that carry the story, once each, as `carrier`."""
    first: dict[str, str] = {}
    for outlet, day in repeated_by(record).values():
        if outlet:
            first.setdefault(outlet.casefold(), carrier(outlet, day))
    first.pop((record.header.get("source") or "").casefold(), None)
    return tuple(first.values())


def copies_of(record: Record) -> list[str]:
    """The articles that repeat this one under the same outlet and date: the same file twice."""
    mine = (record.header.get("source"), record.header.get("published"))
    return [key for key, theirs in repeated_by(record).items() if theirs == mine]


def with_id(article: Article, article_id: str) -> Article:
    """The same article, and its paragraphs, under another id."""
    if article.id == article_id:
        return article
    paragraphs = tuple(replace(p, id=f"{article_id}#p{p.number}") for p in article.paragraphs)
    return replace(article, id=article_id, paragraphs=paragraphs)


def to_node(article: Article, paragraph: Paragraph) -> TextNode:
    """A paragraph as llama-index keeps it; `heading` is what places it: title, outlet, date."""
    outlet = _outlet(article.source, article.via)
    day = f"{in_words(article.published)} {iso_day(article.published)}" if article.published else ""
    return TextNode(
        id_=paragraph.id,
        text=paragraph.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "via": article.via,
            "published": iso_day(article.published),
            "heading": " · ".join(filter(None, (article.title, outlet, day))),
            "number": paragraph.number,
            "offset": paragraph.offset,
            "dateline": paragraph.dateline,
        },
    )


def to_paragraph(node_id: str, text: str, metadata: Mapping[str, Any]) -> Paragraph:
    """The inverse of `to_node`, for the paragraph alone."""
    placed = (metadata["offset"], metadata["dateline"])
    return Paragraph(node_id, metadata["number"], text, *placed)


def embedded_text(node: TextNode) -> str:
    """What the embedding model reads of a paragraph: its words first, then title and outlet.

    Dates are found by their words, and filter; embedded as well, they cost a fifth of the time of indexing.
    """
    heading = " · ".join(filter(None, (node.metadata["title"], _outlet(node.metadata["source"], node.metadata["via"]))))
    return f"{node.text}\n{heading}"


def _outlet(source: str | None, via: str | None) -> str:
    return " ".join(filter(None, (source, via)))


def _placed(record: Record) -> dict[str, Any]:
    fields = {key: record.header.get(key) for key in ("title", "source", "via", "url", "author", "language")}
    # An index that was made before articles had these holds neither.
    days = {key: day_of(record.header.get(key)) for key in ("published", "modified")}
    return {
        **fields,
        "path": record.header.get("path") or "",
        "corrected": bool(record.header.get("corrected")),
        **days,
    }
