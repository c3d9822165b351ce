"""What the demo's pictures show: one module a motif, one row of `SCENES` a category."""

from __future__ import annotations

import random
from collections.abc import Callable

from imagenet_utils.demo.drawing import Canvas, Drawing
from imagenet_utils.demo.scenes.balloons import paint_balloons
from imagenet_utils.demo.scenes.cartons import paint_cartons
from imagenet_utils.demo.scenes.cranes import paint_cranes
from imagenet_utils.demo.scenes.lighthouse import paint_lighthouse
from imagenet_utils.demo.scenes.tower_cranes import paint_tower_cranes

Painter = Callable[[Canvas, random.Random], None]

SCENES: dict[str, Painter] = {
    "n02012849": paint_cranes,
    "n02782093": paint_balloons,
    "n02814860": paint_lighthouse,
    "n02971356": paint_cartons,
    "n03126707": paint_tower_cranes,
}


def draw_picture(code: str, image_id: str, *, width: int = 500, height: int = 375) -> Drawing:
    """The one picture that belongs to an id: the same on every call, unlike any other."""
    dice = random.Random(f"{code} {image_id}")
    canvas = Canvas(width, height)
    SCENES[code](canvas, dice)
    return canvas.finish(dice)
