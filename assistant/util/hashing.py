"""Hashes that stand for a text that is not to be read."""

from __future__ import annotations

import hashlib


def text_sha256(text: str) -> str:
    """The SHA-256 of any text, one that is no valid Unicode too, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
