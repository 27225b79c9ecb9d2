"""The embedded engine as seen from outside: start it, ask where it is, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path

from assistant.errors import ModelError

_SLOTS = 1
_CACHE_MIB = 512
_MAX_THREADS = 8


class EmbeddedEngine:
    """An OpenAI-compatible server in a child process, on a random loopback port with a random key.

    A child process, because xllamacpp holds Python's lock while it loads the model, and because
    a crash in native code must not take the program with it.
    """

    def __init__(self, model: Path, *, context: int = 8192, threads: int = 0) -> None:
        self.model = model
        self.key = secrets.token_urlsafe(32)
        self._config = {
            "model": str(model),
            "key": self.key,
            "context": context,
            "slots": _SLOTS,
            "threads": threads or min(os.cpu_count() or 1, _MAX_THREADS),
            "cache_mib": _CACHE_MIB,
        }
        self._process: subprocess.Popen[str] | None = None
        self._url: str | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start loading the model; returns at once. Starting twice does nothing."""
        with self._lock:
            if self._process is not None:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assistant.engine_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).resolve().parent.parent,
                # Ctrl-C is the parent's to handle: it decides when the engine ends.
                start_new_session=True,
            )
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(self._config) + "\n")
                self._process.stdin.flush()

    @property
    def base_url(self) -> str:
        """The OpenAI-compatible base URL; waits until the model is loaded. Raises `ModelError`."""
        self.start()
        with self._lock:
            if self._url is None:
                self._url = self._wait()
            return self._url

    def stop(self) -> None:
        """End the child process."""
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _wait(self) -> str:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            reply = json.loads(line)
        except ValueError:
            reply = {"error": f"it ended with exit code {process.wait()}"}
        if "address" not in reply:
            raise ModelError(
                f"model {self.model}: the embedded engine could not load it ({reply.get('error')}); "
                "see 'assistant model', or choose another with --model"
            )
        return f"{reply['address']}/v1"
