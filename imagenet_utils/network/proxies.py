"""Proxies and certificate bundles from the environment, for both HTTP libraries alike."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

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
    """Whether a request goes through a proxy, whose address is then the one connected to."""
    names = (f"{scheme}_proxy", "all_proxy")
    if not proxy and not any(environment.get(name) for name in names):
        return False
    bypassed = environment.get("no_proxy", "")
    return not (bypassed and proxy_bypass_environment(host, {"no": bypassed}))


def certificate_bundle(environment: Mapping[str, str]) -> str:
    """The path of the bundle the user named, else certifi's."""
    for name in BUNDLE_VARIABLES:
        if environment.get(name):
            return environment[name]
    import certifi

    return certifi.where()
