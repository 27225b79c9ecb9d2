"""Controller of the embedded engine: starts it, asks where it is, stops it."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import ModelError
from assistant.util.processor import core_count

SLOTS = 4
_CACHE_MIB = 192
_MAX_THREADS = 8
# To be raised when a setting in `process` changes what a saved slot holds, such as the cache's type.
_STATE_FORMAT = 1
# A gigabyte from a slow disk takes a minute or two; what takes longer than this does not come.
_LOADS_WITHIN_S = 900.0


class EmbeddedEngine:
    """An OpenAI-compatible server in a child process, on a random loopback port with a random key.

    A child process, because xllamacpp holds Python's lock while it loads the model, and because
    a crash in native code must not take the program with it.
    """

    def __init__(
        self,
        model: Path,
        *,
        context: int = 8192,
        threads: int = 0,
        states: Path | None = None,
        speculation: bool = True,
        server: Path | None = None,
        adapter: Path | None = None,
        loads_within_s: float = _LOADS_WITHIN_S,
    ) -> None:
        """`context` tokens are shared by all slots; into the folder `states` slots can be saved.

        `server`: llama.cpp's server, compiled for this processor; without it xllamacpp's own is used.
        `adapter`: an activated LoRA, which acts only in prompts that hold its invocation (docs/training.md); what is
        saved of a prompt's beginning is the model's own, with or without it.
        """
        self.model = model
        self.server = server
        self._loads_within_s = loads_within_s
        self.key = secrets.token_urlsafe(32)
        self._config = {
            "model": str(model),
            "key": self.key,
            "context": context,
            "slots": SLOTS,
            "threads": threads or min(core_count(), _MAX_THREADS),
            "cache_mib": _CACHE_MIB,
            "states": str(states) if states else None,
            "speculation": speculation,
            "server": str(server) if server else None,
            "adapter": str(adapter) if adapter else None,
        }
        self._process: subprocess.Popen[str] | None = None
        self._url: str | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start loading the model; returns at once. Starting twice does nothing."""
        # Not under the lock, which is held while it loads: who waits for that load has its error, and starts no other.
        if self._process is not None:
            return
        with self._lock:
            if self._process is not None:
                return
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assistant.llm.llamacpp.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).resolve().parents[3],
                # Ctrl-C is the parent's to handle: it decides when the engine ends.
                start_new_session=True,
            )
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(self._config) + "\n")
                self._process.stdin.flush()

    @property
    def base_url(self) -> str:
        """The OpenAI-compatible base URL; waits until the model is loaded. Raises `ModelError`.

        What could not be loaded is loaded anew by whoever asks next: the memory may be free again.
        """
        self.start()
        with self._lock:
            if self._url is None:
                try:
                    self._url = self._wait()
                except ModelError:
                    self.stop()
                    raise
            return self._url

    def identity(self) -> str:
        """What a saved slot depends on: the model's file, the engine's version and the settings of its cache.

        Raises `ModelError` when the model's file is gone.
        """
        try:
            model = _told_of(self.model)
        except OSError as error:
            raise ModelError(f"model {self.model}: cannot be read ({error}); see 'assistant model'") from error
        try:
            engine = version("xllamacpp")
        except PackageNotFoundError:
            engine = ""
        # One that is gone cannot be started either, which says so.
        server = _told_of(self.server) if self.server and self.server.exists() else self._config["server"]
        parts = [model, engine, server, self._config["context"], SLOTS, _STATE_FORMAT]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def post(self, path: str, body: Mapping[str, Any], *, timeout: float) -> Any:
        """The JSON reply of one of the engine's own endpoints, which are not OpenAI's.

        Raises `OSError` when there is none within `timeout` seconds and `ValueError` when it is an error.
        """
        # Not `base_url`, which would start a stopped engine again.
        address = urlsplit(self._url or "")
        if not address.hostname:
            raise OSError("the engine does not run")
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request("POST", path, json.dumps(body).encode(), headers)
            reply = connection.getresponse()
            content = reply.read()
        except http.client.HTTPException as error:
            raise OSError(f"{path}: {error!r}") from error
        finally:
            connection.close()
        if reply.status != 200:
            raise ValueError(f"{path}: {reply.status} {content[:200]!r}")
        return json.loads(content)

    def stop(self) -> None:
        """End the child process."""
        process, self._process, self._url = self._process, None, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()

    def _wait(self) -> str:
        process = self._process
        if process is None:
            raise ModelError(f"model {self.model}: the embedded engine ended while it was waited for; ask again")
        assert process.stdout is not None
        # One that hangs while it loads ends, and so says nothing more.
        hanging = threading.Timer(self._loads_within_s, _kill, [process])
        hanging.daemon = True
        hanging.start()
        try:
            line = process.stdout.readline()
        finally:
            hanging.cancel()
        try:
            reply = json.loads(line)
        except ValueError:
            reply = {"error": f"it ended with exit code {process.wait()}"}
        if "address" not in reply:
            other = "set ASSISTANT_ENGINE=prebuilt" if self.server else "choose another with --model"
            raise ModelError(
                f"model {self.model}: the embedded engine could not load it ({reply.get('error')}); "
                f"see 'assistant model', or {other}"
            )
        return f"{reply['address']}/v1"


def _told_of(file: Path) -> list[str | int]:
    """What tells a file from others, wherever it lies."""
    status = file.stat()
    return [file.name, status.st_size, status.st_mtime_ns]


def _kill(process: subprocess.Popen[str]) -> None:
    """The whole group: a compiled server is the child's own child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
