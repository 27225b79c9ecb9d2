"""Store of the endpoints' dialects, kept for the process and on disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from assistant.llm.dialect import Dialect
from assistant.llm.endpoint import Endpoint
from assistant.util.files import replace_file

# What stands behind a name changes; then all is learnt once more.
_VALID = timedelta(days=30)
_MOST = 100


class DialectStore:
    """The dialect of one endpoint with these options. Thread-safe.

    What cannot be read or written on disk counts as not there: it is learnt again, with a request or two.
    """

    def __init__(
        self,
        path: Path | None,
        endpoint: Endpoint,
        options: Mapping[str, Any] | None = None,
        *,
        start: Dialect | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """`path`: a JSON file that all endpoints share; it holds no name, address or key, only a digest of them.

        Without one nothing is kept on disk. `start` is what is known before anything was learnt.
        """
        self._path = path
        self._today = today
        self._start = start or Dialect()
        which = json.dumps([endpoint.url, endpoint.name, dict(options or {})], sort_keys=True)
        self._key = hashlib.sha256(which.encode()).hexdigest()[:32]
        self._lock = threading.Lock()
        self._current: Dialect | None = None

    def current(self) -> Dialect:
        """What is known now."""
        with self._lock:
            if self._current is None:
                self._current = self._load()
            return self._current

    def learn(self, change: Callable[[Dialect], Dialect]) -> Dialect:
        """Apply `change` to what is known now, and keep it."""
        with self._lock:
            before = self._current or self._load()
            self._current = change(before)
            if self._current != before:
                self._save(self._current)
            return self._current

    def forget(self) -> None:
        """Begin anew."""
        self.learn(lambda _: self._start)

    def _load(self) -> Dialect:
        try:
            record = self._records()[self._key]
            if self._today() - date.fromisoformat(record["day"]) > _VALID:
                return self._start
            return Dialect.from_dict(record["dialect"])
        except (KeyError, TypeError, ValueError):
            return self._start

    def _records(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            records = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return records if isinstance(records, dict) else {}

    def _save(self, dialect: Dialect) -> None:
        if self._path is None:
            return
        others = [(key, record) for key, record in self._records().items() if key != self._key]
        record = {"day": self._today().isoformat(), "dialect": dialect.to_dict()}
        kept = dict([*others[-_MOST + 1 :], (self._key, record)])
        # What is not kept is learnt again.
        with contextlib.suppress(OSError):
            replace_file(self._path, json.dumps(kept, indent=1))
