"""The words for other sizes: what they stand for, and what each mistake is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.command_line.resize_options import resizing_of
from imagenet_utils.errors import UsageError
from imagenet_utils.transform.asked import Resize, Resizing
from imagenet_utils.transform.formats import FORMATS
from imagenet_utils.transform.modes import MODES

FIT_224 = Resize("shrink_to_fit", 224, 224, "jpg", 95)


def asked(*words: str) -> Resizing | None:
    return resizing_of(parse(PROGRAM, words))


def resizes(*words: str) -> tuple[Resize, ...]:
    found = asked(*words)
    return found.resizes if found else ()


def problem(*words: str) -> str:
    with pytest.raises(UsageError) as raised:
        asked(*words)
    return raised.value.problem


@pytest.mark.parametrize(("word", "expected"), [
    ("fill_crop:256", Resize("fill_crop", 256, 256, "jpg", 95)),
    ("shrink_to_fit:256x192", Resize("shrink_to_fit", 256, 192, "jpg", 95)),
    ("fill_distort:64:png", Resize("fill_distort", 64, 64, "png", None)),
    ("fill_crop:256:webp", Resize("fill_crop", 256, 256, "webp", 90)),
    ("FillCrop:256X100:JPEG:70", Resize("fill_crop", 256, 100, "jpg", 70)),
])
def test_a_word_stands_for_a_resize(word: str, expected: Resize) -> None:
    """Mode and size, and what follows where nothing is said; the older spelling, too."""
    assert resizes("--resize", word) == (expected,)


def test_several_are_taken_at_once() -> None:
    """In one option or in two, and one that is said twice once."""
    words = ("--resize", "fill_crop:9", "fill_distort:9", "--resize", "FillCrop:9x9")

    assert [each.name for each in resizes(*words)] == ["fill_crop_9", "fill_distort_9"]


@given(st.sampled_from(list(MODES)), st.integers(1, 9999), st.integers(1, 9999),
       st.sampled_from(list(FORMATS)), st.integers(1, 100))
@settings(max_examples=25, deadline=None)
def test_what_can_be_said_is_understood(
    mode: str, width: int, height: int, kind: str, quality: int
) -> None:
    """Every mode, size and format of the tables, and each quality where there is one."""
    has_quality = FORMATS[kind].quality is not None
    tail = f":{quality}" if has_quality else ""
    expected = Resize(mode, width, height, kind, quality if has_quality else None)

    assert resizes("--resize", f"{mode}:{width}x{height}:{kind}{tail}") == (expected,)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2fff), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_nonsense_is_a_usage_error(text: str) -> None:
    """Never anything else."""
    try:
        asked(f"--resize={text}")
    except UsageError as error:
        assert str(error).startswith("--resize: ")


@pytest.mark.parametrize(("word", "told"), [
    ("crop:256", "the MODE is one of shrink_to_fit, fill_crop, fill_distort, not 'crop'"),
    ("fill_crop", "the SIZE is as 256 or 256x192, of 1 to 16,383 pixels a side, not ''"),
    ("fill_crop:0", "the SIZE is as 256 or 256x192, of 1 to 16,383 pixels a side, not '0'"),
    ("fill_crop:٣", "the SIZE is as 256 or 256x192, of 1 to 16,383 pixels a side, not '٣'"),
    ("fill_crop:9:gif", "the FORMAT is one of jpg, png, webp, not 'gif'"),
    ("fill_crop:9:jpg:0", "the QUALITY is 1 to 100, not '0'"),
    ("fill_crop:9:png:90", "png has no QUALITY"),
    ("fill_crop:9:jpg:90:x", "the QUALITY is 1 to 100, not '90:x'"),
])
def test_a_mistake_is_told(word: str, told: str) -> None:
    """With the part that is wrong, and what may stand there."""
    assert problem("--resize", word) == f"--resize: {word!r}: {told}"


@pytest.mark.parametrize(("words", "told"), [
    (("--resize", "fill_crop:9", "fill_crop:9:png"),
     "--resize: 2 of them would lie in Images_fill_crop_9"),
    (("--save_original_images", "False"),
     "--save_original_images False: nothing would be kept"),
    (("--enlarge",), "--enlarge: is about --resize, which is not given"),
    (("--min_visible", "0.5"), "--min_visible: is about --resize, which is not given"),
    (("--resize", "fill_crop:9", "--verify", "header"),
     "--verify header: what is resized is decoded, and proven by that"),
    (("--resize", "fill_crop:9", "--noresize_images"),
     "--resize: --resize_images False says that nothing is resized"),
    (("--resize_mode", "FillCrop", "--resize_images", "False"),
     "--resize_mode: --resize_images False says that nothing is resized"),
    (("--resize", "fill_crop:9", "--nosave_original_images", "--export", "boxes_csv"),
     "--export: speaks of the originals, which --save_original_images False does not keep"),
    (("--resize", "fill_crop:9", "--nosave_original_images", "--contact_sheet"),
     "--contact_sheet: speaks of the originals, which --save_original_images False does not keep"),
])
def test_options_that_make_others_meaningless_are_refused(
    words: tuple[str, ...], told: str
) -> None:
    """In one line, before any work."""
    assert problem(*words) == told


@pytest.mark.parametrize(("words", "expected"), [
    (("--resize-images",), FIT_224),
    (("--resize-images", "True", "--resize-mode", "ShrinkToFit"), FIT_224),
    (("--resize-box-size", "256"), Resize("shrink_to_fit", 256, 256, "jpg", 95)),
    (("--resize-mode", "FillCrop", "--resize-output-format", "png"),
     Resize("fill_crop", 224, 224, "png", None)),
    (("--resize-mode", "FillDistort", "--resize-compression-quality", "50"),
     Resize("fill_distort", 224, 224, "jpg", 50)),
])
def test_the_older_spellings_mean_the_same(words: tuple[str, ...], expected: Resize) -> None:
    """The options of open_images_downloader, with what it takes where nothing is said."""
    assert resizes(*words) == (expected,)


def test_older_and_newer_spellings_go_together() -> None:
    """Each asks for a size of its own."""
    assert len(resizes("--resize-box-size", "9", "--resize", "fill_crop:9")) == 2


def test_nothing_asked_is_nothing_done() -> None:
    """And `--noresize_images` says so aloud."""
    assert asked() is None and asked("--noresize_images") is None


@pytest.mark.parametrize(("words", "values"), [
    ((), {"least_share": 0.25, "keeps_original": True}),
    (("--min_visible", "0"), {"least_share": 0.0}),
    (("--save-original-images", "False"), {"keeps_original": False}),
])
def test_what_goes_with_a_resize(words: tuple[str, ...], values: dict[str, Any]) -> None:
    """The share of a box, and whether originals are kept."""
    found = asked("--resize", "fill_crop:9", *words)

    assert found and {name: getattr(found, name) for name in values} == values


def test_enlarging_is_asked_for() -> None:
    """It holds for every size, and is part of what a file was made as."""
    (resize,) = resizes("--resize", "fill_crop:9", "--enlarge")

    assert resize.enlarges and resize.recipe == "fill_crop:9x9:jpg:95:enlarged"
