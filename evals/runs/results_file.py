"""The results file: JSONL, a header that says which questions and which configuration it belongs to, then one result
a line, each kept as soon as it is known."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from assistant.errors import UsageError
from assistant.util.files import replace_file
from evals.runs.records import case_to_dict, parse_result
from evals.schema import Case, Result

FORMAT = "assistant-eval-results/1"


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


def prepare(output: Path, expected: Mapping[str, Any]) -> dict[tuple[str, int], Result]:
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


def open_to_append(output: Path) -> TextIO:
    """The file, to add results to. Raises `UsageError`."""
    try:
        # A lone surrogate that a model wrote becomes a \udXXX escape, which is JSON still.
        return output.open("a", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UsageError(f"results file {output}: cannot be written ({error.strerror}); name another file") from error


def append(file: TextIO, record: Mapping[str, Any], output: Path) -> None:
    """Write one result, kept when this returns. Raises `UsageError`."""
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
