"""Results without a run: a ledger, pictures and boxes, as a run would have left them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagenet_utils.command_line.console import Console
from imagenet_utils.contact_sheet.sheet import write_contact_sheet
from imagenet_utils.model import Reason, Verdict
from imagenet_utils.results.layout import LEDGER, annotation_dir, images_dir
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row
from tests.main_job import FOX, picture

NOON = 1_796_126_400.0  # of 2026-12-01
Box = tuple[int, int, int, int, str]  # xmin, ymin, xmax, ymax, name


class SmallResult:
    """Pictures differ in their numbers, as those of `tests.main_job` do."""

    def __init__(self, save_dir: Path) -> None:
        self.save_dir = save_dir
        save_dir.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(save_dir / LEDGER)
        self._rows = 0

    def store(
        self, number: int, *, folder: str = "kit_fox", code: str = FOX, body: bytes | None = None,
        size: tuple[int, int] = (160, 120), boxes: Sequence[Box] = (), **cells: Any,
    ) -> Row:
        body = picture(number, size) if body is None else body
        name = f"{cells.get('image_id', f'{code}_{number}')}.jpg".replace("/", "_")
        cells = {"reason": Reason.DOWNLOADED, "description": "Success", "file_name": name,
                 "width": size[0], "height": size[1], "bytes": len(body), "http_status": 200,
                 "sha256": hashlib.sha256(body).hexdigest(), "boxes": len(boxes), **cells}
        if boxes:
            cells.setdefault("verdict", Verdict.AS_IS)
        row = self._record(number, folder, code, cells)
        place = str(self.save_dir / folder)
        self._write(os.path.join(images_dir(place), name), body)
        if boxes:
            self._write(os.path.join(annotation_dir(place), f"{os.path.splitext(name)[0]}.xml"),
                        xml_of(size, boxes))
        return row

    def fail(
        self, number: int, reason: Reason, description: str = "no", *, folder: str = "kit_fox",
        code: str = FOX, **cells: Any,
    ) -> Row:
        return self._record(number, folder, code,
                            {"reason": reason, "description": description, **cells})

    def show(self) -> Path:
        """The contact sheet's folder of pages."""
        self.ledger.commit()
        write_contact_sheet(self.save_dir, self.ledger, Console(quiet=True))
        return self.save_dir / "report_files" / "pages"

    def _record(self, number: int, folder: str, code: str, cells: dict[str, Any]) -> Row:
        self._rows += 1
        row = Row(**{"code": code, "image_id": f"{code}_{number}",
                     "url": f"http://pictures.example.org/{code}_{number}.jpg",
                     "position": self._rows, "finished": NOON + self._rows, "attempts": 1, **cells})
        if self.ledger.folder_of(code) is None:
            self.ledger.give_folder(code, folder)
        self.ledger.record(row)
        return row

    @staticmethod
    def _write(path: str, data: bytes) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(path).write_bytes(data)


def xml_of(size: tuple[int, int], boxes: Sequence[Box]) -> bytes:
    from lxml import etree
    from lxml.builder import E

    objects = [
        E.object(E.name(name), E.bndbox(E.xmin(str(xmin)), E.ymin(str(ymin)), E.xmax(str(xmax)),
                                        E.ymax(str(ymax))))
        for xmin, ymin, xmax, ymax, name in boxes]
    return etree.tostring(E.annotation(
        E.size(E.width(str(size[0])), E.height(str(size[1]))), *objects))
