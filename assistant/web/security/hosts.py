"""Host checks: where the page may be served without a password, and by which names it may be called."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address

from assistant.errors import UsageError
from assistant.util.addresses import ip_of

_HOST_HEADER = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")


def check_binding(host: str, names: Collection[str] = (), *, protected: bool, allow_open: bool = False) -> None:
    """Raises `UsageError` for a host that others can reach, unless it is `protected` by a password or allowed outright.

    A name counts as what it resolves to; one address beyond loopback is enough. Where the page is called by
    `names`, a proxy lets others reach it. Also raised for a host that is none.
    """
    if (is_loopback(host) and not names) or protected or allow_open:
        return
    named = f"--name {next(iter(names))}" if names else f"--host {host or '(every address)'}"
    raise UsageError(
        f"{named} lets others reach the page and there is no password; add users (assistant web --add-user NAME), set "
        "ASSISTANT_PASSWORD_HASH (made with: assistant web --hash-password), or say --allow-open to do without"
    )


def is_loopback(host: str) -> bool:
    """True when only this machine can reach `host`. Raises `UsageError` where it is no host."""
    addresses = _addresses(host)
    return bool(addresses) and all(address.is_loopback for address in addresses)


def _addresses(host: str) -> list[IPv4Address | IPv6Address]:
    bare = host.removeprefix("[").removesuffix("]")
    if not bare:
        return []
    try:
        found = socket.getaddrinfo(bare, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r}: no address of this machine; give one, such as 127.0.0.1") from error
    return [ip_of(str(info[4][0])) for info in found]


class AllowedHosts:
    """Which `Host` headers are answered: a name that only a foreign name server knows is not one of them.

    A page of another site whose name is made to point here (DNS rebinding) comes with that name.
    On loopback: loopback addresses, "localhost" and `names`. Beyond it: every address, since a
    rebound name is never one, this machine's own name, and `names`.
    """

    def __init__(self, host: str, names: Collection[str] = ()) -> None:
        """`host` is what the server listens at. Raises `UsageError`, see `is_loopback`."""
        self._loopback_only = is_loopback(host)
        own = () if self._loopback_only else (socket.gethostname(), f"{socket.gethostname()}.local", host)
        self._names = {name.casefold().rstrip(".") for name in (*names, *own, "localhost") if name}

    def __contains__(self, header: object) -> bool:
        found = _HOST_HEADER.fullmatch(header) if isinstance(header, str) else None
        if found is None:
            return False
        name = found["name"].casefold().removeprefix("[").removesuffix("]")
        if name.rstrip(".") in self._names:
            return True
        try:
            address = ip_of(name)
        except ValueError:
            return False
        return address.is_loopback or not self._loopback_only
