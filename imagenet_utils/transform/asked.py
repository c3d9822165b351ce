"""What is asked of pictures besides themselves, and what was made of one: values that travel."""

from __future__ import annotations

from typing import NamedTuple

MADE, EDITED, REMOVED = "made", "edited", "removed"  # by the user, the latter two


class Resize(NamedTuple):
    """One --resize: each picture once more, in another size."""

    mode: str  # a key of MODES
    width: int  # pixels, of the box that SIZE names
    height: int
    format: str  # a key of FORMATS
    quality: int | None  # None: the format has none
    enlarges: bool = False

    @property
    def name(self) -> str:
        """What tells its folders from others.

        >>> Resize("fill_crop", 256, 192, "jpg", 95).name
        'fill_crop_256x192'
        """
        size = self.width if self.width == self.height else f"{self.width}x{self.height}"
        return f"{self.mode}_{size}"

    @property
    def recipe(self) -> str:
        """All that its pixels hang on, besides the original's."""
        words = [self.mode, f"{self.width}x{self.height}", self.format]
        words += [str(self.quality)] if self.quality is not None else []
        return ":".join(words + ["enlarged"] * self.enlarges)


class Resizing(NamedTuple):
    """What is to be made of one picture, or of all."""

    resizes: tuple[Resize, ...]
    least_share: float  # of a box that must be visible, 0 to 1
    keeps_original: bool
    ours: frozenset[str] = frozenset()  # digests of files that may be written over


class Resized(NamedTuple):
    """What is remembered of one picture in one other size."""

    resize: str  # its name
    recipe: str
    source_sha256: str  # of the original
    orientation: int  # of the original, 1 to 8 as EXIF counts; it stands upright now
    state: str  # MADE, EDITED or REMOVED
    file_name: str
    bytes: int
    width: int
    height: int
    sha256: str
    mtime_ns: int
    annotation: str  # a Verdict's value
    boxes: int
    boxes_clamped: int
    boxes_dropped: int
    xml_sha256: str | None
    finished: float  # seconds since 1970, UTC
