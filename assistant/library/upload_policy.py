"""Upload policy: which files are taken, and how their names are shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.errors import UsageError
from assistant.ingest.containers import suffix_of
from assistant.ingest.formats import SUFFIXES
from assistant.ingest.limits import MAX_BYTES
from assistant.library.uploads import safe_name
from assistant.text.clipping import clip
from assistant.text.unicode import one_line

MOST_FILES = 50
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """Limits on what is taken: bytes a file, files at once, bytes of these together, suffixes with their dot."""

    max_bytes: int = MAX_BYTES
    max_files: int = MOST_FILES
    most_full: int = 10
    suffixes: Collection[str] = SUFFIXES

    @property
    def max_total(self) -> int:
        """Bytes of one upload's files together: so many of the largest."""
        return self.max_bytes * self.most_full

    def check_number(self, number: int) -> None:
        """Raises `UsageError` for too many files at once."""
        if number > self.max_files:
            raise UsageError(f"{number:,} files at once; upload at most {self.max_files:,} at a time")

    def check(self, name: str, size: int) -> None:
        """Raises `UsageError` for a file of the wrong type or size (bytes)."""
        shown = display_name(name)
        suffix = suffix_of(safe_name(name))
        if suffix not in self.suffixes:
            allowed = ", ".join(sorted(self.suffixes))
            raise UsageError(f"{shown}: {suffix or 'a file without a suffix'} is not taken; upload {allowed}")
        if size <= 0:
            raise UsageError(f"{shown}: is empty; upload the story's text")
        if size > self.max_bytes:
            limit = self.max_bytes / 2**20
            raise UsageError(f"{shown}: {size / 2**20:,.1f} MiB; at most {limit:,.4g} MiB are taken, split it")

    def problems(self, files: Sequence[tuple[str, int]]) -> list[str | None]:
        """For each (name, size), why it is not taken, or None. Raises `UsageError` for too many."""
        self.check_number(len(files))
        return [self._problem(name, size) for name, size in files]

    def _problem(self, name: str, size: int) -> str | None:
        try:
            self.check(name, size)
        except UsageError as error:
            return str(error)
        return None


def display_name(name: str) -> str:
    """A file's name for reading: the last part of a path, one line, nothing invisible, not endless."""
    last = re.split(r"[/\\]", name)[-1]
    return clip(one_line(last), _SHOWN) or "a file without a name"
