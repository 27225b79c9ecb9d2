"""Exact checks: the figures of a sentence stand in what it cites, its names in the report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from assistant.retrieval.context import ArticleContext
from assistant.retrieval.passages import heading
from assistant.schema.articles import Passage
from assistant.text.dates import day_places
from assistant.text.figures import Figure, counted_noun, figures, values_in
from assistant.text.names import capitals_tell, has_word, names_within
from assistant.text.tokens import content_words, fold, words

# A small count may be the reader's own: "two of them" of two names. Not where the source counts the same: "six
# people" is no count of "nineteen people".
_OWN_COUNT, _ONE = 10, frozenset({Decimal(1)})
_OF_A_MONTH = re.compile(r"\s?[月월]")


def unstated_figures(sentence: str, passages: Sequence[Passage], *also: str) -> tuple[Figure, ...]:
    """The numbers of `sentence` that stand neither in the passages and over them nor in `also`.

    A number is compared by its value, so that "2,100" is "2100" and "1.5 million" is "1,500,000" and "1.5m";
    an ordinal is compared as its cardinal ("4 July", "4th"). Counts up to ten in words are left out, unless the texts
    count the same otherwise. The day on which a report was published states the figures of a date, and no other: not
    "4 statements" because it was the fourth.
    """
    texts = [*(text for one in passages for text in (one.paragraph.text, heading(one))), *also]
    known, counted = values_in(texts), _counted(texts)
    published = [passage.published for passage in passages if passage.published]
    years = {Decimal(day.year) for day in published}
    days = {Decimal(day.day) for day in published}
    months = {Decimal(day.month) for day in published}
    places = day_places(sentence)

    def is_stated(figure: Figure) -> bool:
        in_date = any(start <= figure.start < end for start, end in places)
        is_month = _OF_A_MONTH.match(sentence, figure.start + len(figure.written))
        dated = years | (months if is_month else days) if in_date else years
        return bool(figure.values & (known | dated)) or (bool(figure.parts) and all(map(is_stated, figure.parts)))

    def may_be_own(figure: Figure) -> bool:
        small = not figure.written[0].isdigit() and max(figure.values) <= _OWN_COUNT
        # "One" is as often an article.
        return small and (figure.values == _ONE or counted_noun(sentence, figure) not in counted)

    return tuple(figure for figure in figures(sentence) if not is_stated(figure) and not may_be_own(figure))


def unstated_names(sentence: str, context: ArticleContext, question: str) -> tuple[str, ...]:
    """The names of `sentence` that stand neither in the report nor in `question`, as written.

    A name is what has a capital within the sentence, each of its words; a form of a word will do ("Russian" for
    "Russia"). Nothing is said of a report whose capitals tell no names, nor of a sentence most of whose words are not
    the report's: it is written in another language.
    """
    known = context.folded_words() | {fold(word.written) for word in words(question)}
    own = content_words(sentence)
    if not capitals_tell(passage.paragraph.text for passage in context.passages):
        return ()
    if sum(has_word(known, word) for word in own) * 2 < len(own):
        return ()
    return tuple(word.written for name in names_within(sentence) for word in name if not has_word(known, word))


def _counted(texts: Iterable[str]) -> frozenset[str]:
    """What the texts count: the stem of the word behind a number, "peopl" of "nineteen people"."""
    return frozenset(filter(None, (counted_noun(text, figure) for text in texts for figure in figures(text))))
