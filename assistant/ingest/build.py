"""What every format comes down to: fields and blocks of text → `Article`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from assistant.errors import ArticleError
from assistant.ingest.boilerplate import cited_agency, is_agency, is_pointer, sign_off
from assistant.ingest.dateline import Dateline, parse_dateline, parse_iso
from assistant.ingest.dateline_i18n import parse_other_dateline
from assistant.ingest.furniture import is_biography, is_furniture
from assistant.ingest.limits import MAX_FIELD_CHARS, MAX_PARAGRAPHS
from assistant.ingest.pubdate import parse_published
from assistant.schema import Article, Paragraph
from assistant.text import unicode
from assistant.text.sentences import language_of, split_sentences

Block = tuple[int, str]

_ENDS_A_SENTENCE = re.compile(r"[.!?:;…。！？।॥؟۔][\"'”’»」』）)\]]*$")
_TITLE_WIDTH = 90
_LEAD = 1_000
_PERSON = r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:de|da|di|van|von|bin|al|el|der|la)\s){0,2}[^\W\d_a-z][\w.'’-]*){1,3}"
_BYLINE = re.compile(
    rf"(?:By|BY|by|Von|Par|Por|Автор:|文[／/:：]|作者[:：]|记者[:：])\s*(?P<names>{_PERSON}(?:(?:, | and | & |, and "
    rf"){_PERSON}){{0,3}})"
    r"(?:,? (?-i:(?:in )?[A-Z]?[\w ]{2,40}))?(?:\s*[|•·–—-]\s*(?P<rest>[^\n]{0,60}))?$"
)
_DATE_LINE = re.compile(
    r"(?:(?:first |last )?(?:published|updated|posted|date|issued|modified|created)(?: on| at)?\s*:?\s*)?"
    r"(?P<day>[^\n]{6,60}?)(?:\s*(?:\||,|at|·|•|-|–)?\s*\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s*\(?[A-Z]{2,5}\)?)?)?\.?$",
    re.I,
)
_DATE_WORDS = re.compile(r"\d|[^\W\d_]+")
_HEAD_LINES = 4


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file says of an article beside its text; `published` is the day it came out."""

    title: str | None = None
    source: str | None = None
    published: date | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None

    def cleaned(self) -> Fields:
        """The same, visible and of bounded length; a language as two letters, an address only if it is one."""
        language = re.match(r"([a-z]{2})(?:[-_]|$)", (self.language or "").strip().lower())
        url = field(self.url)
        return replace(
            self,
            title=field(self.title),
            source=field(self.source),
            author=field(self.author),
            url=url if url and re.match(r"https?://\S+$|tag:\S+$|urn:\S+$", url, re.I) else None,
            language=language[1] if language else None,
        )

    def over(self, other: Fields) -> Fields:
        """These fields, and those of `other` where one is missing."""
        return Fields(*(getattr(self, name) or getattr(other, name) for name in Fields.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Story:
    """One article as a reader found it.

    `key` tells it from the others of its file and is None where it is the only one. `exact`
    paragraphs are somebody's choice already (a row's list): none is dropped or taken for a title.
    """

    texts: tuple[str, ...]
    fields: Fields = Fields()
    key: str | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read: one line with the file, what is wrong and the remedy."""

    message: str


def article_from(story: Story, *, article_id: str, path: str) -> Article:
    """The story as an article. Offsets count in its paragraphs joined by blank lines.

    Raises `ArticleError` when no paragraph is left.
    """
    texts = [text for text in map(unicode.block, story.texts) if text]
    return build(
        story.fields,
        [(0, text) for text in texts],
        article_id=article_id,
        path=path,
        exact=story.exact,
        own_offsets=True,
    )


def build(
    fields: Fields,
    blocks: Sequence[Block],
    *,
    article_id: str,
    path: str,
    exact: bool = False,
    own_offsets: bool = False,
) -> Article:
    """An article from its fields and its blocks, each with its offset.

    Sign-offs, pointers, the page's furniture and what repeats the title are left out, unless
    `exact`. Raises `ArticleError` when no paragraph is left, or more than there can be.
    """
    fields = fields.cleaned()
    agency = None
    blocks = list(blocks)
    if not exact:
        blocks, agency = _evidence(blocks)
        blocks, fields = _head(blocks, fields)
    if not blocks:
        raise ArticleError(f"{path}: no paragraph of text found; remove the file or add the story's text")
    if len(blocks) > MAX_PARAGRAPHS:
        raise ArticleError(f"{path}: more than {MAX_PARAGRAPHS:,} paragraphs, not a news article; split the file")
    dateline = find_dateline(blocks[0][1])
    offset, paragraphs = 0, []
    for number, (begin, text) in enumerate(blocks, start=1):
        paragraphs.append(
            Paragraph(
                id=f"{article_id}#p{number}",
                number=number,
                text=text,
                offset=offset if own_offsets else begin,
                dateline=dateline.length if dateline and number == 1 else 0,
            )
        )
        offset += len(text) + 2
    language = fields.language or language_of("\n".join(text for _, text in blocks[:_HEAD_LINES]))
    source = fields.source or field(dateline.source if dateline else None) or agency
    via = next(filter(None, (cited_agency(text) for _, text in blocks)), None)
    if via is None and dateline and dateline.source and is_agency(dateline.source):
        via = field(dateline.source)
    return Article(
        id=article_id,
        title=fields.title or _title_from(paragraphs[0], language),
        source=source,
        published=fields.published or (dateline.date() if dateline else None) or parse_iso(PurePath(path).name),
        paragraphs=tuple(paragraphs),
        path=path,
        url=fields.url,
        via=via if via != source else None,
        author=fields.author,
        language=language,
    )


def find_dateline(text: str) -> Dateline | None:
    """The dateline that a paragraph begins with, in any script, where words follow it."""
    found = parse_dateline(text) or parse_other_dateline(text)
    return found if found and text[found.length :].strip() else None


def headline(blocks: Sequence[Block]) -> str | None:
    """The first block where it looks like a headline: one short line that is no sentence and has text after it."""
    if len(blocks) < 2:
        return None
    first = blocks[0][1]
    looks_like_one = "\n" not in first and len(first) <= 150 and not _ENDS_A_SENTENCE.search(first)
    return first if looks_like_one and find_dateline(first) is None and not _dated(first) else None


def _evidence(blocks: list[Block]) -> tuple[list[Block], str | None]:
    """The blocks without pointers, furniture and biography, and the agency that signed them off."""
    kept = [block for block in blocks if not is_pointer(block[1]) and not is_furniture(block[1])]
    while len(kept) > 1 and is_biography(kept[-1][1]):
        kept.pop()
    agency = sign_off(kept[-1][1]) if len(kept) > 1 else None
    return (kept[:-1] if agency else kept), agency


def _head(blocks: list[Block], fields: Fields) -> tuple[list[Block], Fields]:
    """What stands above the story: a headline, a byline, a line with the date."""
    for _ in range(_HEAD_LINES):
        if len(blocks) < 2:
            break
        text = blocks[0][1]
        byline, day = _BYLINE.match(text), _dated(text)
        if fields.title and _same(text, fields.title):
            pass
        elif byline and not _ENDS_A_SENTENCE.search(text):
            found = parse_published(byline["rest"]) if byline["rest"] else None
            fields = fields.over(Fields(author=byline["names"], published=found))
        elif day:
            fields = fields.over(Fields(published=day))
        elif fields.title is None and headline(blocks):
            fields = replace(fields, title=field(text))
        else:
            break
        blocks = blocks[1:]
    return blocks, fields


def _dated(text: str) -> date | None:
    """The day of a line that says nothing but a date ("Published: 22 March 2023, 10:30 GMT")."""
    if "\n" in text or len(text) > 80 or not any(char.isdigit() for char in text):
        return None
    match = _DATE_LINE.match(text)
    # A month, a weekday and the date's own numbers are few; a sentence has more.
    if match is None or len(re.findall(r"[^\W\d_]+", match["day"])) > 5:
        return None
    return parse_published(match["day"]) if _only_date(match["day"]) else None


def _only_date(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{3,}", text)
    return len(words) <= 2 and not _ENDS_A_SENTENCE.search(text)


def _same(text: str, title: str) -> bool:
    return "".join(filter(str.isalnum, text.lower())) == "".join(filter(str.isalnum, title.lower())) != ""


def _title_from(paragraph: Paragraph, language: str | None) -> str:
    lead = (
        unicode.visible(paragraph.text[paragraph.dateline : paragraph.dateline + _LEAD]).strip()
        or paragraph.text[:_LEAD]
    )
    start, end = (split_sentences(lead, language) or [(0, len(lead))])[0]
    words = " ".join(lead[start:end].split()).rstrip(".。") or lead
    if len(words) <= _TITLE_WIDTH:
        return words
    cut = words[: _TITLE_WIDTH + 1]
    # Chinese and Japanese have no spaces to cut at.
    return (cut.rsplit(" ", 1)[0] if " " in cut[_TITLE_WIDTH // 2 :] else cut[:-1]).rstrip(" ,;:，、；：") + "…"


def field(value: str | None) -> str | None:
    """A title, outlet or name: visible, one line, of bounded length; None where nothing is left."""
    return (unicode.one_line(value[: 4 * MAX_FIELD_CHARS])[:MAX_FIELD_CHARS].rstrip() or None) if value else None
