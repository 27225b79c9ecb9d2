"""Duplicate fingerprints: the same words in the same order, under another masthead, are the same story.

What a masthead changes is set aside: dateline, sign-off and credits, case, punctuation, white space, how
the text is cut into paragraphs. Nothing else is: a report that is shortened, reworded or corrected may
say another thing ("injured" became "killed"), and an outlet is cited only for what it printed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from assistant.ingest.boilerplate import sign_off
from assistant.ingest.dateline import parse_dateline
from assistant.schema.articles import Article, Paragraph
from assistant.util.hashing import text_sha256

_CREDIT = re.compile(
    r"[(\[—–\-\s]*(?i:(?:with|additional)\s+)?"
    r"(?i:reporting|reported|writing|written|editing|edited|compiled|inputs?|source)"
    r"(?i:\s+(?:by|from)\b|\s*:)\s+[A-Z][^\d\n]{0,120}$"
)
_TOKEN = re.compile(r"(?<!\w)[-−–‒]?\d+(?:[.,:/-]\d+)*\w*|\w+|[^\w\s]")
# Read aloud, and a question, a sign of more or less, an arrow or a currency is part of what is said.
_SPOKEN = frozenset("?%‰؟？")
_UNSPOKEN = frozenset("|©®™")


def content_hash(article: Article) -> str:
    """What is indexed of an article, its id and path aside: equal hashes need no new indexing.

    The day of its last change stands in the record alone.
    """
    fields = (article.title, article.source, str(article.published), article.url, article.via, article.author)
    body = [(p.number, p.text, p.offset, p.dateline) for p in article.paragraphs]
    return _digest(json.dumps((*fields, article.language, body), ensure_ascii=False))


def story_hash(article: Article) -> str:
    """A hash of the story's words in order; the same for the same story under another masthead."""
    return _digest(" ".join(token for text in body_of(article.paragraphs) for token in tokens(text)))


def body_of(paragraphs: Iterable[Paragraph]) -> list[str]:
    """The paragraphs' words without the first one's dateline, and without sign-offs and credits at either end."""
    body = [paragraph.text[paragraph.dateline :] for paragraph in paragraphs]
    while len(body) > 1 and _is_credit(body[-1]):
        body.pop()
    while len(body) > 1 and _is_credit(body[0]):
        body.pop(0)
    dateline = parse_dateline(body[0]) if body else None
    return [body[0][dateline.length :], *body[1:]] if dateline and dateline.length < len(body[0]) else body


def _is_credit(text: str) -> bool:
    return bool(sign_off(text) or _CREDIT.match(text))


def tokens(text: str) -> list[str]:
    """Words, numbers and signs that are read aloud, case and punctuation levelled.

    Superscripts, subscripts and fractions stay what they are: 10² is not 102.
    """
    return [token for token in _TOKEN.findall(_levelled(text)) if _is_said(token)]


def _levelled(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if not text.isascii():
        text = "".join(
            char if unicodedata.decomposition(char).startswith(("<super>", "<sub>", "<fraction>")) else _plain(char)
            for char in text
        )
    return text.casefold()


def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


def _is_said(token: str) -> bool:
    """True for words and numbers, symbols of Unicode's category S, and the marks that Indic vowels are."""
    if len(token) > 1 or token.isalnum() or token in _SPOKEN:
        return True
    category = unicodedata.category(token)
    return category[0] == "M" or (category in ("Sc", "Sm", "So") and token not in _UNSPOKEN)


def _digest(text: str) -> str:
    return text_sha256(text)[:32]
