"""A page as one file: template, styles, script and data, under a policy that lets nothing else in.

All of it stands in the page itself: what is opened from a disk can load no data, and hashes name
the only script and the only styles that a browser may heed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from imagenet_utils.contact_sheet.elements import Element, html, speakable

_HERE = Path(__file__).parent
# A browser reads these as markup, or an older one as the end of a line, within a script too.
_FOR_SCRIPTS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def page(name: str, data: object, **values: str | Element | tuple[Element, ...]) -> bytes:
    """The template of that name; texts are escaped, elements become markup."""
    style, script = _asset("page.css"), _asset("shared.js") + "\n" + _asset(f"{name}.js")
    filled = {key: escape(speakable(value)) if isinstance(value, str) else
              html(*(value if isinstance(value, tuple) else (value,)))
              for key, value in values.items()}
    text = Template(_asset(f"{name}.html")).substitute(
        filled, head=_head(style, script), script=script, data=embedded(data))
    return text.encode("utf-8", "replace")


def embedded(data: object) -> str:
    """JSON that can stand within a script element.

    >>> embedded(["</script>"])
    '["\\\\u003c/script\\\\u003e"]'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return speakable(text).translate(_FOR_SCRIPTS)


def policy(style: str, script: str) -> str:
    """Nothing from elsewhere: pictures of this disk, one script, one sheet of styles."""
    return "; ".join((
        "default-src 'none'", "img-src 'self' file: data:", f"style-src '{_digest(style)}'",
        f"script-src '{_digest(script)}'", "base-uri 'none'", "form-action 'none'",
    ))


def _head(style: str, script: str) -> str:
    return Template(_asset("head.html")).substitute(
        policy=escape(policy(style, script)), style=style)


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8").rstrip("\n")
