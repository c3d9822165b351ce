"""Addresses may carry a password, or a pass signed for a day; what is shown or logged must not."""

from __future__ import annotations

import re

_USER = re.compile(  # a password may hold / ? # that nobody wrote as %2F: then no port follows
    r"(?<=://)(?:[^/\s?#@:\[]*:(?![0-9]{1,5}[/?#])\S*@|[^/\s?#]*@)")
_LOGIN = re.compile(r"(?<=://)[^/\s?#]*@")  # of a URL that libcurl takes
_PASS = re.compile(  # as clouds that store archives and sites with logins call it
    r"(?<=[?&])([\w.-]*(?:sig|signature|token|key|secret|password|credential)=)"
    r"[^&#\s]*[^&#\s:;,.]", re.I)


def without_login(url: str) -> str:
    """Of a picture, where others will see it; what else it says is part of its address.

    >>> without_login("https://me:secret@a.example/b@2x.jpg?key=1")
    'https://a.example/b@2x.jpg?key=1'
    """
    return _LOGIN.sub("", url) if "@" in url else url


def without_passwords(text: str) -> str:
    """
    >>> without_passwords("no answer from http://me:secret@proxy.example:3128/x")
    'no answer from http://***@proxy.example:3128/x'
    >>> without_passwords("Failed to parse: http://me:se/cret@proxy.example:3128")
    'Failed to parse: http://***@proxy.example:3128'
    >>> without_passwords("https://a.example/x.tar?versionId=3&X-Amz-Signature=0a1b: HTTP 403")
    'https://a.example/x.tar?versionId=3&X-Amz-Signature=***: HTTP 403'
    """
    return _PASS.sub(r"\1***", _USER.sub("***@", text))
