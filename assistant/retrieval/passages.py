"""Text of a passage: what of it can be quoted, and the words that stand over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.schema.articles import Article, Passage
from assistant.text.dates import in_words
from assistant.text.sentences import split_sentences
from assistant.text.tokens import stems

# `similarities(question, texts)`: cosine similarities in [-1, 1], one a text.
Similarities = Callable[[str, Sequence[str]], Sequence[float]]


def passages_of(article: Article) -> list[Passage]:
    """Its paragraphs in reading order."""
    return [
        Passage(paragraph, article.id, article.title, article.source, article.published, article.via, also=article.also)
        for paragraph in article.paragraphs
    ]


def quotable(passage: Passage) -> list[tuple[int, int]]:
    """(start, end) of the paragraph's sentences, its dateline left out."""
    skip = passage.paragraph.dateline
    return [(start + skip, end + skip) for start, end in split_sentences(passage.paragraph.text[skip:])]


def heading(passage: Passage) -> str:
    """What stands over a paragraph: title, outlet and the whole dateline; not the day of publication."""
    return f"{passage.title} {_outlet_and_dateline(passage)}"


def placing(passage: Passage) -> set[str]:
    """Stems of outlet, date and dateline."""
    day = f"{in_words(passage.published)} {passage.published.isoformat()}" if passage.published else ""
    return stems(f"{_outlet_and_dateline(passage)} {day}")


def _outlet_and_dateline(passage: Passage) -> str:
    dateline = passage.paragraph.text[: passage.paragraph.dateline]
    return f"{passage.source or ''} {passage.via or ''} {dateline}"
