"""Pieces of HTML as trees, in which no text can become markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

Element = ElementTree.Element
Child = Element | str

# What XML can't hold, and a browser would not show.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *children: Child | None, **attributes: object) -> Element:
    """`class_` is the attribute class, `data_x` data-x; one that is None is left out.

    >>> html(element("a", "1 < 2", href='"x"', title=None))
    '<a href="&quot;x&quot;">1 &lt; 2</a>'
    """
    made = ElementTree.Element(tag, {
        name.rstrip("_").replace("_", "-"): speakable(str(value))
        for name, value in attributes.items() if value is not None})
    for child in children:
        if isinstance(child, str):
            _append_text(made, speakable(child))
        elif child is not None:
            made.append(child)
    return made


def html(*elements: Element) -> str:
    return "".join(ElementTree.tostring(each, encoding="unicode", method="html")
                   for each in elements)


def speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("\ufffd", text)


def _append_text(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
