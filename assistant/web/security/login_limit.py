"""Rate limit of logins: by address, by account, and by device that has logged in before."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network

from assistant.util.addresses import ip_of

_MOST_KEYS = 10_000


class LoginLimit:
    """At most `most` failed logins in `seconds` from one address, and `most_of_account` for one account.

    A device that has logged in to the account before is counted by itself alone: whoever guesses at an account, or
    from an address that others share, cannot keep those out who know the password (OWASP's "device cookies").
    """

    def __init__(
        self,
        most: int = 5,
        seconds: float = 300.0,
        *,
        most_of_account: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._most_of_account = most_of_account
        self._clock = clock
        self._attempts: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()

    def begin(self, address: str, account: str = "", device: str = "") -> int:
        """Count an attempt as failed until `succeeded` is told; seconds to wait where it may not be made, else 0.

        `device` names one that has logged in to this account before, "" is any other.
        """
        with self._lock:
            now = self._clock()
            self._forget(now)
            limits = self._limits(address, account, device)
            waits = [self._wait(key, most, now) for key, most in limits]
            if any(waits):
                return max(waits)
            for key, _ in limits:
                # The one used last stands last, and the first ones go when there are too many.
                self._attempts[key] = [*self._attempts.pop(key, []), now]
            for key in list(self._attempts)[: max(0, len(self._attempts) - _MOST_KEYS)]:
                del self._attempts[key]
            return 0

    def succeeded(self, address: str, account: str = "", device: str = "") -> None:
        """The attempt was right: it is not counted."""
        with self._lock:
            for key, _ in self._limits(address, account, device):
                self._attempts.get(key, [0.0]).pop()

    def _limits(self, address: str, account: str, device: str) -> list[tuple[tuple[str, str], int]]:
        if device:
            return [(("device", device), self._most)]
        return [(("address", _network(address)), self._most), (("account", account), self._most_of_account)]

    def _wait(self, key: tuple[str, str], most: int, now: float) -> int:
        own = self._attempts.get(key, [])
        return max(1, math.ceil(own[-most] + self._seconds - now)) if len(own) >= most else 0

    def _forget(self, now: float) -> None:
        self._attempts = {
            key: recent
            for key, times in self._attempts.items()
            if (recent := [moment for moment in times if moment > now - self._seconds])
        }


def _network(address: str) -> str:
    """An IPv4 address itself, an IPv6 address's /64: one machine has all of that."""
    try:
        parsed = ip_of(address)
    except ValueError:
        return address
    return str(IPv6Network((parsed, 64), strict=False) if isinstance(parsed, IPv6Address) else parsed)
