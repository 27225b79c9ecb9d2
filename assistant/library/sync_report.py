"""What became of each file of an update: counted, and told to whoever follows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.library.report import FileOutcome, FileStatus, UpdateReport
from assistant.library.sources import SourceFile
from assistant.schema.articles import Article, iso_day
from assistant.text.numbers import counted

Told = Callable[[FileOutcome], None]


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
