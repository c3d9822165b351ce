"""Make a box CSV of the size of Open Images V6's for train, for the benchmarks: 21 columns.

    python tests/benchmarks/make_box_csv.py CSV [--shuffled] [--rows N]
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.make_url_list import shuffled  # noqa: E402

ROWS = 14_610_229  # boxes in train
PICTURES = 1_743_042  # that have one
CLASSES = 601
HEADER = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,"
    "IsDepiction,IsInside,XClick1X,XClick2X,XClick3X,XClick4X,XClick1Y,XClick2Y,XClick3Y,XClick4Y\n"
)
SIDES = 5_000  # different boxes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("csv", type=Path)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    rows = grouped_rows(options.rows)
    if options.shuffled:
        rows = shuffled(rows, options.csv)
    with open(options.csv, "wb") as target:
        target.write(HEADER.encode())
        while block := b"".join(islice(rows, 100_000)):
            target.write(block)


def grouped_rows(rows: int) -> Iterator[bytes]:
    """The boxes of a picture stand together, by class, and pictures in order, as in the file."""
    dice = random.Random(2020)
    boxes = [_box(dice) for _ in range(SIDES)]
    mids = [f"/m/{number * 7919 + 4096:x}" for number in range(CLASSES)]
    written = picture = 0
    while written < rows:
        image_id = f"{picture * (2**64 // PICTURES // 2) + 0x2B66C9C498E:016x}"
        classes = sorted(min(int(dice.expovariate(0.02)), CLASSES - 1)
                         for _ in range(1 + int(dice.expovariate(1 / 2.4))))
        for number in classes:
            for _ in range(1 + int(dice.expovariate(0.55))):
                if written < rows:
                    yield f"{image_id},{dice.choice(boxes).replace('?', mids[number])}\n".encode()
                    written += 1
        picture += 1


def _box(dice: random.Random) -> str:
    sides = ",".join(f"{dice.random():.6f}" for _ in range(4))
    flags = ",".join(dice.choice("01") for _ in range(5))
    is_clicked = dice.random() < 0.9
    clicks = [f"{dice.random():.6f}" if is_clicked else "-1.000000" for _ in range(8)]
    return f"{'xclick' if is_clicked else 'activemil'},?,1,{sides},{flags},{','.join(clicks)}"


if __name__ == "__main__":
    main()
