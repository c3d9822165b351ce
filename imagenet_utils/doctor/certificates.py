"""Whom this machine trusts, and who vouches for a server that it does not."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

from imagenet_utils.doctor.patient import Line, Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import UsageError
from imagenet_utils.network.addresses import UrlParts
from imagenet_utils.network.proxies import BUNDLE_VARIABLES, certificate_bundle

# What OpenSSL says of a certificate, and what helps; the last line helps with all the rest.
CURES = (
    ("expired", "See clock above; if that is right, the server's keeper has to renew it"),
    ("not yet valid", "See clock above: it is behind"),
    ("match", "Somebody else answers in its place: is there a page to log in to this network?"),
    ("", "If that is your company's or your proxy's authority, append its certificate (PEM) to a"
     " copy of certifi's bundle, and name the copy: CURL_CA_BUNDLE=/path/to/bundle.pem"),
)
HASHED_NAME = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # as `openssl rehash` links them


def bundle(patient: Patient) -> Iterator[Finding]:
    try:
        path = certificate_bundle(os.environ)
    except UsageError as error:
        yield problem(error.problem, f"{error.cure}, or unset it: certifi's bundle serves then")
        return
    except ImportError:
        yield warning("none is named, and certifi's is not there", "See packages above")
        return
    named = next((name for name in BUNDLE_VARIABLES if os.environ.get(name)), "certifi's")
    try:
        count = _authorities_in(Path(path))
    except (OSError, ssl.SSLError) as error:
        yield problem(f"{path} ({named}): {error.strerror or error}", f"Mend {named}")
        return
    if count:
        yield ok(f"{count:,} authorities are trusted, {path} ({named})")
    else:
        yield problem(f"{path} ({named}): no authority in it",
                      f"Mend {named}; a folder of certificates needs: openssl rehash {path}")


def trust_cure(told: str) -> str:
    """
    >>> trust_cure("certificate verify failed: certificate is not yet valid")
    'See clock above: it is behind'
    >>> trust_cure("name mismatch: not valid for 'expired.example'").partition(":")[0]
    'Somebody else answers in its place'
    """
    own_words = re.sub("'[^']*'", "", told)  # without names of hosts
    return next(cure for word, cure in CURES if word in own_words)


def issuer_of(place: UrlParts, line: Line, seconds: float) -> str:
    """Who signed what the server shows, empty where nobody tells; only a handshake is sent."""
    import pycurl

    from imagenet_utils.doctor.asking import transfer_options
    from imagenet_utils.network.handles import new_handle

    host = f"[{place.host}]" if ":" in place.host else place.host
    curl = new_handle(transfer_options(line, seconds))
    curl.setopt(pycurl.URL, f"{place.scheme}://{host}:{place.port}/")
    curl.setopt(pycurl.SSL_VERIFYPEER, 0)
    curl.setopt(pycurl.SSL_VERIFYHOST, 0)
    curl.setopt(pycurl.OPT_CERTINFO, 1)
    curl.setopt(pycurl.CONNECT_ONLY, 1)
    try:
        curl.perform()
        chain = curl.getinfo(pycurl.INFO_CERTINFO)
    except pycurl.error:
        return ""
    finally:
        curl.close()
    facts = dict(pair for pair in chain[0] if len(pair) == 2) if chain else {}
    return str(facts.get("Issuer", ""))


def _authorities_in(path: Path) -> int:
    if path.is_dir():
        return sum(HASHED_NAME.fullmatch(each.name) is not None for each in path.iterdir())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    return len(context.get_ca_certs())
