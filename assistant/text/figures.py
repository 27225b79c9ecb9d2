"""Figures of a text with the values that each may have, as articles and answers write them in any language."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product, starmap

from assistant.text.dates import DAY_IN_FIGURES
from assistant.text.numbers import Number, letter_factor, read_number, western_digits, word_factors
from assistant.text.tokens import STOP_WORDS, fold, stem

# English digits; "410.000" and "1.500.000,5", "1’200’000" and "1 200 000", "1,50,000", "3,5", "0,125", "2½": a model
# answers in the question's language.
_TOKEN = (
    r"0,\d+(?!\d|,\d)|\d{1,3}(?:\.\d{3})+(?:,\d+)?(?![\d.,]*\d)|\d{1,3}(?:[%s]\d{3})+(?:[.,]\d+)?(?!\d)|"
    r"\d+,\d{1,2}(?![\d,])|\d{1,2}(?:,\d\d)+,\d{3}(?!\d|,\d)|\d*[½¼¾]|"
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+|(?:st|nd|rd|th)\b)?|[^\W\d_]+"
)
# A space that breaks stands between numbers as well: "on July 4 200 people".
_UNBROKEN, _SPACES = "’'\u00a0\u202f", " \u2009"
_TOKENS, _SPACED_TOKENS = re.compile(_TOKEN % _UNBROKEN), re.compile(_TOKEN % (_UNBROKEN + _SPACES))
_SEPARATORS, _SPACED = re.compile(f"[{_UNBROKEN}{_SPACES}]"), re.compile(rf"\d[{_SPACES}]\d")
_ENGLISH = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+|st|nd|rd|th)?")
_INDIAN = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_ARABIC_MARKS = {ord("٬"): ",", ord("٫"): "."}
# What may stand between the words of one number.
_WITHIN = re.compile(r"[\s\u2010\u2011-]*")
# "5-10 million", "$5 to $10 million".
_TO = re.compile(r"(?:\s?[-–—~〜]\s?|\s(?:to|or)\s)[$€£¥₹]?", re.I)
# "1億2000万", "3만 5000".
_GOES_ON = re.compile(r"[兆億亿万萬千]|[조억만천]\s?")
_BEHIND = re.compile(r"[ \u00a0\u202f-]([^\W\d_]+)")
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written and where it starts, and the values that it may have: of "4m" those of four metres and of
    four million, of "3.125" those of a decimal point and of German thousands. `parts` are the numbers that it is
    where it is several: of "4 200" four and 200."""

    written: str
    values: frozenset[Decimal]
    start: int
    parts: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """A number with what stands behind it: where that ends, and by what it multiplies."""

    figure: Figure
    end: int
    factors: frozenset[Decimal]

    def goes_on(self, other: _Read, text: str) -> bool:
        """Whether `other` is the rest of this number: "1億" and "2000万", "3만" and "5000"."""
        joined = _GOES_ON.fullmatch(text, self.end - 1, other.figure.start)
        return bool(joined and self.factors) and max(other.figure.values) < max(self.factors)


def figures(text: str) -> Iterator[Figure]:
    """Each number of `text`; of a date in figures its day and its year: its month may be stated by its name."""
    text = western_digits(text).translate(_ARABIC_MARKS)
    for date in DAY_IN_FIGURES.finditer(text):
        yield from _of_date(date)
    text = DAY_IN_FIGURES.sub(lambda date: "/" * len(date[0]), text)
    for read in _put_together(text, _SPACED_TOKENS):
        figure = read.figure
        if _SPACED.search(figure.written):
            apart = _put_together(text[: read.end], _TOKENS, figure.start)
            figure = replace(figure, parts=tuple(part.figure for part in apart))
        yield figure


def values_in(texts: Iterable[str]) -> frozenset[Decimal]:
    """Every value that a number of `texts` may have."""
    found = (one for text in texts for figure in figures(text) for one in (figure, *figure.parts))
    return frozenset(value for figure in found for value in figure.values)


def counted_noun(text: str, figure: Figure) -> str | None:
    """What a number counts: the stem of the word right behind it, None where that is a function word or none."""
    behind = _BEHIND.match(text, figure.start + len(figure.written))
    return stem(behind[1]) if behind and fold(behind[1]) not in STOP_WORDS else None


def _put_together(text: str, token: re.Pattern[str], start: int = 0) -> Iterator[_Read]:
    """The numbers from `start` on, compounds as one; the first of a range may be of the magnitude of its last."""
    last: _Read | None = None
    for read in _numbers(text, token, start):
        if last and last.goes_on(read, text):
            values = _each(operator.add, last.figure.values, read.figure.values)
            written = text[last.figure.start : read.figure.start] + read.figure.written
            last = _Read(Figure(written, values, last.figure.start), read.end, read.factors)
            continue
        if last and read.factors and not last.factors and _TO.fullmatch(text, last.end, read.figure.start):
            values = last.figure.values | _each(operator.mul, last.figure.values, read.factors)
            last = replace(last, figure=replace(last.figure, values=values))
        if last:
            yield last
        last = read
    if last:
        yield last


def _each(
    operation: Callable[[Decimal, Decimal], Decimal], some: Iterable[Decimal], others: Iterable[Decimal]
) -> frozenset[Decimal]:
    return frozenset(starmap(operation, product(some, others)))


def _numbers(text: str, token: re.Pattern[str], start: int) -> Iterator[_Read]:
    for run in _runs(text, token, start):
        words = [_in_english(match[0]) for match in run]
        place = 0
        while place < len(run):
            if number := read_number(words[place:]):
                yield _read(text, run[place : place + number.words], number, words[place])
            place += number.words if number else 1


def _runs(text: str, token: re.Pattern[str], start: int) -> Iterator[list[re.Match[str]]]:
    """The words of `text`, those together that only spaces or hyphens part: no number goes on behind a full stop."""
    run: list[re.Match[str]] = []
    for match in token.finditer(text, start):
        if run and not _WITHIN.fullmatch(text, run[-1].end(), match.start()):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _read(text: str, tokens: Sequence[re.Match[str]], number: Number, first: str) -> _Read:
    """A number with the letter or the words behind it."""
    values, last = {number.value}, tokens[-1][0]
    if number.words == 1 and (grouped := _grouped(last)):
        values.add(grouped)
    start, end = tokens[0].start(), tokens[-1].end()
    behind, factors = end, frozenset[Decimal]()
    if not last[-1].isalpha():
        if factor := letter_factor(text, end):
            behind = end = end + 1
            factors = frozenset({Decimal(factor)})
            values |= _each(operator.mul, values, factors)
        else:
            found, behind = word_factors(text, end)
            factors = frozenset(map(Decimal, found))
            values = set(_each(operator.mul, values, factors or {Decimal(1)}))
    elif number.words == 1 + len(number.magnitudes) > 1 and (base := read_number([first])) and base.value:
        factors = frozenset({number.value / base.value})
    return _Read(Figure(text[start:end], frozenset(values), start), behind, factors)


def _of_date(date: re.Match[str]) -> Iterator[Figure]:
    year, day = date["year"] or date["begins"], date["day"] or date["first"]
    yield Figure(year, frozenset({Decimal(year)}), date.start())
    # "04/07/2017" is of July or of April.
    days = {day, date["second"]} if date["second"] and date["mark"] == "/" else {day}
    first = {Decimal(one) for one in days if int(one) > _MONTHS} or {Decimal(one) for one in days}
    yield Figure(day, frozenset(first), date.start())


def _in_english(word: str) -> str:
    """In small letters; a figure with a decimal point and commas between thousands at the most."""
    if word[-1] in _FRACTIONS:
        return (word[:-1] or "0") + _FRACTIONS[word[-1]]
    if not word[0].isdigit() or _ENGLISH.fullmatch(word):
        return word.lower()
    if _INDIAN.fullmatch(word):
        return word.replace(",", "")
    joined = _SEPARATORS.sub("", word)
    if joined != word:
        return joined.replace(",", ".")
    whole, _, decimals = word.partition(",")
    digits = whole.replace(".", "")
    return f"{digits}.{decimals}" if decimals else digits


def _grouped(word: str) -> Decimal | None:
    """ "3.125" with its point between thousands."""
    return Decimal(word.replace(".", "")) if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", word) else None
