"""Small copies of stored pictures, each made once and kept by the digest of what it shows.

    <folder>/<two letters>/<sha256>.<fingerprint>.<orientation>.jpg

What is known of the picture stands in the name, so that listing the folder is enough: which look
alike, and how a browser will turn the whole picture, which it is not asked about.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from imagenet_utils.contact_sheet.likeness import SIDE, fingerprint
from imagenet_utils.proof.verify import opened
from imagenet_utils.transform.metadata import ORIENTATION
from imagenet_utils.transform.orientation import UPRIGHT
from imagenet_utils.whole_files import make_folder, write_new

LONGEST_SIDE = 224  # pixels
QUALITY = 78
AT_ONCE = 64  # pictures, between two moments at which a run may be interrupted
LARGE_PIXELS = 16_000_000  # of these one at a time is decoded
PLAIN = "plain"  # instead of a fingerprint

_one_large = threading.Lock()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stored picture that is to be seen small."""

    path: str
    sha256: str
    pixels: int


@dataclass(frozen=True, slots=True)
class Thumbnail:
    jpeg: bytes
    fingerprint: int | None
    orientation: int  # 1 to 8

    @property
    def word(self) -> str:
        """The fingerprint, as it stands in the name."""
        return PLAIN if self.fingerprint is None else f"{self.fingerprint:032x}"


class Thumbnails:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = dict(_names_in(folder))  # by digest

    def missing(self, pictures: Iterable[Wanted]) -> list[Wanted]:
        """Each once."""
        by_digest = {each.sha256: each for each in pictures if each.sha256 not in self._names}
        return list(by_digest.values())

    def make(self, pictures: Iterable[Wanted]) -> Iterator[int]:
        """How many were dealt with, now and then.

        One that cannot be read any more has none.  Raises OSError where none can be written.
        """
        waiting = iter(pictures)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            while some := list(islice(waiting, AT_ONCE)):
                for picture, name in zip(some, pool.map(self._made, some)):
                    if name:
                        self._names[picture.sha256] = name
                yield len(some)

    def place_of(self, sha256: str | None) -> str | None:
        """Below the folder, with `/`; None: there is none."""
        name = self._names.get(sha256 or "")
        return f"{name[:2]}/{name}" if name else None

    def orientation_of(self, sha256: str | None) -> int:
        """1 to 8, as EXIF counts them; 1: as it is stored."""
        name = self._names.get(sha256 or "")
        return int(name.split(".")[2]) if name else UPRIGHT

    def fingerprints(self, digests: Iterable[str]) -> Mapping[str, int]:
        """Without those that are too plain to tell anything."""
        told = {digest: self._names[digest].split(".")[1]
                for digest in digests if digest in self._names}
        return {digest: int(word, 16) for digest, word in told.items() if word != PLAIN}

    def forget_others(self, digests: Iterable[str]) -> None:
        """Delete those of pictures that are no longer there."""
        for digest in self._names.keys() - set(digests):
            name = self._names.pop(digest)
            with suppress(OSError):
                (self._folder / name[:2] / name).unlink()

    def _made(self, picture: Wanted) -> str | None:
        with _one_large if picture.pixels > LARGE_PIXELS else nullcontext():
            try:
                small = thumbnail_of(picture.path)
            except Exception:  # whatever a decoder makes of a file that was changed since
                return None
        name = f"{picture.sha256}.{small.word}.{small.orientation}.jpg"
        make_folder(self._folder / name[:2])
        with suppress(FileExistsError):
            write_new(self._folder / name[:2] / name, small.jpeg)
        return name


def thumbnail_of(path: str) -> Thumbnail:
    """Of the picture as it is stored, for boxes are counted so: orientation is not applied.

    Raises whatever Pillow does.
    """
    from PIL import Image

    with open(path, "rb") as file, opened(file.read()) as image:
        orientation = image.getexif().get(ORIENTATION)
        if image.format == "JPEG":  # decoded at an eighth, a quarter or half of its size
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        small = _on_white(image)
        small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC)
    grays = small.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    target = BytesIO()
    small.save(target, "JPEG", quality=QUALITY, optimize=True)
    return Thumbnail(target.getvalue(), fingerprint(list(grays.tobytes())),
                     orientation if orientation in range(1, 9) else UPRIGHT)


def _on_white(image: Any) -> Any:
    """Without transparency, which a JPEG has not."""
    from PIL import Image

    if image.mode in ("RGB", "L", "CMYK"):
        return image.convert("RGB")
    with_alpha = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), with_alpha).convert("RGB")


def _names_in(folder: Path) -> Iterator[tuple[str, str]]:
    """(digest, name) of what was kept."""
    for path in folder.glob("[0-9a-f][0-9a-f]/*.jpg"):
        parts = path.name.split(".")
        if len(parts) == 4:
            yield parts[0], path.name
