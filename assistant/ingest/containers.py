"""Archives of files, whatever their kind: what is in one, and one member's bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO

from assistant.errors import ArticleError
from assistant.ingest import archive, tar_archive
from assistant.ingest.ids import member_parts
from assistant.ingest.tar_archive import Member

TAR_SUFFIXES = frozenset({".tar", ".tar.gz", ".tgz"})
SUFFIXES = TAR_SUFFIXES | {".zip"}


def suffix_of(name: str) -> str:
    """A file name's suffix in lower case, with its dot; of "a.tar.gz" both parts."""
    lower = PurePosixPath(name).name.lower()
    return ".tar.gz" if lower.endswith(".tar.gz") and lower != ".tar.gz" else PurePosixPath(lower).suffix


def without_suffix(path: PurePosixPath) -> PurePosixPath:
    """The path without what `suffix_of` its name is."""
    suffix = suffix_of(path.name)
    return path.with_name(path.name[: -len(suffix)]) if suffix else path


def members(path: Path) -> Iterator[Member]:
    """The files in an archive; what is known to be wrong with one stands beside it. Raises `ArticleError`."""
    if suffix_of(path.name) in TAR_SUFFIXES:
        yield from tar_archive.members(path)
        return
    for info in archive.members(path):
        label = path.joinpath(*member_parts(info.filename)).as_posix()
        try:
            archive.check_member(info, label)
            trouble = None
        except ArticleError as error:
            trouble = str(error).removeprefix(f"{label}: ")
        yield Member(info.filename, info.header_offset, info.file_size, trouble)


def open_member(path: Path, member: str, label: str) -> AbstractContextManager[tuple[IO[bytes], int]]:
    """A member's bytes as a stream, and how many there are. Entering it raises `ArticleError`."""
    if suffix_of(path.name) in TAR_SUFFIXES:
        return tar_archive.open_member(path, member, label)
    return archive.open_member(path, member, label)
