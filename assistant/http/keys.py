"""API keys: random, kept as SHA-256, each with a name and a right, until they are revoked.

A key has 256 random bits, so that a plain hash is as good as a slow one: there is nothing to guess.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import AssistantError, UsageError
from assistant.util.files import replace_file
from assistant.util.hashing import text_sha256

_PREFIX = "na"
_PATIENCE_S = 10
_LONGEST_NAME = 80


class Right(StrEnum):
    """What may be done with a key; who may write may read."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret; days and times are ISO 8601, UTC."""

    id: str
    name: str
    right: Right
    sha256: str
    created: str
    revoked: str | None = None

    @property
    def may_write(self) -> bool:
        """True where articles may be added and removed with it."""
        return self.right is Right.WRITE


class KeyStore:
    """The keys in one file, readable by its owner alone. Thread-safe; another process may change it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[ApiKey]:
        """Every key, the revoked ones too, in the order in which they were made. Raises `AssistantError`."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise AssistantError(f"{self.path}: cannot be read ({error.strerror}); check its permissions") from error
        try:
            return [_checked(ApiKey(**one)) for one in json.loads(content)]
        except (ValueError, TypeError) as error:
            raise AssistantError(
                f"{self.path}: is no list of API keys; remove it, then make new ones: assistant keys add NAME"
            ) from error

    def find(self, secret: str) -> ApiKey | None:
        """The key with this secret, unless it was revoked. Raises `AssistantError`."""
        digest = text_sha256(secret)
        found = [one for one in self.all() if hmac.compare_digest(one.sha256, digest)]
        return next((one for one in found if one.revoked is None), None)

    def add(self, name: str, right: str = Right.READ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is told only now. Raises `UsageError` for a bad name or right."""
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise UsageError(f"key name {name!r}: give 1 to {_LONGEST_NAME} printable characters, such as open-webui")
        if right not in list(Right):
            raise UsageError(f"right {right!r}: give {' or '.join(Right)}")
        secret = f"{_PREFIX}-{secrets.token_urlsafe(32)}"
        made = ApiKey(secrets.token_hex(4), name, Right(right), text_sha256(secret), _now())
        with self._changing() as keys:
            keys.append(made)
        return made, secret

    def revoke(self, key_id: str) -> ApiKey:
        """End a key for good; its record stays. Raises `UsageError` where there is none of that id."""
        with self._changing() as keys:
            for place, one in enumerate(keys):
                if one.id == key_id:
                    keys[place] = replace(one, revoked=one.revoked or _now())
                    return keys[place]
        raise UsageError(f"no API key has the id {key_id!r}; assistant keys list tells them")

    @contextmanager
    def _changing(self) -> Iterator[list[ApiKey]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE_S):
                keys = self.all()
                before = list(keys)
                yield keys
                if keys != before:
                    replace_file(self.path, json.dumps([asdict(one) for one in keys], indent=1), mode=0o600)
        except Timeout as error:
            raise AssistantError(f"{self.path}: another process is changing it; try again") from error
        except OSError as error:
            raise AssistantError(
                f"{self.path}: cannot be written ({error.strerror}); check the folder's permissions"
            ) from error


def _checked(key: ApiKey) -> ApiKey:
    texts = (key.id, key.name, key.sha256, key.created)
    if not all(isinstance(one, str) for one in texts) or not key.sha256.isascii():
        raise ValueError(key.id)
    return replace(key, right=Right(key.right))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
