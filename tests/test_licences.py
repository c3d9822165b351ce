"""Licences, out of the lists that lie beside stored pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.errors import UsageError
from imagenet_utils.exports.licences import licences_in
from imagenet_utils.results.layout import success_list


def listed(save_dir: Path, text: str, split: str = "train") -> None:
    path = success_list(save_dir, split)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")


def test_each_split_has_its_own(tmp_path: Path) -> None:
    """In whatever order the lines stand."""
    listed(tmp_path, "License,ImageID\nby,b\nby-sa,a\n")
    listed(tmp_path, "ImageID,License\na,by-nd\n", "val")
    with licences_in(tmp_path) as licences:
        found = licences.of("train", "a"), licences.of("train", "b"), licences.of("val", "a")

    assert found == ("by-sa", "by", "by-nd")


def test_what_no_list_tells(tmp_path: Path) -> None:
    """Is empty: other pictures, other columns, no list."""
    listed(tmp_path, "ImageID,Title\na,A fox\n")
    with licences_in(tmp_path) as licences:
        found = licences.of("train", "a"), licences.of("train", "b"), licences.of("", "n1_1")

    assert found == ("", "", "")


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    """Its line is told, and what to do."""
    listed(tmp_path, f"ImageID,License\na,{'x' * 200_000}\n")
    with pytest.raises(UsageError, match=r"images-success.csv: line 2: .* Move it away"):
        with licences_in(tmp_path):
            pass
