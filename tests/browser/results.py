"""What the browser is shown: a result with all ills, one made of markup, one of ten thousand."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageColor

from imagenet_utils.contact_sheet.thumbnails import ORIENTATION
from imagenet_utils.demo.scenes import SCENES, draw_picture
from imagenet_utils.model import Reason, Verdict
from tests.main_job import FOX, SETTER, picture
from tests.results_to_show import Box, SmallResult

MARKUP = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>\"&'"
MANY = 10_000
FOLDERS = {"n02012849": "crane_n02012849", "n02782093": "balloon", "n02814860": "beacon",
           "n02971356": "carton", "n03126707": "crane_n03126707"}
OF_EACH = 9
CORNERS = ("red", "lime", "blue", "white")  # of a picture that may be turned


def with_all_ills(save_dir: Path) -> SmallResult:
    """Drawn pictures with their boxes; of the cartons each suspicion has some."""
    result = SmallResult(save_dir)
    for code in SCENES:
        for number in range(OF_EACH):
            image, boxes = drawn(code, number)
            result.store(number, code=code, folder=FOLDERS[code], body=jpeg(image),
                         size=image.size, boxes=boxes, url=f"http://farm{number % 4}.example.org/"
                         f"{code}_{number}.jpg")
        for number, reason in enumerate((Reason.GONE, Reason.GONE, Reason.TIMEOUT,
                                         Reason.PLACEHOLDER, Reason.NOT_AN_IMAGE), OF_EACH):
            result.fail(number, reason, reason.word.replace("_", " "), code=code,
                        folder=FOLDERS[code], url=f"http://old.example.org/{code}_{number}.jpg")
    _add_ills(result, "n02971356")
    result.show()
    return result


def _add_ills(result: SmallResult, code: str) -> None:
    folder = FOLDERS[code]
    image, boxes = drawn(code, 0)
    larger = image.resize((640, 480))

    def store(number: int, shown: Image.Image, **cells: object) -> None:
        body = cells.pop("body", None) or jpeg(shown)
        result.store(number, code=code, folder=folder, body=body, size=shown.size, **cells)

    store(20, image, body=jpeg(image))  # the same bytes as number 0
    store(21, larger)
    store(22, drawn(code, 30)[0].resize((50, 38)))
    store(23, drawn(code, 31)[0].crop((0, 100, 500, 220)))
    store(24, drawn(code, 32)[0], verdict=Verdict.MISMATCH)
    store(25, drawn(code, 33)[0], boxes=drawn(code, 33)[1], verdict=Verdict.RESCALED)
    store(26, drawn(code, 34)[0], boxes=drawn(code, 34)[1], boxes_clamped=2)
    store(27, drawn(code, 35)[0], boxes=drawn(code, 35)[1])


def drawn(code: str, number: int) -> tuple[Image.Image, list[Box]]:
    drawing = draw_picture(code, f"{code}_{number}")
    return drawing.image, [(*each.box, FOLDERS[code]) for each in drawing.objects]


def jpeg(image: Image.Image, **words: object) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=88, **words)
    return target.getvalue()


def of_markup(save_dir: Path) -> SmallResult:
    """Whoever wrote the list wanted it to run."""
    result = SmallResult(save_dir)
    result.store(1, url=f"http://x.example.org/{MARKUP}", boxes=[(5, 5, 90, 90, MARKUP)])
    result.store(2, url=f"javascript:window.pwned=1//{MARKUP}", image_id=f"{FOX}_2{MARKUP[:8]}")
    result.fail(3, Reason.GONE, MARKUP, url=f"data:text/html,{MARKUP}")
    result.store(4, folder="a<b>&'c#?%20d", code=SETTER)
    result.show()
    return result


def of_turned(save_dir: Path) -> SmallResult:
    """Eight times the same, which EXIF wants to be seen in as many ways."""
    result = SmallResult(save_dir)
    image = Image.new("RGB", (2, 2))
    for place, colour in enumerate(CORNERS):
        image.putpixel((place % 2, place // 2), ImageColor.getrgb(colour))
    image = image.resize((300, 200), Image.Resampling.NEAREST)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        result.store(orientation, body=jpeg(image, exif=exif), size=image.size)
    result.show()
    return result


def of_many(save_dir: Path, count: int = MANY) -> SmallResult:
    result = SmallResult(save_dir)
    body = picture(0)
    for number in range(count):
        comment = b"\xff\xfe\0\x0a" + b"%08d" % number  # makes it another file
        result.store(number, body=body[:2] + comment + body[2:], boxes=[(5, 5, 90, 90, "kit_fox")]
                     if number % 10 == 0 else ())
    result.show()
    return result
