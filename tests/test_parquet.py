"""Parquet: rows and columns, and what `datasets` is told of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.small_results import DOG, FOX, Results, boxed, jpeg

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow, which --export parquet needs")


def exported(results: Results, **options: object) -> Any:
    """The first file of a new export."""
    results.export("parquet", **options)
    return pq.ParquetFile(min((results.exports / "parquet" / "data").iterdir()))


def test_a_whole_row(results: Results) -> None:
    """The picture as `datasets` keeps it, boxes as COCO has them."""
    results.store("n02119789_1", boxed((0, 10, 24, 39)), body=jpeg(1))
    (row,) = exported(results).read().to_pylist()

    assert row == {
        "image": {"bytes": jpeg(1), "path": "n02119789_1.jpg"},
        "label": 0, "labels": [0], "objects": {"bbox": [[0, 10, 25, 30]], "category": [0]},
        "width": 50, "height": 40, "image_id": "n02119789_1", "code": FOX,
        "url": f"http://a.example/{FOX}/n02119789_1",
        "sha256": results.ledger.rows_of(FOX)[0].sha256,
    }


def test_what_datasets_is_told(results: Results) -> None:
    """Which column is a picture, and the names of the classes."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", code=code, folder=folder)
    file = exported(results)
    features = json.loads(file.schema_arrow.metadata[b"huggingface"])["info"]["features"]

    assert features["image"] == {"_type": "Image"}
    assert features["label"] == {"names": ["dog", "kit_fox"], "_type": "ClassLabel"}
    assert list(features) == file.schema_arrow.names
    assert file.read(["label", "labels"]).to_pylist() == [{"label": 1, "labels": [1, 0]}]


def test_paths_instead_of_bytes(results: Results) -> None:
    """Of this machine, so that whoever reads them finds them from any folder."""
    path = results.store("n02119789_1")
    (row,) = exported(results, parquet_paths=True).read(["image"]).to_pylist()

    assert row["image"] == {"bytes": None, "path": str(path)}


def test_groups_of_rows_are_small(results: Results) -> None:
    """A reader takes one at a time into memory."""
    results.store_many(range(1, 250))
    file = exported(results)
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]

    assert sizes == [100, 100, 50]


def test_files_of_each_split(results: Results) -> None:
    """Under the names by which `datasets` knows splits."""
    results.store("n02119789_1", code=f"val/{FOX}", folder="val/kit_fox", body=jpeg(1))
    results.store("n02119789_2", code=f"train/{FOX}", folder="train/kit_fox", body=jpeg(2))
    results.export("parquet", shards=(2, 1))
    names = sorted(path.name for path in (results.exports / "parquet" / "data").iterdir())

    assert names == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet",
                     "validation-00000-of-00001.parquet"]
