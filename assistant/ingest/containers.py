"""Archives of whatever kind behind one interface: what is in one, and one member's bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from assistant.errors import ArticleError
from assistant.ingest import archive, tar_archive
from assistant.ingest.ids import member_parts

TAR_SUFFIXES = frozenset({".tar", ".tar.gz", ".tgz"})
SUFFIXES = TAR_SUFFIXES | {".zip"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, its size in bytes, and why it is not read, if it is not."""

    name: str
    size: int
    trouble: str | None = None


def suffix_of(name: str) -> str:
    """A file name's suffix in lower case, with its dot; of "a.tar.gz" both parts."""
    lower = name.rstrip("/").rpartition("/")[2].lower()
    if lower.endswith(".tar.gz") and lower != ".tar.gz":
        return ".tar.gz"
    at = lower.rfind(".")
    return lower[at:] if 0 < at < len(lower) - 1 else ""


def without_suffix(path: PurePosixPath) -> PurePosixPath:
    """The path without what `suffix_of` its name is."""
    suffix = suffix_of(path.name)
    return path.with_name(path.name[: -len(suffix)]) if suffix else path


def members(path: Path) -> Iterator[Member]:
    """The files in an archive; what is known to be wrong with one stands beside it. Raises `ArticleError`."""
    if suffix_of(path.name) in TAR_SUFFIXES:
        yield from (Member(found.name, found.size, found.trouble) for found in tar_archive.members(path))
        return
    for info in archive.members(path):
        label = path.joinpath(*member_parts(info.filename)).as_posix()
        try:
            archive.check_member(info, label)
            trouble = None
        except ArticleError as error:
            trouble = str(error).removeprefix(f"{label}: ")
        yield Member(info.filename, info.file_size, trouble)


def open_member(path: Path, member: str, label: str) -> AbstractContextManager[tuple[IO[bytes], int]]:
    """A member's bytes as a stream, and how many there are. Entering it raises `ArticleError`."""
    if suffix_of(path.name) in TAR_SUFFIXES:
        return tar_archive.open_member(path, member, label)
    return archive.open_member(path, member, label)
