"""Report of an update of a library: file by file, told to whoever follows it, and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.library.sources import SourceFile
from assistant.schema.articles import Article, iso_day
from assistant.text.numbers import counted


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


Told = Callable[[FileOutcome], None]


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


class SyncReporter:
    """Adds to `report` and tells `told`, where somebody listens."""

    def __init__(self, report: UpdateReport, told: Told | None) -> None:
        self._report = report
        self._told = told

    def count(self, statuses: Sequence[FileStatus]) -> None:
        """Articles that were written, by what that did."""
        self._report.added += statuses.count(FileStatus.ADDED)
        self._report.changed += statuses.count(FileStatus.CHANGED)
        self._report.unchanged += statuses.count(FileStatus.UNCHANGED)
        self._report.duplicates += statuses.count(FileStatus.DUPLICATE)

    def failed(self, source_file: SourceFile, problems: list[str]) -> None:
        """A file of which nothing could be read."""
        self._report.problems += problems
        self.tell(source_file, FileStatus.FAILED, [], "; ".join(problems))

    def tell(self, source_file: SourceFile, status: FileStatus, ids: Sequence[str], message: str) -> None:
        """One file is done; `message` is what was understood of it, or why not."""
        told = ": ".join(filter(None, (source_file.member, message)))
        self.say(FileOutcome(str(source_file.file.path), status, tuple(ids), told))

    def say(self, outcome: FileOutcome) -> None:
        """An outcome that is put together already."""
        if self._told:
            self._told(outcome)


def describe(article: Article) -> str:
    """What was understood of an article, in one line."""
    day = iso_day(article.published) or "undated"
    number = counted(len(article.paragraphs), "paragraph")
    return " · ".join((day, article.source or "unknown outlet", article.title, number))
