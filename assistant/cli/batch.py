"""Batch mode: a file of questions → a file of answers, one JSON object a line, resumable at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationError

from assistant.errors import (
    AssistantError,
    ModelCancelledError,
    ModelConnectionError,
    ModelError,
    ModelFileError,
    QuestionError,
    UsageError,
)
from assistant.query.validate import check_days, check_question
from assistant.schema.answers import Answer, Question, Turn
from assistant.schema.articles import ArticleFilter
from assistant.util.files import replace_file
from assistant.util.validation import Day, Strict, fault

# After so many questions in a row that found no model, the others would not find one either.
_MOST_UNANSWERED = 3


def _key(value: object) -> object:
    if isinstance(value, str | int | None):
        return value
    raise ValueError("is neither a text nor a number")


class MessageRow(Strict):
    """A message of the conversation before a question; `articles`: the ids of those that it cites."""

    role: Literal["user", "assistant", "system"]
    content: str
    articles: tuple[str, ...] = ()


class QuestionRow(Strict):
    """A row of a questions file; a `system` message is passed over."""

    question: str
    id: Annotated[str | int | None, BeforeValidator(_key)] = None
    history: tuple[MessageRow, ...] | None = None
    since: Day | None = None
    until: Day | None = None
    as_of: Day | None = None

    def as_question(self) -> Question:
        """What it asks."""
        return Question(
            self.question,
            id=self.id,
            history=tuple(
                Turn(one.role, one.content, one.articles) for one in self.history or () if one.role != "system"
            ),
            articles=ArticleFilter(since=self.since, until=self.until, as_of=self.as_of),
        )


def read_questions(path: Path) -> list[Question]:
    """All rows of a questions file. Raises `QuestionError` naming file, line and what is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise QuestionError(f"questions file {path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"questions file {path} cannot be read ({error}); save it as UTF-8 JSON lines") from error
    questions = [
        _parse(line, f"{path}, line {number}") for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    ]
    if not questions:
        raise QuestionError(f'questions file {path} is empty; write one {{"id": …, "question": "…"}} a line')
    return questions


def remaining(questions: list[Question], output: Path) -> list[Question]:
    """What is still to be asked, given what `output` already holds, in order: first what failed, then the rest.

    A last line that a killed run left half-written is cut off. Raises `QuestionError` when the
    answers are those of other questions.
    """
    if not output.exists():
        return questions
    failed, done = [], 0
    for end, row in _whole_lines(output):
        if row is None:
            with output.open("r+b") as file:
                file.truncate(end)
            break
        expected = questions[done] if done < len(questions) else None
        if expected is None or (row.get("id"), row.get("question")) != (expected.id, expected.text):
            raise QuestionError(
                f"output file {output}, line {done + 1}: holds the answer to another question; "
                "name another --output, or delete the file"
            )
        if not row.keys() & {"answer", "error"}:
            raise QuestionError(
                f"output file {output}, line {done + 1}: holds a question without an answer; is it the questions file? "
                "Name another --output"
            )
        if "error" in row:
            failed.append(expected)
        done += 1
    return [*failed, *questions[done:]]


def answer_all(
    questions: list[Question],
    output: Path,
    ask: Callable[[Question], Answer],
    done: Callable[[], object],
    report: Callable[[str], object],
) -> int:
    """Write the answer of each question as soon as it is known; how many failed.

    `questions` are those of `remaining`: what failed before gets its line back, the rest is appended. One that the
    model fails at has its error for a row and is reported; the others are asked. `done()` is called after each.
    Raises `AssistantError` when the file cannot be written, `ModelConnectionError` when three in a row found no
    model to answer, and whatever else `ask` raises; what was answered is kept.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        lines = _failed_lines(output)
        failed = unanswered = 0
        for number, question in enumerate(questions):
            row, error = _row(question, ask)
            _write(output, row, lines[number] if number < len(lines) else None)
            done()
            if error is None:
                unanswered = 0
                continue
            failed += 1
            report(f"{_name(question)}: {error}")
            unanswered = unanswered + 1 if isinstance(error, ModelConnectionError) else 0
            if unanswered == _MOST_UNANSWERED:
                raise error
    except OSError as error:
        raise AssistantError(f"output file {output}: {error.strerror}; the answers before are kept") from error
    return failed


def _row(question: Question, ask: Callable[[Question], Answer]) -> tuple[dict[str, Any], ModelError | None]:
    try:
        return ask(question).to_dict(), None
    except (ModelFileError, ModelCancelledError):
        raise
    except ModelError as error:
        return {"id": question.id, "question": question.text, "error": str(error)}, error


def _name(question: Question) -> str:
    return f"question {question.id!r}" if question.id is not None else f"question {question.text[:60]!r}"


def _failed_lines(output: Path) -> list[int]:
    """The numbers of the lines that hold an error, from 0."""
    if not output.exists():
        return []
    rows = [row for _, row in _whole_lines(output)]
    return [number for number, row in enumerate(rows) if row is not None and "error" in row]


def _write(output: Path, row: Mapping[str, Any], line: int | None) -> None:
    """Append the row, or put it in the place of line number `line`; a killed run leaves the one or the other."""
    text = json.dumps(row, ensure_ascii=False)
    if line is None:
        with output.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        return
    lines = [one for one in output.read_text(encoding="utf-8").split("\n") if one.strip()]
    lines[line] = text
    replace_file(output, "\n".join(lines) + "\n")


def parse_question(row: Any, where: str) -> Question:
    """A row of the contract (`id`, `question`, `history`, `since`, `until`, `as_of`) as a `Question`.

    Raises `QuestionError` beginning with `where`.
    """
    if not isinstance(row, dict):
        raise QuestionError(f'{where}: not an object; write {{"id": …, "question": "…"}}')
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise QuestionError(f"{where}: holds half a character (a lone surrogate); save it as UTF-8") from error
    try:
        asked = QuestionRow.model_validate(row)
        check_question(asked.question)
        question = asked.as_question()
        check_days(question.articles)
    except ValidationError as error:
        raise QuestionError(f"{where}: {fault(error, list(QuestionRow.model_fields))}") from error
    except UsageError as error:
        raise QuestionError(f"{where}: {error}") from error
    return question


def _parse(line: str, where: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{where}: not JSON ({error}); write one object a line") from error
    return parse_question(row, where)


def _whole_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """(offset, row) of each line; the row is None for a last line that is not whole."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AssistantError(f"output file {path} cannot be read ({error.strerror})") from error
    offset = 0
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                row = json.loads(line)
                whole = isinstance(row, dict) and number < len(lines)
            except ValueError as error:
                if number < len(lines):
                    raise QuestionError(f"output file {path}, line {number}: not an answer; delete the file") from error
                whole = False
            yield offset, row if whole else None
        offset += len(line) + 1
