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
    HEAD_BYTES, Asking, Body, Cut, Patience, Refused, Untrusted, ask, looks_like_page, new_session,
    trouble_with,
)

if TYPE_CHECKING:
    from imagenet_utils.network.handles import TransferOptions

THERE = (200, 206)  # a part is asked for; not every server gives parts


class Kind(Enum):
    THERE = "there"
    ABSENT = "no such file"
    DENIED = "the server wants to know who asks, or does not like who asks"
    BUSY = "the server asks for a pause, or is out of order"
    UNTRUSTED = "nobody whom we trust vouches for the server"
    UNREACHED = "no connection"
    REFUSED = "anything else that asking again will not change"
    UNTRIED = "the library itself is missing"


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
    told = failed.description if failed else "no answer"
    is_untrusted = number in (pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_ISSUER_ERROR)
    return Answer(Kind.UNTRUSTED if is_untrusted else Kind.UNREACHED, told, took)


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
    span = {"Range": f"bytes=0-{HEAD_BYTES - 1}"}
    with new_session(address, asking) as session:
        try:
            response = ask(session, address, span, asking)
        except Untrusted as error:
            return Kind.UNTRUSTED, str(error)
        except Refused as error:
            return Kind.REFUSED, str(error)
        except Cut as error:
            return Kind.UNREACHED, str(error)
        with response:
            status = response.status_code
            if status not in THERE:
                return _kind_of_status(status), str(trouble_with(response))
            if looks_like_page(Body(response, asking.patience).read(HEAD_BYTES)):
                return Kind.DENIED, f"HTTP {status} with a web page in place of the file"
            return Kind.THERE, f"HTTP {status}"


def _kind_of_status(status: int) -> Kind:
    if status in THERE:
        return Kind.THERE
    if status in (404, 410):
        return Kind.ABSENT
    if status in (401, 403):
        return Kind.DENIED
    return Kind.BUSY if status in (408, 425, 429) or status >= 500 else Kind.REFUSED
