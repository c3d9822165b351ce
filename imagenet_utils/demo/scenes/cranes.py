"""Cranes, the birds, in shallow water under a large pale sun."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from imagenet_utils.demo.drawing import Canvas, Colour, Point, blend, curve, lit

CRANE = "n02012849"
AIRS: tuple[tuple[Colour, Colour, Colour], ...] = (  # sky, mist, water
    ((214, 130, 96), (250, 222, 186), (146, 112, 108)),
    ((96, 132, 150), (226, 226, 212), (84, 110, 118)),
    ((196, 164, 112), (246, 232, 194), (128, 124, 100)),
    ((128, 112, 148), (240, 212, 208), (98, 88, 116)),
)
WHITE: Colour = (242, 240, 234)
BLACK: Colour = (34, 34, 38)


@dataclass(frozen=True, slots=True)
class Bird:
    """A standing crane: where its feet are, its height in pixels, and which way it looks."""

    feet: Point
    height: float
    facing: int  # -1 to the left, 1 to the right
    is_feeding: bool

    def at(self, x: float, y: float) -> Point:
        """A point in the bird's own measure: y 0 at the feet, 1 at the crown."""
        return self.feet[0] + self.facing * x * self.height, self.feet[1] - y * self.height

    def along(self, *points: Point) -> list[Point]:
        """A smooth line through groups of four: start, two bends, end."""
        line: list[Point] = []
        for first in range(0, len(points) - 3, 3):
            start, one, two, end = (self.at(*point) for point in points[first:first + 4])
            line += curve(start, bends=(one, two), end=end)
        return line


def paint_cranes(canvas: Canvas, dice: random.Random) -> None:
    sky, mist, water = dice.choice(AIRS)
    shore = canvas.height * dice.uniform(0.54, 0.62)
    canvas.gradient([lit(sky, 0.8), sky, blend(sky, mist, 0.6), mist], 0, shore)
    sun = (canvas.width * dice.uniform(0.25, 0.75), canvas.height * dice.uniform(0.24, 0.38))
    disc = min(canvas.width, canvas.height) * dice.uniform(0.13, 0.19)
    canvas.glow(sun, (disc * 3.2, disc * 3.2), (255, 244, 214), 0.8)
    canvas.ellipse(sun, (disc, disc), blend((255, 238, 204), mist, 0.2))
    _paint_far_shore(canvas, shore, blend(sky, mist, 0.35), dice=dice)
    canvas.gradient([mist, blend(mist, water, 0.6), water, lit(water, 0.72)], shore, canvas.height)
    _paint_ripples(canvas, shore, mist, dice=dice)
    birds = _flock(canvas, dice)
    for bird in birds:
        _paint_reflection(canvas, bird, water)
    for bird in birds:
        _paint_bird(canvas, bird, mist)
    _paint_reeds(canvas, lit(blend(water, (60, 66, 40), 0.6), 0.62), dice)


def _flock(canvas: Canvas, dice: random.Random) -> list[Bird]:
    """One to four, from the far ones to the near ones."""
    number = dice.choice((1, 2, 2, 3))
    columns = dice.sample(range(4), number)
    depths = sorted(dice.uniform(0.0, 1.0) for _ in range(number))
    scale = min(canvas.width * 0.75, canvas.height)
    return [
        Bird(
            feet=(canvas.width * (0.16 + 0.225 * column + dice.uniform(-0.03, 0.03)),
                  canvas.height * (0.70 + 0.17 * depth)),
            height=scale * (0.36 + 0.19 * depth),
            facing=dice.choice((-1, 1)),
            is_feeding=dice.random() < 0.25,
        )
        for column, depth in zip(columns, depths)
    ]


def _paint_bird(canvas: Canvas, bird: Bird, mist: Colour) -> None:
    owner = canvas.new_owner(CRANE)
    thick = bird.height
    for hip, foot in ((0.0, -0.03), (0.05, 0.06)):
        knee = bird.at((hip + foot) / 2 - 0.03, 0.24)
        leg = [bird.at(hip, 0.46), knee, bird.at(foot, 0.0)]
        canvas.line(leg, (62, 58, 56), width=thick * 0.017, owner=owner)
        canvas.ellipse(knee, (thick * 0.012, thick * 0.012), (62, 58, 56), owner=owner)
    _paint_bustle(canvas, bird, owner)
    body = bird.along((0.19, 0.60), (0.14, 0.72), (-0.16, 0.70), (-0.27, 0.50),
                      (-0.16, 0.42), (0.08, 0.36), (0.19, 0.60))
    canvas.polygon(body, WHITE, owner)
    shade = bird.along((0.15, 0.52), (0.06, 0.47), (-0.10, 0.50), (-0.25, 0.50),
                       (-0.14, 0.42), (0.07, 0.36), (0.15, 0.52))
    canvas.polygon(shade, blend(WHITE, (120, 116, 128), 0.34), owner)
    wing = bird.along((0.09, 0.62), (0.02, 0.54), (-0.12, 0.53), (-0.24, 0.50))
    canvas.line(wing, blend(WHITE, mist, 0.5), width=thick * 0.008, owner=owner)
    _paint_head(canvas, bird, owner)


def _paint_bustle(canvas: Canvas, bird: Bird, owner: int) -> None:
    """The drooping dark feathers that pass for a tail."""
    for droop in range(5):
        tip = (-0.36 + droop * 0.035, 0.33 - droop * 0.018)
        feather = bird.along((-0.12, 0.60), (-0.26, 0.60), (-0.33, 0.50), tip,
                             (-0.26, 0.42), (-0.2, 0.46), (-0.10, 0.50))
        canvas.polygon(feather, lit(BLACK, 1.0 + droop * 0.16), owner)


def _paint_head(canvas: Canvas, bird: Bird, owner: int) -> None:
    """Neck, crown and bill; a feeding bird bows them to the water."""
    if bird.is_feeding:
        neck = ((0.14, 0.62), (0.34, 0.66), (0.30, 0.36), (0.33, 0.16))
        head, bill = (0.345, 0.135), (0.375, 0.0)
    else:
        neck = ((0.14, 0.60), (0.33, 0.68), (0.12, 0.80), (0.225, 0.935))
        head, bill = (0.245, 0.955), (0.41, 0.925)
    line = bird.along(*neck)
    for index, point in enumerate(line):
        t = index / (len(line) - 1)
        radius = bird.height * (0.047 - 0.024 * min(1.0, t * 1.5))
        canvas.ellipse(point, (radius, radius), WHITE if t < 0.25 else BLACK, owner=owner)
    for first, second in zip(line, line[1:]):
        canvas.line([first, second], BLACK if second in line[4:] else WHITE,
                    width=bird.height * 0.046, owner=owner)
    middle = bird.at(*head)
    size = bird.height * 0.034
    tilt = math.hypot(bill[0] - head[0], bill[1] - head[1])
    across = ((bill[1] - head[1]) / tilt * 0.014, (head[0] - bill[0]) / tilt * 0.014)
    beak = [bird.at(head[0] + across[0], head[1] + across[1]), bird.at(*bill),
            bird.at(head[0] - across[0], head[1] - across[1])]
    canvas.polygon(beak, (124, 112, 84), owner)
    canvas.ellipse(middle, (size, size * 0.92), WHITE, owner=owner)
    crown = (middle[0] + bird.facing * size * 0.25, middle[1] - size * 0.5)
    canvas.ellipse(crown, (size * 0.6, size * 0.42), (196, 36, 34), owner=owner)
    eye = (middle[0] + bird.facing * size * 0.4, middle[1] + size * 0.05)
    canvas.ellipse(eye, (size * 0.15, size * 0.15), BLACK, owner=owner)


def _paint_reflection(canvas: Canvas, bird: Bird, water: Colour) -> None:
    x, y = bird.feet
    tall = bird.height
    body = [(x - tall * 0.2, y + tall * 0.42), (x + tall * 0.2, y + tall * 0.42),
            (x + tall * 0.16, y + tall * 0.7), (x - tall * 0.16, y + tall * 0.7)]
    canvas.mist(body, blend(WHITE, water, 0.35), 0.5, 18)
    legs = [(x - tall * 0.02, y), (x + tall * 0.06, y), (x + tall * 0.04, y + tall * 0.4),
            (x, y + tall * 0.4)]
    canvas.shadow(legs, 0.35, 8)
    canvas.ellipse((x + tall * 0.01, y), (tall * 0.09, tall * 0.012), blend(WHITE, water, 0.4))


def _paint_far_shore(canvas: Canvas, shore: float, colour: Colour, *, dice: random.Random) -> None:
    for layer in range(3):
        phase = dice.uniform(0, 6)
        tall = canvas.height * (0.10 - layer * 0.03)
        ridge = [
            (canvas.width * step / 40,
             shore - tall * (0.6 + 0.4 * math.sin(phase + step / 5) * math.cos(step / 2.3)))
            for step in range(41)
        ]
        tone = lit(colour, 0.92 - layer * 0.1)
        canvas.polygon([*ridge, (canvas.width, shore), (0, shore)], tone)
    band = [(0, shore - 30), (canvas.width, shore - 30),
            (canvas.width, shore + 20), (0, shore + 20)]
    canvas.mist(band, (255, 246, 232), 0.6, 34)


def _paint_ripples(canvas: Canvas, shore: float, mist: Colour, *, dice: random.Random) -> None:
    depth = canvas.height - shore
    for _ in range(80):
        t = dice.random()
        x, y = canvas.width * dice.random(), shore + depth * t
        long = 6 + 70 * t * dice.random()
        canvas.line([(x - long, y), (x + long, y)], lit(mist, 0.92 - 0.3 * t), width=1 + t)


def _paint_reeds(canvas: Canvas, colour: Colour, dice: random.Random) -> None:
    """In front of everything, so that they take from the birds what they hide."""
    clumps = [canvas.width * dice.uniform(-0.05, 1.05) for _ in range(dice.randint(3, 5))]
    for clump in clumps:
        for _ in range(dice.randint(7, 14)):
            root = (clump + dice.gauss(0, canvas.width * 0.03), canvas.height + 6)
            tall = canvas.height * dice.uniform(0.12, 0.34)
            lean = dice.gauss(0, 0.22) * tall
            tip = (root[0] + lean, root[1] - tall)
            bends = ((root[0], root[1] - tall * 0.5), (tip[0], tip[1] + tall * 0.3))
            blade = curve(root, bends=bends, end=tip, steps=8)
            tone = lit(colour, dice.uniform(0.75, 1.3))
            canvas.line(blade, tone, width=dice.uniform(2, 4.5))
            if dice.random() < 0.3:
                canvas.line([tip, (tip[0], tip[1] + tall * 0.16)], (84, 54, 34), width=10)
