"""Manifests as small as tests want them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from imagenet_utils.results.manifest import COLUMNS

Line = dict[str, str]


def line(image_id: str, content: bytes = b"picture", **cells: str) -> Line:
    """Of a picture of kit foxes, unless `cells` say otherwise."""
    told = {
        "id": image_id, "url": f"http://web.example/{image_id}.jpg",
        "sha256": sha256(content).hexdigest(), "size": str(len(content)), "licence": "",
        "source": "url_list", "time": "2026-12-01T05:12:54Z", "code": "n02119789",
        "label": "kit_fox", "split": "", "folder": "kit_fox", "file": f"{image_id}.jpg",
        "width": "160", "height": "120",
    }
    return {**told, **cells}


def members(files: Mapping[str, bytes], archive: str, **cells: str) -> list[Line]:
    """By the names of the members."""
    lines = []
    for name, content in files.items():
        image_id = name.rpartition("/")[2].partition(".")[0]
        lines.append(line(image_id, content, url=f"{archive}#{name}", **cells))
    return lines


def text_of(lines: Iterable[Line], columns: Iterable[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, tuple(columns), lineterminator="\n", extrasaction="ignore",
                            restval="")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def write(path: Path, lines: Iterable[Line]) -> Path:
    path.write_text(text_of(lines), encoding="utf-8")
    return path
