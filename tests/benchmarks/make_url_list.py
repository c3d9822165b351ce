"""Make a URL list of ImageNet's size, for the benchmarks: serial ids, URLs as Flickr had them.

    python tests/benchmarks/make_url_list.py LIST [--form tab|csv] [--shuffled] [--rows N]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROWS = 14_197_122  # of fall11_urls.txt
SYNSETS = 21_841
HEADERS = {"tab": b"", "csv": b"img_code,img_url,code\n"}
BUCKETS = 64  # of a shuffle that never holds more than one of them


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", type=Path)
    parser.add_argument("--form", choices=sorted(HEADERS), default="tab")
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    rows = grouped_rows(options.rows, options.form)
    if options.shuffled:
        rows = shuffled(rows, options.list)
    with open(options.list, "wb") as target:
        target.write(HEADERS[options.form])
        while block := b"".join(islice(rows, 100_000)):
            target.write(block)


def grouped_rows(rows: int, form: str) -> Iterator[bytes]:
    """Rows of one synset stand together, as in the original file."""
    dice = random.Random(2011)
    per_synset = max(1, rows // SYNSETS)
    for number in range(rows):
        synset = min(number // per_synset, SYNSETS - 1)
        wnid = f"n{4689 + synset * 650:08d}"
        photo, server = dice.getrandbits(40), number % 4000
        url = f"http://farm{number % 4 + 1}.static.flickr.com/{server}/{photo % 10**10}"
        ending = f"_{photo:010x}.jpg" + (f",{wnid}" if form == "csv" else "")
        separator = "," if form == "csv" else "\t"
        yield f"{wnid}_{number % 60_000 + 1}{separator}{url}{ending}\n".encode()


def shuffled(rows: Iterator[bytes], target: Path) -> Iterator[bytes]:
    """Every row once, by way of bucket files beside the target, which are removed again."""
    dice = random.Random(14)
    paths = [target.with_name(f"{target.name}.bucket{number}") for number in range(BUCKETS)]
    buckets = [open(path, "wb") for path in paths]
    for row in rows:
        buckets[dice.getrandbits(6)].write(row)
    for bucket, path in zip(buckets, paths):
        bucket.close()
        lines = path.read_bytes().splitlines(keepends=True)
        path.unlink()
        dice.shuffle(lines)
        yield from lines


if __name__ == "__main__":
    main()
