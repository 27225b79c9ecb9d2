"""Plain text and Markdown files → `Article`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.boilerplate import is_pointer
from assistant.ingest.build import Block, Fields, build, headline
from assistant.ingest.dateline import parse_date_field
from assistant.ingest.limits import MAX_FRONT_MATTER_CHARS, MAX_FRONT_MATTER_DEPTH, MAX_PARAGRAPHS
from assistant.ingest.pubdate import parse_published
from assistant.schema import Article
from assistant.text import unicode

_BLOCK = re.compile(r"\S(?:.*\S)?(?:\n[^\S\n]*\S.*)*")
_FRONT_MATTER = re.compile(r"\s*---[^\S\n]*\n(?P<yaml>.*?)\n---[^\S\n]*(?:\n|$)", re.S)
_RULE = re.compile(r"^-{3,}\s*$", re.M)
_HEADING = re.compile(r"(#{1,6})\s+(?P<title>\S.*)$")


def read_article(text: str, *, article_id: str, path: str) -> Article:
    """Parse one story; `text` is the whole file's content, decoded.

    The paragraphs are the text's own characters, the invisible ones too, so that
    `text[offset:offset + len(paragraph.text)] == paragraph.text`. Raises `ArticleError` when the
    front matter is broken or no paragraph is left.
    """
    fields, begin = _front_matter(text, path)
    written, skipped = parse_date_field(text[begin:][:200])
    begin += skipped

    blocks: list[Block] = []
    for block in _blocks(text, begin):
        if not is_pointer(block[1]):
            blocks.append(block)
        if len(blocks) > MAX_PARAGRAPHS:
            raise ArticleError(f"{path}: more than {MAX_PARAGRAPHS:,} paragraphs, not a news article; split the file")
    found = _heading(blocks) or headline(blocks)
    if found:
        blocks.pop(0)
    blocks = [block for block in blocks if not _HEADING.match(block[1])]
    fields = fields.over(Fields(title=found, published=written))
    return build(fields, blocks, article_id=article_id, path=path)


def _front_matter(text: str, path: str) -> tuple[Fields, int]:
    """The fields and where the story begins. A block between rules that holds no fields is text."""
    if text.lstrip()[:3] != "---":
        return Fields(), 0
    match = _FRONT_MATTER.match(text)
    if match is None or len(match[0]) > MAX_FRONT_MATTER_CHARS:
        return Fields(), 0
    import yaml

    try:
        _check_yaml(match["yaml"])
        found = yaml.safe_load(_RULE.split(match["yaml"], 1)[0])
    # ValueError: a day such as 2023-02-30; the others: a tag that does not suit its value, such as !!timestamp soon
    except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise ArticleError(f"{path}: front matter cannot be read ({reason}); mend or remove it") from error
    mapping = found if isinstance(found, dict) else {}
    values = {key.lower(): value for key, value in mapping.items() if isinstance(key, str)}
    if not values:
        return Fields(), match.end() if not match[0].replace("-", "").strip() else 0
    return replace(_fields(values), published=_date(values, path)), match.end()


def _check_yaml(text: str) -> None:
    """Raises `yaml.YAMLError` for what can be made to expand or to nest without end, `ValueError` for half a
    character (a surrogate)."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("it has a reference (*), which is not read")
        if isinstance(event, yaml.ScalarEvent):
            event.value.encode()
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_FRONT_MATTER_DEPTH:
            raise yaml.YAMLError("it nests too deeply")


def _fields(values: Mapping[str, Any]) -> Fields:
    return Fields(
        title=_field(values, "title", "headline"),
        source=_field(values, "source", "outlet", "publisher", "site", "publication"),
        author=_field(values, "author", "authors", "byline", "by"),
        url=_field(values, "url", "link", "canonical", "permalink"),
        language=_field(values, "language", "lang"),
    )


def _field(values: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = values.get(name)
        listed = value if isinstance(value, list) else [value]
        words = [str(item) for item in listed if isinstance(item, str | int | float | date)]
        if any(word.strip() for word in words):
            return unicode.one_line(", ".join(words))
    return None


def _date(values: Mapping[str, Any], path: str) -> date | None:
    value = next((values[name] for name in ("date", "published", "pubdate") if values.get(name)), None)
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    parsed = parse_published(value)
    if parsed is None:
        shown = unicode.one_line(str(value)[:60]) if isinstance(value, str | int | float) else "given"
        raise ArticleError(f"{path}: front matter date {shown!r} is not a date; write it as YYYY-MM-DD")
    return parsed


def _blocks(text: str, begin: int) -> Iterator[Block]:
    """Blank-line separated blocks as (offset, text); text without blank lines splits at newlines."""
    body = text[begin:]
    if re.search(r"\n[^\S\n]*\n", body.strip()):
        for match in _BLOCK.finditer(body):
            yield begin + match.start(), match[0].rstrip()
        return
    for match in re.finditer(r"\S(?:.*\S)?", body):
        yield begin + match.start(), match[0]


def _heading(blocks: list[Block]) -> str | None:
    """A Markdown heading in the first line, without its marks."""
    if len(blocks) < 2 or "\n" in blocks[0][1]:
        return None
    match = _HEADING.match(blocks[0][1])
    return match["title"].rstrip("#").rstrip() if match else None
