"""Peer check of loopback connections: whose process asks, since 127.0.0.1 is everybody's who has an account here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from starlette.types import Scope

from assistant.util.addresses import ip_of

# IPv4 and IPv6 (proc(5)).
_TABLES = tuple(Path("/proc/net") / name for name in ("tcp", "tcp6"))
_ROOT = 0

Address = tuple[IPv4Address | IPv6Address, int]
PeerCheck = Callable[[Scope], bool]


def asked_by_this_user(scope: Scope, tables: Iterable[Path] = _TABLES) -> bool:
    """Whether a request over loopback comes from a process of the user who serves, or of root.

    True where the system does not tell: only Linux lists whose a connection is. A connection that its process has given
    up is nobody's any more.
    """
    read = [text for table in tables if (text := _text(table)) is not None]
    if not read:
        return True
    if not all(scope.get(side) and scope[side][0] for side in ("client", "server")):
        # Whoever has left before it was seen who that is.
        return False
    client, server = (_address(*scope[side]) for side in ("client", "server"))
    users = (user for text in read for ends, user in _connections(text) if ends == (client, server))
    return next(users, None) in (_ROOT, os.getuid())


def _connections(table: str) -> Iterator[tuple[tuple[Address, Address], int]]:
    """The two ends of each connection that a process holds, its own first, and the process's user."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        local, remote, user, inode = fields[1], fields[2], int(fields[7]), int(fields[9])
        # Without an inode no process holds it, and the user is written as 0.
        if inode:
            yield (_listed(local), _listed(remote)), user


def _listed(address: str) -> Address:
    """From "0100007F:97AB": words of 32 bits as they lie in memory."""
    host, _, port = address.partition(":")
    words = (int(host[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(host), 8))
    return ip_of(b"".join(words)), int(port, 16)


def _address(host: str, port: int) -> Address:
    return ip_of(host), port


def _text(table: Path) -> str | None:
    try:
        return table.read_text("ascii")
    except OSError:
        return None
