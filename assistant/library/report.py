"""Report of an update: what became of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FileStatus(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file; `message` tells what was understood of it, or why not, in one line."""

    path: str
    status: FileStatus
    article_ids: tuple[str, ...] = ()
    message: str = ""


@dataclass(slots=True)
class UpdateReport:
    """What an update did, in articles. `problems` are one-line messages about what could not be read.

    `duplicates` repeat another article and are stored once; `moved` kept their words under another
    path. `outcomes` are told file by file where the caller asked for them.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    moved: int = 0
    problems: list[str] = field(default_factory=list)
    outcomes: list[FileOutcome] = field(default_factory=list)
