"""A small result to export: pictures, annotations and the ledger, as a run leaves them."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from imagenet_utils.job.exporting import export_stored
from imagenet_utils.model import Reason
from imagenet_utils.options import ExportOptions
from imagenet_utils.results.layout import new_place, place_of_file
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from tests.main_job import picture

FOX, SETTER, DOG = "n02119789", "n02100735", "n02084071"
WIDTH, HEIGHT = 50, 40
Corners = tuple[object, object, object, object]  # xmin, ymin, xmax, ymax


@lru_cache(maxsize=None)
def jpeg(number: int = 0) -> bytes:
    return picture(number, (WIDTH, HEIGHT))


class Listener:
    """A teller, and the progress of everything it is told of."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.shown: list[tuple[int, int | None]] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    warn = log = say

    def progress(self, title: str, *, unit: str = "image") -> Listener:
        return self

    def show(self, done: int, total: int | None, *, note: str = "") -> None:
        self.shown.append((done, total))

    def close(self) -> None: ...

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_error: object) -> None: ...


class Results:
    """A save_dir with its ledger."""

    def __init__(self, save_dir: Path) -> None:
        self.save_dir = save_dir
        self.ledger = Ledger(save_dir / ".ledger.sqlite3")
        self.listener = Listener()

    @property
    def exports(self) -> Path:
        return self.save_dir / "exports"

    def store(
        self, stem: str, xml: bytes | None = None, *, code: str = FOX, folder: str = "kit_fox",
        body: bytes | None = None, extension: str = "jpg", reason: Reason = Reason.DOWNLOADED,
    ) -> Path:
        """A picture and its annotation; `code` is the key, `train/n02119789` in a split."""
        body = jpeg() if body is None else body
        path = self.save_dir / folder / "Images" / f"{stem}.{extension}"
        for place in (path.parent, path.parent.parent / "Annotation"):
            place.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        if xml is not None:
            (path.parent.parent / "Annotation" / f"{stem}.xml").write_bytes(xml)
        self.ledger.give_folder(code, folder)
        self.ledger.record(Row(
            code, stem, f"http://a.example/{code}/{stem}", 0, reason, "", bytes=len(body),
            width=WIDTH, height=HEIGHT, sha256=hashlib.sha256(body).hexdigest(),
            file_name=path.name))
        return path

    def store_many(self, numbers: range) -> None:
        """The same picture under many names, which is soon done."""
        first = self.store("n02119789_0", boxed((0, 0, 9, 9)))
        xml = first.parent.parent / "Annotation" / "n02119789_0.xml"
        row = self.ledger.rows_of(FOX)[0]
        for number in numbers:
            stem = f"n02119789_{number}"
            os.link(first, first.with_name(f"{stem}.jpg"))
            os.link(xml, xml.with_name(f"{stem}.xml"))
            self.ledger.record(row._replace(image_id=stem, url=f"http://a.example/{stem}",
                                            file_name=f"{stem}.jpg"))

    def shard(self) -> None:
        """Move all pictures and annotations into folders of the first letters."""
        for code, folder in self.ledger.folders().items():
            for row in self.ledger.rows_of(code):
                old, new = place_of_file(row.file_name, ""), new_place(row.image_id, 1)
                for below, extension in (("Images", ".jpg"), ("Annotation", ".xml")):
                    source = self.save_dir / folder / below / f"{old}{extension}"
                    target = self.save_dir / folder / below / f"{new}{extension}"
                    target.parent.mkdir(exist_ok=True)
                    if source.exists():
                        source.rename(target)
                self.ledger.record(row._replace(file_name=f"{new}.jpg"))

    def export(self, *names: str, **options: object) -> str:
        """What is said of them."""
        self.ledger.commit()
        before = len(self.listener.said)
        export_stored(ExportOptions(names, **options), self.save_dir,  # type: ignore[arg-type]
                      self.listener)
        return "\n".join(self.listener.said[before:])


def boxed(
    *boxes: Corners, name: str = "kit_fox", size: tuple[object, object] = (WIDTH, HEIGHT)
) -> bytes:
    """An annotation."""
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin>"
        f"<xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
        for xmin, ymin, xmax, ymax in boxes)
    width, height = size
    return (f"<annotation><size><width>{width}</width><height>{height}</height></size>"
            f"{objects}</annotation>").encode()


def tree_of(folder: Path) -> dict[str, bytes]:
    """All that lies there, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}
