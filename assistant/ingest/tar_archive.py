"""Tar archives (.tar, .tar.gz, .tgz; POSIX.1-2001 pax, GNU), read member by member like a zip.

A packed one is unpacked once, as a whole, into a temporary file that has no name and is gone with the process:
gzip cannot be entered in the middle. Nothing else is written to disk; links and devices are refused.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from assistant.errors import ArticleError
from assistant.ingest import magic
from assistant.ingest.ids import as_text
from assistant.ingest.limits import (
    EXPANSION_FLOOR,
    MAX_ARCHIVE_BYTES,
    MAX_ARCHIVE_MEMBERS,
    MAX_EXPANSION,
    MAX_TAR_NOTE_BYTES,
    MAX_UNPACKED_TAR_BYTES,
    MIB,
)

_DAMAGE = (tarfile.TarError, EOFError, ValueError, zlib.error, gzip.BadGzipFile)
_NOTES = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, b"L", b"K"})


@dataclass(frozen=True, slots=True)
class TarMember:
    """A file in a tar: where its bytes begin, how many there are, and why it is not read, if it is not."""

    name: str
    begin: int
    size: int
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    file: IO[bytes]
    members: dict[str, TarMember]
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Info(tarfile.TarInfo):
    """A header whose notes (long names, pax values) are bounded: tarfile reads each whole."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        # A hook that tarfile's own documentation of the class names; `type` and `size` are read by then.
        if self.type in _NOTES and self.size > MAX_TAR_NOTE_BYTES:
            raise tarfile.ReadError(f"a name or note of {self.size:,} bytes")
        return cast(tarfile.TarInfo, super()._proc_member(tar))  # type: ignore[misc]


def members(path: Path) -> list[TarMember]:
    """What a tar holds, folders left out; of several files of one name the last, as unpacking gives it.

    Raises `ArticleError` when it is damaged or unpacks to too much.
    """
    return list(_archive(path).members.values())


@contextmanager
def open_member(path: Path, member: str, label: str) -> Iterator[tuple[IO[bytes], int]]:
    """A member's bytes as a stream, and how many there are. Raises `ArticleError`."""
    opened = _archive(path)
    found = opened.members.get(member)
    if found is None:
        raise ArticleError(f"{label}: is no longer in the archive; run again")
    if found.trouble:
        raise ArticleError(f"{label}: {found.trouble}")
    yield io.BufferedReader(_Part(opened, found)), found.size


class _Part(io.RawIOBase):
    """The bytes of one member."""

    def __init__(self, opened: _Opened, member: TarMember) -> None:
        super().__init__()
        self._opened = opened
        self._at = member.begin
        self._end = member.begin + member.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        with self._opened.lock:
            self._opened.file.seek(self._at)
            content = self._opened.file.read(min(len(buffer), self._end - self._at))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def _archive(path: Path) -> _Opened:
    label = as_text(path)
    try:
        status = path.stat()
        if not path.is_file():
            raise ArticleError(f"{label}: is not a regular file; move it elsewhere")
        return _opened(path, status.st_size, status.st_mtime_ns)
    except _DAMAGE as error:
        raise ArticleError(f"{label}: is damaged or no tar file ({error}); make it again") from error
    except OSError as error:
        raise ArticleError(f"{label}: cannot be read ({error.strerror or error}); check its permissions") from error


# Unpacking and listing an archive for each of its members would take minutes; they are read one archive after another,
# and an unpacked one takes up to a gigabyte.
@lru_cache(maxsize=1)
def _opened(path: Path, size: int, modified: int) -> _Opened:
    label = as_text(path)
    file: IO[bytes] = path.open("rb")
    if file.read(2) == magic.GZIP:
        packed, file = file, _unpacked(file, size, label)
        packed.close()
    file.seek(0)
    listed: dict[str, TarMember] = {}
    total = 0
    with tarfile.open(fileobj=file, mode="r:", tarinfo=_Info) as tar:
        for number, info in enumerate(tar):
            if number >= MAX_ARCHIVE_MEMBERS:
                raise ArticleError(f"{label}: holds more than {MAX_ARCHIVE_MEMBERS:,} files; split it")
            if info.isdir():
                continue
            total += info.size
            if total > MAX_ARCHIVE_BYTES:
                limit = MAX_ARCHIVE_BYTES // MIB
                raise ArticleError(f"{label}: unpacks to more than {limit} MiB; split it or unpack what you need")
            listed[info.name] = TarMember(info.name, info.offset_data, info.size, _trouble(info))
    return _Opened(file, listed)


def _trouble(info: tarfile.TarInfo) -> str | None:
    if not info.isreg():
        return "is a link, a pipe or a device; pack the file itself"
    return "is packed with holes (a sparse file); pack it without" if info.sparse is not None else None


def _unpacked(packed: IO[bytes], size: int, label: str) -> IO[bytes]:
    """The whole archive, in a file without a name."""
    packed.seek(0)
    whole = tempfile.TemporaryFile()  # noqa: SIM115 -- it lives as long as the list of members
    length = 0
    with gzip.open(packed) as unpacked:
        while chunk := unpacked.read(MIB):
            length += len(chunk)
            if length > EXPANSION_FLOOR and length > size * MAX_EXPANSION:
                raise ArticleError(
                    f"{label}: unpacks to more than {MAX_EXPANSION} times its size, as zip bombs do; unpack it yourself"
                )
            if length > MAX_UNPACKED_TAR_BYTES:
                limit = MAX_UNPACKED_TAR_BYTES // MIB
                raise ArticleError(f"{label}: unpacks to more than {limit} MiB; split it, or pack it as a zip")
            whole.write(chunk)
    return whole
