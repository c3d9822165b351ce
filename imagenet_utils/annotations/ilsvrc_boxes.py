"""The boxes of ILSVRC: one archive for each split, read once for all categories of a run.

    ILSVRC2012_bbox_train_v2.tar.gz    <wnid>/<wnid>_<n>.xml, 544,546 of them
    ILSVRC2012_bbox_val_v3.tgz         val/ILSVRC2012_val_<8 digits>.xml, 50,000
    .../Annotations/CLS-LOC/           the same, unpacked: train/<wnid>/*.xml, val/*.xml

Nothing is unpacked to the disk.  In memory the annotations are kept packed, category by category:
those of all 1,000 take some 20 MB instead of 400.
"""

from __future__ import annotations

import os
import pickle
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from imagenet_utils.annotations.box_archives import (
    CATEGORY_FOLDER,
    CURE,
    CategoryBoxes,
    Gathering,
    Read,
    by_owner_and_serial,
    words_of,
    xmls_in_folder,
)
from imagenet_utils.archives.tar_stream import BrokenTar, Member, TarStream
from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.model import ImageId, Wnid
from imagenet_utils.telling import OnProgress

CodeOf = Callable[[ImageId], Wnid | None]  # None: an image that is in no category

FOLDERS_BELOW = (  # in any case
    "ilsvrc", "annotations", "annotation", "cls-loc", "bbox", "train", "val",
    "ilsvrc2012_bbox_train_v2", "ilsvrc2012_bbox_val_v3", "training_bounding_boxes",
)
LEVELS_BELOW = 5

# Bytes.  All XMLs of the training split have 300 MB, 700 MB with their tar; 0.9 MB one category's.
LARGEST_UNPACKED = 2**31
LARGEST_CATEGORY = 2**26
LARGEST_PACKED = 2**27
LARGEST_PENDING = 2**24

MEMBERS_BETWEEN_TELLING = 1000

# Of bounded length: a search must not take its time over bytes that nobody vouches for.
OBJECT_NAME = re.compile(rb"(<object>\s{0,99}<name>)([^<>&]{1,120})(?=</name>)")


def owner_of(image_id: ImageId) -> Wnid | None:
    """
    >>> owner_of(ImageId("n02119789_122")), owner_of(ImageId("ILSVRC2012_val_00000001"))
    ('n02119789', None)
    """
    owner = image_id.partition("_")[0]
    return Wnid(owner) if CATEGORY_FOLDER.fullmatch(owner) else None


class IlsvrcBoxes:
    """The annotations of one split, out of archives and trees; of an image's, the first count."""

    def __init__(self, paths: Sequence[Path], *, code_of: CodeOf = owner_of) -> None:
        """`code_of` says whose a picture is: in validation, its name doesn't."""
        self._paths = tuple(paths)
        self._code_of = code_of
        self._stock = _Stock()
        self._untold: list[str] = []

    @property
    def is_empty(self) -> bool:
        """No annotations here at all, rather than none for some category."""
        return not self._paths

    def prepare(
        self, codes: Iterable[Wnid], on_progress: OnProgress = lambda done, total: None
    ) -> None:
        """Pick many categories in one pass; `of` would make one for each.

        Progress is in bytes: of the archive as it lies there, or of a tree's XMLs.
        """
        wanted = frozenset(codes) - self._stock.codes
        if not wanted:
            return
        self._stock.expect(wanted)
        for path in self._paths:
            problem = self._pick(path, wanted, on_progress)
            self._untold += [problem] if problem else []

    def of(self, code: Wnid) -> CategoryBoxes:
        """With wnids for the objects' names, where they can be known.

        What could not be read is told once, with the category that is asked for first.
        """
        self.prepare([code])
        xmls = self._stock.xmls_of(code)
        problems, self._untold = self._untold, []
        return CategoryBoxes(
            {image_id: with_codes(xmls[image_id], code)
             for image_id in sorted(xmls, key=by_owner_and_serial)},
            "; ".join(problems) or None,
        )

    def _pick(self, path: Path, wanted: frozenset[Wnid], on_progress: OnProgress) -> str | None:
        """What kept annotations from being found, in one line."""
        gathering = Gathering()
        count = 0
        broken = ""
        try:
            for member, read in _members_of(path, wanted, on_progress):
                code = self._code_in(member.name)
                if code is not None and code in wanted:
                    self._stock.make_room(code, member.size)
                    gathering.take(member, read)
                    self._stock.put(code, gathering.xmls)
                    count += 1
        except (BrokenTar, OSError) as error:
            broken = f"{words_of(error)} after {count:,} annotations; {CURE}"
        return gathering.result(str(path), broken).problem

    def _code_in(self, member_name: str) -> Wnid | None:
        stem, extension = os.path.splitext(re.split(r"[/\\]", member_name)[-1])
        return self._code_of(ImageId(stem)) if extension.lower() == ".xml" else None


class _Stock:
    """Annotations by category, packed; what came last waits until packing pays."""

    def __init__(self) -> None:
        self._packed: dict[Wnid, list[bytes]] = {}
        self._packed_bytes = 0
        self._sizes: Counter[Wnid] = Counter()
        self._pending: dict[Wnid, dict[ImageId, bytes]] = defaultdict(dict)
        self._pending_bytes = 0

    @property
    def codes(self) -> frozenset[Wnid]:
        return frozenset(self._packed)

    def expect(self, codes: Iterable[Wnid]) -> None:
        self._packed |= {code: [] for code in codes}

    def make_room(self, code: Wnid, size: int) -> None:
        """For an XML of `size` bytes.  Raises BrokenTar where no honest archive has that many."""
        self._sizes[code] += size
        self._pending_bytes += size
        if self._pending_bytes > LARGEST_PENDING:
            self._pack(size)
        if self._sizes[code] > LARGEST_CATEGORY or self._packed_bytes > LARGEST_PACKED:
            raise BrokenTar(f"more XMLs than can be, the last for {code},")

    def put(self, code: Wnid, xmls: dict[ImageId, bytes]) -> None:
        """Take them out of `xmls`; one that is there already stays."""
        while xmls:
            image_id, xml = xmls.popitem()
            self._pending[code].setdefault(image_id, xml)

    def xmls_of(self, code: Wnid) -> dict[ImageId, bytes]:
        found = dict(self._pending.get(code, {}))
        for packed in reversed(self._packed[code]):
            found |= pickle.loads(zlib.decompress(packed))  # our own bytes, see below
        return found

    def _pack(self, pending_bytes: int) -> None:
        for code, xmls in self._pending.items():
            packed = zlib.compress(pickle.dumps(xmls), 1)
            self._packed[code].append(packed)
            self._packed_bytes += len(packed)
        self._pending.clear()
        self._pending_bytes = pending_bytes


def with_codes(xml: bytes, own: Wnid | None = None) -> bytes:
    """Wnids for the names of its objects, where they are names of the 1,000 categories.

    Many dogs are called `Scottish_deerhound` instead of n02092002.  A name that several categories
    bear is `own`'s, the picture's own, if that is one of them; else it stays, as any other does.
    """
    return OBJECT_NAME.sub(lambda found: found[1] + _code_for(found[2], own), xml)


def _code_for(name: bytes, own: Wnid | None) -> bytes:
    words = name.decode("utf-8", "replace").replace("_", " ").split()
    bearers = _bearers().get(" ".join(words).casefold(), frozenset())
    if own in bearers:
        return str(own).encode()
    return min(bearers).encode() if len(bearers) == 1 else name


@lru_cache(maxsize=1)
def _bearers() -> Mapping[str, frozenset[Wnid]]:
    """The categories of the challenge that have a name, folded, among theirs."""
    bearers: dict[str, set[Wnid]] = defaultdict(set)
    for entry in built_in():
        if entry.in_ilsvrc2012:
            for name in entry.names.split(", "):
                bearers[name.casefold()].add(entry.code)
    return {name: frozenset(codes) for name, codes in bearers.items()}


def _members_of(
    path: Path, wanted: frozenset[Wnid], on_progress: OnProgress
) -> Iterator[tuple[Member, Read]]:
    """Raises BrokenTar and OSError."""
    if path.is_dir():
        yield from _members_of_tree(path, wanted, on_progress)
    else:
        yield from _members_of_archive(path, on_progress)


def _members_of_archive(path: Path, on_progress: OnProgress) -> Iterator[tuple[Member, Read]]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        tar = TarStream(file, limit=LARGEST_UNPACKED)
        for number, member in enumerate(tar.members()):
            if number % MEMBERS_BETWEEN_TELLING == 0:
                on_progress(file.tell(), size)
            yield member, tar.read
        on_progress(size, size)


def _members_of_tree(
    path: Path, wanted: frozenset[Wnid], on_progress: OnProgress
) -> Iterator[tuple[Member, Read]]:
    done = 0
    for folder in _folders_in(path, wanted, LEVELS_BELOW):
        for member, read in xmls_in_folder(folder):
            yield member, read
            done += member.size
        on_progress(done, None)


def _folders_in(path: Path, wanted: frozenset[Wnid], levels: int) -> Iterator[Path]:
    """Those that may hold annotations of the wanted categories; pictures lie in others."""
    yield path
    for below in sorted(path.iterdir()) if levels else ():
        if (below.name in wanted or below.name.lower() in FOLDERS_BELOW) and below.is_dir():
            yield from _folders_in(below, wanted, levels - 1)
