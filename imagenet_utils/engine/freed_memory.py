"""What is freed goes back to the system, where the C library has to be told so."""

from __future__ import annotations

import ctypes
import sys

# From malloc.h of glibc.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3

LARGE_BLOCK_BYTES = 4 * 1024 * 1024  # well above what an ordinary picture needs, decoded or not
KEPT_AT_HAND_BYTES = 16 * 1024 * 1024


def give_back_large_blocks() -> None:
    """Large bodies that grow side by side stay as large as they are.

    Left to itself, glibc learns from each large block that is freed to take the next ones from its
    heap, up to 32 MiB. There they leave holes as they grow, up to twice their size in all.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return  # another C library, which has no such habit
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
    mallopt(M_TRIM_THRESHOLD, KEPT_AT_HAND_BYTES)
