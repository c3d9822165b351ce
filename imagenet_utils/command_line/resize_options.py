"""The options for pictures in other sizes, and what their words stand for."""

from __future__ import annotations

import re
from argparse import Namespace
from collections import Counter

from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.errors import UsageError
from imagenet_utils.transform.asked import Resize, Resizing
from imagenet_utils.transform.formats import FORMATS, LONGEST_SIDE
from imagenet_utils.transform.modes import MODES

SIZES = "other sizes"
BEST_QUALITY = 100
SHAPE = "MODE:SIZE[:FORMAT[:QUALITY]]"

OPTIONS = (
    Option(
        "resize", Kind.TEXT, (),
        "each picture once more in this size, in Images_<mode>_<size> with boxes that fit; MODE is "
        f"{', '.join(MODES)}, SIZE 256 or 256x192, FORMAT {', '.join(FORMATS)}",
        SIZES, metavar=SHAPE, default_told="none", everyday=True, takes_list=True,
    ),
    Option(
        "save_original_images", Kind.BOOL, True,
        "keep the originals too; False: of what is resized, only that", SIZES,
    ),
    Option(
        "originals_dir", Kind.PATH, None,
        "take pictures that lie here, instead of fetching them: <id>.<extension>, in folders as a "
        "save_dir has them, in one for each category, or all in one", SIZES,
        metavar="DIR", must_be=MustBe.FOLDER_THERE,
    ),
    Option(
        "enlarge", Kind.BOOL, False, "make pictures larger that are smaller than SIZE", SIZES,
    ),
    Option(
        "min_visible", Kind.NUMBER, 0.25,
        "share of a box that fill_crop must leave of it, 0 to 1; of less, it is dropped", SIZES,
        metavar="SHARE", default_told="0.25", minimum=0, maximum=1,
    ),
    Option(
        "resize_images", Kind.BOOL, False,
        "older spelling: True is --resize shrink_to_fit:224, changed by the next four", SIZES,
    ),
    Option("resize_mode", Kind.TEXT, None, "older spelling: the MODE, ShrinkToFit for one", SIZES,
           metavar="MODE"),
    Option("resize_box_size", Kind.WHOLE, None, "older spelling: the SIZE", SIZES,
           minimum=1, maximum=LONGEST_SIDE),
    Option("resize_output_format", Kind.CHOICE, None, "older spelling: the FORMAT", SIZES,
           choices=tuple(FORMATS)),
    Option("resize_compression_quality", Kind.WHOLE, None, "older spelling: the QUALITY", SIZES,
           minimum=1, maximum=BEST_QUALITY),
)  # fmt: skip

OLDER_PARTS = {"resize_mode": "shrink_to_fit", "resize_box_size": "224",
               "resize_output_format": "jpg", "resize_compression_quality": ""}
ONLY_WITH_RESIZE = ("enlarge", "min_visible")
SPEAK_OF_ORIGINALS = ("export", "contact_sheet")


def resizing_of(namespace: Namespace) -> Resizing | None:
    """None: no other size is asked for.  Raises UsageError for what exclude each other."""
    words = _words(namespace)
    if not words:
        _refuse_without_resize(namespace)
        return None
    if namespace.verify == "header":
        raise UsageError("--verify header: what is resized is decoded, and proven by that",
                         "Leave one of the two out")
    for name in SPEAK_OF_ORIGINALS:
        if getattr(namespace, name) and not namespace.save_original_images:
            raise UsageError(f"--{name}: speaks of the originals, which --save_original_images"
                             " False does not keep", "Leave one of the two out")
    resizes = tuple(dict.fromkeys(_resize(word, enlarges=namespace.enlarge) for word in words))
    _refuse_one_folder_for_two(resizes)
    return Resizing(resizes, namespace.min_visible, namespace.save_original_images)


def _words(namespace: Namespace) -> list[str]:
    given = [name for name in OLDER_PARTS if getattr(namespace, name) is not None]
    is_asked = namespace.resize_images if "resize_images" in namespace.given else bool(given)
    if given and not is_asked:
        raise UsageError(f"--{given[0]}: --resize_images False says that nothing is resized",
                         "Leave one of the two out")
    if not is_asked:
        if "resize_images" in namespace.given and namespace.resize:
            raise UsageError("--resize: --resize_images False says that nothing is resized",
                             "Leave one of the two out")
        return list(namespace.resize)
    parts = [str(getattr(namespace, name) or default) for name, default in OLDER_PARTS.items()]
    older = ":".join(part for part in parts if part)
    return [*namespace.resize, older]


def _refuse_without_resize(namespace: Namespace) -> None:
    for name in ONLY_WITH_RESIZE:
        if name in namespace.given:
            raise UsageError(f"--{name}: is about --resize, which is not given",
                             f"Add --resize {SHAPE}, or leave --{name} out")
    if not namespace.save_original_images:
        raise UsageError("--save_original_images False: nothing would be kept",
                         f"Add --resize {SHAPE}")


def _resize(word: str, *, enlarges: bool) -> Resize:
    mode, _, rest = word.partition(":")
    size, _, rest = rest.partition(":")
    kind, _, quality = rest.partition(":")
    width, height = _size(word, size)
    return Resize(_mode(word, mode), width, height, *_format(word, kind or "jpg", quality),
                  enlarges=enlarges)


def _mode(word: str, text: str) -> str:
    """ShrinkToFit and shrink-to-fit are shrink_to_fit."""
    plain = re.sub(r"[_-]", "", text.strip().casefold())
    for mode in MODES:
        if mode.replace("_", "") == plain:
            return mode
    raise _bad(word, f"the MODE is one of {', '.join(MODES)}, not {text!r}")


def _size(word: str, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,6})(?:[xX]([0-9]{1,6}))?", text.strip())
    sides = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not all(1 <= side <= LONGEST_SIDE for side in sides):
        raise _bad(word, f"the SIZE is as 256 or 256x192, of 1 to {LONGEST_SIDE:,} pixels a side,"
                         f" not {text!r}")
    return sides


def _format(word: str, text: str, quality: str) -> tuple[str, int | None]:
    name = text.strip().casefold()
    name = "jpg" if name == "jpeg" else name
    if name not in FORMATS:
        raise _bad(word, f"the FORMAT is one of {', '.join(FORMATS)}, not {text!r}")
    default = FORMATS[name].quality
    if not quality:
        return name, default
    if default is None:
        raise _bad(word, f"{name} has no QUALITY")
    if not re.fullmatch(r"[0-9]{1,3}", quality) or not 1 <= int(quality) <= BEST_QUALITY:
        raise _bad(word, f"the QUALITY is 1 to {BEST_QUALITY}, not {quality!r}")
    return name, int(quality)


def _refuse_one_folder_for_two(resizes: tuple[Resize, ...]) -> None:
    name, count = Counter(resize.name for resize in resizes).most_common(1)[0]
    if count > 1:
        raise UsageError(f"--resize: {count} of them would lie in Images_{name}",
                         "Ask for one of them here, and for the other in another --save_dir")


def _bad(word: str, why: str) -> UsageError:
    return UsageError(f"--resize: {word!r}: {why}", f"Write {SHAPE}, as fill_crop:256:jpg:90")
