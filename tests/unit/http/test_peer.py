"""Who on this machine asks, and what others of its users get."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import http_client
import pytest

from assistant.http.peer import asked_by_this_user

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LITTLE = pytest.mark.skipif(sys.byteorder != "little", reason="addresses are written here as this machine's are not")
OTHER = os.getuid() + 12_345


def row(local: str, remote: str, user: int, inode: int = 1685417) -> str:
    state = "01 00000000:00000000 00:00000000 00000000"
    return f"   0: {local} {remote} {state} {user:5}        0 {inode} 2 0 20 4 30 10 -1\n"


def scope(client: tuple[str, int], server: tuple[str, int] = ("127.0.0.1", 7860)) -> dict[str, Any]:
    return {"type": "http", "client": client, "server": server}


HERE, SERVER = "0100007F:C001", "0100007F:1EB4"
MAPPED, MAPPED_SERVER = "0000000000000000FFFF00000100007F:C001", "0000000000000000FFFF00000100007F:1EB4"
SIX, SIX_SERVER = "00000000000000000000000001000000:C001", "00000000000000000000000001000000:1EB4"


@LITTLE
@pytest.mark.parametrize(
    ("rows", "is_own"),
    [
        (row(HERE, SERVER, os.getuid()), True),
        (row(HERE, SERVER, 0), True),
        (row(HERE, SERVER, OTHER), False),
        (row(SERVER, HERE, os.getuid()) + row(HERE, SERVER, OTHER), False),
        (row("0100007F:C002", SERVER, os.getuid()) + row(HERE, SERVER, OTHER), False),
        (row(HERE, "0100007F:1EB5", os.getuid()), False),
        # Given up by its process: written as root's, and nobody's.
        (row(HERE, SERVER, 0, inode=0), False),
        ("", False),
        (row(MAPPED, MAPPED_SERVER, os.getuid()), True),
        (row(MAPPED, MAPPED_SERVER, OTHER), False),
    ],
)
def test_whose_a_connection_is_stands_in_the_systems_table(tmp_path: Path, rows: str, is_own: bool) -> None:
    (tmp_path / "tcp").write_text(HEAD + rows)
    assert asked_by_this_user(scope(("127.0.0.1", 0xC001)), [tmp_path / "tcp", tmp_path / "none"]) is is_own


@LITTLE
def test_of_the_other_family_too(tmp_path: Path) -> None:
    (tmp_path / "tcp").write_text(HEAD)
    for user, is_own in ((os.getuid(), True), (OTHER, False)):
        (tmp_path / "tcp6").write_text(HEAD + row(SIX, SIX_SERVER, user))
        asked = scope(("::1", 0xC001), ("::1", 7860))
        assert asked_by_this_user(asked, [tmp_path / "tcp", tmp_path / "tcp6"]) is is_own


@pytest.mark.parametrize("client", [None, ("", 0)])
def test_who_had_left_before_it_was_seen_is_nobody(tmp_path: Path, client: Any) -> None:
    (tmp_path / "tcp").write_text(HEAD)
    assert not asked_by_this_user({**scope(("127.0.0.1", 1)), "client": client}, [tmp_path / "tcp"])


def test_where_the_system_does_not_tell_it_is_taken_for_this_users(tmp_path: Path) -> None:
    assert asked_by_this_user(scope(("127.0.0.1", 1)), [tmp_path / "none"])


@pytest.fixture
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        with closing(client), closing(server):
            yield client, server


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system does not tell whose a connection is")
def test_a_connection_that_its_process_gave_up_is_nobodys(connection: tuple[socket.socket, socket.socket]) -> None:
    client, server = connection
    asked = scope(server.getpeername(), server.getsockname())
    assert asked_by_this_user(asked)
    client.close()
    assert not asked_by_this_user(asked)


def test_another_user_of_the_machine_is_refused_before_a_key_was_made_and_let_in_with_one(serving: Any) -> None:
    with serving(is_own=lambda _: False) as served:
        for reply in (
            http_client.get(f"{served.url}/v1/articles"),
            http_client.get(f"{served.url}/metrics"),
            http_client.post(f"{served.url}/v1/search", json={"query": "x"}),
        ):
            assert reply.status_code == 401
            assert "assistant keys add" in reply.json()["error"]["message"]
        assert http_client.get(f"{served.url}/healthz").status_code == 200
        secret = served.keys.add("one")[1]
        headers = {"authorization": f"Bearer {secret}"}
        assert http_client.get(f"{served.url}/v1/articles", headers=headers).status_code == 200


@pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as another user")
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the system does not tell whose a connection is")
def test_really_another_user(served: Any) -> None:
    code = (
        "import os, socket, sys; os.setuid(65534); s = socket.socket(); s.connect(('127.0.0.1', int(sys.argv[1])));"
        "s.sendall(b'GET /v1/articles HTTP/1.1\\r\\nhost: 127.0.0.1\\r\\n\\r\\n'); print(s.recv(12).decode('ascii'))"
    )
    port = served.url.rpartition(":")[2]
    asked = subprocess.run([sys.executable, "-c", code, port], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "HTTP/1.1 401"
    assert http_client.get(f"{served.url}/v1/articles").status_code == 200
