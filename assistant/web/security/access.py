"""Authentication: users with passwords, the page's one password, a one-time token, or nothing at all."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable

from itsdangerous import BadSignature, URLSafeTimedSerializer

from assistant.web.security.passwords import check_password_hash
from assistant.web.storage.accounts import AccountStore

KNOWN_FOR_S = 365 * 24 * 3600
_BY_TOKEN = "token"


class OneTimeTokens:
    """A token that lets in whoever brings it, once; then there is another. `announce` is told each new one."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce
        self._current = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        announce(self._current)

    def use(self, given: str) -> bool:
        """Whether it is the token; then it is one no more."""
        with self._lock:
            if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._current.encode()):
                return False
            self._current = secrets.token_urlsafe(24)
        self._announce(self._current)
        return True


class Access:
    """Decides who gets in. The users of `accounts`, where there are any, go before the one password's hash.

    Without either, `tokens` let in. Raises `UsageError` where the hash is none.
    """

    def __init__(self, accounts: AccountStore, password_hash: str = "", tokens: OneTimeTokens | None = None) -> None:
        if password_hash:
            check_password_hash(password_hash)
        self.accounts = accounts
        self.has_users = bool(accounts.users())
        self.by_password = self.has_users or bool(password_hash)
        self.tokens = None if self.by_password else tokens
        self._password_hash = password_hash
        # Signed, not kept: it opens nothing, it only says that this device has logged in to the account before.
        self._devices = URLSafeTimedSerializer(accounts.key("devices"), salt="device")

    def password_hash(self, user: str) -> str | None:
        """The hash that this user's password must have; None: there is no such user."""
        if self.has_users:
            return self.accounts.password_hash(user)
        return self._password_hash if user == "" and self._password_hash else None

    def open_session(self, user: str) -> tuple[str, int]:
        """A token for somebody who has proved to be this user, and how many seconds it lasts."""
        return self.accounts.open_session(user, self._opened_by(user) or "")

    def user_of(self, token: str) -> str | None:
        """Whose session it is, None where there is none."""
        return self.accounts.user_of(token, self._opened_by) if token else None

    def device(self, user: str) -> str:
        """What a device of this user's is given to be known by."""
        return str(self._devices.dumps([user, secrets.token_urlsafe(12)]))

    def known_device(self, given: str, user: str) -> str:
        """The name of a device that has logged in as this user before, "" of any other."""
        try:
            of, name = self._devices.loads(given, max_age=KNOWN_FOR_S)
        except (BadSignature, ValueError, TypeError):
            return ""
        return str(name) if of == user else ""

    def _opened_by(self, user: str) -> str | None:
        """What the session of this user must have been opened by; when it changes, the session ends."""
        if self.by_password:
            return self.password_hash(user)
        return _BY_TOKEN if user == "" else None
