"""Proxies and certificate bundles from the environment, for both HTTP libraries alike."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping, MutableMapping

from imagenet_utils.errors import UsageError

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
BUNDLE_VARIABLES = ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def lower_case_proxies(environment: MutableMapping[str, str]) -> None:
    """libcurl reads HTTP_PROXY in lower case only, since CGI scripts get it from clients."""
    for name in PROXY_VARIABLES:
        if name not in environment and name.upper() in environment:
            environment[name] = environment[name.upper()]


def is_proxied(
    scheme: str, host: str, *, proxy: str | None, environment: Mapping[str, str]
) -> bool:
    """Whether a request surely goes through a proxy, whose address is then the one connected to.

    The variables are those in lower case; NO_PROXY holds for a proxy by option too, as in libcurl.
    """
    names = (f"{scheme}_proxy", "all_proxy")
    if not proxy and not any(environment.get(name) for name in names):
        return False
    entries = environment.get("no_proxy", "").replace(",", " ").split()
    return not any(_bypasses(entry, host) for entry in entries)


def certificate_bundle(environment: Mapping[str, str]) -> str:
    """The path of the bundle the user named, else certifi's.  Raises UsageError."""
    for name in BUNDLE_VARIABLES:
        path = environment.get(name)
        if path:
            if not os.path.exists(path):
                raise UsageError(f"{path}: no such certificate bundle", f"Mend {name}")
            return path
    import certifi

    return certifi.where()


def _bypasses(entry: str, host: str) -> bool:
    """As libcurl reads an entry of NO_PROXY: `*`, a domain with all below it, a network."""
    if entry == "*":
        return True
    host = host.lower().rstrip(".")
    domain = entry.lower().strip(".")
    if host == domain or host.endswith(f".{domain}"):
        return True
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
        return ipaddress.ip_address(host.strip("[]")) in network
    except ValueError:
        return False
