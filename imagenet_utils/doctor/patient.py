"""What the checks need to know of a script's options."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils.network.addresses import UrlParts, url_parts
from imagenet_utils.network.proxies import is_proxied

if TYPE_CHECKING:
    from imagenet_utils.options import RunOptions


@dataclass(frozen=True, slots=True)
class Target:
    """A place on the web that a run would ask."""

    purpose: str
    address: str
    is_needed: bool  # the run ends without it
    cure: str  # what works instead
    is_archive: bool = False  # whoever asks may have to log in


@dataclass(frozen=True, slots=True)
class Line:
    """How a run asks."""

    proxy: str | None = None  # None: what the environment says
    user_agent: str = ""  # empty: the tool's name
    cookie_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """What a run reads."""

    table: Path
    url_list: Path
    annotations: Path
    needs_table: bool  # it is the table's marks that count
    needs_annotations: bool
    is_annotations_given: bool = False  # else it may be there under its older name


@dataclass(frozen=True, slots=True)
class Run:
    """What fetching pictures takes beyond a folder."""

    archives_dir: Path
    archives: tuple[str, ...]  # as --archive names them
    min_free_disk: int
    processes: int  # 0: no others, --parallel False
    options: RunOptions | None = None  # None: packages are missing, or it needs no source


@dataclass(frozen=True, slots=True)
class Patient:
    folder: Path  # where results go, be it there or not
    files: Files
    targets: tuple[Target, ...] = ()
    line: Line = field(default_factory=Line)
    run: Run | None = None  # None: no pictures are fetched

    def places(self) -> Iterator[tuple[Target, UrlParts]]:
        """Where the targets lead; one that is no address leads nowhere."""
        for target in self.targets:
            if place := url_parts(target.address):
                yield target, place

    def is_proxied(self, place: UrlParts) -> bool:
        return is_proxied(place.scheme, place.host, proxy=self.line.proxy, environment=os.environ)
