"""In which order classes are numbered: a label system is a row in LABEL_SYSTEMS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imagenet_utils.ilsvrc.numbering import classes_by_id, classes_by_wnid

SORTED = "sorted"


@dataclass(frozen=True, slots=True)
class LabelSystem:
    title: str
    codes: Callable[[], Iterable[str]] | None  # all that it numbers; None: what is exported, sorted


LABEL_SYSTEMS = {
    SORTED: LabelSystem("the exported codes in their order", None),
    "ilsvrc2012": LabelSystem(
        "the thousand of ILSVRC2012 by their codes, as frameworks count them",
        lambda: classes_by_wnid()),
    "devkit": LabelSystem(
        "the thousand by ILSVRC2012_ID",
        lambda: (each.wnid for each in classes_by_id().values())),
}
