"""Results in the formats that trainers read: a kind of export is a row in EXPORTS.

Its module bears its name and has `write`, which fills the target of an ExportJob and says in a
line what is in it.  It is imported when it is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from imagenet_utils.errors import MissingPackage


@dataclass(frozen=True, slots=True)
class ExportKind:
    name: str
    title: str
    own_options: tuple[str, ...] = ()  # those it heeds
    package: str = ""  # that it can't do without, beside the requirements
    takes: frozenset[str] = frozenset()  # extensions of pictures; none: whatever is stored
    file_name: str = ""  # where it is a single file; else it is a folder of its name

    @property
    def place(self) -> str:
        """Below the folder of exports."""
        return self.file_name or self.name


EXPORTS = (
    ExportKind("boxes_csv", "bounding_boxes.csv, a line for each box, relative to its picture",
               file_name="bounding_boxes.csv"),
)
KIND_BY_NAME = {kind.name: kind for kind in EXPORTS}


def kinds_named(names: Sequence[str]) -> Iterator[ExportKind]:
    """Each once.  Raises MissingPackage."""
    for name in dict.fromkeys(names):
        kind = KIND_BY_NAME[name]
        if kind.package and find_spec(kind.package) is None:
            raise MissingPackage(kind.package, f"--export {name}")
        yield kind
