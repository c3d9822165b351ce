"""Numbers and moments as people read them."""

from __future__ import annotations

import time


def bytes_told(count: int) -> str:
    """
    >>> bytes_told(999), bytes_told(1_500_000), bytes_told(25_000_000_000)
    ('999 bytes', '1.5 MB', '25 GB')
    """
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:
            break
        size /= 1000
    else:
        unit = "TB"
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"


def moment_told(seconds: float) -> str:
    """
    >>> moment_told(0)
    '1970-01-01 00:00:00 UTC'
    """
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
