"""One archive of what people made: sources and uploads of the libraries, conversations, feedback.

A zip of these files below `kept_in(home)` and `manifest.json`, which names each with its size and SHA-256. What can be
made anew (indexes, models) is not in it, nor are users and sessions.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assistant import __version__
from assistant.errors import IndexStoreError, UsageError
from assistant.library.kept import conversations_path, feedback_path, running_pages
from assistant.library.location import LibraryLocation, kept_in
from assistant.library.lock import WriterLock
from assistant.library.moving import move_kept
from assistant.library.sources import BOOK, UPLOADS, write_whole
from assistant.util.files import sync_folder
from assistant.util.sqlite import copy_database, is_sound

FORMAT = 1
_MANIFEST = "manifest.json"
_RESTORING = ".restoring"
_JOURNAL = "journal.json"
_LIBRARY = r"library|(?:indexes|servers)/[^/]+"
_MEMBER = re.compile(
    rf"(?P<unit>(?:conversations|feedback)\.sqlite3|(?:{_LIBRARY})/(?:sources\.json|uploads(?=/)))(?:/[^/]+)?"
)
_CHUNK = 1 << 20


def back_up(home: Path, file: Path, *, force: bool = False) -> int:
    """Write the archive, whole or not at all, and read it back; how many files it holds. Pages may run meanwhile.

    Raises `UsageError` where `file` is there already, unless `force`; `IndexStoreError`.
    """
    finish_restore(home)
    if file.exists() and not force:
        raise UsageError(f"{file}: is there already; name another file, or say --force to replace it")
    try:
        handle, name = tempfile.mkstemp(prefix=".writing-", dir=file.parent)
        draft = Path(name)
        try:
            with os.fdopen(handle, "w+b") as stream:
                members = _write(home, stream)
                stream.flush()
                os.fsync(stream.fileno())
            _checked(draft, shown=file)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(file.parent)
    except OSError as error:
        raise IndexStoreError(f"{file}: cannot be written ({error.strerror}); nothing was changed") from error
    return members


def restore(home: Path, file: Path, *, force: bool = False) -> Path | None:
    """Put everything back as the archive has it. What was there before is moved to the folder that is returned.

    Everything is unpacked and checked first; then files are renamed, and a kill in between is made good by whatever
    command comes next (`finish_restore`). Raises `UsageError` where there is something already, unless `force`, where
    a page runs, and for a file that is no whole backup; `IndexStoreError`.
    """
    with _alone(home):
        return _restore(home, file, force)


def _restore(home: Path, file: Path, force: bool) -> Path | None:
    _finish(home)
    if pages := running_pages(home):
        raise UsageError(f"a page is running (process {', '.join(pages)}); stop it first, then restore again")
    units = _checked(file, shown=file)
    kept = kept_in(home)
    there = _units(kept)
    if there and not force:
        raise UsageError(
            f"{kept}: holds {', '.join(there[:5])} already; say --force to put the backup in their place "
            "(they are moved aside, not deleted)"
        )
    staging = kept / _RESTORING
    try:
        _unpack(file, staging / "new")
        for name in ("conversations.sqlite3", "feedback.sqlite3"):
            if name in units and not is_sound(staging / "new" / name):
                raise UsageError(f"{file}: {name} in it is damaged; nothing was changed; take another backup")
        journal = {"new": sorted(units), "gone": [name for name in there if name not in units]}
        write_whole(staging / _JOURNAL, json.dumps(journal).encode())
    except OSError as error:
        raise IndexStoreError(f"{kept}: cannot be written ({error.strerror}); nothing was changed") from error
    finally:
        if not (staging / _JOURNAL).exists():
            shutil.rmtree(staging, ignore_errors=True)
    return _finish(home)


def finish_restore(home: Path) -> Path | None:
    """End a restore that has begun to rename: the folder of what was there before, if anything was.

    Does nothing where there is none. Raises `UsageError` while another process restores; `IndexStoreError`.
    """
    if not (kept_in(home) / _RESTORING).is_dir():
        return None
    with _alone(home):
        return _finish(home)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Be the only process that restores; what another one unpacks is not to be cleared away."""
    kept_in(home).mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(kept_in(home) / f"{_RESTORING}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError("another process restores a backup; try again when it has ended") from error
    try:
        yield
    finally:
        lock.release()


def _finish(home: Path) -> Path | None:
    kept = kept_in(home)
    staging = kept / _RESTORING
    if not staging.is_dir():
        return None
    try:
        if not (staging / _JOURNAL).is_file():
            shutil.rmtree(staging)
            return None
        journal = json.loads((staging / _JOURNAL).read_text(encoding="ascii"))
        for name in journal["gone"]:
            _aside(kept, staging, name)
        for name in journal["new"]:
            if (staging / "new" / name).exists():
                _aside(kept, staging, name)
                (kept / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (staging / "new" / name).replace(kept / name)
                sync_folder((kept / name).parent)
        for library in {str(Path(name).parent) for name in (*journal["new"], *journal["gone"]) if "/" in name}:
            _forget_index(home / library)
        return _ended(kept, staging)
    except OSError as error:
        raise IndexStoreError(
            f"{error.filename or staging}: the restore cannot be finished ({error.strerror}); "
            "mend that and start any command: it is gone on with"
        ) from error


def _write(home: Path, stream: Any) -> int:
    entries: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, path: Path) -> None:
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as source, packed.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                while piece := source.read(_CHUNK):
                    digest.update(piece)
                    size += len(piece)
                    target.write(piece)
            entries[name] = {"sha256": digest.hexdigest(), "bytes": size}

        with tempfile.TemporaryDirectory() as folder:
            for path in (conversations_path(home), feedback_path(home)):
                if path.exists():
                    copy_database(path, Path(folder) / path.name)
                    put(path.name, Path(folder) / path.name)
        for name in _libraries(home):
            with _unchanging(home / name, kept_in(home) / name) as kept:
                for path in (kept / BOOK, *sorted((kept / UPLOADS).glob("*"))):
                    if path.is_file() and not path.name.startswith("."):
                        put(f"{name}/{path.relative_to(kept).as_posix()}", path)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": entries,
        }
        packed.writestr(_MANIFEST, json.dumps(manifest, indent=1))
    return len(entries)


@contextmanager
def _unchanging(state: Path, kept: Path) -> Iterator[Path]:
    """The folder of a library's sources and uploads, which nobody changes meanwhile."""
    move_kept(LibraryLocation(state, kept))
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with WriterLock(state / "index.sqlite3").held():
        yield kept


def _libraries(home: Path) -> list[str]:
    """The names of the folders of libraries, where they are and where earlier versions had them."""
    found = {
        path.relative_to(base).as_posix()
        for base in (home, kept_in(home))
        for pattern in ("library", "indexes/*", "servers/*")
        for path in base.glob(pattern)
        if (path / BOOK).is_file() or (path / UPLOADS).is_dir()
    }
    return sorted(found)


def _units(kept: Path) -> list[str]:
    """What a restore replaces, by name."""
    names = ["conversations.sqlite3", "feedback.sqlite3"]
    names += [f"{library}/{part}" for library in _libraries_in(kept) for part in (BOOK, UPLOADS)]
    return [name for name in names if (kept / name).exists()]


def _libraries_in(kept: Path) -> list[str]:
    patterns = ("library", "indexes/*", "servers/*")
    return sorted(path.relative_to(kept).as_posix() for pattern in patterns for path in kept.glob(pattern))


def _checked(file: Path, *, shown: Path) -> set[str]:
    """The names of what the archive replaces, every byte of it checked. Raises `UsageError`."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = json.loads(packed.read(_MANIFEST))
            if manifest["format"] > FORMAT:
                raise UsageError(f"{shown}: was made by a newer version ({manifest['version']}); update, then restore")
            entries = manifest["files"]
            names = packed.namelist()
            if len(set(names)) != len(names) or set(names) != {*entries, _MANIFEST}:
                raise ValueError("its list of files is not what it holds")
            found = {name: _MEMBER.fullmatch(name) for name in entries}
            for name, match in found.items():
                if match is None or ".." in name.split("/") or "\\" in name:
                    raise ValueError(f"{name!r} does not belong there")
                digest, size = _digest(packed, name)
                if (digest, size) != (entries[name]["sha256"], entries[name]["bytes"]):
                    raise ValueError(f"{name} was changed")
            return {match["unit"] for match in found.values() if match}
    except FileNotFoundError as error:
        raise UsageError(f"{shown}: does not exist; name a file that assistant backup has made") from error
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise UsageError(f"{shown}: is no whole backup ({error}); nothing was changed; take another one") from error


def _digest(packed: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with packed.open(name) as member:
        while piece := member.read(_CHUNK):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _unpack(file: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    with zipfile.ZipFile(file) as packed:
        for name in packed.namelist():
            if name == _MANIFEST:
                continue
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                packed.open(name) as member,
                os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
            ):
                shutil.copyfileobj(member, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
    for made in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(made)


def _aside(kept: Path, staging: Path, name: str) -> None:
    old = staging / "old" / name
    if (kept / name).exists() and not old.exists():
        old.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for end in ("-journal", "-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                (kept / f"{name}{end}").rename(old.with_name(old.name + end))


def _forget_index(state: Path) -> None:
    """It is made anew from what was restored."""
    if not (state / "index.sqlite3").exists():
        return
    with WriterLock(state / "index.sqlite3").held():
        for path in (*state.glob("index.sqlite3-*"), *state.glob("*.vectors*"), state / "index.sqlite3"):
            if path.is_file():
                path.unlink()


def _ended(kept: Path, staging: Path) -> Path | None:
    if not (staging / "old").exists():
        shutil.rmtree(staging)
        return None
    before = kept / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    staging.rename(before)
    (before / _JOURNAL).unlink()
    shutil.rmtree(before / "new", ignore_errors=True)
    return before
