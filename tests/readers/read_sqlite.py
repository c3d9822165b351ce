"""sqlite3 checks the file, and joins its tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from truth import Picture, check, expect


def read(place: Path, stored: dict[str, Picture]) -> str:
    db = sqlite3.connect(f"file:{place / 'imagenet.sqlite3'}?mode=ro", uri=True)
    expect(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity")
    expect(db.execute("PRAGMA foreign_key_check").fetchall(), [], "references")
    found, boxes = set(), 0
    for number, name, path, size in db.execute("SELECT id, file_name, path, bytes FROM images"):
        picture = stored[name]
        expect((place.parent.parent / path).stat().st_size, size, f"bytes of {name}")
        labels = db.execute("SELECT label FROM image_categories JOIN categories"
                            " ON number = category WHERE image = ?", (number,))
        expect({label for (label,) in labels}, picture.folders, f"categories of {name}")
        corners = sorted(db.execute(
            "SELECT xmin, ymin, xmax, ymax FROM boxes WHERE image = ?", (number,)))
        expect(corners, picture.corners, f"boxes of {name}")
        found.add(name)
        boxes += len(corners)
    expect(found, set(stored), "pictures")
    return f"{len(found)} pictures, {boxes} boxes (SQLite {sqlite3.sqlite_version})"


check(read)
