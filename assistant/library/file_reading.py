"""State of one file that is read again: what was known of it, what was read, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.library.report import FileStatus
from assistant.library.sources import SourceFile
from assistant.library.sync_state import FileState

# What is told of a file is the first of these that happened to an article of it.
_MOST_TELLING = (FileStatus.ADDED, FileStatus.CHANGED, FileStatus.DUPLICATE, FileStatus.UNCHANGED)


@dataclass(frozen=True, slots=True)
class FormerFile:
    """The path at which a moved file lay, and what is known of it from there."""

    key: str
    state: FileState

    def id_of(self, article_id: str, key: str) -> str | None:
        """The id under which its article is known; a file's articles keep their order and keys."""
        if len(self.state.ids) == 1:
            return self.state.ids[0]
        former = self.key + article_id.removeprefix(key)
        return former if former in self.state.ids else None


@dataclass(slots=True)
class FileReading:
    """One file that is read again: `known` is what was known of it, `former` where it lay before.

    `ids`, `statuses`, `problems` and `summaries` grow article by article; `any_article`: there was one, if only
    one that stays away; `alone`: the file is that one article, so that its record tells all of the file.
    """

    source_file: SourceFile
    digest: str
    known: FileState | None = None
    former: FormerFile | None = None
    ids: list[str] = field(default_factory=list)
    statuses: list[FileStatus] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    any_article: bool = False
    alone: bool = False
    url: str | None = None

    @property
    def key(self) -> str:
        """The file's id in its source."""
        return str(self.source_file.file.id)

    def state(self) -> FileState:
        """What is known of the file from now on."""
        file = self.source_file.file
        url = self.url if self.alone else self.source_file.url
        return FileState(file.size, file.modified, self.digest, self.ids, self.problems, url)

    def entry(self) -> list[Any]:
        """The same for `PartialFiles`."""
        file = self.source_file.file
        return [file.size, file.modified, self.digest, len(self.ids), self.problems, self.source_file.url]

    @property
    def status(self) -> FileStatus | None:
        """What became of its articles; None where nothing did."""
        moved = FileStatus.CHANGED if self.former and self.ids else None
        return next((status for status in _MOST_TELLING if status in self.statuses), moved)

    def message(self, repeats: str) -> str:
        """What was understood of it, in a line; `repeats` names the article whose story it tells again."""
        summary = self.summaries[0] if len(self.ids) == 1 and self.summaries else f"{len(self.ids)} articles"
        moved = f"moved from {self.former.key}" if self.former else ""
        return "; ".join(filter(None, (summary if self.status else "", repeats, moved, *self.problems)))
