"""State of the last digest: what the library held then, so that the next one tells what came since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from assistant.errors import StorageError, UsageError
from assistant.library.user_data import DIGEST
from assistant.util.files import replace_file


class DigestMemory:
    """Ids of articles in a file in the folder of what a library keeps."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / DIGEST

    def held(self) -> frozenset[str]:
        """The articles of that time. Raises `UsageError` where there was none, and for a damaged file."""
        try:
            found = json.loads(self._path.read_bytes())["articles"]
            return frozenset(map(str, found))
        except FileNotFoundError as error:
            raise UsageError("no digest of this library is remembered; give --since YYYY-MM-DD first") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"digest file {self._path}: cannot be read ({error}); delete it and give --since YYYY-MM-DD"
            ) from error

    def keep(self, ids: Iterable[str]) -> None:
        """Remember these. Raises `StorageError`."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path, json.dumps({"articles": sorted(ids)}) + "\n")
        except OSError as error:
            raise StorageError(
                f"digest file {self._path}: {error.strerror}; give the folder write permission"
            ) from error
