"""Garbage that goes in circles is looked for rarely: values come by the million, hardly a cycle
among them, and looking after every 700 of them, as Python does, is a tenth of some processes' work.
"""

from __future__ import annotations

import gc

VALUES_BETWEEN_COLLECTIONS = 50_000


def collect_rarely() -> None:
    """Of this process, from now on."""
    gc.set_threshold(VALUES_BETWEEN_COLLECTIONS)
