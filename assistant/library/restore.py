"""Restore of a backup; one that was killed is ended by whatever command comes next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import StorageError, UsageError
from assistant.library.backup_file import PARTS, checked, unpack
from assistant.library.location import INDEX, PLACES, kept_in
from assistant.library.lock import WriterLock
from assistant.library.running_pages import running_pages
from assistant.library.user_data import DATABASES, PLAIN_FILES, keys_path
from assistant.util.files import sync_folder, write_whole
from assistant.util.sqlite import is_sound

_RESTORING = ".restoring"
_JOURNAL = "journal.json"


def restore(home: Path, file: Path, *, force: bool = False) -> Path | None:
    """Put everything back as the archive has it. What was there before is moved to the folder that is returned.

    Everything is unpacked and checked first; then files are renamed, and a kill in between is made good by whatever
    command comes next (`finish_restore`). Raises `UsageError` where there is something already, unless `force`, where
    a page runs, and for a file that is no whole backup; `StorageError`.
    """
    with _alone(home):
        return _restore(home, file, force)


def _restore(home: Path, file: Path, force: bool) -> Path | None:
    _finish(home)
    if pages := running_pages(home):
        raise UsageError(f"a page is running (process {', '.join(pages)}); stop it first, then restore again")
    units = checked(file, shown=file)
    kept = kept_in(home)
    there = _units(home)
    if there and not force:
        raise UsageError(
            f"{kept}: holds {', '.join(there[:5])} already; say --force to put the backup in their place "
            "(they are moved aside, not deleted)"
        )
    staging = kept / _RESTORING
    try:
        unpack(file, staging / "new")
        for name in DATABASES:
            if name in units and not is_sound(staging / "new" / name):
                raise UsageError(f"{file}: {name} in it is damaged; nothing was changed; take another backup")
        # Without its file of keys the API would ask nobody for one; a backup that has none takes none away.
        gone = [name for name in there if name not in units and name != keys_path(home).name]
        journal = {"new": sorted(units), "gone": gone}
        write_whole(staging / _JOURNAL, json.dumps(journal).encode())
    except OSError as error:
        raise StorageError(f"{kept}: cannot be written ({error.strerror}); nothing was changed") from error
    finally:
        if not (staging / _JOURNAL).exists():
            shutil.rmtree(staging, ignore_errors=True)
    return _finish(home)


def finish_restore(home: Path) -> Path | None:
    """End a restore that has begun to rename: the folder of what was there before, if anything was.

    Does nothing where there is none. Raises `UsageError` while another process restores; `StorageError`.
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
        raise StorageError(
            f"{error.filename or staging}: the restore cannot be finished ({error.strerror}); "
            "mend that and start any command: it is gone on with"
        ) from error


def _units(home: Path) -> list[str]:
    """What a restore replaces, by name."""
    kept = kept_in(home)
    names = [*DATABASES, *PLAIN_FILES]
    names += [f"{library}/{part}" for library in _libraries_in(kept) for part in PARTS]
    return [name for name in names if (kept / name).exists()]


def _libraries_in(kept: Path) -> list[str]:
    return sorted(path.relative_to(kept).as_posix() for pattern in PLACES for path in kept.glob(pattern))


def _aside(kept: Path, staging: Path, name: str) -> None:
    old = staging / "old" / name
    if (kept / name).exists() and not old.exists():
        old.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for end in ("-journal", "-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                (kept / f"{name}{end}").rename(old.with_name(old.name + end))


def _forget_index(state: Path) -> None:
    """It is made anew from what was restored."""
    if not (state / INDEX).exists():
        return
    with WriterLock(state / INDEX).held():
        for path in (*state.glob(f"{INDEX}-*"), state / INDEX):
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
