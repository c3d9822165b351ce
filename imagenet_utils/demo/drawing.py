"""Pictures drawn with Pillow alone, and the exact boxes of what they show.

A canvas is twice as large as its picture and has a second layer that says for every pixel which
object owns it.  Whatever is painted over an object takes the pixel away from it, so the box of an
object frames what can be seen of it, and nothing has to be calculated twice.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[int, int, int, int]  # xmin, ymin, xmax, ymax: 0-based, inclusive

OVERSAMPLING = 2
NOBODY = 0  # the owner of background, mist and whatever stands in front


@dataclass(frozen=True, slots=True)
class DrawnObject:
    """One object that can be seen, and the frame of its visible part."""

    code: str
    box: Box


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and what is in it."""

    image: Image.Image
    objects: tuple[DrawnObject, ...]


class Canvas:
    """Where scenes are painted; coordinates are pixels of the doubled picture."""

    def __init__(self, width: int, height: int) -> None:
        """Width and height are those of the finished picture."""
        self.width = width * OVERSAMPLING
        self.height = height * OVERSAMPLING
        self.image = Image.new("RGB", (self.width, self.height))
        self._owners = Image.new("L", self.image.size, NOBODY)
        self._pen = ImageDraw.Draw(self.image)
        self._owner_pen = ImageDraw.Draw(self._owners)
        self._codes: list[str] = []

    def new_owner(self, code: str) -> int:
        """The number under which the parts of one more object are painted (at most 255)."""
        self._codes.append(code)
        return len(self._codes)

    def polygon(self, points: Sequence[Point], colour: Colour, owner: int = NOBODY) -> None:
        self._pen.polygon(points, fill=colour)
        self._owner_pen.polygon(points, fill=owner)

    def ellipse(self, centre: Point, radii: Point, colour: Colour, *, owner: int = NOBODY) -> None:
        frame = (centre[0] - radii[0], centre[1] - radii[1],
                 centre[0] + radii[0], centre[1] + radii[1])
        self._pen.ellipse(frame, fill=colour)
        self._owner_pen.ellipse(frame, fill=owner)

    def line(
        self, points: Sequence[Point], colour: Colour, *, width: float = 2, owner: int = NOBODY
    ) -> None:
        self._pen.line(points, fill=colour, width=max(1, round(width)), joint="curve")
        self._owner_pen.line(points, fill=owner, width=max(1, round(width)), joint="curve")

    def gradient(self, colours: Sequence[Colour], top: float, bottom: float) -> None:
        """A soft vertical run of colours over the whole width; takes nothing from its owners."""
        rows = max(1, round(bottom) - round(top))
        column = Image.new("RGB", (1, len(colours)))
        column.putdata(colours)
        column = column.resize((1, rows), Image.Resampling.BICUBIC)
        self.image.paste(column.resize((self.width, rows)), (0, round(top)))

    def glow(self, centre: Point, radii: Point, colour: Colour, strength: float) -> None:
        """Light (or shade, in a dark colour) that fades towards its rim; strength 0 to 1."""
        left, right = _clip(centre[0], radii[0], self.width)
        top, bottom = _clip(centre[1], radii[1], self.height)
        if left >= right or top >= bottom:
            return
        disc = _fading_disc(strength)
        per_x, per_y = disc.width / (2 * radii[0]), disc.height / (2 * radii[1])
        seen = ((left - centre[0] + radii[0]) * per_x, (top - centre[1] + radii[1]) * per_y,
                (right - centre[0] + radii[0]) * per_x, (bottom - centre[1] + radii[1]) * per_y)
        size = (right - left, bottom - top)
        mask = disc.resize(size, Image.Resampling.BILINEAR, box=seen)
        self.image.paste(colour, (left, top), mask)

    def shadow(self, points: Sequence[Point], strength: float, blur: float) -> None:
        """A soft shade of a polygon on what is already painted; blur in pixels."""
        self._soften(points, (12, 12, 22), strength, blur)

    def mist(self, points: Sequence[Point], colour: Colour, strength: float, blur: float) -> None:
        """A soft veil in the shape of a polygon."""
        self._soften(points, colour, strength, blur)

    def _soften(
        self, points: Sequence[Point], colour: Colour, strength: float, blur: float
    ) -> None:
        # Softness needs no detail: an eighth of the size costs a sixty-fourth of the time.
        small = Image.new("L", (self.width // 8, self.height // 8))
        scaled = [(x / 8, y / 8) for x, y in points]
        ImageDraw.Draw(small).polygon(scaled, fill=round(255 * strength))
        small = small.filter(ImageFilter.GaussianBlur(blur / 8))
        touched = small.getbbox()
        if touched is None:
            return
        left, top, right, bottom = touched
        mask = small.resize(((right - left) * 8, (bottom - top) * 8),
                            Image.Resampling.BILINEAR, box=touched)
        self.image.paste(colour, (left * 8, top * 8), mask)

    def finish(self, dice: random.Random) -> Drawing:
        """The picture in its own size, with the grain and the dark corners of a photograph."""
        image = self.image.reduce(OVERSAMPLING)
        image.paste((14, 14, 26), (0, 0), _dark_corners(image.size))
        image = Image.blend(image, _grain(image.size, dice), 0.07)
        return Drawing(image, self._visible_objects())

    def _visible_objects(self) -> tuple[DrawnObject, ...]:
        """Objects of which less than 120 pixels of the picture are left are not told."""
        pixels = self._owners.histogram()
        return tuple(
            DrawnObject(code, _box_of(self._owners, owner))
            for owner, code in enumerate(self._codes, start=1)
            if pixels[owner] >= 120 * OVERSAMPLING ** 2
        )


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """
    >>> blend((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    share = min(1.0, max(0.0, share))
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second))
    return red, green, blue


def lit(colour: Colour, light: float) -> Colour:
    """The colour under more (above 1) or less light.

    >>> lit((100, 200, 50), 1.5)
    (150, 255, 75)
    """
    red, green, blue = (min(255, max(0, round(part * light))) for part in colour)
    return red, green, blue


def curve(start: Point, *, bends: tuple[Point, Point], end: Point, steps: int = 14) -> list[Point]:
    """A cubic Bézier curve as points, both ends among them."""
    points = []
    for step in range(steps + 1):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
        corners = (start, bends[0], bends[1], end)
        points.append((
            sum(weight * corner[0] for weight, corner in zip(weights, corners)),
            sum(weight * corner[1] for weight, corner in zip(weights, corners)),
        ))
    return points


def encode(image: Image.Image, kind: str) -> bytes:
    """The bytes of a picture in one of `ENCODINGS`."""
    buffer = io.BytesIO()
    ENCODINGS[kind].save(image, buffer)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way to write a picture, with the media type and the extension that belong to it."""

    extension: str
    media_type: str
    save: Callable[[Image.Image, io.BytesIO], None]


def _saver(mode: str, **parameters: object) -> Callable[[Image.Image, io.BytesIO], None]:
    def save(image: Image.Image, buffer: io.BytesIO) -> None:
        image.convert(mode).save(buffer, **parameters)  # type: ignore[arg-type]

    return save


ENCODINGS = {
    "jpeg": Encoding("jpg", "image/jpeg", _saver("RGB", format="JPEG", quality=90)),
    "progressive": Encoding(
        "jpg", "image/jpeg", _saver("RGB", format="JPEG", quality=90, progressive=True)),
    "gray": Encoding("jpg", "image/jpeg", _saver("L", format="JPEG", quality=90)),
    "cmyk": Encoding("jpg", "image/jpeg", _saver("CMYK", format="JPEG", quality=88)),
    "png": Encoding("png", "image/png", _saver("RGB", format="PNG", compress_level=3)),
    "gif": Encoding("gif", "image/gif", _saver("P", format="GIF")),
    "webp": Encoding("webp", "image/webp", _saver("RGB", format="WEBP", quality=85, method=1)),
}


def _box_of(owners: Image.Image, owner: int) -> Box:
    mine = owners.point([value == owner for value in range(256)])
    frame = mine.getbbox()
    assert frame is not None, "an owner without pixels is filtered out before"
    left, top, right, bottom = frame
    return (left // OVERSAMPLING, top // OVERSAMPLING,
            (right - 1) // OVERSAMPLING, (bottom - 1) // OVERSAMPLING)


def _clip(middle: float, radius: float, limit: int) -> tuple[int, int]:
    """First and last pixel of a span, as far as the canvas has it."""
    return max(0, math.ceil(middle - radius)), min(limit, math.floor(middle + radius))


@lru_cache(maxsize=64)
def _fading_disc(strength: float) -> Image.Image:
    # radial_gradient is 0 in the middle, 181 at the inscribed circle and 255 in the corners.
    fading = [round(255 * strength * max(0.0, 1 - value / 180) ** 1.4) for value in range(256)]
    return Image.radial_gradient("L").point(fading)


@lru_cache(maxsize=16)
def _dark_corners(size: tuple[int, int]) -> Image.Image:
    darkening = [round(max(0, value - 120) * 0.5) for value in range(256)]
    return Image.radial_gradient("L").point(darkening).resize(size)


def _grain(size: tuple[int, int], dice: random.Random) -> Image.Image:
    sheet = _sheet_of_grain()
    left = dice.randrange(sheet.width - size[0])
    top = dice.randrange(sheet.height - size[1])
    grain = sheet.crop((left, top, left + size[0], top + size[1]))
    return Image.merge("RGB", (grain, grain, grain))


@lru_cache(maxsize=1)
def _sheet_of_grain() -> Image.Image:
    side = 1536
    noise = random.Random("grain").randbytes(side * side)
    return Image.frombytes("L", (side, side), noise).filter(ImageFilter.GaussianBlur(0.5))
