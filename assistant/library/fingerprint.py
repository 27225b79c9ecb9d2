"""When two articles are the same story: the same words under another masthead, never another report.

What a masthead changes is set aside: dateline, sign-off, case, punctuation, white space, how the text
is cut into paragraphs. A story that is the same but for a shortened or reworded paragraph counts as
the same where nothing that tells two reports apart (numbers, days, names, denials) differs.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from assistant.ingest.boilerplate import is_pointer, sign_off
from assistant.schema import Article, Paragraph
from assistant.text.months import ENGLISH_MONTHS
from assistant.text.tokens import negations, words

SAME_SHARE = 0.85
_SKETCH = 4
_DAYS_APART = 7
_REWORDED = 0.6
_DATELINE = re.compile(r"[^\W\d_][^.!?()\n]{0,60}\([A-Z][A-Za-z/ ]{1,20}\)\s*[:–—-]+\s+")
_CREDIT = re.compile(
    r"[(\[—–\-\s]*(?:with|additional|reporting|reported|edited|editing|inputs?|source)\b.{0,120}$", re.I
)
_CURRENCY = "".join(re.escape(chr(code)) for code in range(0x10000) if unicodedata.category(chr(code)) == "Sc")
_TOKEN = re.compile(rf"[{_CURRENCY}%‰°]|(?<!\w)[-−]?\d+(?:[.,:/-]\d+)*\w*|\w+")
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday tonight".split()
) | frozenset(ENGLISH_MONTHS)


def content_hash(article: Article) -> str:
    """What is indexed of an article, its id and path aside: equal hashes need no new indexing."""
    fields = (article.title, article.source, str(article.published), article.url, article.via, article.author)
    body = [(p.number, p.text, p.offset, p.dateline) for p in article.paragraphs]
    return _digest(json.dumps((*fields, article.language, body), ensure_ascii=False))


def story_hash(article: Article) -> str:
    """A hash of the story's words in order; the same for the same story under another masthead."""
    return _digest(" ".join(token for text in body_of(article.paragraphs) for token in tokens(text)))


def sketch(article: Article) -> tuple[int, ...]:
    """The smallest hashes of its paragraphs: two stories that share most paragraphs share one of these.

    Bottom-k sampling (Broder 1997); each is a 48-bit number.
    """
    hashes = {int(_digest(" ".join(tokens(text)))[:12], 16) for text in body_of(article.paragraphs)}
    return tuple(sorted(hashes)[:_SKETCH])


def body_of(paragraphs: Iterable[Paragraph]) -> list[str]:
    """The paragraphs' words without datelines, and without credits and pointers at either end."""
    body = [paragraph.text[paragraph.dateline :] for paragraph in paragraphs]
    body[:1] = [_DATELINE.sub("", text, count=1) if _DATELINE.match(text) else text for text in body[:1]]
    while len(body) > 1 and _is_credit(body[-1]):
        body.pop()
    while len(body) > 1 and _is_credit(body[0]):
        body.pop(0)
    return body


def _is_credit(text: str) -> bool:
    return bool(sign_off(text) or is_pointer(text) or (len(text) < 160 and _CREDIT.match(text)))


def tokens(text: str) -> list[str]:
    """Words and numbers, case and punctuation levelled; currencies and signs of numbers are kept."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def near_in_time(one: date | None, other: date | None) -> bool:
    """The same words a month later are another report: "on Tuesday" then means another day."""
    return one is None or other is None or abs((one - other).days) <= _DAYS_APART


def repeats(copy: Sequence[str], original: Sequence[str]) -> bool:
    """True when `copy` (a body) says nothing that `original` does not say.

    Nearly all paragraphs are the same; each of the others is a reworded paragraph of the original
    with the same numbers, days, names and denials.
    """
    left = Counter(" ".join(tokens(text)) for text in original)
    others = []
    shared = 0
    for text in copy:
        key = " ".join(tokens(text))
        if left[key]:
            left[key] -= 1
            shared += 1
        else:
            others.append(text)
    if shared < SAME_SHARE * max(len(copy), len(original)):
        return False
    spare = [text for text in original if left[" ".join(tokens(text))]]
    for text in others:
        found = next((candidate for candidate in spare if _is_reworded(text, candidate)), None)
        if found is None:
            return False
        spare.remove(found)
    return True


def _is_reworded(text: str, original: str) -> bool:
    mine, theirs = tokens(text), tokens(original)
    if mine == theirs:
        return True
    common = sum((Counter(mine) & Counter(theirs)).values())
    if common < _REWORDED * max(len(mine), len(theirs)):
        return False
    return _telling(text) == _telling(original) and _names(text) == _names(original)


def _telling(text: str) -> tuple[list[str], int]:
    """Numbers (digits or words), days and signs, in order, and how often something is denied."""
    numbers = [word.stem for word in words(text) if word.stem[0].isdigit()]
    signs = [token for token in tokens(text) if not token[0].isalnum() or token in _DAYS]
    return numbers + signs, negations(text)


def _names(text: str) -> set[str]:
    found = words(text)
    return {word.stem for word in found[1:] if word.is_capitalised or not word.written[0].isascii()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
