"""What threads leave in the C library's heaps."""

from __future__ import annotations

import platform
import re
import subprocess
import sys

import pytest

# How many heaps there are after many threads, each with memory of its own (malloc_info(3)).
COUNT = """
import ctypes, os, sys, threading
from assistant.util.memory import share_arenas
if sys.argv[1] == "shared":
    assert share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(32)
def work():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(32)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has such heaps")
def test_threads_share_two_heaps_and_would_take_more() -> None:
    def heaps(how: str) -> int:
        told = subprocess.run([sys.executable, "-c", COUNT, how], capture_output=True, text=True, check=True).stdout
        return len(re.findall(r"<heap nr=", told))

    assert heaps("shared") == 2
    assert heaps("alone") > 2
