"""What archives the options lead to; looked for once in a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from imagenet_utils.archives.known import Role
from imagenet_utils.ilsvrc.addresses_file import PREFIX, archive_addresses, unused_text
from imagenet_utils.ilsvrc.shelf import Shelf
from imagenet_utils.options import RunOptions


def shelf_of(options: RunOptions) -> Shelf:
    """Raises UsageError for what is named and can't be made out."""
    variables = tuple(sorted(item for item in os.environ.items() if item[0].startswith(PREFIX)))
    return _shelf(options.archives.directory, options.archives.named, variables)


def alternatives(shelf: Shelf, roles: Sequence[Role]) -> list[Shelf]:
    """One for each way to have all of the roles: the best places, the second best, and so on."""
    found = {role: shelf.places_of(role) for role in roles}
    most = max(map(len, found.values()), default=0)
    others = tuple(place for place in shelf.places if place.role not in found)
    return [replace(shelf, places=others + tuple(
        places[min(number, len(places) - 1)] for places in found.values() if places))
        for number in range(most)]


@lru_cache(maxsize=4)
def _shelf(
    directory: Path, named: tuple[str, ...], variables: tuple[tuple[str, str], ...]
) -> Shelf:
    shelf = Shelf.of(directory, named)
    addresses: dict[str, str] = {}
    files: dict[str, Path] = {}
    unused: list[str] = []
    for file in shelf.addresses_files:
        found = archive_addresses({}, [file])
        addresses |= found
        files |= dict.fromkeys(found, file)
        if not found:
            unused.append(unused_text(file))
    for role, address in archive_addresses(dict(variables), ()).items():
        addresses[role] = address
        files.pop(role, None)
    return replace(shelf.with_addresses(addresses, files),
                   remarks=(*shelf.remarks, *unused))
