"""A small ImageNet that leads to the demo's origin, and what a run has to make of each image.

    images = draw_demo()
    with origin_in_process(demo_site(images)) as origin:
        plan = write_demo(folder, origin.url(), images)
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from imagenet_utils.errors import UsageError
from imagenet_utils.model import ImageId, Reason, Verdict, Wnid
from imagenet_utils.demo.annotations import Sheet, sheet_for, tarball_of
from imagenet_utils.demo.drawing import ENCODINGS, Drawing, encode
from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.faults import FAULTS
from imagenet_utils.demo.origin import Site
from imagenet_utils.demo.scenes import draw_picture
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.store import write_over

DEMO_SIZE = 120  # URLs
SMALLEST_DEMO = 80
URL_LIST = "imageNetUrls.csv"
MARKER = ".demo"  # lies in the folders that a demo may write to again


@dataclass(frozen=True, slots=True)
class DemoCategory:
    """A row of the demo's ncodes.csv that is marked, and its share of the images."""

    code: Wnid
    names: str
    share: float
    how_many: int = -1


CATEGORIES = (
    DemoCategory(Wnid("n02971356"), "carton", 0.25),
    DemoCategory(Wnid("n02814860"), "beacon, lighthouse, beacon light, pharos", 0.2),
    DemoCategory(Wnid("n02782093"), "balloon", 0.2),
    DemoCategory(Wnid("n02012849"), "crane", 0.2),
    DemoCategory(Wnid("n03126707"), "crane", 0.15, how_many=10),
)
UNMARKED = (
    (Wnid("n01440764"), "tench, Tinca tinca"),
    (Wnid("n02119789"), "kit fox, Vulpes macrotis"),
    (Wnid("n04612504"), "yawl"),
)

# What befalls the images, in the order in which it is dealt out.  A kind that hangs costs a run
# its timeout, so there are but two, and fewer than make a host count as dead.
DEALT_FAULTS = (
    "gone", "slow", "parked", "html", "cut", "placeholder", "silent", "chunked", "parked",
    "gone_for_good", "no_length", "damaged", "redirect", "parked", "withheld", "reset",
    "opted_out", "gzipped", "parked", "redirect_loop", "cut_unannounced", "as_text", "parked",
    "forbidden", "chunked_cut", "empty", "pixel_bomb", "parked", "redirect_to_file", "not_http",
    "dripping", "parked", "redirect_to_metadata", "broken", "longer_than_announced", "parked",
    "gzip_bomb", "redirect_to_private", "endless", "huge_head",
)
# Hosts that ask for a pause are paused whole: these have a host name of their own, and pictures
# that go well between them.
DEALT_ON_SECOND_HOST = (
    "whole", "recovering", "whole", "throttling_once", "whole", "throttling_once_by_date", "whole",
    "unavailable", "throttling",
)
RARE_ENCODINGS = ("progressive", "png", "gray", "webp", "cmyk", "gif")
SIZES = ((500, 375), (500, 375), (500, 333), (375, 500), (500, 375), (480, 360))


@dataclass(frozen=True, slots=True)
class DemoImage:
    """One image of the demo, before it has an address."""

    code: Wnid
    image_id: ImageId
    file_name: str
    file: File
    fault: str
    is_on_second_host: bool
    is_considered: bool  # False: beyond its category's how_many
    has_second_chance: bool  # its first URL is gone, its second one is good
    sheet: Sheet | None  # its annotation


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """What a run has to report of an image in a category."""

    code: Wnid
    image_id: ImageId
    url: str  # the last one that a run tries
    reasons: tuple[Reason, ...]  # each of them is right
    verdict: Verdict  # of the annotation, where the image is stored

    def is_met_by(self, reason: Reason, verdict: Verdict) -> bool:
        """Whether this is what was planned; in a second run, images lie there already.

        Where only annotated images are wanted, one that its boxes don't fit is not kept.
        """
        if reason is Reason.MISMATCH:
            return Reason.DOWNLOADED in self.reasons and self.verdict is Verdict.MISMATCH
        if reason in (Reason.DOWNLOADED, Reason.ALREADY_PRESENT):
            return Reason.DOWNLOADED in self.reasons and verdict is self.verdict
        return reason in self.reasons


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The files of a demo, the options its run needs, and what has to come of it."""

    ncode_data: Path
    url_data: Path
    annotations_dir: Path
    images: tuple[PlannedImage, ...]  # by category, in the order of the list
    timeout_seconds: float = 2.0
    retries: int = 1
    max_image_bytes: int = 8 * 1024 * 1024  # which an endless body reaches before its time is up


def draw_demo(size: int = DEMO_SIZE) -> tuple[DemoImage, ...]:
    """All images in the order of the URL list; `size` counts them.  Takes 20 ms an image."""
    if size < SMALLEST_DEMO:
        raise ValueError(f"a demo of {size} images has no room for its faults: {SMALLEST_DEMO} has")
    slots = [
        (category, place)
        for category in CATEGORIES
        for place in range(round(size * category.share))
    ]
    fates = _deal([index for index, slot in enumerate(slots) if _is_considered(*slot)])
    return tuple(
        _draw_image(category, place, index=index, fate=fates.get(index, _Fate("whole")))
        for index, (category, place) in enumerate(slots)
    )


def demo_site(images: Iterable[DemoImage]) -> Site:
    return Site({image.file_name: image.file for image in images})


def write_demo(folder: Path, origin_url: str, images: Sequence[DemoImage]) -> DemoPlan:
    """Writes table, URL list and annotations into `folder`, which is made if it is missing.

    Raises UsageError where the folder has a table or results that are no demo's.
    """
    plan = DemoPlan(
        ncode_data=folder / "ncodes.csv",
        url_data=folder / URL_LIST,
        annotations_dir=folder / "annotation",
        images=_plan(images, origin_url),
    )
    for path in (plan.ncode_data, folder / LEDGER):
        if path.exists() and not (folder / MARKER).exists():
            raise UsageError(f"{path} is there already, and was not written by a demo",
                             "Name another folder with --save_dir")
    plan.annotations_dir.mkdir(parents=True, exist_ok=True)
    write_over(str(folder / MARKER), b"")
    write_over(str(plan.ncode_data), _table())
    write_over(str(plan.url_data), _url_list(images, origin_url))
    for category in CATEGORIES:
        tarball = tarball_of(category.code, _sheets_of(category.code, images))
        write_over(str(plan.annotations_dir / f"{category.code}.tar.gz"), tarball)
    return plan


@dataclass(frozen=True, slots=True)
class _Fate:
    fault: str
    is_on_second_host: bool = False
    has_second_chance: bool = False


def _is_considered(category: DemoCategory, place: int) -> bool:
    return category.how_many < 0 or place < category.how_many


def _deal(considered: Sequence[int]) -> dict[int, _Fate]:
    """Every fault to an image of its own, in no order that a run could profit from."""
    fates = [_Fate(fault) for fault in DEALT_FAULTS]
    fates += [_Fate(fault, is_on_second_host=True) for fault in DEALT_ON_SECOND_HOST]
    fates.append(_Fate("whole", has_second_chance=True))
    chosen = random.Random("fates").sample(considered, len(fates))
    return dict(zip(chosen, fates))


def _draw_image(category: DemoCategory, place: int, *, index: int, fate: _Fate) -> DemoImage:
    dice = random.Random(f"{category.code} {place}")
    image_id = ImageId(f"{category.code}_{place * 97 + dice.randrange(1, 97)}")
    width, height = SIZES[dice.randrange(len(SIZES))]
    drawing = draw_picture(category.code, image_id, width=width, height=height)
    is_rare = fate.fault == "whole" and index % 4 == 1
    encoding = RARE_ENCODINGS[index // 4 % len(RARE_ENCODINGS)] if is_rare else "jpeg"
    # A few names promise another format than the file has, as on the web.
    extension = "jpg" if encoding == "webp" else ENCODINGS[encoding].extension
    return DemoImage(
        code=category.code,
        image_id=image_id,
        file_name=f"{image_id}.{extension}",
        file=File(encode(drawing.image, encoding), ENCODINGS[encoding].media_type),
        fault=fate.fault,
        is_on_second_host=fate.is_on_second_host,
        is_considered=_is_considered(category, place),
        has_second_chance=fate.has_second_chance,
        sheet=_annotate(drawing, category.code, image_id, index=index),
    )


def _annotate(drawing: Drawing, code: Wnid, image_id: ImageId, *, index: int) -> Sheet | None:
    """Four images of five; most sheets fit, some were made on another size of the picture."""
    if index % 5 == 4:
        return None
    kinds = {3: "doubled", 8: "other_aspect", 11: "overshooting"}
    return sheet_for(drawing, image_id, code, kind=kinds.get(index % 15, "fitting"))


def _plan(images: Sequence[DemoImage], origin_url: str) -> tuple[PlannedImage, ...]:
    return tuple(
        PlannedImage(
            code=category.code,
            image_id=image.image_id,
            url=_urls_of(image, origin_url)[-1],
            reasons=FAULTS[image.fault].reasons,
            verdict=image.sheet.verdict if image.sheet else Verdict.NONE,
        )
        for category in CATEGORIES
        for image in _images_in(category.code, images)
        if image.is_considered
    )


def _images_in(code: Wnid, images: Sequence[DemoImage]) -> list[DemoImage]:
    """A category's own images, then those of others that its tarball annotates."""
    own = [image for image in images if image.code == code]
    others = [image for image in images if image.code != code and _shows(image, code)]
    return own + others


def _shows(image: DemoImage, code: Wnid) -> bool:
    return image.sheet is not None and code in image.sheet.codes


def _sheets_of(code: Wnid, images: Sequence[DemoImage]) -> list[Sheet]:
    return [image.sheet for image in images if image.sheet and _shows(image, code)]


def _urls_of(image: DemoImage, origin_url: str) -> list[str]:
    base = origin_url.rstrip("/")
    if image.is_on_second_host:
        base = f"http://localhost:{urlsplit(origin_url).port}"
    folder = "pictures" if image.fault == "whole" else f"faults/{image.fault}"
    url = f"{base}/{folder}/{image.file_name}"
    return [f"{base}/faults/gone/{image.file_name}", url] if image.has_second_chance else [url]


def _table() -> bytes:
    marked = [(row.code, row.names, True, row.how_many) for row in CATEGORIES]
    unmarked = [(code, names, False, -1) for code, names in UNMARKED]
    return _csv("code,name,to_download,how_many", sorted(marked + unmarked))


def _url_list(images: Sequence[DemoImage], origin_url: str) -> bytes:
    """In the order of the codes, as the great list is."""
    return _csv("img_code,img_url,code", [
        (image.image_id, url, image.code)
        for image in sorted(images, key=lambda image: image.code)
        for url in _urls_of(image, origin_url)
    ])


def _csv(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()
