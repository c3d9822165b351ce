"""This machine's clock, held against the Date of whoever answers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import TimeoutError
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING

from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.patient import Line, Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.network.addresses import UrlParts

if TYPE_CHECKING:
    import requests

ANSWER_SECONDS = 5.0
MOST_SECONDS = 300.0  # further off, certificates and the report's finished_at suffer
TLS_SECONDS = 86_400.0  # further off, certificates that were just renewed are not valid yet


def clock(patient: Patient) -> Iterator[Finding]:
    """The median of what several hosts say: one of them may be wrong itself."""
    places = dict.fromkeys(place for _target, place in patient.places())
    asked = [begun(partial(seconds_ahead, place, patient.line)) for place in places]
    deadline = time.monotonic() + ANSWER_SECONDS
    offsets = []
    for future in asked:
        try:
            offset = future.result(max(0.0, deadline - time.monotonic()))
        except (TimeoutError, ImportError):  # packages are told by themselves
            continue
        if offset is not None:
            offsets.append(offset)
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    if offsets:
        yield _finding(now, statistics.median(offsets))
    elif places:
        yield warning(f"{now}, held against nothing: nobody answered", "Look whether it is right")
    else:
        yield ok(f"{now}, held against nothing: nobody is to be asked")


def seconds_ahead(place: UrlParts, line: Line) -> float | None:
    """How far this clock is ahead of the server's; None where it does not tell.

    Asked without a look at its certificate, which a wrong clock makes invalid; so nothing that is
    secret goes there, and of the answer nothing is believed but the time.
    """
    import requests
    import urllib3

    from imagenet_utils.doctor.asking import asking_of
    from imagenet_utils.obtaining.answers import new_session, proxies_for

    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    host = f"[{place.host}]" if ":" in place.host else place.host
    address = f"{place.scheme}://{host}:{place.port}/"
    asking = asking_of(line, ANSWER_SECONDS)
    try:
        with new_session(address, asking) as session:
            session.auth = _nobody
            answer = session.head(address, timeout=ANSWER_SECONDS, verify=False,
                                  allow_redirects=False, proxies=proxies_for(address, asking))
            said = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (requests.RequestException, OSError, KeyError, ValueError, TypeError, OverflowError):
        return None
    return time.time() - said


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """In place of what requests finds in ~/.netrc."""
    return request


def _finding(now: str, ahead: float) -> Finding:
    way = "ahead" if ahead > 0 else "behind"
    if abs(ahead) <= MOST_SECONDS:
        return ok(f"{now}, right to {abs(ahead):.0f} s")
    told = f"{now}, {_span(abs(ahead))} {way} of what servers say"
    cure = "Set it: timedatectl set-ntp true, or in the settings of the system"
    return problem(told, cure) if abs(ahead) >= TLS_SECONDS else warning(told, cure)


def _span(seconds: float) -> str:
    """
    >>> _span(400), _span(90_000)
    ('7 minutes', '25 hours')
    """
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    hours = seconds / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:,.0f} days"
