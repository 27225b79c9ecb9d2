"""The bytes of one article file: a file on disk or a member of an archive."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assistant.errors import ArticleError
from assistant.ingest import containers
from assistant.ingest.ids import as_text, member_parts
from assistant.ingest.limits import MAX_BYTES, MIB

_CHUNK = 1 * MIB


@dataclass(frozen=True, slots=True)
class RawFile:
    """The bytes of a file, or where they are. Nothing is ever unpacked to disk.

    `explained` asks its reader for what it leaves out of the article as well, where finding that out takes time.
    """

    path: Path
    member: str | None = None
    explained: bool = False

    @property
    def label(self) -> str:
        """How messages and articles name it."""
        return as_text(self.path.joinpath(*member_parts(self.member))) if self.member else as_text(self.path)

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        parts = member_parts(self.member) if self.member else ()
        return parts[-1] if parts else self.path.name

    @property
    def suffix(self) -> str:
        """The name's suffix in lower case, with its dot; of "a.tar.gz" both parts."""
        return containers.suffix_of(self.name)

    @contextmanager
    def open(self, limit: int = MAX_BYTES) -> Iterator[IO[bytes]]:
        """The bytes as a stream. Raises `ArticleError` when there are more than `limit`, or none to be had."""
        try:
            if self.member is None:
                status = self.path.stat()
                if not stat.S_ISREG(status.st_mode):
                    raise ArticleError(f"{self.label}: is not a regular file; move it elsewhere")
                self.check(status.st_size, limit)
                with self.path.open("rb") as file:
                    yield file
            else:
                with containers.open_member(self.path, self.member, self.label) as (file, size):
                    self.check(size, limit)
                    yield file
        except OSError as error:
            reason = error.strerror or str(error)
            raise ArticleError(f"{self.label}: cannot be read ({reason}); check its permissions") from error

    def read(self, limit: int = MAX_BYTES) -> bytes:
        """All bytes. Raises `ArticleError`."""
        with self.open(limit) as file:
            content = file.read(limit + 1)
        self.check(len(content), limit)
        return content

    def digest(self, limit: int) -> str:
        """SHA-256 of the bytes, in hexadecimal, without holding them. Raises `ArticleError`."""
        total = hashlib.sha256()
        with self.open(limit) as file:
            while chunk := file.read(_CHUNK):
                total.update(chunk)
        return total.hexdigest()

    def check(self, size: int, limit: int) -> None:
        """Raises `ArticleError` where `size` bytes are more than `limit`."""
        if size > limit:
            raise ArticleError(
                f"{self.label}: larger than {limit // MIB} MiB, not a news article; split it or move it elsewhere"
            )
