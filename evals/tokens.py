"""The unit of comparison between texts, and dates folded into it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.text.months import ENGLISH_MONTHS, MONTH_NAMES

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


def fold_dates(pieces: list[Token]) -> list[Token]:
    """`pieces` with each date in the order day, month, year, and its day marked as a day.

    "July 4, 2017", "4th of July 2017" and "4 July 2017" become "day4 july 2017", so that
    "July 2017" is a part of it and a plain "4" is not.
    """
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        day = month = year = None
        token = pieces[at]
        rest = pieces[at + 1 : at + 4]
        used = 1
        if _is_day(token) and rest:
            skip = 1 if rest[0].key == "of" and len(rest) > 1 else 0
            if (name := _month(rest[skip], beside_number=True)) and not rest[skip].breaks:
                day, month, used = token, name, 2 + skip
        elif (name := _month(token, beside_number=bool(rest) and rest[0].key[0].isdigit())) and rest:
            the = 1 if rest[0].key == "the" and len(rest) > 1 else 0
            if _is_day(rest[the]) and not rest[the].breaks.strip("."):
                day, month, used = rest[the], name, 2 + the
            elif _is_year(rest[0]) and not rest[0].breaks.strip(".,"):
                month = name
        if month is None:
            found.append(token)
            at += 1
            continue
        following = pieces[at + used] if at + used < len(pieces) else None
        if following and following.key == "of" and at + used + 1 < len(pieces) and _is_year(pieces[at + used + 1]):
            used, following = used + 1, pieces[at + used + 1]
        if following and _is_year(following) and not following.breaks.strip(",."):
            year, used = following, used + 1
        if day is not None:
            found.append(Token(f"day{int(re.sub(r'[a-z]', '', day.key))}", frozenset(), token.breaks))
        found.append(Token(month, frozenset(), "" if day else token.breaks, named=True))
        if year is not None:
            found.append(Token(year.key))
        at += used
    return found


def _is_day(token: Token) -> bool:
    digits = re.sub(r"(?:st|nd|rd|th)$", "", token.key)
    return digits.isdigit() and 1 <= int(digits) <= 31 and len(digits) <= 2


def _is_year(token: Token) -> bool:
    return token.key.isdigit() and 1000 <= int(token.key) <= 2999


def _month(token: Token, *, beside_number: bool) -> str | None:
    """The month that a token names: a short form only beside a number, "may" and "march" only
    with a capital, since they are words as well."""
    name = _MONTH_OF.get(token.key)
    if name is None or not (beside_number or name == token.key):
        return None
    return name if token.named or (name == token.key and name not in ("march", "may")) else None
