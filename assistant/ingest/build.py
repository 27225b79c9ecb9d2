"""Article builder: a format's fields and blocks of text → `Article`."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from assistant.errors import ArticleError
from assistant.ingest.blocks import Block, LeftOut, Reason
from assistant.ingest.boilerplate import cited_agency, is_agency, is_biography, is_furniture, is_initials, sign_off
from assistant.ingest.correction import is_correction, says_corrected
from assistant.ingest.dateline import Dateline
from assistant.ingest.dateline_scripts import find_dateline
from assistant.ingest.dates import day_in_address, day_in_name
from assistant.ingest.head import read_head
from assistant.ingest.kicker import is_kicker
from assistant.ingest.limits import MAX_FIELD_CHARS, MAX_PARAGRAPHS
from assistant.ingest.mojibake import mended
from assistant.ingest.speakers import with_speakers
from assistant.schema.articles import Article, Paragraph
from assistant.text import unicode
from assistant.text.clipping import clip, clip_between_words
from assistant.text.language import language_of
from assistant.text.sentences import ends_a_clause, split_sentences

_TITLE_WIDTH = 90
_LEAD = 1_000
_LANGUAGE_SAMPLE = 4
_DECK_LINES = 3
_DECK_CHARS = 300
_BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$", re.I)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file says of an article beside its text.

    `published` is the day it came out, `modified` the day of its last change; `written_day` how a row writes
    the former in numbers ("05/03/2024"), since the order of day and month may be told by its other rows.
    """

    title: str | None = None
    source: str | None = None
    published: date | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    written_day: str | None = None
    modified: date | None = None

    def cleaned(self) -> Fields:
        """The same, visible and of bounded length; a language as two letters, an address only if it is one.

        An outlet that is written as an address is the address ("source: https://…").
        """
        language = re.match(r"([a-z]{2})(?:[-_]|$)", (self.language or "").strip().lower())
        url, source = field(self.url), field(self.source)
        if source and _BARE_ADDRESS.match(source):
            url, source = url or source, None
        return replace(
            self,
            title=field(self.title),
            source=source,
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
    `left_out` is what the reader took for no text, each after the text of that number.
    """

    texts: tuple[str, ...]
    fields: Fields = Fields()
    key: str | None = None
    exact: bool = False
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read: one line with the file, what is wrong and the remedy."""

    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An article, and what of the file was taken for something else: furniture, markup, credits."""

    article: Article
    left_out: tuple[LeftOut, ...] = ()


def reading_from(story: Story, *, article_id: str, path: str) -> Reading:
    """The story as an article. Offsets count in its paragraphs joined by blank lines.

    Raises `ArticleError` when no paragraph is left.
    """
    # What was left out after n texts stands between the blocks 2n - 1 and 2n + 1.
    blocks = [(2 * at + 1, shown) for at, text in enumerate(story.texts) if (shown := unicode.block(mended(text)))]
    if not story.exact:
        blocks = with_speakers(blocks, lambda name, said: f"{name[1]} {said[1]}")
    return build(
        story.fields,
        blocks,
        article_id=article_id,
        path=path,
        exact=story.exact,
        own_offsets=True,
        markup=[LeftOut(2 * one.after, unicode.block(one.text), one.reason) for one in story.left_out],
    )


def build(
    fields: Fields,
    blocks: Sequence[Block],
    *,
    article_id: str,
    path: str,
    exact: bool = False,
    own_offsets: bool = False,
    markup: Sequence[LeftOut] = (),
) -> Reading:
    """An article from its fields and its blocks, each with its offset, which grows.

    Sign-offs, pointers, the page's furniture and what repeats the title are left out, unless
    `exact`; so is the `markup` that a reader found between the blocks. Raises `ArticleError` when no
    paragraph is left, or more than there can be.
    """
    fields = fields.cleaned()
    agency = None
    dropped = list(markup)
    blocks = list(blocks)
    if not exact:
        head = read_head(blocks, fields.title)
        blocks = head.story
        dropped += [LeftOut(*block, Reason.NO_FIELD) for block in head.dropped]
        kept = replace(fields, title=None) if is_kicker(fields.title or "") else fields
        fields = kept.over(Fields(**head.values)).cleaned()
        blocks, furniture, agency = _evidence(blocks, fields.author)
        dropped += furniture
    if not blocks:
        raise ArticleError(f"{path}: no paragraph of text found; remove the file or add the story's text")
    if len(blocks) > MAX_PARAGRAPHS:
        raise ArticleError(f"{path}: more than {MAX_PARAGRAPHS:,} paragraphs, not a news article; split the file")
    at, dateline = _dateline(blocks)
    offset, paragraphs = 0, []
    for number, (begin, text) in enumerate(blocks, start=1):
        paragraphs.append(
            Paragraph(
                id=f"{article_id}#p{number}",
                number=number,
                text=text,
                offset=offset if own_offsets else begin,
                dateline=dateline.length if dateline and number == at else 0,
            )
        )
        offset += len(text) + 2
    language = fields.language or language_of("\n".join(text for _, text in blocks[:_LANGUAGE_SAMPLE]))
    source = fields.source or field(dateline.source if dateline else None) or agency
    via = next(filter(None, (cited_agency(text) for _, text in blocks)), None)
    if via is None and dateline and dateline.source and is_agency(dateline.source):
        via = field(dateline.source)
    published = (
        fields.published or (dateline.date() if dateline else None) or day_in_address(fields.url) or day_in_name(path)
    )
    article = Article(
        id=article_id,
        title=fields.title or _title_from(paragraphs[at - 1 if dateline else 0], language),
        source=source,
        published=published,
        paragraphs=tuple(paragraphs),
        path=path,
        url=fields.url,
        via=via if via != source else None,
        author=fields.author,
        language=language,
        # Content systems fill the field for every article; the same day says nothing, an earlier one is wrong.
        modified=fields.modified if fields.modified and fields.modified > (published or date.min) else None,
        corrected=any(says_corrected(text) for _, text in blocks),
    )
    return Reading(article, _left_out(dropped, blocks))


def _left_out(dropped: list[LeftOut], blocks: list[Block]) -> tuple[LeftOut, ...]:
    begins = [begin for begin, _ in blocks]
    ordered = sorted(dropped, key=attrgetter("after"))
    return tuple(replace(one, after=bisect(begins, one.after)) for one in ordered if one.text)


def _evidence(blocks: list[Block], author: str | None) -> tuple[list[Block], list[LeftOut], str | None]:
    """The blocks of the story, the others, and the agency that signed the story off.

    From the end, furniture, the author's life and a sign-off are taken as long as there are any: what
    stands after the story may be furniture where the same between two paragraphs is not.
    """
    kept, dropped, agency = list(blocks), list[LeftOut](), None
    while len(kept) > 1:
        text = kept[-1][1]
        signed = sign_off(text)
        reason = _closing(text, author)
        if not (signed or reason):
            break
        agency = agency or signed
        dropped.append(LeftOut(*kept.pop(), reason or Reason.SIGN_OFF))
    story: list[Block] = []
    for block in kept:
        if is_furniture(block[1]):
            dropped.append(LeftOut(*block, Reason.FURNITURE))
        else:
            story.append(block)
    return story, dropped, agency


def _closing(text: str, author: str | None) -> Reason | None:
    """What a line after the story is, None where it is the story's."""
    if is_initials(text):
        return Reason.SIGN_OFF
    if is_biography(text, author):
        return Reason.ABOUT_THE_AUTHOR
    return Reason.FURNITURE if is_furniture(text, last=True) else None


def _dateline(blocks: Sequence[Block]) -> tuple[int, Dateline | None]:
    """The number of the paragraph with the dateline: the first, but for what is no sentence above it (a deck)."""
    for number, (_, text) in enumerate(blocks[:_DECK_LINES], start=1):
        if is_correction(text):  # "Correction, April 14: …" names no place
            continue
        found = find_dateline(text)
        if found:
            return number, found
        if "\n" in text or ends_a_clause(text) or len(text) > _DECK_CHARS:
            break
    return 1, None


def _title_from(paragraph: Paragraph, language: str | None) -> str:
    lead = (
        unicode.visible(paragraph.text[paragraph.dateline : paragraph.dateline + _LEAD]).strip()
        or paragraph.text[:_LEAD]
    )
    start, end = (split_sentences(lead, language) or [(0, len(lead))])[0]
    return clip_between_words(" ".join(lead[start:end].split()).rstrip(".。") or lead, _TITLE_WIDTH)


def field(value: str | None) -> str | None:
    """A title, outlet or name: visible, one line, of bounded length; None where nothing is left."""
    if not value:
        return None
    return clip(unicode.one_line(mended(value[: 4 * MAX_FIELD_CHARS])), MAX_FIELD_CHARS) or None
