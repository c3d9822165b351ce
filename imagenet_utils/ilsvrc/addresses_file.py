"""The addresses of the archives, which are the user's to bring: DOWNLOAD_URL_train and its like.

They come from the environment, or from a file that a shell could read, too.  Here it is parsed and
never run: a line that a shell would do something with is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from imagenet_utils.archives.known import Role
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.text_lines import bytes_of_file, lines_in

ROLES = tuple(role.value for role in Role)
PREFIX = "DOWNLOAD_URL_"
LIMIT = 64 * 1024  # bytes of a file of a dozen lines

ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)
VALUE = re.compile(r"""
    (?: "(?P<double>[^"]*)" | '(?P<single>[^']*)' | (?P<bare>[^\s"']*) )
    (?: \s+\#.* | \s* )
""", re.VERBOSE)
QUOTED = re.compile("\"[^\"]*\"|'[^']*'")
ALIVE = re.compile(r"[$`\\]")  # a shell expands it, even between double quotes
ALIVE_UNQUOTED = re.compile(r"[$`\\;|&<>(){}*!~\[\]]")
ADDRESS = re.compile(r"https?://[^\s\x00-\x1f]+", re.IGNORECASE)

HOW_TO_WRITE = 'Write export DOWNLOAD_URL_train="https://..."; the file is read, never run'


def archive_addresses(environment: Mapping[str, str], files: Sequence[Path]) -> dict[str, str]:
    """Role -> address; the environment before the files, and of the files the last.

    Raises UsageError.  No message shows a value: an address may have a password in it.
    """
    addresses: dict[str, str] = {}
    for path in files:
        addresses |= _in_file(path)
    for role in ROLES:
        name = PREFIX + role
        value = environment.get(name) or environment.get(name.upper())  # as Windows has it
        if value:
            addresses[role] = _address(value, name)
    return addresses


def unused_text(path: Path) -> str:
    """What is told of a file that looks like one of addresses, and has none."""
    return f"{path}: no {PREFIX}train or the like is set in it"


def _in_file(path: Path) -> dict[str, str]:
    addresses = {}
    for number, line in enumerate(lines_in(bytes_of_file(path, LIMIT), str(path)), 1):
        where = f"{path}, line {number}"
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, value = _assignment(text, where)
        if name.startswith(PREFIX) and value:
            addresses[_role(name, where)] = _address(value, f"{where}: {name}")
    return addresses


def _assignment(text: str, where: str) -> tuple[str, str]:
    """Name and value of a line that sets one variable to one fixed text.  Raises UsageError."""
    line = ASSIGNMENT.fullmatch(text)
    if line is None:
        raise UsageError(f"{where}: expected NAME=VALUE, found something else", HOW_TO_WRITE)
    name, rest = line.groups()
    value = VALUE.fullmatch(rest)
    alive = _alive_in(rest, value)
    if alive:
        cure = "Put the address between single quotes, with nothing behind it but a comment"
        raise UsageError(f"{where}: {name} has {alive!r}, which a shell would act upon", cure)
    if value is None:
        raise UsageError(f"{where}: expected one quoted value for {name}, found something else",
                         HOW_TO_WRITE)
    return name, next(part for part in value.groups() if part is not None)


def _alive_in(rest: str, value: re.Match[str] | None) -> str:
    """The first character of a value that is not just itself; empty if there is none."""
    if value is None:
        found = ALIVE_UNQUOTED.search(QUOTED.sub("", rest))
    elif value["bare"] is not None:
        found = ALIVE_UNQUOTED.search(value["bare"])
    elif value["double"] is not None:
        found = ALIVE.search(value["double"])
    else:
        found = None
    return found[0] if found else ""


def _role(name: str, where: str) -> str:
    role = name.removeprefix(PREFIX)
    if role not in ROLES:
        known = ", ".join(PREFIX + each for each in ROLES)
        raise UsageError(f"{where}: {name} is not known", f"Known are {known}")
    return role


def _address(value: str, where: str) -> str:
    address = value.strip()
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"{where}: expected an address that begins with https:// or http://",
                         "Name an archive on this disk with --archive")
    return address
