"""Ask every case and keep each result as soon as it is known, so that a stopped run resumes.

The results file is JSONL: a header that says which questions and which configuration it belongs
to, then one result a line.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TextIO

from tqdm import tqdm

from assistant.errors import AssistantError, ModelConnectionError, ModelError, UsageError
from assistant.schema.answers import Question
from assistant.schema.articles import Article, passage_to_dict
from assistant.schema.events import Done, Event, Retrieved
from assistant.util.files import replace_file
from evals.adapters import EvalSet
from evals.results_io import case_to_dict, parse_result, result_to_dict
from evals.schema import Case, Result, Score

FORMAT = "assistant-eval-results/1"

Reply = tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]
Scorer = Callable[[Result], Mapping[str, Score]]


class Asker(Protocol):
    """Answers a case: the JSON contract's object, and the passages the model was given."""

    def ask(self, case: Case) -> Reply:
        """Answer once. Raises `AssistantError` where no answer could be had."""
        ...


class AssistantLike(Protocol):
    """What is needed of `assistant.api.Assistant`."""

    def stream(self, question: Question) -> Iterator[Event]:
        """The events of one question, `Done` last."""
        ...


class AssistantAsker:
    """Asks the real assistant."""

    def __init__(self, assistant: AssistantLike) -> None:
        self._assistant = assistant

    def ask(self, case: Case) -> Reply:
        """The answer of the `Done` event and the passages of the `Retrieved` events."""
        passages: dict[str, Mapping[str, Any]] = {}
        answer: Mapping[str, Any] | None = None
        for event in self._assistant.stream(Question(case.question, id=case.id, history=case.history)):
            if isinstance(event, Retrieved):
                for passage in event.passages:
                    passages.setdefault(passage.paragraph.id, passage_to_dict(passage))
            elif isinstance(event, Done):
                answer = event.answer.to_dict()
        if answer is None:
            raise ModelError(f"case {case.id}: the assistant stopped without an answer; this is a bug, report it")
        return answer, tuple(passages.values())

    def close(self) -> None:
        """Close the assistant, where it can be closed."""
        close(self._assistant)


class CandidateAsker:
    """Asks each case of an asker opened on this case's own articles, and closes it again."""

    def __init__(
        self, open_asker: Callable[[Sequence[Article]], Asker], candidates: Mapping[str, tuple[Article, ...]]
    ) -> None:
        self._open_asker = open_asker
        self._candidates = candidates

    def ask(self, case: Case) -> Reply:
        """Nothing is kept between cases: a candidate set is used once."""
        asker = self._open_asker(self._candidates[case.id])
        try:
            return asker.ask(case)
        finally:
            close(asker)


def asker_for(question_set: EvalSet, open_asker: Callable[[Sequence[Article]], Asker]) -> Asker:
    """An asker for a public set: opened once on its corpus, or for each case on its candidates."""
    if question_set.articles is None:
        return CandidateAsker(open_asker, question_set.candidates)
    corpus = open_asker(question_set.articles)
    return _Mixed(corpus, CandidateAsker(open_asker, question_set.candidates), question_set.candidates)


class _Mixed:
    """The corpus for most cases, the row's own paragraphs for cases that bring them."""

    def __init__(self, corpus: Asker, own: CandidateAsker, candidates: Mapping[str, tuple[Article, ...]]) -> None:
        self._corpus, self._own, self._candidates = corpus, own, candidates

    def ask(self, case: Case) -> Reply:
        return (self._own if case.id in self._candidates else self._corpus).ask(case)

    def close(self) -> None:
        close(self._corpus)


def run(
    asker: Asker,
    cases: Sequence[Case],
    output: Path,
    *,
    selected: Sequence[Case] | None = None,
    runs: int = 1,
    configuration: Mapping[str, Any] | None = None,
    score: Scorer | None = None,
    progress: bool = True,
) -> list[Result]:
    """Each case answered once a run, in order; what `output` already holds is not asked again.

    `selected`: only these of `cases` are asked; `configuration` is what makes answers
    comparable (model, settings, prompts). A case that ends in an `AssistantError` is a result
    with `error` and is asked again when the run is resumed. Scores are worked out anew for
    results that were read back, so that one table never mixes the scorers of two versions.
    Raises `UsageError` for a file of other cases or another
    configuration, `ModelConnectionError` as soon as the model cannot be reached.
    """
    selected = select(cases) if selected is None else selected
    if runs < 1:
        raise UsageError(f"runs {runs}: ask for at least one run")
    known = _prepare(output, header(cases, configuration or {}))
    wanted = [(case, number) for number in range(1, runs + 1) for case in selected]
    results: list[Result] = []
    with (
        _opened(output) as file,
        tqdm(
            total=len(wanted),
            file=sys.stderr,
            disable=not progress,
            unit="case",
            # a log file gets a line now and then instead of one for every case
            mininterval=0.5 if sys.stderr.isatty() else 30.0,
        ) as bar,
    ):
        for case, number in wanted:
            result = known.get((case.id, number))
            if result is None:
                result = _ask(asker, case, number, output)
                result = replace(result, scores=score(result)) if score else result
                _append(file, result_to_dict(result), output)
            elif score:
                result = replace(result, scores=score(result))
            results.append(result)
            bar.update()
    return results


def select(cases: Sequence[Case], *, limit: int | None = None, category: str | None = None) -> list[Case]:
    """The cases of a category, at most `limit` of them. Raises `UsageError` where none is left."""
    if not cases:
        raise UsageError("there are no cases to run; give a file with at least one")
    ids = [case.id for case in cases]
    if len(set(ids)) != len(ids):
        twice = next(identifier for identifier in ids if ids.count(identifier) > 1)
        raise UsageError(f"case id {twice!r} is used twice; ids must be unique")
    if limit is not None and limit < 1:
        raise UsageError(f"limit {limit}: ask for at least one case")
    selected = [case for case in cases if category in (None, case.category)]
    if not selected:
        known = ", ".join(sorted({case.category for case in cases}))
        raise UsageError(f"category {category!r}: no case has it; choose one of {known}")
    return selected[:limit]


def header(cases: Sequence[Case], configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The first line of a results file. Neither `limit` nor `runs` is part of the fingerprint:
    a short trial can be extended to the whole."""
    plain = json.loads(_canonical(configuration))
    questions = _digest([case_to_dict(case) for case in cases])
    return {
        "format": FORMAT,
        "fingerprint": _digest([questions, plain]),
        "cases": questions,
        "configuration": plain,
    }


def load_results(path: Path) -> list[Result]:
    """The results in a file, in its order; a last line cut short is left out. Raises `UsageError`."""
    lines, _ = _lines(path)
    _read_header(path, lines)
    return [result for _, result in _read_results(path, lines)]


def _ask(asker: Asker, case: Case, number: int, output: Path) -> Result:
    try:
        answer, passages = asker.ask(case)
    except ModelConnectionError as error:
        # every further case would fail alike
        raise ModelConnectionError(
            f"{error} (what was answered is kept in {output}; the same command goes on from there)"
        ) from error
    except AssistantError as error:
        return Result(case, None, error=str(error), run=number)
    return Result(case, answer, passages, run=number)


def _prepare(output: Path, expected: Mapping[str, Any]) -> dict[tuple[str, int], Result]:
    """What `output` holds of this run, after dropping what a resumed run has to do again."""
    lines, cut = _lines(output) if output.exists() else ([], False)
    if not lines and not cut:
        _rewrite(output, [json.dumps(expected, ensure_ascii=False)])
        return {}
    found = _read_header(output, lines)
    if found["fingerprint"] != expected["fingerprint"]:
        raise UsageError(
            f"{output}: holds answers {_difference(found, expected)}; "
            "delete it to start again, or write to another file"
        )
    stored = _read_results(output, lines)
    kept = {number: result for number, result in stored if result.error is None}
    if cut or len(kept) < len(stored):
        # replaced whole: a process killed here leaves either the old file or the new one
        _rewrite(output, [lines[0], *(lines[number - 1] for number in kept)])
    return {(result.case.id, result.run): result for result in kept.values()}


def _difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    if found.get("cases") != expected["cases"]:
        return "to other questions"
    before, now = found.get("configuration") or {}, expected["configuration"]
    changed = [
        f"{key}: {before.get(key)!r} there, {now.get(key)!r} here"
        for key in sorted({*before, *now})
        if before.get(key) != now.get(key)
    ]
    return f"given under another configuration ({'; '.join(changed)})"


def _lines(path: Path) -> tuple[list[str], bool]:
    """The whole lines of a file, and whether a process was killed while writing one more."""
    try:
        content = path.read_bytes()
        *lines, rest = content.split(b"\n")  # bytes: the cut may lie inside a character
        return [line.decode("utf-8") for line in lines], bool(rest)
    except OSError as error:
        raise UsageError(f"results file {path}: cannot be read ({error.strerror}); name another file") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"results file {path}: is not UTF-8; name another file") from error


def _read_header(path: Path, lines: Sequence[str]) -> dict[str, Any]:
    try:
        found = json.loads(lines[0]) if lines else None
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT or "fingerprint" not in found:
        raise UsageError(f"{path}:1: not the results of an eval run; name another file")
    return found


def _read_results(path: Path, lines: Sequence[str]) -> list[tuple[int, Result]]:
    results = []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        try:
            results.append((number, parse_result(line)))
        except ValueError as error:
            raise UsageError(f"{path}:{number}: not a result ({error}); delete the line and run again") from error
    return results


def _opened(output: Path) -> TextIO:
    try:
        # A lone surrogate that a model wrote becomes a \udXXX escape, which is JSON still.
        return output.open("a", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"results file {output}: cannot be written ({error.strerror}); name another file") from error


def _append(file: TextIO, record: Mapping[str, Any], output: Path) -> None:
    try:
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(
            f"results file {output}: cannot be written ({error.strerror}); make room and run it again"
        ) from error


def _rewrite(output: Path, lines: Sequence[str]) -> None:
    try:
        replace_file(output, "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"results file {output}: cannot be written ({error.strerror}); name another file") from error


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _digest(value: object) -> str:
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def close(thing: object) -> None:
    """Close an asker, where it can be closed."""
    method = getattr(thing, "close", None)
    if callable(method):
        method()
