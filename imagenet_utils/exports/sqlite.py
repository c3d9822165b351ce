"""`sqlite`: `imagenet.sqlite3`, with categories, images and boxes as tables that can be joined.

The pictures themselves stay where they are: `path` leads to them.  What each column holds is told
in the file itself, where `.schema` shows it.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing

from imagenet_utils.errors import LocalFault
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.telling import counted

FILE_NAME = "imagenet.sqlite3"
TABLES = """
CREATE TABLE categories (
    number INTEGER PRIMARY KEY,  -- from 0, in the order of the label system
    code TEXT NOT NULL UNIQUE,  -- n02119789
    label TEXT NOT NULL,  -- kit_fox
    words TEXT NOT NULL,  -- kit fox, Vulpes macrotis
    supercategory TEXT NOT NULL  -- what it is a kind of
);
CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    image_id TEXT NOT NULL,  -- n02119789_…
    file_name TEXT NOT NULL,
    path TEXT NOT NULL,  -- below the folder of the results
    split TEXT NOT NULL,  -- train, val or test
    category INTEGER REFERENCES categories,  -- the one that its id names; NULL: nobody knows
    width INTEGER NOT NULL,  -- pixels, as is height
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    url TEXT NOT NULL  -- or <archive>#<member>
);
CREATE TABLE image_categories (  -- all that have the picture, the one above among them
    image INTEGER NOT NULL REFERENCES images,
    category INTEGER NOT NULL REFERENCES categories,
    PRIMARY KEY (image, category)
) WITHOUT ROWID;
CREATE TABLE boxes (
    id INTEGER PRIMARY KEY,
    image INTEGER NOT NULL REFERENCES images,
    category INTEGER NOT NULL REFERENCES categories,
    name TEXT NOT NULL,  -- as the annotation has it
    xmin INTEGER NOT NULL,  -- pixels, counted from 0; the last ones belong to the box
    ymin INTEGER NOT NULL,
    xmax INTEGER NOT NULL,
    ymax INTEGER NOT NULL,
    pose TEXT NOT NULL,
    truncated INTEGER NOT NULL,  -- 0 or 1, as is difficult
    difficult INTEGER NOT NULL
);
"""
INDEXES = """
CREATE INDEX images_by_image_id ON images (image_id);
CREATE INDEX images_by_split ON images (split, category);
CREATE INDEX images_by_sha256 ON images (sha256);
CREATE INDEX images_of_category ON image_categories (category, image);
CREATE INDEX boxes_by_image ON boxes (image);
CREATE INDEX boxes_by_category ON boxes (category);
"""


def write(job: ExportJob) -> str:
    """How much of what there is, in one line.  Raises LocalFault."""
    path = job.target / FILE_NAME
    try:
        with closing(sqlite3.connect(path)) as db:
            tally = _write(db, job)
    except sqlite3.Error as error:
        raise LocalFault(f"{path}: {error}", "Free some space, or name another folder") from error
    return (f"{counted(tally['images'], 'image')} with {counted(tally['boxes'], 'box', 'boxes')}"
            f" of {counted(len(job.classes), 'category', 'categories')} in {FILE_NAME}")


def _write(db: sqlite3.Connection, job: ExportJob) -> Counter[str]:
    """The file becomes an export when it is whole: until then nobody needs a journal of it."""
    db.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                     + TABLES)
    db.executemany("INSERT INTO categories VALUES (?, ?, ?, ?, ?)", (
        (each.number, each.code, each.label, each.words, each.supercategory)
        for each in job.classes))
    tally: Counter[str] = Counter()
    for number, picture in enumerate(job.pictures(), 1):
        tally["images"] = number
        tally["boxes"] += _add(db, number, picture, job)
    db.commit()
    db.executescript(INDEXES)
    return tally


def _add(db: sqlite3.Connection, number: int, picture: ExportPicture, job: ExportJob) -> int:
    """How many boxes it has."""
    stored = picture.stored
    path = os.path.relpath(stored.path, job.gallery.save_dir).replace(os.sep, "/")
    category = picture.classes[0].number if picture.classes else None
    db.execute("INSERT INTO images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (
        number, stored.image_id, picture.name, path, picture.split, category,
        stored.width, stored.height, stored.bytes, stored.sha256, stored.url))
    db.executemany("INSERT INTO image_categories VALUES (?, ?)",
                   ((number, each.number) for each in picture.classes))
    boxes = job.classified_boxes_of(picture)
    db.executemany(
        "INSERT INTO boxes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, known.number, box.name, box.xmin, box.ymin, box.xmax, box.ymax, box.pose,
          box.truncated, box.difficult) for known, box in boxes))
    return len(boxes)
