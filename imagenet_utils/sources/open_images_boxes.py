"""The boxes of Open Images as annotations of a category's pictures, each made when it is wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from imagenet_utils.annotations.box_archives import CategoryBoxes
from imagenet_utils.annotations.relative import RelativeBox, Sides, Turn, relative_xml
from imagenet_utils.model import Category, ImageId
from imagenet_utils.open_images.box_traits import BOX_TRAITS, WantedBoxes, trait
from imagenet_utils.open_images.values import SUBSETS, BoxRow, Metadata

DATABASE = "Open Images"
QUARTERS = (90, 180, 270)  # degrees that a picture may be turned by
MOST_KEPT = 4096  # annotations that were made and may be asked for again


class OpenImagesBoxes:
    def __init__(
        self, metadata: Metadata, wanted: WantedBoxes, label_of: Callable[[str], str], *,
        has_upright_pictures: bool, labels: str,
    ) -> None:
        """`has_upright_pictures`: some may come as thumbnails.  `labels`: other words where any
        label is another.
        """
        self._labels = labels
        self._metadata = metadata
        self._wanted = wanted
        self._label_of = label_of
        self._has_upright_pictures = has_upright_pictures

    def prepare(self, categories: Sequence[Category]) -> None:
        """All is in the index."""

    def of(self, category: Category) -> CategoryBoxes:
        if not self._metadata.has_boxes:
            return CategoryBoxes({})
        ids = tuple(self._metadata.images_of(category.code, category.split))
        xmls = XmlsOnDemand(ids, lambda image_id: self._xml(image_id, category),
                            are_certain=not self._wanted.excluded)
        return CategoryBoxes(xmls, origin=self._origin(category))

    def _xml(self, image_id: ImageId, category: Category) -> bytes | None:
        """None: no box of the category is left."""
        boxes = self._metadata.boxes_of(image_id, category.split)
        wanted = self._wanted.among(boxes, category.code)
        if not wanted:
            return None
        return relative_xml(map(self._box, wanted), database=DATABASE,
                            folder=SUBSETS[category.split], turn=self._turn(image_id, category))

    def _box(self, box: BoxRow) -> RelativeBox:
        told = {name: trait(box, name) for name in BOX_TRAITS if name != "truncated"}
        traits = {name: str(int(value)) for name, value in told.items() if value is not None}
        return RelativeBox(self._label_of(box.mid),
                           Sides(box.xmin, box.xmax, box.ymin, box.ymax),
                           {**traits, "mid": box.mid}, bool(box.is_truncated))

    def _turn(self, image_id: ImageId, category: Category) -> Turn | None:
        if not self._has_upright_pictures:
            return None
        for row in self._metadata.rows([image_id], category.split):
            if row.rotation in QUARTERS and row.thumbnail_url:
                return Turn(row.rotation, row.thumbnail_url)
        return None

    def _origin(self, category: Category) -> str:
        """All that the annotations hang on."""
        asked = self._wanted.asked
        told = (self._metadata.edition(category.split), self._labels, category.key,
                self._wanted.excluded, None if asked is None else sorted(asked))
        return hashlib.sha256(repr(told).encode("utf-8", "replace")).hexdigest()


class XmlsOnDemand(Mapping[ImageId, bytes]):
    """By picture; a class may have 300,000 of them, of which a run wants ten."""

    def __init__(
        self, ids: Sequence[ImageId], make: Callable[[ImageId], bytes | None], *, are_certain: bool
    ) -> None:
        """`ids` of all that may have one; if `are_certain`, of all that have."""
        self._ids = ids
        self._certain = frozenset(ids) if are_certain else None
        self._make = make
        self._made: dict[ImageId, bytes | None] = {}

    def __getitem__(self, image_id: ImageId) -> bytes:
        if image_id not in self._made:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            self._made[image_id] = self._make(image_id)
        xml = self._made[image_id]
        if xml is None:
            raise KeyError(image_id)
        return xml

    def __contains__(self, image_id: object) -> bool:
        if self._certain is not None:
            return image_id in self._certain
        return super().__contains__(image_id)

    def __iter__(self) -> Iterator[ImageId]:
        return (image_id for image_id in self._ids if image_id in self)

    def __len__(self) -> int:
        return len(self._ids) if self._certain is not None else sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)
