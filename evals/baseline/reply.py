"""A reply of `CitationQueryEngine`, with its marks [1], as an answer of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.citations import make_citation
from assistant.schema.answers import Answer, Sentence, Timing
from assistant.schema.articles import Passage
from assistant.text.sentences import split_sentences
from evals.baseline.refusal import refusal_reason
from evals.schema import Case

_NUMBERS = r"\d{1,3}(?:\s*(?:,|;|&|-|\u2013|\band\b)\s*(?:sources?\s*)?\d{1,3})*"
_MARK = re.compile(
    rf"[ \t]*(?:\[\s*(?:sources?\s*)?({_NUMBERS})\s*\]|\(\s*sources?\s*({_NUMBERS})\s*\))", re.IGNORECASE
)
_END = re.compile(r"[.!?]+[\"'\u201d\u2019)]*$")


@dataclass(frozen=True, slots=True)
class Source:
    """One numbered source of the engine's prompt: a chunk of a paragraph."""

    passage: Passage
    start: int
    end: int


def to_answer(
    case: Case,
    text: str,
    sources: Sequence[Source],
    passages: tuple[Passage, ...],
    *,
    model: str,
    standalone: str,
    timings: Mapping[Timing, int],
) -> Answer:
    """A reply of `CitationQueryEngine` as our answer; `sources[n - 1]` is what it calls [n].

    The engine knows neither support nor confidence: support is 1 for a sentence that cites and
    0 for one that does not, confidence 1 for an answer and 0 for a refusal. Marks without a
    source are dropped. A refusal keeps the reply's text, so that scorers see what it says.
    """
    pieces = list(_sentences(text, len(sources)))
    reason = refusal_reason(pieces)
    numbers: dict[int, int] = {}
    sentences = []
    if reason is None:
        for words, marks in pieces:
            cited = tuple(dict.fromkeys(numbers.setdefault(mark, len(numbers) + 1) for mark in marks))
            sentences.append(Sentence(words, cited, 1.0 if cited else 0.0))
    return Answer(
        question=case.question,
        standalone_question=standalone,
        answer=" ".join(words for words, _ in pieces)
        if reason
        else " ".join(_with_marks(sentence.text, sentence.citations) for sentence in sentences),
        refused=reason is not None,
        refusal_reason=reason,
        confidence=0.0 if reason else 1.0,
        sentences=tuple(sentences),
        citations=tuple(
            make_citation(number, source.passage, source.start, source.end)
            for number, source in ((number, sources[mark - 1]) for mark, number in numbers.items())
        ),
        closest=passages if reason else (),
        model=model,
        timings_ms=timings,
        id=case.id,
    )


def _sentences(text: str, known: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(sentence without marks, the sources it cites) for each sentence."""
    clean, marks, last = "", [], 0
    for match in _MARK.finditer(text):
        clean += text[last : match.start()]
        last = match.end()
        # a mark belongs to what it follows, except at the beginning of a line
        opens = not clean.rpartition("\n")[2].strip()
        marks.append((len(clean), opens, _numbers(match.group(1) or match.group(2))))
    clean += text[last:]
    spans = split_sentences(clean)
    owned: list[list[int]] = [[] for _ in spans]
    for position, opens, numbers in marks:
        after = [i for i, (_, end) in enumerate(spans) if end > position]
        before = [i for i, (start, _) in enumerate(spans) if start < position]
        if owner := (after[:1] if opens and after else before[-1:] or after[:1]):
            owned[owner[0]].extend(number for number in numbers if 1 <= number <= known)
    for (start, end), cited in zip(spans, owned, strict=True):
        yield " ".join(clean[start:end].split()), tuple(dict.fromkeys(cited))


def _numbers(inside: str) -> list[int]:
    """The numbers of "1, 2", "1 and 3" or "1-3"."""
    found: list[int] = []
    for part in re.split(r",|;|&|\band\b", re.sub(r"sources?", "", inside, flags=re.IGNORECASE)):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        if bounds:
            found.extend(range(bounds[0], bounds[-1] + 1))
    return found


def _with_marks(text: str, numbers: Sequence[int]) -> str:
    if not numbers:
        return text
    marks = "".join(f"[{number}]" for number in numbers)
    end = _END.search(text)
    return f"{text[: end.start()]} {marks}{end.group()}" if end else f"{text} {marks}"
