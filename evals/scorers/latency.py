"""Seconds a user waits, from the answer's `timings_ms`; for answers and refusals apart."""

from __future__ import annotations

from evals.schema import Result, Score


def seconds_first_token(result: Result) -> Score | None:
    """Seconds until the first word of an answer; None for refusals and where it was not timed."""
    return _seconds(result, "first_token", refused=False)


def seconds_total(result: Result) -> Score | None:
    """Seconds until the finished answer; None for refusals and where it was not timed."""
    return _seconds(result, "total", refused=False)


def seconds_refusal(result: Result) -> Score | None:
    """Seconds until a refusal; None for answers and where it was not timed."""
    return _seconds(result, "total", refused=True)


def _seconds(result: Result, key: str, *, refused: bool) -> Score | None:
    answer = result.answer
    if answer is None or bool(answer["refused"]) != refused:
        return None
    milliseconds = (answer.get("timings_ms") or {}).get(key)
    return None if milliseconds is None else Score(milliseconds / 1000)
