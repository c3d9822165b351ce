"""Builds ilsvrc2012.csv from the table that is made of a devkit; NOTICE has the commands.

    python build_ilsvrc.py <synsets.csv> [<output>]

The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

OUTPUT = Path(__file__).parent / "ilsvrc2012.csv"
COLUMNS = ("WNID", "ILSVRC2012_ID", "num_train_images")
CLASSES = 1_000  # the synsets behind them are ancestors


def build(synsets_table: Path, output: Path = OUTPUT) -> None:
    with open(synsets_table, encoding="utf-8", newline="") as table:
        rows = [[row[column] for column in COLUMNS] for row in csv.DictReader(table)
                if int(row["ILSVRC2012_ID"]) <= CLASSES]
    lines = [",".join(row) + "\n" for row in (COLUMNS, *sorted(rows))]
    output.write_bytes("".join(lines).encode("ascii"))


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))
