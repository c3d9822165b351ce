"""A lighthouse on its rock at dusk; in some pictures a balloon drifts over the sea."""

from __future__ import annotations

import random
from dataclasses import dataclass

from imagenet_utils.demo.drawing import Canvas, Colour, Point, blend, lit
from imagenet_utils.demo.scenes.balloons import SILKS, Balloon, paint_balloon

BEACON = "n02814860"
DUSKS: tuple[tuple[Colour, ...], ...] = (
    ((22, 32, 72), (66, 66, 122), (206, 116, 116), (255, 190, 122)),
    ((18, 44, 74), (52, 98, 132), (150, 172, 172), (244, 214, 164)),
    ((40, 28, 70), (116, 58, 112), (232, 108, 96), (255, 202, 120)),
    ((52, 84, 128), (108, 142, 176), (190, 196, 200), (246, 226, 192)),
)
STRIPES: tuple[tuple[Colour, Colour], ...] = (
    ((238, 234, 226), (188, 44, 42)), ((240, 238, 232), (38, 52, 88)),
    ((244, 240, 232), (244, 240, 232)), ((236, 228, 210), (52, 52, 54)),
)
STRIPS = 12  # vertical strips that make the tower round


@dataclass(frozen=True, slots=True)
class Tower:
    """A tapered tower by the middle of its foot, in pixels."""

    foot: Point
    height: float
    width: float  # at the foot

    def at(self, across: float, up: float) -> Point:
        """A point of its face: -1 to 1 across, 0 to 1 up."""
        half = self.width / 2 * (1 - 0.42 * up)
        sag = (1 - across * across) * self.width * 0.05
        return self.foot[0] + half * across, self.foot[1] - self.height * up + sag

    def face(self, left: float, low: float, right: float, high: float) -> list[Point]:
        """A rectangle of its face, bent as the tower is."""
        return [self.at(left, low), self.at(right, low), self.at(right, high), self.at(left, high)]


def paint_lighthouse(canvas: Canvas, dice: random.Random) -> None:
    dusk = dice.choice(DUSKS)
    horizon = canvas.height * dice.uniform(0.60, 0.68)
    side = dice.choice((-1, 1))
    x = canvas.width * (0.5 + side * dice.uniform(0.08, 0.24))
    sun = (canvas.width * (0.5 - side * dice.uniform(0.12, 0.38)), horizon)
    _paint_sea(canvas, dusk, sun=sun, dice=dice)
    if dice.random() < 0.25:
        _paint_visitor(canvas, dusk[-2], sun=sun, dice=dice)
    height = canvas.height * dice.uniform(0.42, 0.52)
    tower = Tower((x, canvas.height * 0.75), height, height * dice.uniform(0.26, 0.32))
    _paint_rock(canvas, tower, dusk[0], dice=dice)
    _paint_beam(canvas, tower)
    owner = canvas.new_owner(BEACON)
    _paint_tower(canvas, tower, dice.choice(STRIPES), owner=owner)
    _paint_lantern(canvas, tower, owner)
    _paint_rock(canvas, Tower((x, canvas.height * 0.92), height * 0.5, tower.width * 1.2), dusk[0],
                dice=dice)


def _paint_sea(
    canvas: Canvas, dusk: tuple[Colour, ...], *, sun: Point, dice: random.Random
) -> None:
    horizon = sun[1]
    canvas.gradient(dusk, 0, horizon)
    canvas.glow(sun, (canvas.width * 0.5, canvas.height * 0.42), (255, 220, 150), 0.9)
    canvas.glow(sun, (canvas.width * 0.08, canvas.width * 0.08), (255, 250, 226), 1.0)
    for _ in range(5):
        middle = (canvas.width * dice.random(), horizon * dice.uniform(0.2, 0.85))
        long = canvas.width * dice.uniform(0.15, 0.4)
        canvas.glow(middle, (long, long * 0.06), blend(dusk[-1], (255, 255, 255), 0.2), 0.5)
    canvas.gradient([blend(dusk[-2], dusk[0], 0.35), dusk[1], dusk[0], lit(dusk[0], 0.7)],
                    horizon, canvas.height)
    depth = canvas.height - horizon
    for _ in range(170):
        t = dice.random() ** 1.6
        y = horizon + depth * t
        long = 8 + 60 * t * dice.random()
        near_sun = dice.random() < 0.45
        x = dice.gauss(sun[0], 22 + 100 * t) if near_sun else canvas.width * dice.random()
        glint = blend(dusk[-1], (255, 240, 200), 0.4)
        wave = blend(dusk[1], dusk[-2], 0.5 - t / 3)
        colour = glint if near_sun else wave
        canvas.line([(x - long, y), (x + long, y)], colour, width=1 + 3 * t)


def _paint_visitor(canvas: Canvas, air: Colour, *, sun: Point, dice: random.Random) -> None:
    radius = canvas.height * dice.uniform(0.06, 0.1)
    centre = (sun[0] + canvas.width * dice.uniform(-0.05, 0.05),
              canvas.height * dice.uniform(0.2, 0.3))
    paint_balloon(canvas, Balloon(centre, radius, dice.choice(SILKS)), towards=sun, air=air)


def _paint_rock(canvas: Canvas, tower: Tower, shade: Colour, *, dice: random.Random) -> None:
    """Ledges of rock below a tower's foot, each a little nearer and a little darker."""
    for ledge in range(4):
        half = tower.width * (0.9 + ledge * 0.75)
        top = tower.foot[1] + ledge * canvas.height * 0.035
        points: list[Point] = [(tower.foot[0] - half * 1.5, canvas.height)]
        for step in range(11):
            t = step / 10
            drop = abs(t - 0.5) ** 1.8 * canvas.height * 0.4
            jag = dice.uniform(-0.014, 0.014) * canvas.height
            points.append((tower.foot[0] + half * (2 * t - 1), top + drop + jag - 6))
        points.append((tower.foot[0] + half * 1.5, canvas.height))
        canvas.polygon(points, lit(blend((92, 84, 80), shade, 0.45), 1.05 - ledge * 0.2))


def _paint_beam(canvas: Canvas, tower: Tower) -> None:
    x, y = _lamp_of(tower)
    reach = canvas.width
    for side in (-1, 1):
        for spread, strength in ((0.12, 0.3), (0.05, 0.4)):
            far = x + side * reach
            beam = [(x, y), (far, y - reach * spread), (far, y + reach * spread)]
            canvas.mist(beam, (255, 246, 206), strength, 14)


def _paint_tower(
    canvas: Canvas, tower: Tower, stripes: tuple[Colour, Colour], *, owner: int
) -> None:
    for band in range(6):
        low, high = band / 6, (band + 1) / 6
        for strip in range(STRIPS):
            left, right = (-1 + 2 * (strip + edge) / STRIPS for edge in (0, 1))
            roundness = 1.02 - 0.52 * ((left + right) / 2 + 0.35) ** 2
            colour = lit(stripes[band % 2], roundness)
            canvas.polygon(tower.face(left, low, right, high), colour, owner)
    for up in (0.22, 0.5, 0.78):
        window = tower.face(0.02, up, 0.2, up + 0.07)
        canvas.polygon(window, (46, 40, 44), owner)
        canvas.line([window[0], window[3]], (255, 208, 120), width=3, owner=owner)
    canvas.polygon(tower.face(-0.22, 0.0, 0.16, 0.11), (60, 38, 30), owner)


def _paint_lantern(canvas: Canvas, tower: Tower, owner: int) -> None:
    x, y = tower.at(0, 1)
    half = tower.width * 0.29
    iron: Colour = (40, 40, 48)
    canvas.polygon(_bar(x, y, half * 1.5, tower.width * 0.09), iron, owner)
    glass_top = y - tower.width * 0.42
    canvas.polygon(_bar(x, y, half * 0.8, tower.width * 0.42), (255, 232, 158), owner)
    for post in (-0.8, -0.3, 0.3, 0.8):
        bar = [(x + half * post, y), (x + half * post, glass_top)]
        canvas.line(bar, iron, width=3, owner=owner)
    for rail in (-1.45, -0.75, 0.75, 1.45):
        top = y - tower.width * 0.22
        canvas.line([(x + half * rail, y), (x + half * rail, top)], iron, width=2, owner=owner)
    canvas.line(_bar(x, y - tower.width * 0.2, half * 1.45, 1)[:2], iron, width=3, owner=owner)
    roof = [(x - half * 1.05, glass_top), (x + half * 1.05, glass_top),
            (x, glass_top - half * 0.95)]
    canvas.polygon(roof, (150, 40, 38), owner)
    canvas.ellipse((x, glass_top - half * 0.95), (half * 0.13, half * 0.13), iron, owner=owner)
    lamp = _lamp_of(tower)
    canvas.glow(lamp, (tower.width * 1.1, tower.width * 0.9), (255, 240, 186), 0.85)


def _lamp_of(tower: Tower) -> Point:
    x, y = tower.at(0, 1)
    return x, y - tower.width * 0.22


def _bar(x: float, bottom: float, half: float, height: float) -> list[Point]:
    top = bottom - height
    return [(x - half, bottom), (x + half, bottom), (x + half, top), (x - half, top)]
