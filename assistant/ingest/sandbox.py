"""Sandbox for parsers: a process that can be stopped, as they loop, crash and eat memory on malformed input."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from assistant.errors import ArticleError
from assistant.ingest.blocks import LeftOut
from assistant.ingest.build import Fields, Problem, Story
from assistant.ingest.file import RawFile
from assistant.ingest.limits import MIB, READ_MEMORY, READ_SECONDS, READS_PER_PROCESS

_ROOT = Path(__file__).resolve().parents[2]


def read(source: RawFile, module: str, name: str, seconds: float = READ_SECONDS) -> Iterator[Story | Problem]:
    """What `assistant.ingest.<module>` finds in the file, read elsewhere. `name` is the format's.

    At most `seconds` pass for each article. Raises `ArticleError`.
    """
    request = {
        "module": module,
        "path": os.fsencode(source.path).decode("utf-8", "surrogateescape"),
        "member": source.member,
        "explained": source.explained,
        "seconds": seconds,
    }
    process = _POOL.take(request, source)
    whole = False
    try:
        while True:
            reply = process.receive()
            if reply is None or "memory" in reply:
                raise ArticleError(_stopped(source.label, name, seconds, process.ended_by_memory or reply is not None))
            if "story" in reply:
                yield _story(reply["story"])
            elif "problem" in reply:
                yield Problem(reply["problem"])
            else:
                whole = True
                break
    finally:
        # One that is still busy, because nobody wants the rest, cannot be used for another file.
        _POOL.give_back(process) if whole else process.stop()
    if "damage" in reply:
        raise ArticleError(f"{source.label}: is damaged or not really {name} ({reply['damage']}); save it again")
    if reply["end"]:
        raise ArticleError(reply["end"])


class _Process:
    """One `assistant.ingest.sandbox_worker`."""

    def __init__(self) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        path = os.pathsep.join(filter(None, [str(_ROOT), *sys.path]))
        self.reads = 0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assistant.ingest.sandbox_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": path, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"},
            # Ctrl-C is the parent's to handle; the worker ends when its input closes.
            start_new_session=True,
        )

    def ask(self, request: dict[str, Any]) -> bool:
        """Sends a request; False where the process has ended before, from idleness."""
        assert self._process.stdin
        self.reads += 1
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return self.receive() is not None

    def receive(self) -> dict[str, Any] | None:
        """The next reply, or None when the process is gone."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        reply: dict[str, Any] = json.loads(line)
        return reply

    @property
    def ended_by_memory(self) -> bool:
        """True where the system ended it, which it does for memory."""
        return self._process.wait() == -9

    def stop(self) -> None:
        """End it at once."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe else None
        self._process.wait()


class _Pool:
    """Idle processes. Starting one takes a third of a second, more than most files do."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._lock = threading.Lock()
        self._owner = os.getpid()

    def take(self, request: dict[str, Any], source: RawFile) -> _Process:
        """A process that has begun to read what `request` asks for. Raises `ArticleError`."""
        while process := self._pop():
            if process.ask(request):
                return process
            process.stop()
        try:
            process = _Process()
        except OSError as error:
            raise ArticleError(
                f"{source.label}: cannot start a process to read it ({error.strerror}); try again"
            ) from error
        if process.ask(request):
            return process
        process.stop()
        raise ArticleError(f"{source.label}: the process that reads it does not start; reinstall the requirements")

    def give_back(self, process: _Process) -> None:
        """Keep a process for the next file."""
        if process.reads >= READS_PER_PROCESS:
            process.stop()
            return
        with self._lock:
            self._idle.append(process)

    def close(self) -> None:
        """End all of them."""
        while process := self._pop():
            process.stop()

    def _pop(self) -> _Process | None:
        with self._lock:
            # After a fork, the parent's processes are not ours to talk to.
            if self._owner != os.getpid():
                self._owner, self._idle = os.getpid(), []
            return self._idle.pop() if self._idle else None


# The one thing here that outlives a call: what it holds has no influence on any result.
_POOL = _Pool()
atexit.register(_POOL.close)


def _story(values: dict[str, Any]) -> Story:
    fields = values["fields"]
    days: dict[str, Any] = {
        name: date.fromisoformat(day) for name in ("published", "modified") if (day := fields.pop(name))
    }
    return Story(
        tuple(values["texts"]),
        Fields(**days, **fields),
        values["key"],
        values["exact"],
        tuple(LeftOut(**left_out) for left_out in values["left_out"]),
    )


def _stopped(label: str, name: str, seconds: float, memory: bool) -> str:
    if memory:
        limit = READ_MEMORY // MIB
        return f"{label}: reading this {name} needs more than {limit} MiB of memory; split it or save it again"
    return f"{label}: reading this {name} was stopped (a crash, or more than {seconds:g} s); save it again or split it"
