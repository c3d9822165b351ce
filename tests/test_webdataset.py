"""WebDataset: samples as the library's rules find them in the tars."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path


from tests.small_results import DOG, FOX, SETTER, Results, boxed, jpeg

Sample = dict[str, bytes]
KEY_AND_KIND = re.compile(r"((?:.*/|)[^.]+)[.]([^/]*)")  # as webdataset splits the names of members


def samples_of(path: Path) -> list[tuple[str, Sample]]:
    """Neighbours that share a key are one."""
    samples: list[tuple[str, Sample]] = []
    with tarfile.open(path) as tar:
        for member in tar:
            key, kind = KEY_AND_KIND.fullmatch(member.name).groups()
            if not samples or samples[-1][0] != key:
                samples.append((key, {}))

            assert kind not in samples[-1][1]
            samples[-1][1][kind] = tar.extractfile(member).read()
    return samples


def test_a_whole_sample(results: Results) -> None:
    """Picture, class, and what else is known."""
    results.store("n02119789_1", boxed((0, 10, 24, 39)), body=jpeg(1))
    results.export("webdataset")
    ((key, sample),) = samples_of(results.exports / "webdataset" / "imagenet-train-000000.tar")

    assert (key, sample["jpg"], sample["cls"]) == ("n02119789_1", jpeg(1), b"0")
    assert json.loads(sample["json"]) == {
        "image_id": "n02119789_1", "split": "train", "code": FOX,
        "names": ["kit fox, Vulpes macrotis"], "labels": [0], "width": 50, "height": 40,
        "sha256": results.ledger.rows_of(FOX)[0].sha256,
        "url": f"http://a.example/{FOX}/n02119789_1",
        "boxes": [{"label": 0, "name": "kit_fox", "xmin": 0, "ymin": 10, "xmax": 24, "ymax": 39}],
    }


def test_the_index_counts_samples_and_bytes(results: Results) -> None:
    """One for each split, in the form that wids reads."""
    for number in range(5):
        results.store(f"n02119789_{number}", body=jpeg(number))
    results.export("webdataset", shards=(2,))
    folder = results.exports / "webdataset"
    index = json.loads((folder / "imagenet-train.json").read_bytes())

    assert (index["__kind__"], index["wids_version"]) == ("wids-shard-index-v1", 1)
    assert [(shard["url"], shard["nsamples"]) for shard in index["shardlist"]] == [
        ("imagenet-train-000000.tar", 3), ("imagenet-train-000001.tar", 2)]
    for shard in index["shardlist"]:
        path = folder / shard["url"]
        assert (path.stat().st_size, len(samples_of(path))) == (
            shard["filesize"], shard["nsamples"])


def test_a_picture_of_two_categories_is_one_sample(results: Results) -> None:
    """Under the number of the one that its id names."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", code=code, folder=folder)
    results.export("webdataset")
    ((_key, sample),) = samples_of(results.exports / "webdataset" / "imagenet-train-000000.tar")

    assert (sample["cls"], json.loads(sample["json"])["labels"]) == (b"1", [1, 0])


def test_keys_have_no_dots(results: Results) -> None:
    """What follows the first one is the kind of a member."""
    results.store("_._x_d6b96a97", code=SETTER, folder="English_setter")
    results.export("webdataset")
    ((key, sample),) = samples_of(results.exports / "webdataset" / "imagenet-train-000000.tar")

    assert (key, sorted(sample)) == ("___x_d6b96a97", ["cls", "jpg", "json"])


def test_a_class_that_nobody_knows(results: Results) -> None:
    """In the split that is told apart by its name."""
    results.store("ILSVRC2012_test_00000001", code="test", folder="test")
    results.export("webdataset")
    ((_key, sample),) = samples_of(results.exports / "webdataset" / "imagenet-test-000000.tar")

    assert (sample["cls"], json.loads(sample["json"])["labels"]) == (b"-1", [])
