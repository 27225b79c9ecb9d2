"""Seconds a user waits, from the answer's `timings_ms`."""

from __future__ import annotations

from evals.schema import Result, Score


def seconds_first_token(result: Result) -> Score | None:
    """Seconds until the first word; None where none was written, as in most refusals."""
    return _seconds(result, "first_token")


def seconds_total(result: Result) -> Score | None:
    """Seconds until the finished answer or refusal; None where it was not timed."""
    return _seconds(result, "total")


def _seconds(result: Result, key: str) -> Score | None:
    milliseconds = ((result.answer or {}).get("timings_ms") or {}).get(key)
    return None if milliseconds is None else Score(milliseconds / 1000)
