"""Temporary folder of uploads: bounded while the page runs, removed at its end or at the next start."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "news-assistant-uploads-"
_LOCK = ".in-use"
_FORGOTTEN_S = 3600.0


class UploadFolder:
    """A folder of its own below `parent`, held by a lock that the system releases when its holder is killed."""

    def __init__(self, parent: Path | None = None) -> None:
        """Make it, and remove what servers left that were killed."""
        parent = parent or Path(tempfile.gettempdir())
        self._remove_left(parent)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        self._lock = FileLock(self.path / _LOCK)
        self._lock.acquire(timeout=0)

    def sweep(self) -> int:
        """Remove what was uploaded an hour ago and never added; the bytes of what is left."""
        total = 0
        for file in self._files():
            with suppress(OSError):
                status = file.stat()
                # A clock that was set back makes files of the future; these go too.
                if abs(time.time() - status.st_mtime) > _FORGOTTEN_S:
                    file.unlink()
                else:
                    total += status.st_size
        for folder in self.path.iterdir():
            with suppress(OSError):
                # Only where it is empty.
                folder.rmdir()
        return total

    def close(self) -> None:
        """Remove it with all that is in it."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)

    def _files(self) -> list[Path]:
        return [path for path in self.path.rglob("*") if path.is_file() and path.name != _LOCK]

    def _remove_left(self, parent: Path) -> None:
        for folder in parent.glob(f"{_PREFIX}*"):
            lock = FileLock(folder / _LOCK)
            with suppress(OSError, Timeout):
                # A server that starts this moment has made its folder, but not yet its lock.
                if not (folder / _LOCK).exists() and time.time() - folder.stat().st_mtime < _FORGOTTEN_S:
                    continue
                lock.acquire(timeout=0)
                lock.release()
                shutil.rmtree(folder, ignore_errors=True)
