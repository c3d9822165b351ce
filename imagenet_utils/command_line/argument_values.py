"""What an option may be given, and how its text becomes a checked value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from imagenet_utils.passwords import without_passwords
from imagenet_utils.errors import UsageError

TRUE_WORDS = frozenset({"true", "yes", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "off", "0"})

BYTES_PER_UNIT = {
    "": 1, "B": 1,
    "K": 2**10, "KIB": 2**10, "KB": 10**3,
    "M": 2**20, "MIB": 2**20, "MB": 10**6,
    "G": 2**30, "GIB": 2**30, "GB": 10**9,
    "T": 2**40, "TIB": 2**40, "TB": 10**12,
}  # fmt: skip

Number = TypeVar("Number", int, float)


class Kind(Enum):
    """(what a message says was expected, the placeholder in the help)"""

    BOOL = ("True or False", "BOOL")
    WHOLE = ("a whole number", "N")
    NUMBER = ("a number", "N")
    BYTES = ("a number of bytes such as 500000, 64MiB or 1GiB", "N")
    CHOICE = ("one of", "NAME")
    PATH = ("a path", "PATH")
    ADDRESS = ("an address beginning with http:// or https://", "URL")
    URL = ("an address such as https://example.org/images", "URL")
    PLACE = ("a path or an address", "PATH_OR_URL")
    TEXT = ("a text", "TEXT")

    def __init__(self, expectation: str, placeholder: str) -> None:
        self.expectation = expectation
        self.placeholder = placeholder


class MustBe(Enum):
    """What a path that is given must find on the disk."""

    ANYTHING = "a path"
    FILE = "a file that exists"
    THERE = "a file or folder that exists"
    FOLDER_THERE = "a folder that exists"
    FOLDER = "a folder, or a path where one can be made"


@dataclass(frozen=True, slots=True)
class Option:
    """One row of a script's table of options."""

    name: str  # snake_case: the flag is --name, the attribute .name
    kind: Kind
    default: object  # the value itself, never its text; () for options given many times
    help: str
    group: str
    short: str = ""  # "b": the flag -b
    metavar: str = ""  # empty: the kind's
    default_told: str = ""  # where the value would not explain itself ("measured")
    everyday: bool = False  # shown by --help
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None  # a minimum that is itself excluded
    choices: tuple[str, ...] = ()
    must_be: MustBe = MustBe.ANYTHING
    is_repeatable: bool = False  # --x A --x B
    takes_list: bool = False  # --x A B, and --x A --x B

    @property
    def is_many(self) -> bool:
        return self.is_repeatable or self.takes_list

    @property
    def placeholder(self) -> str:
        return self.metavar or "|".join(self.choices) or self.kind.placeholder

    @property
    def default_words(self) -> str:
        return self.default_told or ("none" if self.default is None else str(self.default))

    @property
    def expectation(self) -> str:
        """
        >>> Option("batch_size", Kind.WHOLE, None, "", "", minimum=1, maximum=9).expectation
        'a whole number of 1 or more, at most 9'
        """
        if self.choices:
            return f"{self.kind.expectation} {', '.join(self.choices)}"
        words = self.must_be.value if self.must_be is not MustBe.ANYTHING else self.kind.expectation
        if self.above is not None:
            words += f" above {self.above:g}"
        if self.minimum is not None:
            words += f" of {self.minimum:g} or more"
        return words + (f", at most {self.maximum:.0f}" if self.maximum is not None else "")


def value_of(option: Option, text: str) -> object:
    """The option's value, within its bounds.  Raises UsageError."""
    try:
        return _READERS[option.kind](option, text)
    except ValueError as error:
        found = without_passwords(str(error) or repr(text))
    except OSError as error:  # a path that is too long, or beyond a folder that is locked
        found = f"{text!r}: {error.strerror}"
    raise UsageError(f"--{option.name}: expected {option.expectation}, got {found}")


def _boolean(option: Option, text: str) -> bool:
    word = text.strip().casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError


def _whole(option: Option, text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text.strip()):
        raise ValueError
    return _within_bounds(option, int(text))


def _number(option: Option, text: str) -> float:
    # float() alone would take "nan", "inf" and "1_0"
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text.strip()):
        raise ValueError
    return _within_bounds(option, float(text))


def _byte_count(option: Option, text: str) -> int:
    """
    >>> _byte_count(Option("cap", Kind.BYTES, None, "", ""), "1.5 KiB")
    1536
    """
    parts = re.fullmatch(r"([0-9]{1,18}(?:\.[0-9]{1,9})?) ?([a-zA-Z]{0,3})", text.strip())
    if not parts or parts[2].upper() not in BYTES_PER_UNIT:
        raise ValueError
    whole = parts[1].isdigit()
    number = int(parts[1]) if whole else float(parts[1])
    return _within_bounds(option, int(number * BYTES_PER_UNIT[parts[2].upper()]))


def _within_bounds(option: Option, number: Number) -> Number:
    too_small = option.minimum is not None and number < option.minimum
    too_large = option.maximum is not None and number > option.maximum
    not_above = option.above is not None and number <= option.above
    if not math.isfinite(number) or too_small or too_large or not_above:
        raise ValueError
    return number


def _choice(option: Option, text: str) -> str:
    word = text.strip().casefold()
    if word not in option.choices:
        raise ValueError
    return word


def _path(option: Option, text: str) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError
    path = _expanded(text)
    wanted = option.must_be
    if wanted is MustBe.FILE and not path.is_file():
        raise ValueError(f"{text!r}, which is {_what_stands_at(path)}")
    if wanted is MustBe.THERE and not path.exists():
        raise ValueError(f"{text!r}, which is {_what_stands_at(path)}")
    if wanted is MustBe.FOLDER_THERE and not path.is_dir():
        raise ValueError(f"{text!r}, which is {_what_stands_at(path)}")
    if wanted is MustBe.FOLDER and not _can_be_folder(path):
        raise ValueError(f"{text!r}, where a file is in the way")
    return path


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"{text!r}, which names a user who has no home folder here") from None


def _what_stands_at(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    if path.is_file():
        return "a file"
    return "a device or a pipe" if path.exists() else "not there"


def _can_be_folder(path: Path) -> bool:
    """Whether the nearest thing that exists on the way to `path` is a folder."""
    for place in (path.absolute(), *path.absolute().parents):
        if place.exists():
            return place.is_dir()
    return False


def _address(option: Option, text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError from None
    if parts.scheme.lower() not in ("http", "https") or not has_host:
        raise ValueError
    return text.strip()


def _proxy(option: Option, text: str) -> str:
    """Without a path: what looks like one is the rest of a password that was cut in two."""
    try:
        address = _address(option, text)
        if urlsplit(address).path in ("", "/"):
            return address
    except ValueError:
        pass
    shown = re.sub(r"\S*@", "***@", text)
    raise ValueError(f"{shown!r}; in a password write / as %2F, @ as %40 and : as %3A")


def _place(option: Option, text: str) -> str:
    """A local path that exists, or an address; kept as text, for it may be either."""
    if re.match(r"https?://", text.strip(), re.IGNORECASE):
        return _address(option, text)
    if "://" in text:
        raise ValueError(f"{text!r}; addresses begin with http:// or https://")
    if not text.strip() or "\0" in text or not _expanded(text).exists():
        raise ValueError(f"{text!r}, which is not there")
    return str(_expanded(text))


def _text(option: Option, text: str) -> str:
    # A line break would smuggle a header into a request.
    if not text.strip() or any(ord(letter) < 32 for letter in text):
        raise ValueError
    return text.strip()


_READERS = {
    Kind.BOOL: _boolean,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.BYTES: _byte_count,
    Kind.CHOICE: _choice,
    Kind.PATH: _path,
    Kind.ADDRESS: _proxy,
    Kind.URL: _address,
    Kind.PLACE: _place,
    Kind.TEXT: _text,
}
