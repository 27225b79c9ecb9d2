"""Password hashing with Argon2id (RFC 9106), by argon2-cffi."""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from assistant.errors import UsageError

_SHORTEST, _LONGEST = 8, 1024
# A hash that costs more than this is not ours: it would let whoever logs in use up the memory.
_MOST_MEMORY_KIB, _MOST_PASSES = 256 * 1024, 20
_WAITING = 20
_MADE_BY = "make one with: assistant web --hash-password"
HASHER = PasswordHasher()


class BusyError(Exception):
    """Too many passwords wait to be checked."""


def hash_password(password: str, hasher: PasswordHasher = HASHER) -> str:
    """The password's hash as a PHC string, salted anew each time. Raises `UsageError` for one too short or too long."""
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise UsageError(f"a password of {len(password)} characters; choose one of {_SHORTEST} to {_LONGEST:,}")
    return hasher.hash(_typed(password))


def verify_password(password: str, password_hash: str) -> bool:
    """Whether the hash is this password's. Raises `UsageError` for no hash."""
    check_password_hash(password_hash)
    if len(password) > _LONGEST:
        return False
    try:
        return HASHER.verify(password_hash, _typed(password))
    except VerificationError:
        return False


def check_password_hash(password_hash: str) -> None:
    """Raises `UsageError` where it is no hash that `verify_password` can read. The value is never shown."""
    try:
        parameters = extract_parameters(password_hash)
    except InvalidHashError as error:
        raise UsageError(f"the password's hash is not $argon2id$…; {_MADE_BY}") from error
    if parameters.memory_cost > _MOST_MEMORY_KIB or parameters.time_cost > _MOST_PASSES:
        raise UsageError(f"the password's hash costs too much to check; {_MADE_BY}")


class PasswordChecker:
    """Checks passwords one at a time and off the event loop: each takes 64 MiB for a moment."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        # Checked where there is no such user, so that both take as long.
        self._nobodys = hasher.hash("nobody's")
        self._one_at_a_time = asyncio.Semaphore(1)
        self._waiting = 0

    async def is_right(self, password: str, password_hash: str | None, *, known: bool = False) -> bool:
        """Whether it is; `None` is the hash of nobody. Raises `BusyError` where many wait, but for a `known` device."""
        if self._waiting >= _WAITING and not known:
            raise BusyError
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                right = await asyncio.to_thread(verify_password, password, password_hash or self._nobodys)
        finally:
            self._waiting -= 1
        return right and password_hash is not None


def _typed(password: str) -> bytes:
    # The same letters typed on two keyboards may come as different code points.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
