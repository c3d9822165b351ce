"""SQLite: the tables, and that they can be joined."""

from __future__ import annotations

import sqlite3
from contextlib import closing


from tests.small_results import DOG, FOX, Results, boxed, jpeg


def answers(results: Results, query: str) -> list[tuple]:
    path = results.exports / "sqlite" / "imagenet.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def test_the_whole_content(results: Results) -> None:
    """A picture of two categories is one row, and stands under both."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", boxed((0, 10, 24, 39)), code=code, folder=folder)
    sha256 = results.ledger.rows_of(FOX)[0].sha256
    results.export("sqlite")

    assert answers(results, "SELECT * FROM categories") == [
        (0, DOG, "dog", "dog, domestic dog, Canis familiaris", "domestic animal"),
        (1, FOX, "kit_fox", "kit fox, Vulpes macrotis", "fox")]
    assert answers(results, "SELECT * FROM images") == [
        (1, "n02119789_1", "n02119789_1.jpg", "kit_fox/Images/n02119789_1.jpg", "train", 1, 50, 40,
         len(jpeg()), sha256, f"http://a.example/{FOX}/n02119789_1")]
    assert answers(results, "SELECT * FROM image_categories") == [(1, 0), (1, 1)]
    assert answers(results, "SELECT * FROM boxes") == [
        (1, 1, 1, "kit_fox", 0, 10, 24, 39, "Unspecified", 0, 0)]


def test_keys_and_references_hold(results: Results) -> None:
    """SQLite's own checks find nothing, also of a picture whose class nobody knows."""
    results.store("n02119789_1", boxed((0, 10, 24, 39), (1, 1, 2, 2)))
    results.store("ILSVRC2012_test_00000001", code="test", folder="test", body=jpeg(2))
    results.export("sqlite")

    assert answers(results, "PRAGMA integrity_check") == [("ok",)]
    assert answers(results, "PRAGMA foreign_key_check") == []
    assert answers(results, "SELECT category FROM images ORDER BY split") == [(None,), (0,)]


def test_boxes_of_a_category_are_found_by_an_index(results: Results) -> None:
    """And their pictures by their key: no table is read from end to end."""
    results.store("n02119789_1", boxed((0, 10, 24, 39)))
    results.export("sqlite")
    plan = " ".join(row[3] for row in answers(results, """
        EXPLAIN QUERY PLAN SELECT path, xmin FROM boxes JOIN images ON images.id = boxes.image
        WHERE boxes.category = 0"""))

    assert "boxes_by_category" in plan and "SCAN" not in plan


def test_columns_say_what_they_hold(results: Results) -> None:
    """In the file itself."""
    results.export("sqlite")
    tables = dict(answers(results, "SELECT name, sql FROM sqlite_master WHERE type = 'table'"))

    assert list(tables) == ["categories", "images", "image_categories", "boxes"]
    assert "-- pixels, counted from 0" in tables["boxes"]
