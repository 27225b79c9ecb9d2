"""What can be checked exactly: the figures of a sentence stand in what it cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.retrieval.passages import heading
from assistant.schema.articles import Passage
from assistant.text.dates import DAY_IN_FIGURES, day_places
from assistant.text.numbers import letter_factor, read_number, word_factors
from assistant.text.tokens import STOP_WORDS, fold, stem

# English digits; "410.000" and "1.500.000,5", "1’200’000" and "1 200 000" with spaces that do not break, "3,5": a
# model answers in the question's language.
_TOKEN = re.compile(
    r"\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.,]*\d)|\d{1,3}(?:[’'\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)|\d+,\d{1,2}(?![\d,])|"
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+|(?:st|nd|rd|th)\b)?|[^\W\d_]+"
)
_ENGLISH = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+|st|nd|rd|th)?")
# A small count may be the reader's own: "two of them" of two names. Not where the source counts the same: "six
# people" is no count of "nineteen people".
_OWN_COUNT, _ONE = 10, frozenset({Decimal(1)})
_BEHIND = re.compile(r"[ \u00a0\u202f-]([^\W\d_]+)")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written and where it starts, and the values that it may have: of "4m" those of four metres and of
    four million, of "3.125" those of a decimal point and of German thousands."""

    written: str
    values: frozenset[Decimal]
    start: int


def unstated_figures(sentence: str, passages: Sequence[Passage], *also: str) -> tuple[Figure, ...]:
    """The numbers of `sentence` that stand neither in the passages and over them nor in `also`.

    A number is compared by its value, so that "2,100" is "2100" and "1.5 million" is "1,500,000" and "1.5m";
    an ordinal is compared as its cardinal ("4 July", "4th"). Counts up to ten in words are left out, unless the texts
    count the same otherwise. The day on which
    a report was published states the figures of a date, and no other: not "7 statements" because it was July.
    """
    texts = [*(text for one in passages for text in (one.paragraph.text, heading(one))), *also]
    known, counted = values_in(texts), _counted(texts)
    published = [passage.published for passage in passages if passage.published]
    years = {Decimal(day.year) for day in published}
    dated = years | {Decimal(part) for day in published for part in (day.month, day.day)}
    places = day_places(sentence)

    def is_stated(figure: Figure) -> bool:
        in_date = any(start <= figure.start < end for start, end in places)
        return bool(figure.values & (known | (dated if in_date else years)))

    def may_be_own(figure: Figure) -> bool:
        small = not figure.written[0].isdigit() and max(figure.values) <= _OWN_COUNT
        # "One" is as often an article.
        return small and (figure.values == _ONE or _noun(sentence, figure) not in counted)

    return tuple(figure for figure in figures(sentence) if not is_stated(figure) and not may_be_own(figure))


def _counted(texts: Iterable[str]) -> frozenset[str]:
    """What the texts count: the stem of the word behind a number, "peopl" of "nineteen people"."""
    return frozenset(filter(None, (_noun(text, figure) for text in texts for figure in figures(text))))


def _noun(text: str, figure: Figure) -> str | None:
    """The stem of the word right behind a number, None where that is a function word or none."""
    behind = _BEHIND.match(text, figure.start + len(figure.written))
    return stem(behind[1]) if behind and fold(behind[1]) not in STOP_WORDS else None


def values_in(texts: Iterable[str]) -> frozenset[Decimal]:
    """Every value that a number of `texts` may have."""
    return frozenset(value for text in texts for figure in figures(text) for value in figure.values)


def figures(text: str) -> Iterator[Figure]:
    """Each number of `text`; of a date in figures its day and its year: its month may be stated by its name."""
    for date in DAY_IN_FIGURES.finditer(text):
        yield from _of_date(date)
    text = DAY_IN_FIGURES.sub(lambda date: "/" * len(date[0]), text)
    found = list(_TOKEN.finditer(text))
    words = [_in_english(match[0]) for match in found]
    place = 0
    while place < len(words):
        number = read_number(words[place:])
        if number is None:
            place += 1
            continue
        last = found[place + number.words - 1]
        values = {number.value}
        if number.words == 1 and (grouped := _grouped(last[0])):
            values.add(grouped)
        end = last.end()
        if last[0][-1].isdigit():
            if factor := letter_factor(text, end):
                end += 1
                values |= {value * factor for value in values}
            elif factors := word_factors(text, end):
                values = {value * factor for value in values for factor in factors}
        start = found[place].start()
        yield Figure(text[start:end], frozenset(values), start)
        place += number.words


def _of_date(date: re.Match[str]) -> Iterator[Figure]:
    year, day = date["year"] or date["begins"], date["day"] or date["first"]
    yield Figure(year, frozenset({Decimal(year)}), date.start())
    # "04/07/2017" is of July or of April.
    days = {day, date["second"]} if date["second"] and date["mark"] == "/" else {day}
    first = {Decimal(one) for one in days if int(one) > _MONTHS} or {Decimal(one) for one in days}
    yield Figure(day, frozenset(first), date.start())


def _in_english(word: str) -> str:
    """In small letters; a figure with a decimal point and commas between thousands at the most."""
    if not word[0].isdigit() or _ENGLISH.fullmatch(word):
        return word.lower()
    whole, _, decimals = word.partition(",") if "," in word else (word, "", "")
    digits = re.sub(r"[.’'\u00a0\u202f]", "", whole)
    return f"{digits}.{decimals}" if decimals else digits


def _grouped(word: str) -> Decimal | None:
    """ "3.125" with its point between thousands."""
    return Decimal(word.replace(".", "")) if re.fullmatch(r"\d{1,3}\.\d{3}", word) else None
