"""Where a case is measured: a folder in memory, the origin, its lists, and one run of one side."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.addresses import Addresses, Ills, Wish, written
from tests.benchmarks.certificates import environment_with
from tests.benchmarks.links import Link, shaped
from tests.benchmarks.nginx import Origin, origin
from tests.benchmarks.relay import relay_to
from tests.benchmarks.sides import Side
from tests.benchmarks.whole_process import Cost, cost_of

MEMORY = Path("/dev/shm")
PICTURE_SUFFIXES = (".jpg",)


@dataclass(frozen=True, slots=True)
class Ground:
    folder: Path
    origin: Origin
    pairs: int
    is_shaped: bool  # whether loopback can be given a rate

    @property
    def result(self) -> Path:
        return self.folder / "result"

    @contextmanager
    def line(self, link: Link, *, is_secure: bool = False) -> Iterator[tuple[str, str]]:
        """What the URLs begin with while the link is there, and the place of the pictures."""
        base = self.origin.secure_base if is_secure else self.origin.base
        if link.is_lossy:
            with relay_to(urlsplit(base).port or 0) as port:
                yield f"http://127.0.0.1:{port}", link.place
        elif link.mbit and not self.is_shaped:
            yield base, link.shared_place
        else:
            with shaped(link):
                yield base, link.place

    def lists(
        self, name: str, wishes: Sequence[Wish], codes: Sequence[str] | None = None
    ) -> Addresses:
        """In a folder of this name; what another list of the same name had is gone."""
        folder = self.folder / "lists" / name
        shutil.rmtree(folder, ignore_errors=True)
        return written(folder, wishes, codes)

    def run(self, side: Side, lists: Addresses, *, keeps: str = "") -> Cost:
        """Into an empty folder; SystemExit unless all that can be had is there at the end.

        Of what it writes, nothing is left but the file that is called `keeps`, in our folder.
        """
        self.result.mkdir()
        cost = self.run_again(side, lists)
        if (self.result / keeps).is_file():
            (self.result / keeps).replace(self.folder / keeps)
        self.forget(lists)
        return cost

    def run_again(self, side: Side, lists: Addresses) -> Cost:
        """Over what is there; SystemExit unless all that can be had is there at the end."""
        log = self.folder / "said"
        begun = time.time()
        cost = cost_of(side.command(lists, self.result), log=log,
                       environment=environment_with(self.origin.certificates.bundle))
        found = pictures_below(self.result)
        if len(found) != lists.alive:
            raise SystemExit(f"{side.name}: {len(found):,} of {lists.alive:,} pictures, exit code"
                             f" {cost.code}\n{log.read_text(errors='replace')[-2000:]}")
        return replace(cost, seconds_to_last_picture=max(found, default=begun) - begun)

    def forget(self, lists: Addresses) -> None:
        """What a run has left behind."""
        shutil.rmtree(self.result)
        lists.urls.with_name(f"{lists.urls.name}.index").unlink(missing_ok=True)


@contextmanager
def ground(bodies: Iterable[bytes], *, pairs: int, is_shaped: bool) -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        with origin(folder / "origin", bodies) as served:
            os.environ["CURL_CA_BUNDLE"] = str(served.certificates.bundle)
            yield Ground(folder, served, pairs, is_shaped)


def memory_folder() -> str | None:
    """Where files are in memory, if there is such a place."""
    return str(MEMORY) if MEMORY.is_dir() else None


def pictures_below(folder: Path) -> list[float]:
    """When each was written that has a picture's name and is not empty."""
    found = [os.stat(os.path.join(path, name)) for path, _, names in os.walk(folder)
             for name in names if name.endswith(PICTURE_SUFFIXES)]
    return [status.st_mtime for status in found if status.st_size > 0]


def wishes_for(side: Side, ills: Ills, line: tuple[str, str], count: int) -> list[Wish]:
    """What this side is asked to fetch of a case's URLs."""
    wishes = ills.wishes(*line, count)[::side.every]
    return [wish for wish in wishes if wish.is_alive] if side.wants_alive else wishes
