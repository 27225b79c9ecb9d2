"""Atomic writes of private files: put in place whole (a draft beside, flushed, renamed) or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import StorageError

DRAFT = ".writing-"  # how the name of a file that is being written begins


@contextlib.contextmanager
def replacing(path: Path, draft: Path | None = None) -> Iterator[Path]:
    """A draft to write in the block; at its end it replaces `path`, durable, and on any failure it is removed.

    Missing folders are made. `draft` names it where a lock keeps others away, so that what a killed process left is
    written over; else its name is random. Raises `OSError`; `path` is then what it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if draft is None:
        draft = path.with_name(f"{DRAFT}{secrets.token_hex(8)}")
    try:
        yield draft
        with draft.open("r+b") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes | str, *, mode: int = 0o666) -> None:
    """Write a whole file, text as UTF-8 with its line ends as they are; `mode` less the umask. Raises `OSError`."""
    with replacing(path) as draft:
        draft.touch(mode)
        draft.write_bytes(content.encode() if isinstance(content, str) else content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a whole file that only its owner may read. Raises `StorageError`; `path` is then what it was."""
    try:
        replace_file(path, content, mode=0o600)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror}); nothing was changed") from error


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds. Raises `OSError`."""
    # Windows opens no folders, and needs this for none.
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def keep_private(path: Path) -> None:
    """Take away what others than its owner may do with a file or folder that an earlier version made, if it is ours.

    What is not there, or another user's, is left as it is.
    """
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)
