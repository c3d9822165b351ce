"""The user's annotations: found, or fetched once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imagenet_utils.annotations.at_hand import boxes_for
from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.command_line.options import run_options
from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining import prerequisites
from imagenet_utils.model import Category
from imagenet_utils.options import RunOptions
from tests.small_web import FOX, xml_of


def options_with(folder: Path, *arguments: str) -> RunOptions:
    options = run_options(parse(PROGRAM, list(arguments)))
    return replace(options, places=replace(options.places, annotations_dir=folder))


def test_older_name(tmp_path: Path) -> None:
    """The folder is found under the name that older guides give it."""
    folder = tmp_path / "Annotation" / FOX
    folder.mkdir(parents=True)
    (folder / f"{FOX}_1.xml").write_bytes(xml_of(f"{FOX}_1"))
    boxes = boxes_for(options_with(tmp_path / "annotation"), Console(quiet=True))

    assert boxes.of(Category(FOX, "fox", None)).xmls


def test_no_annotations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without annotations a run goes on, and names the command that fetches them."""
    boxes = boxes_for(options_with(tmp_path / "annotation"), Console())

    assert not boxes.of(Category(FOX, "fox", None)).xmls
    assert "download_ncodes_imagenet.py --with_annotations True" in capsys.readouterr().err


@pytest.mark.parametrize("asked", ["--with_annotation", "--sample annotated_first"])
def test_annotations_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """Where annotated images are asked for, annotations are fetched, or the run ends."""
    def refuse(folder: Path, *_teller: object) -> str:
        raise Unobtainable(f"{folder}: nobody answers")

    monkeypatch.setattr(prerequisites, "provide_boxes", refuse)

    with pytest.raises(Unobtainable, match=f"nobody answers.*Without {asked}"):
        boxes_for(options_with(tmp_path / "annotation", *asked.split()), Console(quiet=True))


def test_advice_is_a_whole_command() -> None:
    """The script that fetches boxes is another one than that which needs them."""

    assert "python download_ncodes_imagenet.py --with_annotations" in prerequisites.BOXES_CURE
    assert "python download_ncodes_imagenet.py --with_url_data" in prerequisites.LIST_CURE
