"""What the headers of a response say; pure, and at ease with whatever strangers send."""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime

OPT_OUTS = {"noai", "noimageai"}

# The directives that have a colon of their own; before any other colon stands a robot's name.
_DIRECTIVES_WITH_VALUE = {
    "unavailable_after", "max-snippet", "max-image-preview", "max-video-preview",
}


def seconds_until(retry_after: str, *, now: float) -> float | None:
    """Both forms of Retry-After, `now` being seconds since 1970; None when it is neither.

    >>> seconds_until("120", now=0)
    120.0
    >>> seconds_until("Thu, 01 Jan 1970 00:01:00 GMT", now=10)
    50.0
    >>> seconds_until("soon", now=0)
    """
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 10:
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
        if date.tzinfo is None:  # "-0000": in UTC, says RFC 5322, whatever zone it came from
            date = date.replace(tzinfo=timezone.utc)
        return max(0.0, date.timestamp() - now)
    except (TypeError, ValueError, OverflowError, IndexError):  # what the parser makes of garbage
        return None


def has_opted_out(robots_tags: list[str], own_name: str = "") -> bool:
    """Whether X-Robots-Tag forbids use for machine learning to everyone, or to us by name.

    >>> has_opted_out(["noindex, noai"]), has_opted_out(["otherbot: noindex, noai"])
    (True, False)
    """
    return any(_tag_opts_out(tag.lower(), own_name.lower()) for tag in robots_tags)


def _tag_opts_out(tag: str, own_name: str) -> bool:
    """`noarchive, onebot: noai, noindex, otherbot: none`: a name holds up to the next one."""
    is_for_us = True
    for word in tag.split(","):
        name, colon, rest = word.partition(":")
        if colon and name.strip() not in _DIRECTIVES_WITH_VALUE:
            is_for_us = name.strip() in ("*", own_name)
            word = rest
        if is_for_us and word.strip() in OPT_OUTS:
            return True
    return False
