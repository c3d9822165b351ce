"""Addresses may carry a user's password; what is shown or logged must not."""

from __future__ import annotations

import re


def without_passwords(text: str) -> str:
    """
    >>> without_passwords("no answer from http://me:secret@proxy.example:3128/x")
    'no answer from http://***@proxy.example:3128/x'
    """
    return re.sub(r"(?<=://)[^/\s?#]*@", "***@", text)
