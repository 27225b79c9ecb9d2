"""Nothing reaches for the network after installation."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.settings import Settings

# Loaded by Python at start, before anything of ours. Every way out of this machine is written to a
# file and refused; native code has no say in name look-ups, which are refused as well.
BLOCK = """
    import ipaddress, os, socket

    def _refuse(what):
        with open(os.environ["TRIED"], "a") as log:
            log.write(f"{what}\\n")
        raise OSError(f"blocked: {what}")

    def _is_here(address):
        if not isinstance(address, tuple):
            return True
        try:
            return ipaddress.ip_address(address[0]).is_loopback
        except ValueError:
            return address[0] == "localhost"

    def _guard(name):
        real = getattr(socket.socket, name)
        def guarded(self, *arguments):
            if not _is_here(arguments[-1]):
                _refuse(f"{name} {arguments[-1]}")
            return real(self, *arguments)
        setattr(socket.socket, name, guarded)

    for _name in ("connect", "connect_ex", "sendto"):
        _guard(_name)

    _look_up = socket.getaddrinfo
    def _guarded_look_up(host, *arguments, **options):
        if host not in (None, "", "localhost", "127.0.0.1", "::1"):
            _refuse(f"look up {host}")
        return _look_up(host, *arguments, **options)
    socket.getaddrinfo = _guarded_look_up
"""
# Native code too: in a network of its own that has nothing but the loopback, an address elsewhere is refused by Linux.
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
IMPORT_ALL = """
    import importlib, pkgutil, assistant
    names = [module.name for module in pkgutil.walk_packages(assistant.__path__, "assistant.")]
    for name in names:
        if name != "assistant.__main__":
            importlib.import_module(name)
    print(len(names))
"""


class Offline:
    """Runs Python with the block; `tried` is what was refused."""

    def __init__(self, folder: Path, project: Path) -> None:
        self._folder = folder
        self._project = project
        self._log = folder / "tried"
        (folder / "site").mkdir()
        (folder / "site" / "sitecustomize.py").write_text(textwrap.dedent(BLOCK))

    def run(
        self, *arguments: str, before: Sequence[str] = (), timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """`before` starts it."""
        return subprocess.run(
            [*before, sys.executable, *arguments],
            capture_output=True,
            text=True,
            cwd=self._project,
            env=os.environ
            | {
                "PYTHONPATH": f"{self._folder / 'site'}{os.pathsep}{self._project}",
                "TRIED": str(self._log),
                "ASSISTANT_HOME": str(self._folder / "home"),
                "HOME": str(self._folder),
            },
            timeout=timeout,
        )

    @property
    def tried(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []


@pytest.fixture
def offline(tmp_path: Path, project: Path) -> Offline:
    return Offline(tmp_path, project)


@pytest.mark.parametrize(
    "program",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
        "import socket; socket.socket().connect_ex(('2001:db8::1', 80))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import urllib.request; urllib.request.urlopen('http://example.org')",
        "import httpx; httpx.get('https://example.org')",
    ],
)
def test_the_block_sees_and_stops_what_goes_out(offline: Offline, program: str) -> None:
    assert offline.run("-c", program).returncode != 0
    assert offline.tried


def test_the_block_lets_this_machine_talk_to_itself(offline: Offline) -> None:
    program = """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(("localhost", server.getsockname()[1]))
    """
    assert offline.run("-c", textwrap.dedent(program)).returncode == 0
    assert offline.tried == []


def test_importing_everything_tries_nothing(offline: Offline) -> None:
    done = offline.run("-c", textwrap.dedent(IMPORT_ALL))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
    assert offline.tried == []


def test_indexing_and_listing_the_seeds_tries_nothing(offline: Offline) -> None:
    done = offline.run("-m", "assistant", "articles")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert offline.tried == []


def test_searching_tries_nothing(offline: Offline) -> None:
    program = """
        from assistant.library.open import open_library
        from assistant.query.query import Query
        from assistant.retrieval.retriever import Retriever
        from assistant.settings import Settings
        index = open_library(Settings.load())[0].index
        print(len(Retriever(index, passages=5).retrieve(Query.of("What was signed in 2023?"))))
    """
    done = offline.run("-c", textwrap.dedent(program))
    assert done.stdout == "5\n", done.stderr
    assert offline.tried == []


def _alone() -> tuple[str, ...]:
    """How to start a program in a network of its own; nothing where the system does not allow that."""
    tools = shutil.which("unshare") and shutil.which("ip")
    return ALONE if tools and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0 else ()


def test_in_a_network_of_its_own_native_code_reaches_nobody_either(offline: Offline) -> None:
    if not _alone():
        pytest.skip("no network of one's own can be made here (unshare --net)")
    program = """
        import _socket  # past the block
        here = _socket.socket(); here.bind(("127.0.0.1", 0)); here.listen()
        _socket.socket().connect(here.getsockname())
        _socket.socket().connect(("192.0.2.1", 80))
    """
    done = offline.run("-c", textwrap.dedent(program), before=_alone())
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == "OSError: [Errno 101] Network is unreachable"
    assert offline.tried == []


@pytest.mark.real
def test_a_day_with_the_embedded_model_tries_nothing(offline: Offline, tmp_path: Path) -> None:
    """Index, ask, page, API, tools and evals, with the installed model, engine and what they have read."""
    installed = Settings.load().home
    (tmp_path / "home").mkdir()
    for name in ("models", "engine", "prefixes"):
        (installed / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / name).symlink_to(installed / name)
    (tmp_path / "day").mkdir()
    day = Path(__file__).with_name("offline_day.py")
    done = offline.run(str(day), str(tmp_path / "day"), before=_alone(), timeout=1800)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for way in ("ask", "api", "page", "mcp"):
        assert "two joint statements" in found[way], way
    assert found["evals"] == 1
    assert offline.tried == []
