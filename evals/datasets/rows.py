"""JSON lines → models, checked before anything runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from assistant.errors import UsageError
from assistant.util.validation import fault


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank; write a text that is not")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]


Row = TypeVar("Row", bound=BaseModel)


def read_rows(file: Path, model: type[Row], remedy: str) -> Iterator[tuple[str, Row]]:
    """("file:line", row) of each line that is not blank.

    Raises `UsageError` "file:line: what is wrong; how to mend it", and with `remedy` where the file cannot be read.
    """
    try:
        # split("\n"), since splitlines() would also break at a U+2028 inside a JSON text
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{file}: cannot be read ({reason}); {remedy}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield f"{file}:{number}", _row(line, model, f"{file}:{number}")


def _row(line: str, model: type[Row], place: str) -> Row:
    try:
        record = json.loads(line, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place}: not JSON ({error}); write one JSON object on the line") from error
    if not isinstance(record, dict):
        raise UsageError(f"{place}: a {type(record).__name__}, not a JSON object; write {{...}}")
    try:
        return model.model_validate(record)
    except ValidationError as error:
        keys = [field.alias or name for name, field in model.model_fields.items()]
        raise UsageError(f"{place}: {fault(error, keys)}") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # json keeps the last of two equal keys and would lose the first one's answers silently
    record = dict(pairs)
    if len(record) != len(pairs):
        twice = next(key for key in record if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return record
