"""Several reports of different dates that answer the same question: which of them, in which order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date

from assistant.dates import named_periods
from assistant.gate import Verdict, coverage
from assistant.reports import Report
from assistant.words import stems

_SURE = 0.8
_RIVAL_ODDS = 2.0
_RIVAL_WORDS = 0.1
_RIVAL_QUOTED = 0.35
_ASKS_NOW = re.compile(r"\b(?:now|current(?:ly)?|latest|most recent(?:ly)?|today|newest|last time)\b", re.I)


def worth_reading(question: str, report: Report, judged: Sequence[Verdict]) -> bool:
    """False where a surer report has been judged that `report` could not stand beside.

    Reading a report is what an answer costs most of. One that has fewer of the question's words
    than a report that very likely answers it would never be shown beside it.
    """
    best = max(judged, key=lambda verdict: verdict.probability, default=None)
    if best is None or best.probability < _SURE:
        return True
    if report.published in (None, *(verdict.report.published for verdict in judged)):
        return False
    share, _ = coverage(question, stems(report.beginning().render()))
    return _is_named(question, report) or share >= best.signals.asked - _RIVAL_WORDS


def select(question: str, verdicts: Sequence[Verdict], threshold: float) -> list[Verdict]:
    """The reports to answer from, likeliest first; empty: refuse.

    The likeliest one; those of other dates that are about as likely and have as many of the
    question's words; those of a time that the question names too.
    """
    able = sorted((v for v in verdicts if v.probability >= threshold), key=lambda v: -v.probability)
    chosen = able[:1]
    for rival in able[1:]:
        if rival.report.published in (None, *(v.report.published for v in chosen)):
            continue
        if _is_named(question, rival.report) or _is_rival(rival, chosen[0]):
            chosen.append(rival)
    return chosen


def stands_beside(question: str, report: Report, sentence: tuple[float, float], best: tuple[float, float]) -> bool:
    """Whether a sentence of a second report answers about as well as the best one.

    Both are (confidence, share of the question's content words in the quoted words). A second
    report that only mentions the same people would be shown as if it answered.
    """
    if _is_named(question, report):
        return True
    likely = _odds(best[0]) - _odds(sentence[0]) <= _RIVAL_ODDS
    return likely and sentence[1] >= best[1] - _RIVAL_QUOTED


def in_order(question: str, day: date | None) -> tuple[int, int]:
    """Sort key of a report's date: oldest first, newest first where the current state is asked."""
    if day is None:
        return 1, 0
    return 0, -day.toordinal() if _ASKS_NOW.search(question) else day.toordinal()


def _is_named(question: str, report: Report) -> bool:
    periods = named_periods(question)
    return len(periods) > 1 and any(period.contains(report.published) for period in periods)


def _is_rival(rival: Verdict, best: Verdict) -> bool:
    about_as_likely = _odds(best.probability) - _odds(rival.probability) <= _RIVAL_ODDS
    return about_as_likely and rival.signals.asked >= best.signals.asked - _RIVAL_WORDS


def _odds(probability: float) -> float:
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
