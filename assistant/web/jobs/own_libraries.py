"""Per-user libraries, each opened when its user first comes; nobody else sees what is in one."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from assistant.api import Assistant
from assistant.library.library import Library
from assistant.library.location import library_of
from assistant.library.open import open_place

OpenLibrary = Callable[[Assistant, str], Library]


def open_own(assistant: Assistant, owner: str) -> Library:
    """The library of one owner, empty where there is none yet; with the embedding model of the common one.

    Raises `StorageError`.
    """
    settings = assistant.settings
    library = open_place(library_of(settings, owner), settings, beside=assistant.index)
    if library.index.unfinished:
        # Made anew, or interrupted then: from its uploads.
        library.refresh()
    return library


class OwnLibraries:
    """The assistant on each owner's library; the model is shared. Thread-safe."""

    def __init__(self, open_library: OpenLibrary = open_own) -> None:
        self._open = open_library
        self._opened: dict[str, Assistant] = {}
        self._opening: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def of(self, assistant: Assistant, owner: str) -> Assistant:
        """`assistant` on the owner's library, opened where it is not yet. Raises `AssistantError`."""
        with self._lock:
            opening = self._opening[owner]
        # One that is made anew from many uploads holds up nobody but its user.
        with opening:
            if owner not in self._opened:
                self._opened[owner] = assistant.on(self._open(assistant, owner))
            return self._opened[owner]

    def close(self) -> None:
        """Close the libraries; what they share is not theirs."""
        with self._lock:
            opened, self._opened = [*self._opened.values()], {}
        for assistant in opened:
            assistant.index.close()
