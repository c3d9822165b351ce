"""A warehouse aisle: racks to the vanishing point, and a pallet of cartons in front."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial

from imagenet_utils.demo.drawing import NOBODY, Canvas, Colour, Point, blend, lit

CARTON = "n02971356"
KRAFT: tuple[Colour, ...] = (
    (196, 150, 98), (181, 133, 82), (208, 167, 118), (171, 121, 74), (214, 180, 138),
    (222, 214, 202),
)
TAPES: tuple[Colour, ...] = ((223, 196, 150), (150, 108, 62), (196, 60, 48), (38, 110, 150))
HAZES: tuple[Colour, ...] = ((226, 216, 196), (190, 208, 220), (214, 222, 206), (232, 204, 178))
STEEL: Colour = (44, 78, 128)
BEAM: Colour = (222, 108, 34)
FLOOR: Colour = (150, 146, 138)

AISLE = 1.7  # half its width, in metres, as all that follows
SHELVES = (0.12, 1.45, 2.8)
BAY = 1.9
NEAREST_BAY = 3.4
BAYS = 4


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole that looks along z; x to the right and y upwards from the floor, in metres."""

    eye_height: float
    centre: Point
    focal: float  # pixels
    haze: Colour

    def project(self, x: float, y: float, z: float) -> Point:
        return (self.centre[0] + self.focal * x / z,
                self.centre[1] - self.focal * (y - self.eye_height) / z)

    def at_distance(self, colour: Colour, z: float) -> Colour:
        return blend(colour, self.haze, 0.085 * (z - 2.5))


@dataclass(frozen=True, slots=True)
class Block:
    """A cuboid that stands square to the camera, by its left, lower, near corner."""

    x: float
    y: float
    z: float
    width: float
    height: float
    depth: float
    colour: Colour

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def top(self) -> float:
        return self.y + self.height

    @property
    def back(self) -> float:
        return self.z + self.depth


def paint_cartons(canvas: Canvas, dice: random.Random) -> None:
    camera = Camera(
        eye_height=dice.uniform(1.5, 1.9),
        centre=(canvas.width * dice.uniform(0.42, 0.58), canvas.height * dice.uniform(0.40, 0.48)),
        focal=max(canvas.width, canvas.height) * dice.uniform(0.72, 0.86),
        haze=dice.choice(HAZES),
    )
    _paint_hall(canvas, camera)
    for bay in reversed(range(BAYS)):
        z = NEAREST_BAY + bay * BAY
        for side in (-1, 1):
            _paint_bay(canvas, camera, _Bay(side, z), dice=dice)
    _paint_pallet(canvas, camera, dice)


def _paint_hall(canvas: Canvas, camera: Camera) -> None:
    horizon = camera.centre[1]
    canvas.gradient([lit(camera.haze, 0.5), lit(camera.haze, 0.8), camera.haze], 0, horizon)
    canvas.gradient([camera.haze, FLOOR, lit(FLOOR, 0.8), lit(FLOOR, 0.6)], horizon, canvas.height)
    for metres in range(23, 4, -3):
        near, far = metres, metres + 0.9
        lamp = [camera.project(x, 5.2, z) for x, z in
                ((-0.35, near), (0.35, near), (0.35, far), (-0.35, far))]
        canvas.polygon(lamp, (255, 252, 236))
        halo = (1500 / metres, 620 / metres)
        canvas.glow(camera.project(0, 5.2, near), halo, (255, 244, 214), 0.5)
    canvas.glow(camera.centre, (canvas.width * 0.22, canvas.height * 0.2), (255, 250, 238), 0.75)
    for side in (-1, 1):
        lane = [camera.project(side * x, 0, z) for x, z in
                ((AISLE - 0.34, 1.2), (AISLE - 0.24, 1.2), (AISLE - 0.24, 16), (AISLE - 0.34, 16))]
        canvas.polygon(lane, (222, 180, 52))


@dataclass(frozen=True, slots=True)
class _Bay:
    side: int  # -1 left of the aisle, 1 right of it
    z: float  # of its near end

    def left_of(self, distance: float, width: float) -> float:
        """Where a thing of that width begins whose inner face is that far from the aisle."""
        inner = AISLE + distance
        return inner if self.side > 0 else -inner - width


def _paint_bay(canvas: Canvas, camera: Camera, bay: _Bay, *, dice: random.Random) -> None:
    """From the far things to the near ones: shelves away from the eye's height come first."""
    levels = sorted(range(len(SHELVES)), key=lambda level: -abs(SHELVES[level] - camera.eye_height))
    for level in levels:
        shelf = SHELVES[level]
        plank = Block(bay.left_of(0, 1.1), shelf - 0.1, bay.z, 1.1, 0.1, BAY, BEAM)
        goods = _goods_on(bay, shelf, dice)
        if shelf > camera.eye_height:
            _paint_goods(canvas, camera, goods, dice=dice)
            _paint_block(canvas, camera, plank)
        else:
            _paint_block(canvas, camera, plank)
            _paint_goods(canvas, camera, goods, dice=dice)
    _paint_block(canvas, camera, Block(bay.left_of(0, 0.09), 0, bay.z, 0.09, 4.3, 0.09, STEEL))


def _goods_on(bay: _Bay, shelf: float, dice: random.Random) -> list[Block]:
    """One or two cartons a bay, some bays empty."""
    if dice.random() < 0.42:
        return []
    depth = dice.uniform(0.6, 0.8)
    return [
        Block(
            bay.left_of(dice.uniform(0.06, 0.12), 0.8), shelf, bay.z + start, 0.8,
            dice.uniform(0.45, 0.95), depth, dice.choice(KRAFT),
        )
        for start in ((1.05, 0.18) if dice.random() < 0.45 else (dice.uniform(0.3, 0.8),))
    ]


def _paint_goods(
    canvas: Canvas, camera: Camera, goods: list[Block], *, dice: random.Random
) -> None:
    for block in goods:
        _paint_carton(canvas, camera, block, dice=dice)


def _paint_pallet(canvas: Canvas, camera: Camera, dice: random.Random) -> None:
    z = dice.uniform(3.0, 3.4)
    left = dice.uniform(-1.1, -0.1)
    footprint = [camera.project(x, 0, depth) for x, depth in
                 ((left - 0.2, z - 0.12), (left + 1.4, z - 0.12),
                  (left + 1.5, z + 1), (left, z + 1))]
    canvas.shadow(footprint, 0.75, 26)
    for start in (0.0, 0.5, 1.0):
        _paint_block(canvas, camera, Block(left + start, 0, z, 0.14, 0.1, 0.9, (120, 88, 56)))
    _paint_block(canvas, camera, Block(left, 0.1, z, 1.14, 0.04, 0.9, (156, 118, 78)))
    heights = [dice.uniform(0.34, 0.52) for _ in range(2)]
    widths = dice.choice(((0.56, 0.56), (0.72, 0.40), (0.44, 0.66)))
    lower = [(left + 0.01, widths[0], heights[0]), (left + 0.02 + widths[0], widths[1], heights[1])]
    for x, width, height in sorted(lower, key=lambda item: -abs(item[0] + item[1] / 2)):
        carton = Block(x, 0.14, z + 0.02, width, height, 0.8, dice.choice(KRAFT))
        _paint_carton(canvas, camera, carton, dice=dice)
    if dice.random() < 0.7:
        x, width, height = dice.choice(lower)
        small = Block(
            x + 0.03, 0.14 + height, z + dice.uniform(0.05, 0.2), width * dice.uniform(0.7, 0.9),
            dice.uniform(0.24, 0.4), 0.5, dice.choice(KRAFT),
        )
        _paint_carton(canvas, camera, small, dice=dice)


def _paint_carton(canvas: Canvas, camera: Camera, block: Block, *, dice: random.Random) -> None:
    owner = canvas.new_owner(CARTON)
    _paint_block(canvas, camera, block, owner=owner)
    on_front = partial(_point_on_front, camera, block)
    tape = camera.at_distance(dice.choice(TAPES), block.z)
    middle = dice.uniform(0.42, 0.58)
    canvas.polygon(_patch(on_front, (middle - 0.05, 0, middle + 0.05, 1)), tape, owner)
    if block.top < camera.eye_height:
        top = [camera.project(block.x + block.width * share, block.top, z)
               for share, z in ((middle - 0.05, block.z), (middle + 0.05, block.z),
                                (middle + 0.05, block.back), (middle - 0.05, block.back))]
        canvas.polygon(top, lit(tape, 1.12), owner)
    paper = camera.at_distance((240, 238, 230), block.z)
    ink = camera.at_distance((52, 46, 40), block.z)
    left, low = dice.uniform(0.60, 0.66), dice.uniform(0.12, 0.5)
    canvas.polygon(_patch(on_front, (left, low, left + 0.28, low + 0.3)), paper, owner)
    for bar in range(6):
        start = left + 0.03 + bar * 0.038
        wide = 0.012 if bar % 3 else 0.024
        canvas.polygon(_patch(on_front, (start, low + 0.05, start + wide, low + 0.17)), ink, owner)
    canvas.polygon(_patch(on_front, (left + 0.03, low + 0.22, left + 0.2, low + 0.25)), ink, owner)
    _paint_arrows(canvas, on_front, ink, owner)


def _paint_arrows(canvas: Canvas, on_front: partial[Point], ink: Colour, owner: int) -> None:
    """This side up."""
    for left in (0.10, 0.23):
        canvas.polygon(_patch(on_front, (left + 0.03, 0.62, left + 0.06, 0.76)), ink, owner)
        head = [on_front(left, 0.76), on_front(left + 0.09, 0.76), on_front(left + 0.045, 0.88)]
        canvas.polygon(head, ink, owner)


def _paint_block(canvas: Canvas, camera: Camera, block: Block, *, owner: int = NOBODY) -> None:
    """The three faces at most that can be seen of a cuboid, the near one last."""
    colour = camera.at_distance(block.colour, block.z)
    if block.right < 0 or block.x > 0:
        x = block.right if block.right < 0 else block.x
        side = [camera.project(x, y, z) for y, z in
                ((block.y, block.z), (block.y, block.back),
                 (block.top, block.back), (block.top, block.z))]
        canvas.polygon(side, lit(colour, 0.72), owner)
    if block.top < camera.eye_height or block.y > camera.eye_height:
        y, light = (block.top, 1.16) if block.top < camera.eye_height else (block.y, 0.5)
        cover = [camera.project(x, y, z) for x, z in
                 ((block.x, block.z), (block.right, block.z),
                  (block.right, block.back), (block.x, block.back))]
        canvas.polygon(cover, lit(colour, light), owner)
    on_front = partial(_point_on_front, camera, block)
    for step in range(4):
        band = _patch(on_front, (0, step / 4, 1, (step + 1) / 4))
        canvas.polygon(band, lit(colour, 0.86 + step * 0.05), owner)
    edge = [on_front(0, 0), on_front(0, 1), on_front(1, 1), on_front(1, 0), on_front(0, 0)]
    canvas.line(edge, lit(colour, 0.7), width=1, owner=owner)


def _point_on_front(camera: Camera, block: Block, across: float, up: float) -> Point:
    return camera.project(block.x + block.width * across, block.y + block.height * up, block.z)


def _patch(on_front: partial[Point], frame: tuple[float, float, float, float]) -> list[Point]:
    """A rectangle on a front, in shares of its width and height from the lower left corner."""
    left, low, right, high = frame
    return [on_front(left, low), on_front(right, low), on_front(right, high), on_front(left, high)]
