"""Holds the geometry of every mode against ImageMagick's own, and tells where they differ.

    python tests/peers/imagemagick.py [--cases N] [--seed N] [--table]

Needs the program `convert` of ImageMagick 6 (Debian: apt-get install imagemagick).  Each picture
is drawn so that every pixel tells where it is: red and blue count its columns and rows, green both
beyond 255.  So the offset of a cut is read from the pixels, and not from what anybody says.
`--table` prints the rows of `tests/test_modes.py`.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import which
from typing import NamedTuple

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from imagenet_utils.transform.asked import Resize  # noqa: E402
from imagenet_utils.transform.modes import MODES, Placement, Size, placed  # noqa: E402

LONGEST = 700  # pixels
LONGEST_ON_THE_WAY = 5000  # what ImageMagick enlarges a picture to, to cut it, costs it seconds
ODD_ONES = ((1, 1), (1, 700), (700, 1), (2, 3), (255, 257), (500, 375), (375, 500), (333, 500))


class Asked(NamedTuple):
    mode: str
    size: Size
    box: Size


class Found(NamedTuple):
    size: Size
    offset: Size | None  # of the cut; None where scaling has blurred it


def main() -> None:
    options = _parser().parse_args()
    program = _convert()
    count = differing = 0
    for count, asked in enumerate(_cases(options.cases, random.Random(options.seed)), 1):
        theirs, ours = found_by(program, asked), expected_of(asked)
        if options.table:
            print(f"    ({asked.mode!r}, {asked.size}, {asked.box}, {theirs.size},"
                  f" {theirs.offset}),")
        is_same = ours.size == theirs.size and theirs.offset in (None, ours.offset)
        differing += not is_same
        if not is_same:
            print(f"{asked}: ImageMagick {theirs}, here {ours}")
    print(f"{count} cases, {differing} differ", file=sys.stderr)
    sys.exit(differing > 0)


def found_by(program: str, asked: Asked) -> Found:
    """What ImageMagick makes of a picture whose pixels tell where they are."""
    box = f"{asked.box[0]}x{asked.box[1]}"
    geometry = MODES[asked.mode].geometry.format(size=box).split()
    done = subprocess.run([program, "ppm:-", *geometry, "ppm:-"], input=_told(asked.size),
                          stdout=subprocess.PIPE, check=True)
    image = Image.open(BytesIO(done.stdout)).convert("RGB")
    placement = _placement(asked)
    if placement.scaled != asked.size:
        return Found(image.size, None)
    red, green, blue = image.getpixel((0, 0))  # type: ignore[misc]
    return Found(image.size, (red + 256 * (green & 3), blue + 256 * (green >> 2)))


def expected_of(asked: Asked) -> Found:
    placement = _placement(asked)
    return Found(placement.size, (placement.left, placement.top))


def _placement(asked: Asked) -> Placement:
    """ImageMagick enlarges where it is not told otherwise: `>` says so for one mode alone."""
    enlarges = ">" not in MODES[asked.mode].geometry
    return placed(Resize(asked.mode, *asked.box, "png", None, enlarges), asked.size)


def _told(size: Size) -> bytes:
    rows, columns = np.indices((size[1], size[0]))
    pixels = np.stack([columns % 256, columns // 256 | rows // 256 << 2, rows % 256], axis=-1)
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PPM")
    return file.getvalue()


def _cases(count: int, chance: random.Random) -> Iterator[Asked]:
    for mode in MODES:
        for number in range(count):
            size = ODD_ONES[number] if number < len(ODD_ONES) else _any_size(chance)
            side = chance.randint(1, LONGEST)
            box = chance.choice(((side, side), _any_size(chance), (size[0], side),
                                 (min(size), min(size)), (224, 224), (256, 192)))
            asked = Asked(mode, size, box)
            if max(_placement(asked).scaled) <= LONGEST_ON_THE_WAY:
                yield asked


def _any_size(chance: random.Random) -> Size:
    return chance.randint(1, LONGEST), chance.randint(1, LONGEST)


def _convert() -> str:
    """Not one of the same name that is another program."""
    for program in ("/usr/bin/convert", which("convert")):
        if program and Path(program).exists():
            told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
            if "ImageMagick 6" in told:
                return program
    sys.exit("ImageMagick 6 is needed: apt-get install -y imagemagick")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=300, help="of each mode [300]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", action="store_true", help="what ImageMagick makes of each")
    return parser


if __name__ == "__main__":
    main()
