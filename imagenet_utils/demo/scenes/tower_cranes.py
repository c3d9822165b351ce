"""Cranes, the machines, over a city that is still being built."""

from __future__ import annotations

import random
from dataclasses import dataclass

from imagenet_utils.demo.drawing import Canvas, Colour, Point, blend, lit

CRANE = "n03126707"
SKIES: tuple[tuple[Colour, ...], ...] = (
    ((64, 116, 178), (136, 180, 214), (226, 226, 214)),
    ((44, 50, 92), (176, 106, 118), (255, 190, 132)),
    ((112, 132, 150), (178, 190, 196), (236, 226, 208)),
    ((26, 60, 88), (92, 142, 152), (248, 214, 158)),
)
PAINTS: tuple[Colour, ...] = ((240, 184, 36), (216, 62, 40), (236, 236, 230), (52, 108, 172))
CONCRETE: tuple[Colour, ...] = ((150, 144, 138), (128, 132, 140), (166, 154, 140))


@dataclass(frozen=True, slots=True)
class TowerCrane:
    """A hammerhead crane by the foot of its mast; lengths in pixels."""

    foot: Point
    height: float  # to the jib
    reach: float  # from the mast to the tip of the jib
    facing: int  # -1: the jib points left
    paint: Colour

    @property
    def cell(self) -> float:
        """The side of one field of the lattice."""
        return self.height * 0.042

    def at(self, along: float, up: float) -> Point:
        """Pixels from where the jib meets the mast: along the jib, and upwards."""
        return self.foot[0] + self.facing * along, self.foot[1] - self.height - up


def paint_tower_cranes(canvas: Canvas, dice: random.Random) -> None:
    sky = dice.choice(SKIES)
    canvas.gradient(sky, 0, canvas.height)
    sun = (canvas.width * dice.uniform(0.1, 0.9), canvas.height * dice.uniform(0.5, 0.75))
    canvas.glow(sun, (canvas.width * 0.5, canvas.height * 0.5), (255, 236, 196), 0.85)
    for _ in range(4):
        middle = (canvas.width * dice.random(), canvas.height * dice.uniform(0.06, 0.45))
        long = canvas.width * dice.uniform(0.14, 0.34)
        canvas.glow(middle, (long, long * 0.13), (255, 246, 236), 0.5)
    _paint_skyline(canvas, sky, dice)
    number = dice.choice((1, 2, 2, 3))
    for index in range(number):
        crane = _place_crane(canvas, (index + dice.uniform(0.3, 0.7)) / number, dice)
        _paint_crane(canvas, crane, sky[-1])
        _paint_shell(canvas, crane, dice)


def _place_crane(canvas: Canvas, share: float, dice: random.Random) -> TowerCrane:
    height = canvas.height * dice.uniform(0.58, 0.78)
    facing = 1 if share < 0.5 else -1
    return TowerCrane(
        foot=(canvas.width * share, canvas.height * 0.97),
        height=height,
        reach=min(canvas.width * dice.uniform(0.30, 0.52), height * 1.1),
        facing=facing if dice.random() < 0.8 else -facing,
        paint=dice.choice(PAINTS),
    )


def _paint_crane(canvas: Canvas, crane: TowerCrane, air: Colour) -> None:
    owner = canvas.new_owner(CRANE)
    paint = blend(crane.paint, air, 0.12)
    cell = crane.cell
    top = crane.height * 0.13
    for truss in (
        _Lattice((0, -crane.height), (0, 0), cell),
        _Lattice((0, 0), (crane.reach, 0), cell * 0.8),
        _Lattice((0, 0), (-crane.reach * 0.32, 0), cell * 0.6),
    ):
        _paint_lattice(canvas, truss, crane, paint, owner=owner)
    apex = crane.at(0, top)
    peak = [crane.at(-cell / 2, 0), apex, crane.at(cell / 2, 0)]
    canvas.line(peak, paint, width=cell * 0.22, owner=owner)
    for along in (crane.reach * 0.72, crane.reach * 0.36, -crane.reach * 0.3):
        canvas.line([apex, crane.at(along, cell * 0.5)], lit(paint, 0.7), width=2.4, owner=owner)
    back = -crane.reach * 0.32
    ballast = [crane.at(back, cell * 0.3), crane.at(back + cell * 1.9, cell * 0.3),
               crane.at(back + cell * 1.9, -cell * 1.5), crane.at(back, -cell * 1.5)]
    canvas.polygon(ballast, (112, 110, 110), owner)
    canvas.line([*ballast, ballast[0]], (84, 82, 84), width=2, owner=owner)
    cab = [crane.at(cell * 0.5, -cell * 0.1), crane.at(cell * 1.7, -cell * 0.1),
           crane.at(cell * 1.5, -cell * 1.4), crane.at(cell * 0.5, -cell * 1.4)]
    canvas.polygon(cab, lit(paint, 0.92), owner)
    pane = [crane.at(cell * 0.9, -cell * 0.3), crane.at(cell * 1.6, -cell * 0.3),
            crane.at(cell * 1.45, -cell * 1.0), crane.at(cell * 0.9, -cell * 1.0)]
    canvas.polygon(pane, (70, 96, 116), owner)
    _paint_hook(canvas, crane, owner)


def _paint_hook(canvas: Canvas, crane: TowerCrane, owner: int) -> None:
    along, drop = crane.reach * 0.78, crane.height * 0.3
    for side in (-1, 1):
        rope = [crane.at(along + side * 4, -crane.cell * 0.4), crane.at(along, -drop)]
        canvas.line(rope, (48, 46, 50), width=2, owner=owner)
    canvas.ellipse(crane.at(along, -drop), (crane.cell * 0.26,) * 2, (44, 42, 46), owner=owner)
    load = [crane.at(along - crane.cell * 1.6, -drop - crane.cell), crane.at(along, -drop),
            crane.at(along + crane.cell * 1.6, -drop - crane.cell)]
    canvas.line(load, (60, 58, 60), width=2)
    left, right, top = load[0][0], load[2][0], load[0][1]
    bottom = top + crane.cell * 0.5
    girder = [(left, top), (right, top), (right, bottom), (left, bottom)]
    canvas.polygon(girder, (146, 74, 52))


@dataclass(frozen=True, slots=True)
class _Lattice:
    """A truss between two points in the crane's measure, with its thickness."""

    start: Point
    end: Point
    thickness: float


def _paint_lattice(
    canvas: Canvas, truss: _Lattice, crane: TowerCrane, paint: Colour, *, owner: int
) -> None:
    (x0, y0), (x1, y1) = truss.start, truss.end
    length = max(abs(x1 - x0), abs(y1 - y0))
    fields = max(2, round(length / truss.thickness))
    half = truss.thickness / 2
    aside = (half, 0.0) if abs(y1 - y0) > abs(x1 - x0) else (0.0, half)
    rails: tuple[list[Point], list[Point]] = ([], [])
    for field in range(fields + 1):
        x, y = x0 + (x1 - x0) * field / fields, y0 + (y1 - y0) * field / fields
        for rail, side in zip(rails, (-1, 1)):
            rail.append(crane.at(x + side * aside[0], y + side * aside[1]))
    for field in range(fields):
        first, second = rails[field % 2], rails[(field + 1) % 2]
        diagonal = [first[field], second[field + 1]]
        rung = [rails[0][field], rails[1][field]]
        canvas.line(diagonal, lit(paint, 0.8), width=half * 0.22, owner=owner)
        canvas.line(rung, lit(paint, 0.72), width=half * 0.16, owner=owner)
    canvas.line([rails[0][0], rails[0][-1]], paint, width=half * 0.4, owner=owner)
    canvas.line([rails[1][0], rails[1][-1]], lit(paint, 0.85), width=half * 0.4, owner=owner)


def _paint_skyline(canvas: Canvas, sky: tuple[Colour, ...], dice: random.Random) -> None:
    for layer in range(3):
        tone = blend(sky[-1], blend(sky[0], (52, 56, 70), 0.6), 0.2 + layer * 0.22)
        x = -20.0
        while x < canvas.width:
            wide = canvas.width * dice.uniform(0.04, 0.1)
            tall = canvas.height * dice.uniform(0.12, 0.36) * (1 - layer * 0.22)
            roof = canvas.height - tall
            house = [(x, canvas.height), (x, roof), (x + wide, roof), (x + wide, canvas.height)]
            canvas.polygon(house, lit(tone, dice.uniform(0.94, 1.06)))
            if layer == 2:
                _paint_windows(canvas, (x, roof, wide), tone, dice)
            x += wide + dice.uniform(0, 10)


def _paint_windows(
    canvas: Canvas, house: tuple[float, float, float], tone: Colour, dice: random.Random
) -> None:
    x, roof, wide = house
    for row in range(int((canvas.height - roof) / 22)):
        for column in range(int(wide / 18)):
            shine: Colour = (255, 226, 160) if dice.random() < 0.22 else lit(tone, 0.82)
            left, top = x + 6 + column * 18, roof + 8 + row * 22
            pane = [(left, top), (left + 8, top), (left + 8, top + 11), (left, top + 11)]
            canvas.polygon(pane, shine)


def _paint_shell(canvas: Canvas, crane: TowerCrane, dice: random.Random) -> None:
    """The unfinished house a crane stands behind: slabs, columns and dark depth between."""
    concrete = dice.choice(CONCRETE)
    left = crane.foot[0] - canvas.width * dice.uniform(0.06, 0.14)
    wide = canvas.width * dice.uniform(0.2, 0.3)
    storeys = dice.randint(3, 6)
    storey = canvas.height * 0.055
    for level in range(storeys):
        floor = canvas.height - level * storey
        hollow = [(left, floor), (left + wide, floor),
                  (left + wide, floor - storey), (left, floor - storey)]
        canvas.polygon(hollow, lit(concrete, 0.36 + level * 0.03))
        for column in range(6):
            x = left + wide * column / 5
            canvas.line([(x, floor), (x, floor - storey)], lit(concrete, 0.86), width=9)
        slab = [(left - 9, floor - storey), (left + wide + 9, floor - storey),
                (left + wide + 9, floor - storey + 11), (left - 9, floor - storey + 11)]
        canvas.polygon(slab, lit(concrete, 1.12))
    for column in range(11):
        x = left + wide * column / 10
        top = canvas.height - storeys * storey
        bar = [(x, top), (x + dice.uniform(-2, 2), top - dice.uniform(10, 26))]
        canvas.line(bar, (110, 70, 52), width=2)
