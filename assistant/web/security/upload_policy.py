"""What may be uploaded, and by which name it is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.errors import UsageError
from assistant.ingest.containers import suffix_of
from assistant.ingest.discover import SUFFIXES
from assistant.ingest.limits import MAX_BYTES
from assistant.text.unicode import neutralise
from assistant.web.views.html import clip

MOST_FILES = 50
_LONGEST_NAME = 120  # bytes; file systems take 255, and a suffix against collisions may come
_SHOWN = 100
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)


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
    return clip(" ".join(neutralise(last).split()), _SHOWN) or "a file without a name"


def safe_name(name: str) -> str:
    """A file's name that every file system takes and that leaves its folder nowhere; its suffix is kept.

    Not unique: whoever keeps the file sees to that.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFC", neutralise(last).replace("\ufffd", "_"))
    path = PurePosixPath(_FORBIDDEN.sub("_", " ".join(plain.split())).strip(" ."))
    suffix = "".join(path.suffix.split())[:20]
    stem = path.name.removesuffix(path.suffix).strip(" .") or "article"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    room = _LONGEST_NAME - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + suffix
