"""What archives the options lead to; looked for once in a run."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from imagenet_utils.ilsvrc.addresses_file import archive_addresses
from imagenet_utils.ilsvrc.shelf import Shelf
from imagenet_utils.options import RunOptions


def shelf_of(options: RunOptions) -> Shelf:
    """Raises UsageError for what is named and can't be made out."""
    variables = tuple(sorted(item for item in os.environ.items() if item[0].startswith(PREFIX)))
    return _shelf(options.archives.directory, options.archives.named, variables)


PREFIX = "DOWNLOAD_URL_"


@lru_cache(maxsize=4)
def _shelf(
    directory: Path, named: tuple[str, ...], variables: tuple[tuple[str, str], ...]
) -> Shelf:
    shelf = Shelf.of(directory, named)
    return shelf.with_addresses(archive_addresses(dict(variables), shelf.addresses_files))
