"""Rendering of a sentence: its byline before it, its citation marks before the full stop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.schema.answers import Citation, Omission, Sentence
from assistant.schema.articles import iso_day
from assistant.text.citation_marks import without_citation_marks
from assistant.text.dates import in_words
from assistant.text.sentences import STOPS
from assistant.text.tokens import content_stems

NOT_FOUND_IN_ARTICLES = "Not found in the articles:"
# Behind a sentence whose figure follows from what is cited, and is not printed there.
RECKONED = " (reckoned)"
_STOPS = tuple(STOPS)
# Not brackets: a full stop within them is not the sentence's.
_CLOSING = ("”", '"', "»", "’", "」", "』")
_QUOTATION_MARKS = '“”"„«»'


def with_marks(sentence: Sentence) -> str:
    """ "TDI, 22 March 2023: They met [1]." """
    marks = "".join(f"[{number}]" for number in sentence.citations)
    # A mark of the article's or the model's own is no citation of ours.
    body = " ".join(without_citation_marks(sentence.text).split())
    body, end = split_end(body)
    before = f"{sentence.byline}: " if sentence.byline else ""
    reckoned = RECKONED if sentence.reckoned else ""
    return f"{before}{body}{reckoned} {marks}{end}"


def split_end(text: str) -> tuple[str, str]:
    """A sentence and its full stop, between which citation marks stand; after a quotation that has its own, none."""
    if text[-1:] in _CLOSING and text[-2:-1] in _STOPS:
        return text, ""
    return (text[:-1], text[-1]) if text[-1:] in _STOPS else (text, ".")


def as_quotation(text: str) -> str:
    """The article's own words in quotation marks; words that have some of their own are left as they are."""
    return text if any(mark in text for mark in _QUOTATION_MARKS) else f"“{text}”"


def repeats(sentence: Sentence, shown: Iterable[Sentence]) -> bool:
    """Whether a sentence of the same sources is shown already, in the same words but for one, which is no figure."""
    own = content_stems(sentence.text)

    def is_same(other: Sentence) -> bool:
        different = own ^ content_stems(other.text)
        alike = len(different) <= 1 and not any(stem[0].isdigit() for stem in different)
        return alike and other.citations == sentence.citations

    return any(map(is_same, shown))


def written(sentences: Sequence[Sentence], left_out: Sequence[Omission]) -> str:
    """All sentences, and what of the question the articles do not answer; "" without a sentence."""
    told = [with_marks(sentence) for sentence in sentences]
    return " ".join([*told, *not_found(left_out)]) if told else ""


def not_found(left_out: Iterable[Omission]) -> list[str]:
    """ "Not found in the articles: Who paid for it?", for all that was asked and is not answered."""
    return [f"{NOT_FOUND_IN_ARTICLES} {one.text}" for one in left_out if one.missing]


def said_as_of(day: date | None, text: str) -> str:
    """ "As of 5 July 2017: …"; `text` alone without a day."""
    return f"As of {in_words(day)}: {text}" if day else text


def source_line(citation: Citation, *more: str) -> str:
    """Title, outlet, day, `more` and the words quoted, on one line."""
    day = iso_day(citation.published) or "undated"
    told = ", ".join(part for part in (citation.title, citation.source, day, *more) if part)
    return " ".join(f"{told}: “{citation.quote}”".split())
