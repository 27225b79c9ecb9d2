"""Reader of zip archives, in place: what is in one, and one member's bytes.

Names, sizes and packing come from a stranger: a member is opened only after its declared size,
its ratio and its method have been checked, and zipfile never gives more than the declared size.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO

from assistant.errors import ArticleError
from assistant.ingest.ids import as_text
from assistant.ingest.limits import (
    EXPANSION_FLOOR,
    MAX_ARCHIVE_BYTES,
    MAX_ARCHIVE_DIRECTORY_BYTES,
    MAX_ARCHIVE_MEMBERS,
    MAX_EXPANSION,
    MIB,
)

_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, struct.error, zlib.error
)  # fmt: skip
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64_BYTES = 20


def members(path: Path) -> list[zipfile.ZipInfo]:
    """What a zip holds, folders left out. Raises `ArticleError` when it is damaged or unpacks to too much."""
    infos = [info for info in _directory(path).infolist() if info.filename and not info.is_dir()]
    check_total(infos, as_text(path), path.stat().st_size)
    return infos


def check_total(infos: list[zipfile.ZipInfo], label: str, packed: int) -> None:
    """Raises `ArticleError` where the members are too many, or too much, for what the archive weighs."""
    if len(infos) > MAX_ARCHIVE_MEMBERS:
        raise ArticleError(f"{label}: holds more than {MAX_ARCHIVE_MEMBERS:,} files; split it")
    total = sum(info.file_size for info in infos)
    if total > MAX_ARCHIVE_BYTES:
        limit = MAX_ARCHIVE_BYTES // MIB
        raise ArticleError(f"{label}: unpacks to more than {limit} MiB; split it or unpack what you need")
    if total > EXPANSION_FLOOR and total > packed * MAX_EXPANSION:
        raise ArticleError(
            f"{label}: unpacks to more than {MAX_EXPANSION} times its size, as zip bombs do; unpack it yourself"
        )


def check_member(info: zipfile.ZipInfo, label: str) -> None:
    """Raises `ArticleError` where a member is encrypted, packed by a strange method or far too tightly."""
    if info.flag_bits & _ENCRYPTED:
        raise ArticleError(f"{label}: is encrypted; unpack it with its password and add the files")
    if info.compress_type not in _METHODS:
        raise ArticleError(f"{label}: is packed by a method that is not read; pack it with deflate")
    if info.file_size > EXPANSION_FLOOR and info.file_size > info.compress_size * MAX_EXPANSION:
        raise ArticleError(
            f"{label}: unpacks to more than {MAX_EXPANSION} times its size, as zip bombs do; unpack it yourself"
        )


@contextmanager
def open_member(path: Path, member: str, label: str) -> Iterator[tuple[IO[bytes], int]]:
    """A member's bytes as a stream, and how many there are. Raises `ArticleError`."""
    try:
        archive = _directory(path)
        info = archive.getinfo(member)
        check_member(info, label)
        opened = archive.open(info)
    except KeyError as error:
        raise ArticleError(f"{label}: is no longer in the archive; run again") from error
    except _DAMAGE as error:
        raise damaged(label, error) from error
    # What is damaged further on is told as it is read; what the reader itself gets wrong is no damage.
    with opened as file:
        yield io.BufferedReader(_Member(file, label)), info.file_size


class _Member(io.RawIOBase):
    """A zip member as a plain stream, whose damage is an `ArticleError` wherever it shows."""

    def __init__(self, file: IO[bytes], label: str) -> None:
        super().__init__()
        self._file = file
        self._label = label

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            content = self._file.read(len(buffer))
        except _DAMAGE as error:
            raise damaged(self._label, error) from error
        buffer[: len(content)] = content
        return len(content)


def damaged(label: str, error: BaseException) -> ArticleError:
    """The error for an archive or a member that cannot be unpacked."""
    return ArticleError(f"{label}: is damaged or no zip file ({error}); make it again")


def _directory(path: Path) -> zipfile.ZipFile:
    try:
        status = path.stat()
        if not path.is_file():
            raise ArticleError(f"{as_text(path)}: is not a regular file; move it elsewhere")
        if directory_bytes(path) > MAX_ARCHIVE_DIRECTORY_BYTES:
            raise ArticleError(f"{as_text(path)}: holds more than {MAX_ARCHIVE_MEMBERS:,} files; split it")
        return _opened(path, status.st_size, status.st_mtime_ns)
    except _DAMAGE as error:
        raise damaged(as_text(path), error) from error
    except OSError as error:
        raise ArticleError(f"{as_text(path)}: cannot be read ({error.strerror}); check its permissions") from error


def directory_bytes(path: Path) -> int:
    """Size of a zip's list of members as its last record declares it, which zipfile reads whole; 0 for no zip.

    PKWARE's APPNOTE, 4.3.14 to 4.3.16.
    """
    with path.open("rb") as file:
        length = file.seek(0, io.SEEK_END)
        tail_bytes = min(length, 0xFFFF + _END.size + _LOCATOR64_BYTES + _END64.size)
        file.seek(length - tail_bytes)
        tail = file.read(tail_bytes)
    # As zipfile looks for it: a record's own counts may spell what a record begins with.
    at = len(tail) - _END.size
    if at < 0 or not (tail.startswith(b"PK\x05\x06", at) and tail.endswith(b"\0\0")):
        at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        return 0
    size = int(_END.unpack_from(tail, at)[5])
    at64 = at - _LOCATOR64_BYTES - _END64.size
    if at64 >= 0 and tail[at - _LOCATOR64_BYTES :].startswith(b"PK\x06\x07") and tail[at64:].startswith(b"PK\x06\x06"):
        size = int(_END64.unpack_from(tail, at64)[8])
    return size


# Reading the directory of a zip for each of its ten thousand members would take minutes. An
# archive that leaves the cache closes itself.
@lru_cache(maxsize=4)
def _opened(path: Path, size: int, modified: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)
