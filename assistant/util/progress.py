"""Progress callbacks, which everything long takes."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""`progress(done, total)`, in whatever is counted: bytes, files, per cent."""

ProgressOf = Callable[[str], Progress]
"""A progress for something that is named."""


Say = Callable[[str], None]
"""Tells in a line what a person has to wait for."""


def unseen(_what: str) -> Progress:
    """A progress that nobody watches."""
    return lambda _done, _total: None
