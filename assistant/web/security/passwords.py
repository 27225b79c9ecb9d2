"""Passwords as scrypt hashes (RFC 7914), and a limit on guessing them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import os
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Coroutine

from assistant.errors import UsageError

# What OWASP's Password Storage Cheat Sheet (2024) gives for 32 MiB a guess.
_LOG_N, _R, _P = 15, 8, 3
_SALT_BYTES, _HASH_BYTES = 16, 32
_MOST_MEMORY = 256 * 1024 * 1024
_SHORTEST, _LONGEST = 8, 1024
_HASH = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})")
_MADE_BY = "make one with: assistant web --hash-password"


def hash_password(password: str) -> str:
    """The password's hash as a PHC string, salted anew each time. Raises `UsageError` for one too short or too long."""
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(f"a password of {len(password)} characters; choose one of {_SHORTEST} to {_LONGEST:,}")
    salt = os.urandom(_SALT_BYTES)
    made = _scrypt(password, salt, _LOG_N, _R, _P, _HASH_BYTES)
    return f"$scrypt$ln={_LOG_N},r={_R},p={_P}${_base64(salt)}${_base64(made)}"


def verify_password(password: str, password_hash: str) -> bool:
    """Whether the hash is this password's; takes about the same time either way. Raises `UsageError` for no hash."""
    log_n, r, p, salt, expected = _parse(password_hash)
    if len(password) > _LONGEST:
        return False
    return hmac.compare_digest(_scrypt(password, salt, log_n, r, p, len(expected)), expected)


def check_password_hash(password_hash: str) -> None:
    """Raises `UsageError` where it is no hash that `verify_password` can read. The value is never shown."""
    _parse(password_hash)


def login_check(password_hash: str) -> Callable[[str, str], Coroutine[None, None, bool]]:
    """For Gradio's `auth`: whether a password is right, whatever the user's name; never holds up the event loop."""
    check_password_hash(password_hash)
    one_at_a_time = asyncio.Semaphore(1)

    async def is_right(_user: str, password: str) -> bool:
        async with one_at_a_time:
            return await asyncio.to_thread(verify_password, password, password_hash)

    return is_right


def _parse(password_hash: str) -> tuple[int, int, int, bytes, bytes]:
    found = _HASH.fullmatch(password_hash)
    try:
        if found is None:
            raise ValueError
        log_n, r, p = (int(number) for number in found.groups()[:3])
        if min(log_n, r, p) < 1 or _memory(log_n, r, p) > _MOST_MEMORY:
            raise ValueError
        return log_n, r, p, _bytes(found[4]), _bytes(found[5])
    except (ValueError, binascii.Error) as error:
        raise UsageError(f"the password's hash is not $scrypt$ln=…,r=…,p=…$salt$hash; {_MADE_BY}") from error


def _scrypt(password: str, salt: bytes, log_n: int, r: int, p: int, length: int) -> bytes:
    # The same letters typed on two keyboards may come as different code points.
    typed = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=1 << log_n, r=r, p=p, maxmem=_memory(log_n, r, p), dklen=length)


def _memory(log_n: int, r: int, p: int) -> int:
    """Bytes that scrypt needs (RFC 7914, section 6), with some to spare."""
    return 128 * r * ((1 << log_n) + p + 2) + 1024 * 1024


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


class LoginLimit:
    """At most `most` failed logins of one address in `seconds`, and `most_of_all` of all addresses together."""

    def __init__(
        self,
        most: int = 5,
        seconds: float = 300.0,
        *,
        most_of_all: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._most_of_all = most_of_all
        self._clock = clock
        self._attempts: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def begin(self, address: str) -> int:
        """Count an attempt as failed until `succeeded` is told; seconds to wait where it may not be made, else 0."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            own = self._attempts.get(_network(address), [])
            oldest = [times[0] for times in self._attempts.values()]
            if len(own) >= self._most:
                return max(1, math.ceil(own[0] + self._seconds - now))
            if sum(map(len, self._attempts.values())) >= self._most_of_all:
                return max(1, math.ceil(min(oldest) + self._seconds - now))
            self._attempts[_network(address)] = [*own, now]
            return 0

    def succeeded(self, address: str) -> None:
        """The attempt was right: the address begins anew."""
        with self._lock:
            self._attempts.pop(_network(address), None)

    def _forget(self, now: float) -> None:
        kept = {
            address: recent
            for address, times in self._attempts.items()
            if (recent := [moment for moment in times if moment > now - self._seconds])
        }
        self._attempts = kept


def _network(address: str) -> str:
    """An IPv4 address itself, an IPv6 address's /64: one machine has all of that."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
