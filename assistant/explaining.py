"""How an answer came about, for a person at a terminal: `assistant ask --explain`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, TextIO

from assistant.schema import Answer
from assistant.terminal import one_line

_WIDTH = 96


def print_steps(answer: Answer, out: TextIO) -> None:
    """Question as understood, passages with both scores, the gate's verdicts, checks and timings."""
    _line(out, 0, "How this was answered:")
    if answer.standalone_question != answer.question:
        _line(out, 1, f"understood as: {answer.standalone_question}")
    threshold = answer.steps.get("threshold")
    parts = answer.steps.get("parts", ())
    for number, part in enumerate(parts, start=1):
        if len(parts) > 1:
            _line(out, 1, f"part {number}: {part['question']}")
        _line(out, 1, "passages (rank score, cosine, BM25):")
        for passage in part["passages"]:
            scores = ", ".join(_score(passage[name]) for name in ("score", "dense_score", "bm25_score"))
            _line(out, 2, f"{passage['paragraph_id']}  {scores}")
        if part["reports"]:
            _line(out, 1, "gate: does the report answer it?")
        for report in part["reports"]:
            signals = ", ".join(f"{name} {value:.2f}" for name, value in report["signals"].items())
            _line(
                out, 2, f"{report['published'] or 'undated'} {report['title']}: {report['probability']:.2f} ({signals})"
            )
        _line(out, 1, f"sentences (shown from {threshold}):")
        for sentence in part["sentences"]:
            _sentence(out, sentence)
        if not part["sentences"]:
            _line(out, 2, "none was written")
    timings = ", ".join(f"{name} {value / 1000:.2f} s" for name, value in answer.timings_ms.items())
    _line(out, 1, f"time: {timings}")


def _sentence(out: TextIO, sentence: Mapping[str, Any]) -> None:
    confidence = "" if sentence["confidence"] is None else f", confidence {sentence['confidence']:.2f}"
    _line(out, 2, f"“{sentence['draft']}” → {sentence['outcome']}{confidence}")
    for part in sentence["evidence"]:
        problems = f"; {'; '.join(part['problems'])}" if part["problems"] else ""
        words = "quoted instead of it: " if sentence["quotation"] else ""
        _line(out, 3, f"{part['paragraph_id']}, support {part['support']:.2f}{problems}: {words}“{part['quote']}”")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _line(out: TextIO, depth: int, text: str) -> None:
    indent = "  " * depth
    print(
        textwrap.fill(one_line(text), _WIDTH, initial_indent=indent, subsequent_indent=indent + "    "),
        file=out,
    )
