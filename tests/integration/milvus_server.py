"""A Milvus server on loopback, for the tests of the distributed store."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path


def start_milvus(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A server on loopback; returns once it answers."""
    program = Path(sys.executable).with_name("milvus-lite")
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [program, "server", "--data-dir", folder / "data", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
        )
    for _ in range(600):
        assert server.poll() is None, (folder / "log").read_text(errors="replace")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.2)
    raise AssertionError("the server does not answer")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
