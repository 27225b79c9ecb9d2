"""Registry of running pages, which use the user data: a restore must not replace it under them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.library.location import kept_in

_RUNNING = "running"


@contextmanager
def running(home: Path) -> Iterator[None]:
    """Say, by a lock that the system releases when this process ends, that a page uses these files."""
    folder = kept_in(home) / _RUNNING
    folder.mkdir(parents=True, exist_ok=True)
    # In containers that share a volume several processes have one number.
    path = folder / f"{os.getpid()}-{secrets.token_hex(4)}"
    with FileLock(path):
        yield
    path.unlink(missing_ok=True)


def running_pages(home: Path) -> list[str]:
    """The numbers of the processes whose pages use these files."""
    found = []
    for path in sorted((kept_in(home) / _RUNNING).glob("*")):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            found.append(path.name.partition("-")[0])
            continue
        with suppress(OSError):
            path.unlink()
        lock.release()
    return found
