"""CSV export (RFC 4180) that a spreadsheet shows and does not calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# A spreadsheet would calculate what begins so (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_spreadsheet(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """With a header. A list is one cell, "a; b"; what a row has not and what is None is empty.

    A cell that a spreadsheet would calculate begins with an apostrophe. Raises ValueError for a key that is no column.
    """
    out = io.StringIO()
    table = csv.DictWriter(out, columns, restval="")
    table.writeheader()
    for row in rows:
        table.writerow({name: _cell(value) for name, value in row.items()})
    return out.getvalue()


def in_file(table: str) -> str:
    """A table as a file holds it: without a byte order mark Excel on Windows takes UTF-8 for another encoding."""
    return f"\ufeff{table}"


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    text = "" if value is None else str(value)
    # A number of ours calculates nothing.
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
