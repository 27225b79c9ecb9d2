"""Plain text and Markdown files → `Article`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from assistant.articles.boilerplate import cited_agency, is_pointer, sign_off
from assistant.articles.dateline import parse_date, parse_date_field, parse_dateline, parse_iso
from assistant.articles.speakers import speakers
from assistant.errors import ArticleError
from assistant.schema import Article, Paragraph
from assistant.sentences import split_sentences

_BLOCK = re.compile(r"\S(?:.*\S)?(?:\n[^\S\n]*\S.*)*")
_FRONT_MATTER = re.compile(r"\s*---[^\S\n]*\n.*?\n---[^\S\n]*(?:\n|$)", re.S)
_HEADING = re.compile(r"(#{1,6})\s+(?P<title>\S.*)$")
_ENDS_A_SENTENCE = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_TITLE_WIDTH = 90


def read_article(text: str, *, article_id: str, path: str) -> Article:
    """Parse one story; `text` is the whole file's content, decoded.

    Raises `ArticleError` when the front matter is broken or no paragraph is left.
    """
    fields, begin = _front_matter(text, path)
    published = _field_date(fields, path)
    written, skipped = parse_date_field(text[begin:])
    published, begin = published or written, begin + skipped

    blocks = [block for block in _blocks(text, begin) if not is_pointer(block[1])]
    agency = sign_off(blocks[-1][1]) if len(blocks) > 1 else None
    if agency:
        blocks.pop()
    title = _field(fields, "title", "headline")
    headline = _headline(blocks)
    if headline:
        title = title or headline
        blocks.pop(0)
    blocks = [block for block in blocks if not _HEADING.match(block[1])]
    if not blocks:
        raise ArticleError(f"{path}: no paragraph of text found; remove the file or add the story's text")

    dateline = parse_dateline(blocks[0][1])
    spoken = speakers([block for _, block in blocks])
    paragraphs = tuple(
        Paragraph(
            id=f"{article_id}#p{number}",
            number=number,
            text=block,
            offset=offset,
            dateline=dateline.length if dateline and number == 1 else 0,
            speaker=spoken[number - 1],
        )
        for number, (offset, block) in enumerate(blocks, start=1)
    )
    if dateline and published is None:
        published = dateline.date()
    source = _field(fields, "source", "outlet", "publisher")
    source = source or (dateline.source if dateline else None) or agency
    via = next(filter(None, (cited_agency(block) for _, block in blocks)), None)
    return Article(
        id=article_id,
        title=title or _title_from(paragraphs[0]),
        source=source,
        published=published or parse_iso(PurePath(path).name),
        paragraphs=paragraphs,
        path=path,
        url=_field(fields, "url", "link"),
        via=via if via != source else None,
    )


def _front_matter(text: str, path: str) -> tuple[Mapping[str, Any], int]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    import frontmatter
    import yaml

    try:
        fields = frontmatter.loads(match[0].strip()).metadata
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2023-02-30
        reason = " ".join(str(error).split())
        raise ArticleError(f"{path}: front matter cannot be read ({reason}); mend or remove it") from error
    return {str(key).lower(): value for key, value in fields.items()}, match.end()


def _field(fields: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = fields.get(name)
        if value is not None and str(value).strip():
            return " ".join(str(value).split())
    return None


def _field_date(fields: Mapping[str, Any], path: str) -> date | None:
    value = next((fields[name] for name in ("date", "published", "pubdate") if fields.get(name)), None)
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    parsed = parse_date(str(value))
    if parsed is None:
        raise ArticleError(f"{path}: front matter date {str(value)!r} is not a date; write it as YYYY-MM-DD")
    return parsed


def _blocks(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """Blank-line separated blocks as (offset, text); text without blank lines splits at newlines."""
    body = text[begin:]
    if re.search(r"\n[^\S\n]*\n", body.strip()):
        for match in _BLOCK.finditer(body):
            yield begin + match.start(), match[0].rstrip()
        return
    for match in re.finditer(r"\S(?:.*\S)?", body):
        yield begin + match.start(), match[0]


def _headline(blocks: list[tuple[int, str]]) -> str | None:
    if len(blocks) < 2:
        return None
    first = blocks[0][1]
    heading = _HEADING.match(first)
    if heading and "\n" not in first:
        return heading["title"].rstrip("#").rstrip()
    looks_like_one = "\n" not in first and len(first) <= 150 and not _ENDS_A_SENTENCE.search(first)
    return first if looks_like_one and parse_dateline(first) is None else None


def _title_from(paragraph: Paragraph) -> str:
    lead = paragraph.text[paragraph.dateline :]
    start, end = split_sentences(lead)[0]
    words = " ".join(lead[start:end].split()).rstrip(".") or lead
    if len(words) <= _TITLE_WIDTH:
        return words
    return words[: _TITLE_WIDTH + 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
