"""Collective Knowledge: repositories and entries, in the bytes that CK itself writes."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.exports.ck_entries import entry_name, repository_name, tag
from tests.small_results import DOG, FOX, Results, jpeg, tree_of

LIKE_UID = re.compile(r"[0-9a-f.]{16}")  # what CK takes for one


def test_a_whole_repository(results: Results) -> None:
    """Byte by byte, but for uids, which are hashes of the names."""
    results.store("n02119789_122", body=jpeg(1))
    results.export("ck")
    files = tree_of(results.exports / "ck" / "imagenet-n02119789")
    entry = files.pop("dataset/122/n02119789_122.jpg")
    uid = files["dataset/.cm/alias-a-122"].decode().strip()
    own_uid = json.loads(files[".ckr.json"])["data_uid"]

    assert entry == jpeg(1)
    assert LIKE_UID.fullmatch(uid) and LIKE_UID.fullmatch(own_uid)
    assert files == {
        ".ckr.json": b'{\n  "data_alias": "imagenet-n02119789",\n'
                     b'  "data_name": "imagenet-n02119789",\n'
                     b'  "data_uid": "' + own_uid.encode() + b'",\n'
                     b'  "data_uoa": "imagenet-n02119789",\n  "dict": {}\n}\n',
        ".cm/alias-a-dataset": b"8a7141c59cd335f5\n",
        ".cm/alias-u-8a7141c59cd335f5": b"dataset\n",
        "dataset/.cm/alias-a-122": f"{uid}\n".encode(),
        f"dataset/.cm/alias-u-{uid}": b"122\n",
        "dataset/122/.cm/desc.json": b"{}\n",
        "dataset/122/.cm/info.json":
            b'{\n  "backup_data_uid": "' + uid.encode() + b'",\n'
            b'  "backup_module_uid": "8a7141c59cd335f5",\n'
            b'  "backup_module_uoa": "dataset",\n  "data_name": "122"\n}\n',
        "dataset/122/.cm/meta.json":
            b'{\n  "dataset_files": [\n    "n02119789_122.jpg"\n  ],\n'
            b'  "dataset_words": [\n    "kit fox",\n    "Vulpes macrotis"\n  ],\n'
            b'  "tags": [\n    "dataset",\n    "imagenet",\n    "n02119789",\n    "122",\n'
            b'    "http://a.example/n02119789/n02119789_122"\n  ]\n}\n',
    }


def test_a_picture_of_two_categories_is_in_both(results: Results) -> None:
    """In the one that its id names under its number, in the other under its id."""
    for code, folder in ((DOG, "dog"), (FOX, "kit_fox")):
        results.store("n02119789_1", code=code, folder=folder)
    told = results.export("ck")
    entries = sorted(path.parent.relative_to(results.exports / "ck").as_posix()
                     for path in (results.exports / "ck").rglob("*.jpg"))

    assert "2 entries in 2 repositories" in told
    assert entries == ["imagenet-n02084071/dataset/n02119789_1",
                       "imagenet-n02119789/dataset/1"]


def test_a_class_that_nobody_knows(results: Results) -> None:
    """The repository that the older scripts had for it."""
    results.store("ILSVRC2012_test_00000001", code="test", folder="test")
    results.export("ck")
    (meta,) = (results.exports / "ck" / "imagenet-unknown").rglob("meta.json")
    content = json.loads(meta.read_bytes())

    assert content["tags"][:3] == ["dataset", "imagenet", "unknown"]
    assert content["dataset_words"] == []


def test_the_entry_of_a_picture_that_went_goes(results: Results) -> None:
    """With its aliases, so that no search finds it."""
    results.store("n02119789_1", body=jpeg(1))
    gone = results.store("n02119789_2", body=jpeg(2))
    results.export("ck")
    gone.unlink()
    results.export("ck")
    folder = results.exports / "ck" / "imagenet-n02119789" / "dataset"

    assert sorted(path.name for path in folder.iterdir()) == [".cm", "1"]
    assert len(list((folder / ".cm").iterdir())) == 2


@given(st.text(max_size=60))
def test_tags_survive_the_way_through_ck(text: str) -> None:
    """It splits them at commas, and strips them."""
    assert [part.strip() for part in tag(text).split(",")] == [tag(text)]


STEMS = st.from_regex(r"[A-Za-z0-9_]{1,20}|[0-9a-f]{16}|n02119789_[0-9]{1,17}", fullmatch=True)


@given(STEMS, STEMS)
def test_names_of_entries_are_different(one: str, other: str) -> None:
    """None is taken for a uid, none for another's number."""
    names = {entry_name(stem, FOX) for stem in (one, other)}

    assert len(names) == len({one, other})
    assert not any(map(LIKE_UID.fullmatch, names))


@given(st.text(max_size=40))
def test_repositories_are_named_safely(folder: str) -> None:
    """No wildcards, no separators: CK and the disk take the name as it is."""
    assert re.fullmatch(r"imagenet-[A-Za-z0-9_.-]*", repository_name(folder))
