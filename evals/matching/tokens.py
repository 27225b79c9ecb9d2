"""The unit of comparison between texts, and dates folded into it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.text.months import ENGLISH_MONTHS, MONTH_NAMES

# 1000 to 2100. `assistant.text.years` begins with 1800: the facts of the public data sets are of any century.
YEAR = r"(?:1\d{3}|20\d\d|2100)"
MONTHS = tuple(name.lower() for name in MONTH_NAMES)
_MONTH_OF = {form: MONTHS[number - 1] for form, number in ENGLISH_MONTHS.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """One comparable unit.

    `key` is compared; `also` are further keys that a wording may name it by ("billion" for 200
    billion). `breaks` are the punctuation marks just before it; `named`: it begins with a capital;
    `figure`: the number without its magnitude ("200"), "" where it has none.
    """

    key: str
    also: frozenset[str] = frozenset()
    breaks: str = ""
    named: bool = False
    figure: str = ""

    def answers_to(self, key: str, *, by_figure: bool = False) -> bool:
        """True when a wording's `key` names this token; `by_figure`: a number's figure alone does, too."""
        return key == self.key or key in self.also or (by_figure and key == self.figure != "")


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


def is_year(key: str) -> bool:
    """True where all of `key` is a `YEAR`."""
    return re.fullmatch(YEAR, key) is not None


def fold_dates(pieces: list[Token]) -> list[Token]:
    """`pieces` with each date in the order day, month, year, and its day marked as a day.

    "July 4, 2017", "4th of July 2017" and "4 July 2017" become "day4 july 2017", so that
    "July 2017" is a part of it and a plain "4" is not.
    """
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        token = pieces[at]
        day, month, used = _day_and_month(pieces[at : at + 4])
        if month is None:
            found.append(token)
            at += 1
            continue
        at += used
        if day is not None:
            found.append(Token(f"day{int(re.sub(r'[a-z]', '', day.key))}", frozenset(), token.breaks))
        found.append(Token(month, frozenset(), "" if day else token.breaks, named=True))
        year, used = _year_after(pieces[at : at + 2])
        if year is not None:
            found.append(Token(year.key))
        at += used
    return found


def _day_and_month(pieces: Sequence[Token]) -> tuple[Token | None, str | None, int]:
    """The day and the month that these tokens begin with, None where not named, and how many tokens that are."""
    token, rest = pieces[0], pieces[1:]
    if _is_day(token) and rest:
        skip = 1 if rest[0].key == "of" and len(rest) > 1 else 0
        if (name := _month(rest[skip], beside_number=True)) and not rest[skip].breaks:
            return token, name, 2 + skip
    elif (name := _month(token, beside_number=bool(rest) and rest[0].key[0].isdigit())) and rest:
        the = 1 if rest[0].key == "the" and len(rest) > 1 else 0
        if _is_day(rest[the]) and not rest[the].breaks.strip("."):
            return rest[the], name, 2 + the
        if is_year(rest[0].key) and not rest[0].breaks.strip(".,"):
            return None, name, 1
    return None, None, 1


def _year_after(pieces: Sequence[Token]) -> tuple[Token | None, int]:
    """The year that follows a month, and how many tokens are then used: "of" is passed over."""
    of = 1 if len(pieces) > 1 and pieces[0].key == "of" and is_year(pieces[1].key) else 0
    if pieces and is_year(pieces[of].key) and not pieces[of].breaks.strip(",."):
        return pieces[of], 1 + of
    return None, of


def _is_day(token: Token) -> bool:
    digits = re.sub(r"(?:st|nd|rd|th)$", "", token.key)
    return digits.isdigit() and 1 <= int(digits) <= 31 and len(digits) <= 2


def _month(token: Token, *, beside_number: bool) -> str | None:
    """The month that a token names: a short form only beside a number, "may" and "march" only
    with a capital, since they are words as well."""
    name = _MONTH_OF.get(token.key)
    if name is None or not (beside_number or name == token.key):
        return None
    return name if token.named or (name == token.key and name not in ("march", "may")) else None
