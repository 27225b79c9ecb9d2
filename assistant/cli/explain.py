"""Terminal output of an answer's trace, for `assistant ask --explain`."""

from __future__ import annotations

import textwrap
from typing import TextIO

from assistant.schema.answers import Answer
from assistant.schema.trace import TracedSentence
from assistant.text.unicode import one_line

_WIDTH = 96


def print_steps(answer: Answer, out: TextIO) -> None:
    """Question as understood, passages with both scores, the judge's probabilities, checks and timings."""
    _line(out, 0, "How this was answered:")
    if answer.standalone_question != answer.question:
        _line(out, 1, f"understood as: {answer.standalone_question}")
    if answer.steps.parts:
        _line(out, 1, f"divided into: {' · '.join(answer.steps.parts)}")
    _line(out, 1, "passages (rank score, cosine, BM25):")
    steps = answer.steps
    for passage in steps.passages:
        scores = ", ".join(map(_score, (passage.score, passage.dense_score, passage.bm25_score)))
        _line(out, 2, f"{passage.paragraph.id}  {scores}")
    if steps.articles:
        _line(out, 1, "is it answered in the article? (probability)")
    for article in steps.articles:
        _line(out, 2, f"{article.published or 'undated'} {article.title}: {article.answered:.2f}")
    _line(out, 1, "sentences:" if steps.threshold is None else f"sentences (shown from {steps.threshold}):")
    for sentence in steps.sentences:
        _sentence(out, sentence)
    if not steps.sentences:
        _line(out, 2, "none was written")
    timings = ", ".join(f"{name} {value / 1000:.2f} s" for name, value in answer.timings_ms.items())
    _line(out, 1, f"time: {timings}")


def _sentence(out: TextIO, sentence: TracedSentence) -> None:
    whose = "the article's words" if sentence.quoted else "the model's words"
    problems = f"; {'; '.join(sentence.problems)}" if sentence.problems else ""
    judged = ", ".join(f"{name} {value:.2f}" for name, value in sentence.judgements.items())
    _line(out, 2, f"“{sentence.draft}” ({whose}) → {sentence.outcome}{problems}")
    if sentence.confidence is not None:
        judged = f"confidence {sentence.confidence:.2f}: {judged}"
    if judged:
        _line(out, 3, judged)
    for part in sentence.evidence:
        _line(out, 3, f"{part.paragraph_id}: “{part.quote}”")


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _line(out: TextIO, depth: int, text: str) -> None:
    indent = "  " * depth
    print(
        textwrap.fill(one_line(text), _WIDTH, initial_indent=indent, subsequent_indent=indent + "    "),
        file=out,
    )
