"""Backup of user data: sources, uploads and saved questions of the libraries, conversations and the like.

Earlier versions of articles are in it, which nobody has otherwise; what can be made anew (indexes, models) is not, nor
are users and sessions.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.errors import StorageError, UsageError
from assistant.library.backup_file import CHUNK, FILES, FOLDERS, FORMAT, MANIFEST, PARTS, checked
from assistant.library.location import INDEX, PLACES, LibraryLocation, kept_in
from assistant.library.lock import WriterLock
from assistant.library.moving import move_kept
from assistant.library.restore import finish_restore
from assistant.library.user_data import DATABASES, PLAIN_FILES
from assistant.util.files import replacing
from assistant.util.sqlite import copy_database


def back_up(home: Path, file: Path, *, force: bool = False) -> int:
    """Write the archive, whole or not at all, and read it back; how many files it holds. Pages may run meanwhile.

    Raises `UsageError` where `file` is there already, unless `force`; `StorageError`.
    """
    finish_restore(home)
    if file.exists() and not force:
        raise UsageError(f"{file}: is there already; name another file, or say --force to replace it")
    try:
        # A folder that is not there may be a disk that is not mounted.
        file.parent.stat()
        with replacing(file) as draft:
            draft.touch(0o600)
            with draft.open("r+b") as stream:
                members = _write(home, stream)
            checked(draft, shown=file)
    except OSError as error:
        raise StorageError(f"{file}: cannot be written ({error.strerror}); nothing was changed") from error
    return members


def _write(home: Path, stream: Any) -> int:
    entries: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, path: Path) -> None:
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as source, packed.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                while piece := source.read(CHUNK):
                    digest.update(piece)
                    size += len(piece)
                    target.write(piece)
            entries[name] = {"sha256": digest.hexdigest(), "bytes": size}

        with tempfile.TemporaryDirectory() as folder:
            for database in DATABASES:
                if (kept_in(home) / database).exists():
                    copy_database(kept_in(home) / database, Path(folder) / database)
                    put(database, Path(folder) / database)
        for file in PLAIN_FILES:
            if (kept_in(home) / file).exists():
                put(file, kept_in(home) / file)
        for name in _libraries(home):
            with _unchanging(home / name, kept_in(home) / name) as kept:
                inside = (path for folder, files in FOLDERS.items() for path in sorted((kept / folder).glob(files)))
                for path in (*(kept / file for file in FILES), *inside):
                    if path.is_file() and not path.name.startswith("."):
                        put(f"{name}/{path.relative_to(kept).as_posix()}", path)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": entries,
        }
        packed.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return len(entries)


@contextmanager
def _unchanging(state: Path, kept: Path) -> Iterator[Path]:
    """The folder of a library's sources and uploads, which nobody changes meanwhile."""
    move_kept(LibraryLocation(state, kept))
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with WriterLock(state / INDEX).held():
        yield kept


def _libraries(home: Path) -> list[str]:
    """The names of the folders of libraries, where they are and where earlier versions had them."""
    found = {
        path.relative_to(base).as_posix()
        for base in (home, kept_in(home))
        for pattern in PLACES
        for path in base.glob(pattern)
        if any((path / part).exists() for part in PARTS)
    }
    return sorted(found)
