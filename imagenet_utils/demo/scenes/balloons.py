"""Hot-air balloons over hills in the first light."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from imagenet_utils.demo.drawing import Canvas, Colour, Point, blend, lit

BALLOON = "n02782093"
SKIES: tuple[tuple[Colour, ...], ...] = (
    ((58, 92, 158), (132, 160, 206), (244, 206, 176), (255, 228, 190)),
    ((36, 58, 112), (150, 118, 168), (248, 160, 128), (255, 214, 158)),
    ((70, 140, 200), (142, 194, 226), (214, 232, 234), (250, 244, 224)),
    ((82, 110, 140), (168, 178, 186), (232, 214, 190), (252, 238, 210)),
)
HILLS: tuple[Colour, ...] = ((52, 84, 78), (66, 70, 92), (74, 92, 58), (86, 66, 70))
SILKS: tuple[tuple[Colour, ...], ...] = (
    ((206, 52, 48), (248, 196, 72)), ((34, 96, 164), (240, 238, 226), (206, 58, 54)),
    ((238, 146, 40), (120, 44, 96)), ((44, 138, 122), (250, 228, 158)),
    ((230, 84, 98), (250, 222, 206), (94, 70, 140)), ((240, 190, 60), (60, 104, 72), (196, 62, 40)),
)
GORES = 15


@dataclass(frozen=True, slots=True)
class Balloon:
    """An envelope by its middle and its radius in pixels, and the silk it is sewn of."""

    centre: Point
    radius: float
    silk: tuple[Colour, ...]


def paint_balloons(canvas: Canvas, dice: random.Random) -> None:
    sky = dice.choice(SKIES)
    sun = (canvas.width * dice.uniform(0.1, 0.9), canvas.height * dice.uniform(0.6, 0.72))
    canvas.gradient(sky, 0, canvas.height * 0.82)
    canvas.glow(sun, (canvas.width * 0.55, canvas.height * 0.5), (255, 242, 206), 0.9)
    canvas.glow(sun, (canvas.width * 0.07, canvas.width * 0.07), (255, 255, 246), 1.0)
    _paint_clouds(canvas, dice)
    _paint_hills(canvas, sky[-1], dice)
    for balloon in _scatter(canvas, dice):
        paint_balloon(canvas, balloon, towards=sun, air=sky[-2])


def paint_balloon(canvas: Canvas, balloon: Balloon, *, towards: Point, air: Colour) -> None:
    """`towards` is where the light comes from, `air` what distance makes of colours."""
    owner = canvas.new_owner(BALLOON)
    x, y = balloon.centre
    radius = balloon.radius
    far = max(0.0, 0.42 - radius / canvas.height * 1.9)
    light_from = 1 if towards[0] > x else -1
    for gore in range(GORES):
        left, right = (-math.pi / 2 + math.pi * (gore + edge) / GORES for edge in (0, 1))
        sheen = 0.66 + 0.5 * max(0.0, math.cos((left + right) / 2 - light_from * 0.75))
        colour = blend(lit(balloon.silk[gore % len(balloon.silk)], sheen), air, far)
        outline = [*_meridian(balloon, left), *reversed(_meridian(balloon, right))]
        canvas.polygon(outline, colour, owner)
    _paint_band(canvas, balloon, blend(lit(balloon.silk[-1], 0.8), air, far), owner)
    mouth, basket = y + radius * 1.28, y + radius * 1.62
    for side in (-1, 1):
        rope = [(x + side * radius * 0.2, mouth), (x + side * radius * 0.1, basket)]
        canvas.line(rope, blend((70, 56, 48), air, far), width=radius / 50, owner=owner)
    canvas.glow((x, mouth), (radius * 0.26, radius * 0.3), (255, 196, 92), 0.95)
    _paint_basket(canvas, balloon, blend((112, 74, 44), air, far), owner)


def _meridian(balloon: Balloon, angle: float) -> list[Point]:
    """One seam of the envelope, from the crown down to the mouth."""
    x, y = balloon.centre
    points = []
    for step in range(15):
        t = step / 14
        # A half circle above, drawn out to the narrow mouth below.
        height = -math.cos(math.pi * 0.5 * t * 2) if t < 0.5 else (t - 0.5) * 2 * 1.3
        spread = math.sin(math.pi * t) if t < 0.5 else 1 - 0.78 * ((t - 0.5) * 2) ** 1.7
        points.append((x + balloon.radius * spread * math.sin(angle), y + balloon.radius * height))
    return points


def _paint_band(canvas: Canvas, balloon: Balloon, colour: Colour, owner: int) -> None:
    x, y = balloon.centre
    radius = balloon.radius
    upper, lower = [], []
    for step in range(13):
        angle = -math.pi / 2 + math.pi * step / 12
        sag = 0.06 * radius * math.cos(angle)
        upper.append((x + radius * 0.999 * math.sin(angle), y - radius * 0.06 + sag))
        lower.append((x + radius * 0.995 * math.sin(angle), y + radius * 0.08 + sag))
    canvas.polygon([*upper, *reversed(lower)], colour, owner)


def _paint_basket(canvas: Canvas, balloon: Balloon, colour: Colour, owner: int) -> None:
    x, y = balloon.centre
    radius = balloon.radius
    top, bottom = y + radius * 1.6, y + radius * 1.8
    wicker = [(x - radius * 0.13, top), (x + radius * 0.13, top),
              (x + radius * 0.11, bottom), (x - radius * 0.11, bottom)]
    canvas.polygon(wicker, colour, owner)
    canvas.line(wicker[:2], lit(colour, 1.5), width=radius / 26, owner=owner)


def _scatter(canvas: Canvas, dice: random.Random) -> list[Balloon]:
    """One to five of them, the smaller ones behind."""
    largest = min(canvas.width, canvas.height) * dice.uniform(0.15, 0.24)
    radii = sorted((largest * dice.uniform(0.28, 1.0) ** 1.2 for _ in range(dice.randint(1, 5))))
    radii[-1] = largest
    silks = dice.sample(SILKS, len(radii))
    columns = dice.sample(range(6), len(radii))
    return [
        Balloon(
            (canvas.width * (column + dice.uniform(0.3, 0.7)) / 6,
             canvas.height * dice.uniform(0.16, 0.44) + (largest - radius) * 0.5),
            radius,
            silk,
        )
        for radius, silk, column in zip(radii, silks, columns)
    ]


def _paint_clouds(canvas: Canvas, dice: random.Random) -> None:
    for _ in range(4):
        x = canvas.width * dice.uniform(0, 1)
        y = canvas.height * dice.uniform(0.08, 0.5)
        long = canvas.width * dice.uniform(0.12, 0.3)
        for _ in range(3):
            middle = (x + long * dice.uniform(-0.6, 0.6), y + long * dice.uniform(-0.05, 0.05))
            canvas.glow(middle, (long, long * dice.uniform(0.1, 0.18)), (255, 248, 240), 0.55)


def _paint_hills(canvas: Canvas, haze: Colour, dice: random.Random) -> None:
    ground = dice.choice(HILLS)
    for layer in range(5):
        level = canvas.height * (0.68 + layer * 0.07)
        swing = canvas.height * (0.05 - layer * 0.004)
        phase, pace = dice.uniform(0, 6), dice.uniform(1.2, 2.6)
        ridge = []
        for step in range(33):
            t = step / 32
            wave = math.sin(phase + pace * 3.1 * t) + 0.35 * math.sin(phase * 2 + pace * 9 * t)
            ridge.append((canvas.width * t, level - swing * wave))
        colour = blend(haze, lit(ground, 1.0 - layer * 0.08), 0.26 + layer * 0.185)
        canvas.polygon([*ridge, (canvas.width, canvas.height), (0, canvas.height)], colour)
        if layer < 3:
            veil = [*ridge, (canvas.width, level + swing * 2), (0, level + swing * 2)]
            canvas.mist([(x, y + swing * 0.9) for x, y in veil], haze, 0.3, 40)
