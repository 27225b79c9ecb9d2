"""Several reports of different dates that answer the same question: which of them, in which order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from assistant.dates import asks_newest, asks_now, named_periods
from assistant.gate import Verdict, coverage
from assistant.reports import Report
from assistant.words import stems

_SURE = 0.8
_RIVAL_ODDS = 2.0
_RIVAL_WORDS = 0.1
_RIVAL_QUOTED = 0.35


def in_reading_order(question: str, reports: Sequence[Report]) -> list[Report]:
    """The reports as they were found; the newest first where the present is asked for."""
    return (
        sorted(reports, key=lambda report: in_order(question, report.published)) if asks_now(question) else [*reports]
    )


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
    question's words or are newer, where the present is asked for; those of a time that the question
    names too. Where the latest is asked for, the newest of these alone.
    """
    able = sorted((v for v in verdicts if v.probability >= threshold), key=lambda v: -v.probability)
    chosen = able[:1]
    for rival in able[1:]:
        if rival.report.published in (None, *(v.report.published for v in chosen)):
            continue
        if _is_named(question, rival.report) or _is_rival(question, rival, chosen[0]):
            chosen.append(rival)
    if asks_newest(question):
        return sorted(chosen, key=lambda verdict: in_order(question, verdict.report.published))[:1]
    return chosen


def stands_beside(
    question: str, report: Report, sentence: tuple[float, float], best_report: Report, best: tuple[float, float]
) -> bool:
    """Whether a sentence of a second report answers about as well as the best one, of `best_report`.

    Both are (confidence, share of the question's content words in the quoted words). A second
    report that only mentions the same people would be shown as if it answered.
    """
    if _is_named(question, report) or _is_fresher(question, report, best_report):
        return True
    likely = _odds(best[0]) - _odds(sentence[0]) <= _RIVAL_ODDS
    return likely and sentence[1] >= best[1] - _RIVAL_QUOTED


def in_order(question: str, day: date | None) -> tuple[int, int]:
    """Sort key of a report's date: oldest first, newest first where the current state is asked."""
    if day is None:
        return 1, 0
    return 0, -day.toordinal() if asks_now(question) else day.toordinal()


def _is_named(question: str, report: Report) -> bool:
    periods = named_periods(question)
    return len(periods) > 1 and any(period.contains(report.published) for period in periods)


def _is_rival(question: str, rival: Verdict, best: Verdict) -> bool:
    about_as_likely = _odds(best.probability) - _odds(rival.probability) <= _RIVAL_ODDS
    has_the_words = rival.signals.asked >= best.signals.asked - _RIVAL_WORDS
    return about_as_likely and (has_the_words or _is_fresher(question, rival.report, best.report))


def _is_fresher(question: str, report: Report, other: Report) -> bool:
    """True where what holds now is asked for and `report` is the newer one."""
    if report.published is None or other.published is None:
        return False
    # The latest that was said of a thing is in a report that names it.
    return report.published > other.published and asks_now(question) and not asks_newest(question)


def _odds(probability: float) -> float:
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
