"""What becomes of memory that the network's last operation no longer needs, on glibc (Linux).

torch asks the C library for every intermediate result. Large ones come from the operating system
and go back to it at once, and it hands out each page anew, filled with zeros: tens of thousands of
pages for one call of pocket's U-Net. What is kept serves the next operation.
"""

from __future__ import annotations

import ctypes
import platform

# glibc's malloc.h: how much free memory at the end of the heap is kept, from which size a request
# is served by the operating system alone, and how many heaps there are at most
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8

KEPT = 256 * 2**20
"""Bytes that are kept: more than the calls of pocket that run side by side need at once."""

LARGE = 32 * 2**20
"""Bytes of a single request from which on it is the system's; the most that glibc accepts."""


def keep_freed_memory() -> bool:
    """Keep what is freed, for the whole process; False where the C library is another than glibc.

    All threads share one heap, so what one frees another uses. For a program's beginning: it is the
    process that is set, and threads that run already keep heaps of their own.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    libc = ctypes.CDLL(None)
    wanted = {_TRIM_THRESHOLD: KEPT, _MMAP_THRESHOLD: LARGE, _ARENA_MAX: 1}
    return all(libc.mallopt(option, value) for option, value in wanted.items())
