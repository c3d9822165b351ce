"""One question to one place by each HTTP library, with the settings of a run."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from imagenet_utils import __version__
from imagenet_utils.archives.access import Access, access_to
from imagenet_utils.doctor.patient import Line, Target
from imagenet_utils.obtaining.answers import (
    HEAD_BYTES, Absent, Asking, Body, Cut, Denied, Patience, Refused, Slow, Untrusted, ask,
    looks_like_page, new_session, trouble_of, trouble_with,
)

if TYPE_CHECKING:
    import requests

    from imagenet_utils.network.handles import TransferOptions

THERE = (200, 206)  # a part is asked for; not every server gives parts


class Kind(Enum):
    THERE = "there"
    ABSENT = "no such file"
    DENIED = "the server wants to know who asks, or does not like who asks"
    BUSY = "the server asks for a pause, or is out of order"
    UNTRUSTED = "nobody whom we trust vouches for the server"
    SLOW = "connected, and no answer so far"
    UNREACHED = "no connection"
    REFUSED = "anything else that asking again will not change"
    UNTRIED = "the library itself is missing"


KINDS = {Absent: Kind.ABSENT, Denied: Kind.DENIED, Refused: Kind.REFUSED, Cut: Kind.BUSY}


@dataclass(frozen=True, slots=True)
class Answer:
    kind: Kind
    told: str
    seconds: float = 0.0


def by_requests(target: Target, line: Line, seconds: float) -> Answer:
    """As lists, boxes and whole archives are fetched."""
    began = time.monotonic()
    try:
        asking = asking_of(line, seconds, _access(target, line))
        kind, told = _asked(target.address, asking)
    except ImportError as error:
        return Answer(Kind.UNTRIED, str(error))
    return Answer(kind, told, time.monotonic() - began)


def by_libcurl(target: Target, line: Line, seconds: float) -> Answer:
    """As pictures are fetched, and parts of archives."""
    try:
        import pycurl

        from imagenet_utils.network.byte_budget import ByteBudget, shared_bytes
        from imagenet_utils.network.handles import leave_quickly
        from imagenet_utils.network.transfer import Transfer
    except ImportError as error:
        return Answer(Kind.UNTRIED, str(error))
    options = transfer_options(line, seconds, _access(target, line))
    transfer = Transfer(options, ByteBudget(shared_bytes(1), 0))
    leave_quickly(transfer.curl)
    number, text = 0, ""
    try:
        transfer.begin(0, target.address, (0, HEAD_BYTES))
        transfer.curl.perform()
    except pycurl.error as failure:
        number, text = failure.args
    except UnicodeError:
        return Answer(Kind.REFUSED, "letters in the address that libcurl does not take")
    failed = transfer.outcome(number, text)
    status, took = transfer.http_status, transfer.curl.getinfo(pycurl.TOTAL_TIME)
    if status:
        return Answer(_kind_of_status(status), f"HTTP {status}", took)
    kind = Kind.UNREACHED
    if number in (pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_ISSUER_ERROR):
        kind = Kind.UNTRUSTED
    elif number == pycurl.E_OPERATION_TIMEDOUT and transfer.curl.getinfo(pycurl.CONNECT_TIME):
        kind = Kind.SLOW
    return Answer(kind, failed.description if failed else "no answer", took)


def asking_of(line: Line, seconds: float, access: Access | None = None) -> Asking:
    patience = Patience(answer_seconds=seconds, stall_seconds=seconds, tries=1)
    return Asking(patience, access, line.user_agent, line.proxy)


def transfer_options(
    line: Line, seconds: float, access: Access | None = None
) -> TransferOptions:
    from imagenet_utils.network.handles import TransferOptions

    return TransferOptions(
        timeout_seconds=seconds, max_image_bytes=HEAD_BYTES, proxy=line.proxy,
        user_agent=line.user_agent or f"imagenet_utils/{__version__}",
        honours_opt_out=False, bytes_per_second=None, access=access,
    )


def _access(target: Target, line: Line) -> Access | None:
    if not target.is_archive:
        return None
    return access_to(target.address, environment=os.environ, cookie_file=line.cookie_file)


def _asked(address: str, asking: Asking) -> tuple[Kind, str]:
    try:
        with new_session(address, asking) as session:
            return _answered(session, address, asking)
    except Untrusted as error:
        return Kind.UNTRUSTED, str(error)
    except Refused as error:
        return Kind.REFUSED, str(error)
    except Slow as error:
        return Kind.SLOW, str(error)
    except Cut as error:
        return Kind.UNREACHED, str(error)


def _answered(session: requests.Session, address: str, asking: Asking) -> tuple[Kind, str]:
    span = {"Range": f"bytes=0-{HEAD_BYTES - 1}"}
    with ask(session, address, span, asking) as response:
        if response.status_code not in THERE:
            trouble = trouble_with(response)
            return KINDS[type(trouble)], str(trouble)
        told = f"HTTP {response.status_code}"
        if looks_like_page(Body(response, asking.patience).read(HEAD_BYTES)):
            return Kind.DENIED, f"{told} with a web page in place of the file"
        return Kind.THERE, told


def _kind_of_status(status: int) -> Kind:
    if status in THERE:
        return Kind.THERE
    return KINDS[type(trouble_of(status, ""))]
