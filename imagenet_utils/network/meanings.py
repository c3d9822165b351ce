"""What a server's status, or an error of libcurl's, means for a picture."""

from __future__ import annotations

import pycurl

from imagenet_utils.model import Failure, Reason


def failure_of_status(status: int) -> Failure:
    reason = _REASON_OF_STATUS.get(status)
    if reason is None:
        reason = Reason.REFUSED if status // 100 in (3, 4) else Reason.SERVER_ERROR
    return Failure(reason, f"HTTP {status}")


def failure_of_error(error: int, text: str) -> Failure:
    reason = _REASON_OF_ERROR.get(error, Reason.UNREACHABLE)
    return Failure.of(reason, f"{text or 'no answer'} (libcurl {error})")


_REASON_OF_STATUS = {
    404: Reason.GONE,
    407: Reason.UNREACHABLE,  # a proxy wants a password: nothing is known of the picture
    408: Reason.TIMEOUT,
    410: Reason.GONE,
    429: Reason.THROTTLED,
    451: Reason.GONE,
}

# Whatever stands not here is a fault of the connection: names, connects, TLS, resets, cuts before
# the announced end, answers that are not HTTP.
_REASON_OF_ERROR = {
    pycurl.E_URL_MALFORMAT: Reason.REFUSED,
    pycurl.E_TOO_MANY_REDIRECTS: Reason.REFUSED,
    pycurl.E_OPERATION_TIMEDOUT: Reason.TIMEOUT,
    pycurl.E_BAD_CONTENT_ENCODING: Reason.DAMAGED,
}
