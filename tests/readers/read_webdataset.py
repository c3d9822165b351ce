"""webdataset groups the members of the tars into samples, and decodes them."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import webdataset
from truth import Picture, check, expect

KINDS = {"jpg", "png", "gif", "webp", "bmp", "tif"}


def read(place: Path, stored: dict[str, Picture]) -> str:
    tars = sorted(map(str, place.glob("*.tar")))
    found, boxes = set(), 0
    for sample in webdataset.WebDataset(tars, shardshuffle=False):
        (kind,) = KINDS & sample.keys()
        name = f"{sample['__key__']}.{kind}"
        picture, facts = stored[name], json.loads(sample["json"])
        expect(sample[kind], picture.path.read_bytes(), f"bytes of {name}")
        corners = sorted(tuple(box[edge] for edge in ("xmin", "ymin", "xmax", "ymax"))
                         for box in facts["boxes"])
        expect(corners, picture.corners, f"boxes of {name}")
        expect(len(facts["labels"]), len(picture.folders), f"number of classes of {name}")
        found.add(name)
        boxes += len(corners)
    expect(found, set(stored), "pictures")
    for sample in webdataset.WebDataset(tars, shardshuffle=False).decode("pil"):
        (kind,) = KINDS & sample.keys()
        expect((*sample[kind].size, sample["cls"]),
               (sample["json"]["width"], sample["json"]["height"], sample["json"]["labels"][0]),
               f"size and class of {sample['__key__']}")
    expect(sum(map(samples_by, place.glob("*.json"))), len(found), "samples by the indexes")
    return (f"{len(found)} pictures, {boxes} boxes in {len(tars)} tars"
            f" (webdataset {version('webdataset')})")


def samples_by(index: Path) -> int:
    if index.name.startswith("."):  # the marker of the export
        return 0
    shards = json.loads(index.read_bytes())["shardlist"]
    for shard in shards:
        expect((index.parent / shard["url"]).stat().st_size, shard["filesize"], shard["url"])
    return sum(shard["nsamples"] for shard in shards)


check(read)
