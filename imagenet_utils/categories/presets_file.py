"""The sets of categories in `data/presets.txt`, whose head tells how it is written.

What is damaged ends the run: half a preset would be a data set that nobody knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from imagenet_utils.errors import UsageError
from imagenet_utils.model import Wnid

SIGN = "@"  # before a preset's name; no category's name begins with it
CURE = "The file came with the program: get it anew"
LONGEST_QUOTE = 40  # characters of a line that is shown

_NAME = "[a-z0-9]+(?:_[a-z0-9]+)*"
_CODE = "n[0-9]{8}"


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of categories that others have chosen."""

    name: str  # without the sign
    title: str  # what it holds, for people
    also: tuple[str, ...]  # its other names
    source: str  # the address where its list was published
    codes: tuple[Wnid, ...]  # in their order

    def __str__(self) -> str:
        return f"{SIGN}{self.name} ({len(self.codes):,} categories: {self.title})"


class _Field(NamedTuple):
    expected: str  # as a message has it
    pattern: str
    is_needed: bool = True


# In the order of lines.
_FIELDS = {
    "name": _Field(f"{SIGN} and a name of a-z, 0-9 and _", f"{SIGN}({_NAME})"),
    "title": _Field("title: and what it holds", r"title: (\S.*)"),
    "also": _Field("also: and names", f"also: ({_NAME}(?: {_NAME})*)", is_needed=False),
    "source": _Field("source: and an address", r"source: (https?://\S+)"),
}
_CODES = _Field("codes with a blank between", f"({_CODE}(?: {_CODE})*)")


class _Line(NamedTuple):
    number: int  # from 1
    text: str


def read_presets(path: Path) -> tuple[Preset, ...]:
    """In the file's order.  Raises UsageError with the first line that is wrong."""
    try:
        presets = tuple(map(_preset_of, _paragraphs_in(_text_of(path.read_bytes()))))
        _refuse_names_alike(presets)
    except ValueError as error:
        raise UsageError(f"{path}, {error}", CURE) from None
    return presets


def name_key(name: str) -> str:
    """Equal for names that people take for one.

    >>> name_key("Tiny-ImageNet 200") == name_key("tiny_imagenet_200")
    True
    """
    return re.sub(r"[-_\s]", "", name.casefold())


def _text_of(data: bytes) -> str:
    try:
        return data.decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(f"line {line}: expected ASCII, "
                         f"found byte 0x{data[error.start]:02x}") from None


def _paragraphs_in(text: str) -> Iterator[list[_Line]]:
    lines: list[_Line] = []
    for number, line in enumerate(f"{text}\n\n".split("\n"), 1):
        if line and not line.startswith("#"):
            lines.append(_Line(number, line))
        elif lines and not line:
            yield lines
            lines = []


def _preset_of(lines: Sequence[_Line]) -> Preset:
    """Raises ValueError with the number of the line, what was expected there, and what is."""
    rest, end = list(lines), lines[-1].number + 1
    found = {name: _taken(rest, field, end) for name, field in _FIELDS.items()}
    codes: list[Wnid] = []
    while rest or not codes:
        codes += map(Wnid, _taken(rest, _CODES, end).split())
    if any(code >= following for code, following in zip(codes, codes[1:])):
        raise ValueError(f"line {lines[0].number}: expected codes in their order, each once, "
                         f"found others in {SIGN}{found['name']}")
    return Preset(found["name"], found["title"], tuple(found["also"].split()),
                  found["source"], tuple(codes))


def _taken(rest: list[_Line], field: _Field, end: int) -> str:
    """What the first line says of `field`, taken off; nothing where it may be left out.

    `end` is the number of the line behind the last one.
    """
    match = re.fullmatch(field.pattern, rest[0].text) if rest else None
    if match:
        del rest[0]
        return match[1]
    if not field.is_needed:
        return ""
    number, text = rest[0] if rest else (end, "")
    raise ValueError(f"line {number}: expected {field.expected}, "
                     f"found {text[:LONGEST_QUOTE]!r}")


def _refuse_names_alike(presets: Sequence[Preset]) -> None:
    owners: dict[str, Preset] = {}
    for preset in presets:
        for name in (preset.name, *preset.also):
            owner = owners.setdefault(name_key(name), preset)
            if owner is not preset:
                raise ValueError(f"expected names of their own, "
                                 f"found {SIGN}{name} for {owner.name} and {preset.name}")
