"""Sanitising of names from outside → names that a database, a terminal and a web page take as they are."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from assistant.text.unicode import one_line, visible

_KEY_CHARS = 80
_UNSAFE = re.compile(r"[^\w.~+@=-]+")
_DRIVE = re.compile(r"[A-Za-z]:")


def as_text(path: PurePath) -> str:
    """The path with bytes that are no UTF-8 spelt out: no database or terminal takes them raw."""
    return path.as_posix().encode("utf-8", "backslashreplace").decode()


def composed(name: str) -> str:
    """A name with its accents as most keyboards type them (NFC, UAX #15)."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def member_parts(name: str) -> tuple[str, ...]:
    """The folders and the name of an archive's member, without the parts that would lead out of the archive."""
    parts = one_line(name).replace("\\", "/").split("/")
    return tuple(
        part.encode("utf-8", "backslashreplace").decode()
        for part in parts
        if part not in ("", ".", "..") and not _DRIVE.fullmatch(part)
    )


def safe_key(value: str) -> str:
    """A row's own id or address as the last part of an article's id: letters, digits and ``._~+@=-``.

    Of an address, its path is taken. Empty where nothing usable is left.
    """
    text = unicodedata.normalize("NFC", visible(value)).strip()
    if re.match(r"[a-z][a-z0-9+.-]*://", text, re.I):
        try:
            address = urlsplit(text)
        except ValueError:
            address = urlsplit("")
        text = unquote(address.path, errors="replace").strip("/") or address.netloc
        if address.query:
            text += "-" + address.query
    key = _UNSAFE.sub("-", text).strip("-.")
    return key if len(key) <= _KEY_CHARS else f"{key[: _KEY_CHARS - 9].rstrip('-.')}-{_short_hash(value)}"


class UniqueKeys:
    """Keys of one file, each given once. Remembers eight bytes a key, not the keys."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def take(self, own: str | None, number: int) -> str:
        """The key for the file's `number`-th article, whose own id or address is `own`."""
        key = (safe_key(own) if own else "") or str(number)
        for candidate in self._candidates(key, own):
            fingerprint = _fingerprint(candidate)
            if fingerprint not in self._seen:
                self._seen.add(fingerprint)
                return candidate
        raise AssertionError("candidates never end")

    def _candidates(self, key: str, own: str | None) -> Iterable[str]:
        if own and own != key:
            yield key
            key = f"{key}-{_short_hash(own)}"
        yield from numbered(key)


def numbered(name: str) -> Iterator[str]:
    """`name`, then `name-2`, `name-3` and so on."""
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def _fingerprint(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
