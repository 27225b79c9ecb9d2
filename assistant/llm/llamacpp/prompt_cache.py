"""Prompt cache: beginnings of prompts that never change, each kept in a slot of the embedded engine, and on disk.

Reading a prompt is what an answer costs most of on a laptop. A small library's prompts all begin
with one of its articles; that beginning is read by itself once, its state is saved to a file, and
any later process restores it in milliseconds. Since it is always read by itself, what follows is
computed from the same state whether it was read, kept or restored.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from assistant.util.files import file_sha256

_MOST_BYTES = 512 * 1024 * 1024
_MOST_FILES = 64
_ABANDONED = 3600.0
_SUFFIX, _PARTIAL = ".state", ".part"


class Engine(Protocol):
    """What is needed of `assistant.llm.llamacpp.server.EmbeddedEngine`."""

    def identity(self) -> str:
        """What a saved state depends on."""
        ...

    def post(self, path: str, body: Mapping[str, Any], *, timeout: float) -> Any:
        """The JSON reply of an endpoint; raises `OSError` or `ValueError`."""
        ...


class StateFiles:
    """The saved states of a folder, `<key>-<SHA-256 of the content>.state`, the least recently used go first.

    They hold the articles' text, so that only the user may read them. The engine trusts what it
    restores and a damaged file would end it; hence the digest. Whatever cannot be read or written
    counts as not there. Any number of processes may share the folder.
    """

    def __init__(self, folder: Path, *, max_bytes: int = _MOST_BYTES, max_files: int = _MOST_FILES) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        self._max_files = max_files

    def open(self) -> bool:
        """Make the folder and clear what an ended process left half-written; False where it cannot be had."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            for path in self.folder.glob(f"*{_PARTIAL}"):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()
        except OSError:
            return self.folder.is_dir()
        return True

    def find(self, key: str) -> Path | None:
        """A whole file saved under `key`; one that is not is removed."""
        with contextlib.suppress(OSError):
            for path in sorted(self.folder.glob(f"{key}-*{_SUFFIX}")):
                if file_sha256(path) == path.stem.rpartition("-")[2]:
                    with contextlib.suppress(OSError):
                        os.utime(path)
                    return path
                self.discard(path)
        return None

    def new(self) -> Path:
        """Where the engine may write a state, under a name of its own."""
        return self.folder / f"{secrets.token_hex(16)}{_PARTIAL}"

    def keep(self, written: Path, key: str, size: int) -> None:
        """Make `written` the file of `key` if it has `size` bytes, and remove what is too much."""
        try:
            if size <= 0 or written.stat().st_size != size:
                raise OSError("not all of it was written")
            for older in self.folder.glob(f"{key}-*{_SUFFIX}"):
                self.discard(older)
            written.replace(self.folder / f"{key}-{file_sha256(written)}{_SUFFIX}")
            self._prune()
        except OSError:
            self.discard(written)

    def discard(self, path: Path) -> None:
        """Remove a file, where that can be done."""
        with contextlib.suppress(OSError):
            path.unlink()

    def _prune(self) -> None:
        found = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = 0
        for place, (_, size, path) in enumerate(sorted(found, reverse=True)):
            total += size
            if place >= self._max_files or total > self._max_bytes:
                self.discard(path)


@dataclass
class _Kept:
    """A slot that holds, or is about to hold, one beginning."""

    slot: int
    users: int = 0
    ready: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class PromptCache:
    """Lends the engine's slots to prompts by how they begin. Thread-safe."""

    def __init__(
        self,
        engine: Engine,
        files: StateFiles | None,
        *,
        slots: int,
        timeout: float,
        on_reply: Callable[[Mapping[str, Any]], None] | None = None,
    ) -> None:
        """`files` None: beginnings are kept in slots only. `on_reply` is given the engine's reply to each reading.

        Slot 0 is for prompts without a beginning of their own, so that they push none out.
        """
        self._engine = engine
        self._files = files
        self._timeout = timeout
        self._on_reply = on_reply
        self._identity: str | None = None
        self._free = list(range(slots - 1, 0, -1))
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lease(
        self, messages: Sequence[Mapping[str, str]], prefix: str | None, *, keep: bool = True
    ) -> Iterator[int | None]:
        """The slot to ask `messages` in; None: whichever the engine chooses.

        `prefix` is how the content of the last message always begins; `keep`: also on disk. When the slot is lent, it
        has been read, unless the engine failed to: then the prompt is merely read as a whole.
        """
        kept = self._claim(messages, prefix) if prefix and messages[-1]["content"].startswith(prefix) else None
        if kept is None:
            yield 0 if self._kept else None
            return
        key, entry = kept
        try:
            with entry.lock:
                if not entry.ready:
                    self._prepare(entry.slot, key, messages, prefix or "", keep)
                    entry.ready = True
            yield entry.slot
        finally:
            with self._lock:
                entry.users -= 1

    def count(self, text: str) -> int | None:
        """How many tokens `text` has; None where the engine does not say."""
        try:
            return len(self._post("/tokenize", content=text)["tokens"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _claim(self, messages: Sequence[Mapping[str, str]], prefix: str) -> tuple[str, _Kept] | None:
        self._identity = self._identity or self._engine.identity()
        before = [[message["role"], message["content"]] for message in messages[:-1]]
        text = json.dumps([self._identity, before, messages[-1]["role"], prefix])
        key = hashlib.sha256(text.encode()).hexdigest()
        with self._lock:
            if key not in self._kept:
                if self._free:
                    self._kept[key] = _Kept(self._free.pop())
                else:
                    idle = next((other for other, entry in self._kept.items() if not entry.users), None)
                    if idle is None:
                        return None
                    self._kept[key] = _Kept(self._kept.pop(idle).slot)
            self._kept.move_to_end(key)
            self._kept[key].users += 1
            return key, self._kept[key]

    def _prepare(self, slot: int, key: str, messages: Sequence[Mapping[str, str]], prefix: str, keep: bool) -> None:
        path = self._files.find(key) if self._files and keep else None
        if path and self._files:
            try:
                self._post(f"/slots/{slot}?action=restore", filename=path.name)
                return
            except (OSError, ValueError):
                self._files.discard(path)
        with contextlib.suppress(OSError, ValueError, KeyError):
            prompt = self._post("/apply-template", messages=[dict(message) for message in messages])["prompt"]
            beginning = prompt[: prompt.rindex(prefix) + len(prefix)].rstrip()
            reply = self._post("/completion", prompt=beginning, n_predict=0, id_slot=slot, cache_prompt=True)
            if self._on_reply:
                self._on_reply(reply)
            if self._files and keep:
                self._save(slot, key)

    def _save(self, slot: int, key: str) -> None:
        assert self._files is not None
        written = self._files.new()
        try:
            reply = self._post(f"/slots/{slot}?action=save", filename=written.name)
        except (OSError, ValueError):
            self._files.discard(written)
            return
        self._files.keep(written, key, int(reply.get("n_written", 0)))

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        reply = self._engine.post(path, body, timeout=self._timeout)
        if not isinstance(reply, dict):
            raise ValueError(f"{path}: not an object")
        return reply
