"""Memory allocator settings of the C library, where they matter."""

from __future__ import annotations

import ctypes

# <malloc.h>
_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> bool:
    """Let all threads share two of glibc's heaps instead of taking up to eight a core; whether that was done.

    A server answers each question in a thread of its own: what these leave in the heaps is not given back, and its
    memory grows for hours (mallopt(3)). To be called before threads are started. Another C library has no such heaps.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
    except (AttributeError, OSError, TypeError):
        return False
