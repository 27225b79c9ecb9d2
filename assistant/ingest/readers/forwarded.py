"""Parser of the head of a forwarded mail, as mail programs write it into the text above it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.ingest.dates import parse_published

_FIELD = re.compile(r"[>* ]*(?P<name>[^\W\d_][^:：]{0,24}?) ?\*? ?[:：] ?\*? ?(?P<value>\S.*)$")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_BARE_ADDRESS = re.compile(r"[<\[]?(?:mailto:)?[\w.+-]{1,64}@[\w.-]{1,255}[>\]]?$")
_SEPARATOR = re.compile(r"\W{3,}.*\w.*\W{3,}$|\W{5,}$|[^\n]{3,60}:$")
_FEWEST, _MOST = 3, 10
_LINE_CHARS, _SEPARATOR_CHARS = 1_000, 100


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Whom the mail came from first (a name, an address), when, and its text; `note` stands above it."""

    sender: str
    published: date
    text: str
    note: str


def forwarded(text: str) -> Forwarded | None:
    """The mail that `text` sends on, or None.

    Its head is told by its shape in any language: three or more lines "Name: value" one below the other, of which
    the first address is the sender's, and one names a day.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        head = _head(lines, at)
        found = _read(head) if len(head) >= _FEWEST else None
        if found:
            sender, day = found
            note = lines[:at]
            while note and (not note[-1].strip() or _SEPARATOR.match(note[-1].strip()[:_SEPARATOR_CHARS])):
                note.pop()
            below = lines[at + len(head) :]
            if any(line.strip() for line in below):
                return Forwarded(sender, day, "\n".join(below), "\n".join(note))
        at += max(1, len(head))
    return None


def _head(lines: Sequence[str], at: int) -> list[tuple[str, str]]:
    fields = []
    for line in lines[at : at + _MOST]:
        match = _FIELD.match(" ".join(line[:_LINE_CHARS].split()))
        if match is None:
            break
        fields.append((match["name"], match["value"].strip()))
    return fields


def _read(head: Sequence[tuple[str, str]]) -> tuple[str, date] | None:
    sender = next((value for _, value in head if _ADDRESS.search(value)), None)
    day = next((day for _, value in head if not _ADDRESS.search(value) and (day := parse_published(value))), None)
    if sender is None or day is None:
        return None
    # "Nordham Courier [mailto:news@courier.example]" is how Outlook writes it.
    shown = re.sub(r"\[(?:mailto:)?([^\]\s]+)\]", r"<\1>", sender)
    return (shown if not _BARE_ADDRESS.match(sender) else sender.strip("<>[]")), day
