"""The host whose manners a piece of work has to keep to, if it needs any."""

from __future__ import annotations

from imagenet_utils.job.category_run import Work
from imagenet_utils.job.settlement import unasked
from imagenet_utils.model import Outcome, PassingLocation, RangeLocation, Reason, UrlLocation
from imagenet_utils.network.addresses import registrable_domain, url_parts


def host_of(work: Work, most_image_bytes: int) -> str | Outcome:
    """"" needs nobody, for the bytes are on this disk or came by; an Outcome says why nobody can
    be asked."""
    location = work.listed
    if work.body is not None:
        return ""
    if isinstance(location, (PassingLocation, RangeLocation)) and location.size > most_image_bytes:
        return unasked(Reason.TOO_LARGE, f"more than {most_image_bytes:,} bytes")
    if isinstance(location, PassingLocation):
        return unasked(Reason.NOT_TRIED, "its archive has to be read anew")
    if not isinstance(location, (UrlLocation, RangeLocation)):
        return ""
    parts = url_parts(location.wire)
    if parts is None:
        return unasked(Reason.REFUSED, "no http or https URL")
    return registrable_domain(parts.host)
