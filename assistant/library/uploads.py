"""Uploads: a library's own copies of articles that were given from elsewhere and may not be there tomorrow."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ArticleError, StorageError
from assistant.ingest.containers import suffix_of
from assistant.util.files import DRAFT, write_whole

_MOST_BYTES = 500 * 2**20
_NAME_BYTES = 120
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)  # names of devices on Windows


@dataclass(frozen=True, slots=True)
class Upload:
    """A given file and the copy that was made of it; `new` is False where the same bytes lay there."""

    given: Path
    copy: Path | None
    new: bool = False
    problem: str = ""


def keep(paths: Sequence[Path], folder: Path) -> list[Upload]:
    """Copy files into `folder` under safe names, durably; a different file of that name is not overwritten.

    Raises `StorageError` when the folder cannot be written.
    """
    done = []
    for path in paths:
        try:
            content = _content(path)
        except ArticleError as error:
            done.append(Upload(path, None, problem=str(error)))
            continue
        copy, new = keep_bytes(content, path.name, folder)
        done.append(Upload(path, copy, new))
    return done


def keep_bytes(content: bytes, name: str, folder: Path) -> tuple[Path, bool]:
    """Put `content` into `folder` as a file named much like `name`: its path, and whether it is new there."""
    safe = safe_name(name)
    suffix = suffix_of(safe)
    stem = safe.removesuffix(suffix)
    digest = hashlib.sha256(content).digest()
    number = 1
    while True:
        path = folder / (safe if number == 1 else f"{stem}-{number}{suffix}")
        if not path.exists():
            write_whole(path, content)
            return path, True
        if path.stat().st_size == len(content) and hashlib.sha256(path.read_bytes()).digest() == digest:
            return path, False
        number += 1


def safe_name(name: str) -> str:
    """A file name that no system chokes on and that leaves its folder nowhere: letters, digits, "-_. "."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8")).replace("\\", "/")
    plain = plain.rsplit("/", 1)[-1]
    kept = "".join(c if c.isalnum() or c in "-_. " else "_" for c in plain).strip(" ._")
    suffix = kept[len(kept) - len(suffix_of(kept)) :]
    stem = kept.removesuffix(suffix)
    short = stem.encode()[:_NAME_BYTES].decode("utf-8", "ignore").strip() or "article"
    if _RESERVED.match(short):
        short = f"_{short}"
    return short + suffix.encode()[:12].decode("utf-8", "ignore").lower()


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ArticleError(f"{path}: is a folder; give its files, or index it: assistant index {path}")
        if not path.is_file():
            raise ArticleError(f"{path}: {'is not a regular file' if path.exists() else 'does not exist'}")
        if path.stat().st_size > _MOST_BYTES:
            raise ArticleError(
                f"{path}: larger than {_MOST_BYTES // 2**20} MiB; index it where it lies: assistant index"
            )
        return path.read_bytes()
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read ({error.strerror}); check its permissions") from error


def remove_drafts(folder: Path) -> None:
    """Remove what a kill left half written in `folder`. The caller is the only writer. Raises `StorageError`."""
    for draft in folder.glob(f"{DRAFT}*"):
        discard(draft)


def discard(path: Path) -> None:
    """Remove a copy. Raises `StorageError`."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: cannot be removed ({error.strerror}); check the folder's permissions") from error
