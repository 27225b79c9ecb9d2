"""Names of months and weekdays in the languages of the Unicode CLDR (https://cldr.unicode.org), by Babel.

`months` has those of the large agencies, which are looked for in every dateline; these are for a date that
none of them names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache

from assistant.text.unicode import fold, without_joiners

_LANGUAGES = (
    "af ar ar_LB ar_MA az be bg bn ca cs da de de_AT el en es et eu fa fi fil fr gl gu he hi hr hu hy id is it ka "
    "kk km kn ko lt lv mk ml mr ms mt nb ne nl nn pa pl ps pt ro ru si sk sl sq sr sr_Latn sv sw ta te th tr uk ur "
    "uz vi"
).split()
_EDGES = ".,'’׳״॰`"


@cache
def month_names() -> dict[str, frozenset[int]]:
    """Every name of a month, as `folded` spells it, → 1 to 12; two where languages differ (lipa, listopad)."""
    return _names(_months_of)


@cache
def weekday_names() -> dict[str, frozenset[int]]:
    """Every name of a weekday, as `folded` spells it, → 0 (Monday) to 6."""
    return _names(_weekdays_of)


def folded(word: str) -> str:
    """A word as it is looked up: in small letters, without accents and marks of abbreviation."""
    return fold(without_joiners(word)).replace("ı", "i").strip(_EDGES)


def _names(of_language: Callable[[str, str, str], dict[int, str]]) -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for language in _LANGUAGES:
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in of_language(width, context, language).items():
                    found[folded(name).removeprefix("de ")].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items() if not any(map(str.isdigit, name))}


def _months_of(width: str, context: str, language: str) -> dict[int, str]:
    from babel.dates import get_month_names

    return dict(get_month_names(width, context, language))  # type: ignore[arg-type]


def _weekdays_of(width: str, context: str, language: str) -> dict[int, str]:
    from babel.dates import get_day_names

    return dict(get_day_names(width, context, language))  # type: ignore[arg-type]
