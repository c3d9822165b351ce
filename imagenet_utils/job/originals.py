"""Pictures that lie elsewhere on this disk and need not be fetched, found by their ids."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from imagenet_utils.categories.labels import safe_label
from imagenet_utils.job.found_files import pictures_in
from imagenet_utils.model import Category
from imagenet_utils.results.layout import images_dir


class Originals:
    """In folders as a save_dir has them, in one for each category, or all in one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def of(self, category: Category, folder_name: str) -> Mapping[str, str]:
        """Paths by the stem of a file's name."""
        folder = self._root / folder_name
        by_code = self._root / safe_label(category.code)  # Open Images' begin with a slash
        own: list[str | Path] = [images_dir(str(folder)), folder, by_code]
        return ChainMap(*map(_pictures_by_stem, own), self._in_one)

    @cached_property
    def _in_one(self) -> dict[str, str]:
        return _pictures_by_stem(self._root)


def _pictures_by_stem(folder: str | Path) -> dict[str, str]:
    found, _ = pictures_in(str(folder), ())
    return {stem: os.path.join(folder, file.name) for stem, file in found.items()}
