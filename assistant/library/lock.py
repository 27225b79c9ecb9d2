"""Writer lock: a file lock that says who holds it, so that one process writes at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import IndexStoreError
from assistant.util.progress import Say

PATIENCE_S = 600.0


class WriterLock:
    """A lock beside an index, released by the system when its holder is killed.

    `say` is told, in one line, when another process has to be waited for.
    """

    def __init__(self, path: Path, say: Say | None = None) -> None:
        self._index = path
        self._holder = Path(f"{path}.writer")
        self._lock = FileLock(f"{path}.lock")
        self._say = say

    @contextmanager
    def held(self, patience: float | None = None) -> Iterator[None]:
        """Hold the lock. Raises `IndexStoreError` when another does not give it up in time.

        `patience` in seconds; None: `PATIENCE_S`.
        """
        try:
            self._acquire(PATIENCE_S if patience is None else patience)
        except Timeout as error:
            raise IndexStoreError(f"index {self._index}: {self.holder()} is still writing; try again later") from error
        except OSError as error:
            raise IndexStoreError(
                f"index folder {self._index.parent}: {error.strerror}; set ASSISTANT_HOME to a folder you may write to"
            ) from error
        try:
            yield
        finally:
            if self._lock.lock_counter == 1:
                self._holder.unlink(missing_ok=True)
            self._lock.release()

    @property
    def is_held(self) -> bool:
        """Whether a process says that it writes."""
        return self._holder.exists()

    def holder(self) -> str:
        """Who writes: "process 123 (since 12:03:20)"; "another process" where it cannot be told."""
        try:
            told = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"process {int(told['pid'])} (since {told['since']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"

    def _acquire(self, patience: float) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            if self._say:
                self._say(f"index {self._index}: {self.holder()} is writing; waiting for it to finish …")
            self._lock.acquire(timeout=patience)
        if self._lock.lock_counter == 1:
            told = {"pid": os.getpid(), "since": datetime.now().strftime("%Y-%m-%d %H:%M:%S")}
            try:
                self._holder.write_text(json.dumps(told), encoding="utf-8")
            except OSError:
                # Only says who writes; a full disk is reported by what is written next.
                self._holder.unlink(missing_ok=True)
