"""Why the web did not give what was asked of it."""

from __future__ import annotations

from imagenet_utils.errors import Unobtainable


class Missing(Unobtainable):
    """There is no such file (404, 410)."""


class NeedsAccess(Unobtainable):
    """The server wants to know who asks, or does not like who asks (401, 403, a page to log in)."""


class Changed(Unobtainable):
    """No longer the file that it was: what is known of its bytes is void."""


class CutShort(Unobtainable):
    """It began well, or may begin well another time: worth another run, as no other of these is."""


class Stopped(Exception):
    """The run has no use for more."""
