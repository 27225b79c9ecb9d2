"""Output of articles for people and programs: a table, one article, JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import chain, islice
from typing import Any, TextIO

from assistant.cli.terminal import outlet_and_day, printable
from assistant.ingest.build import Reading
from assistant.ingest.speakers import speakers_of
from assistant.schema.articles import Article, ArticleHeader, days_to_dict, iso_day
from assistant.text.unicode import one_line

_HEAD = ("id", "date", "outlet", "paragraphs", "title")
_PAGE = 1000


def print_table(headers: Iterable[ArticleHeader], out: TextIO) -> int:
    """One line an article: id, date, outlet, paragraphs, title; how many there were.

    The columns are as wide as the first thousand articles need.
    """
    rows = map(_row, headers)
    page = list(islice(rows, _PAGE))
    if not page:
        return 0
    widths = [max(len(row[column]) for row in [_HEAD, *page]) for column in range(4)]
    print(_line(_HEAD, widths), file=out)
    number = 0
    for row in chain(page, rows):
        print(_line(row, widths), file=out)
        number += 1
    return number


def print_article(article: Article, out: TextIO, number: int | None = None) -> None:
    """An article with its paragraphs' numbers, or the one paragraph `number`."""
    if number is not None:
        print(printable(next(p.text for p in article.paragraphs if p.number == number)), file=out)
        return
    _print_head(article, out)
    for paragraph in article.paragraphs:
        print(f"\n[{paragraph.number}] {printable(paragraph.text)}", file=out)


def print_reading(reading: Reading, out: TextIO) -> None:
    """An article with its paragraphs' numbers, and between them, marked with a dash, what was left out."""
    _print_head(reading.article, out)
    left_out = list(reading.left_out)
    for number, text in [(0, ""), *((p.number, p.text) for p in reading.article.paragraphs)]:
        if number:
            print(f"\n[{number}] {printable(text)}", file=out)
        while left_out and left_out[0].after <= number:
            one = left_out.pop(0)
            print(f"\n[-] left out ({one.reason}): {printable(one.text)}", file=out)


def reading_to_dict(reading: Reading) -> dict[str, Any]:
    """An article as a reader found it, as a JSON object; a paragraph's `dateline` is the words of it, or null.

    `left_out` is what of the file is no part of the article, each with why and the number of the paragraph before it.
    """
    article = reading.article
    speakers = speakers_of([p.text for p in article.paragraphs])
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "via": article.via,
        **days_to_dict(article),
        "corrected": article.corrected,
        "author": article.author,
        "url": article.url,
        "language": article.language,
        "paragraphs": [
            {
                "number": p.number,
                "text": p.text,
                "dateline": p.text[: p.dateline].rstrip() or None,
                "speaker": speaker,
            }
            for p, speaker in zip(article.paragraphs, speakers, strict=True)
        ],
        "left_out": [asdict(left_out) for left_out in reading.left_out],
    }


def _print_head(article: Article, out: TextIO) -> None:
    day = iso_day(article.published) or "undated"
    print(one_line(article.title), file=out)
    print(one_line(", ".join([outlet_and_day(article.source, article.via, day), *_more(article)])), file=out)


def _row(header: ArticleHeader) -> tuple[str, ...]:
    also = f" (also {'; '.join(header.also)})" if header.also else ""
    title = "; ".join([one_line(header.title), *_changes(header)])
    return (
        one_line(header.id),
        iso_day(header.published) or "undated",
        one_line(outlet_and_day(header.source, header.via, None) + also),
        str(header.paragraphs),
        title,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])


def _more(article: Article) -> list[str]:
    by = [f"by {article.author}"] if article.author else []
    also = [f"also {'; '.join(article.also)}"] if article.also else []
    return [*_changes(article), *by, *also, *([article.url] if article.url else []), article.path]


def _changes(article: Article | ArticleHeader) -> list[str]:
    """That an article was changed after it came out, in words."""
    updated = [f"updated {article.modified.isoformat()}"] if article.modified else []
    return [*updated, *(["corrected"] if article.corrected else [])]
