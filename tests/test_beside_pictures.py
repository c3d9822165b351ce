"""Annotations beside stored pictures."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from imagenet_utils.annotations.annotate import Annotated
from imagenet_utils.annotations.beside_pictures import Place, Unreadable, fitted, is_edited, put
from imagenet_utils.model import Boxes, Picture, Verdict
from imagenet_utils.results.layout import annotation_dir

PICTURE = Picture("JPEG", "jpg", 100, 80, "0" * 64, 1000)
XML = (b"<annotation><filename>x</filename><size><width>%d</width><height>%d</height></size>"
       b"<object><name>n02119789</name>"
       b"<bndbox><xmin>%d</xmin><ymin>1</ymin><xmax>%d</xmax><ymax>20</ymax>"
       b"</bndbox></object></annotation>")
FITTING = XML % (100, 80, 1, 30)
OTHER_ASPECT = XML % (100, 200, 1, 30)
OUTSIDE = XML % (100, 80, 300, 400)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Path(annotation_dir(str(tmp_path))).mkdir()
    return tmp_path


def place_in(folder: Path, known_xml: str | None = None) -> Place:
    return Place(str(folder), "a", known_xml)


def fit(xml: bytes | None) -> Annotated:
    return fitted(xml, "a.jpg", PICTURE, {"n02119789": "kit_fox"}.get)


def write(folder: Path, xml: bytes | None, known_xml: str | None = None) -> Boxes:
    return put(fit(xml), place_in(folder, known_xml))


def xml_in(folder: Path) -> bytes | None:
    path = Path(place_in(folder).path)
    return path.read_bytes() if path.exists() else None


def test_boxes_are_written(folder: Path) -> None:
    """The digest told is that of the file that lies there."""
    boxes = write(folder, FITTING)
    xml = xml_in(folder)

    assert xml is not None and b"<name>kit_fox</name>" in xml
    assert (boxes.verdict, boxes.written) == (Verdict.AS_IS, 1)
    assert boxes.xml_sha256 == hashlib.sha256(xml).hexdigest()


def test_nothing_given_nothing_written(folder: Path) -> None:
    """An image without an annotation has no boxes and no file for them."""
    boxes = write(folder, None)

    assert (boxes.verdict, boxes.xml_sha256, xml_in(folder)) == (Verdict.NONE, None, None)


@pytest.mark.parametrize("xml", [b"", b"<annot", b"<!DOCTYPE a><annotation/>", b"<html/>", b"\xff"])
def test_a_broken_annotation_says_why(xml: bytes) -> None:
    """It is as good as none, and one line tells the reason."""
    annotated = fit(xml)

    assert isinstance(annotated, Unreadable) and annotated.verdict is Verdict.NONE
    assert annotated.problem and "\n" not in annotated.problem


def test_the_same_again_is_not_written_again(folder: Path) -> None:
    """What lies there already keeps its time."""
    boxes = write(folder, FITTING)
    path = Path(place_in(folder).path)
    before = path.stat()
    again = write(folder, FITTING, boxes.xml_sha256)

    assert (again, path.stat().st_mtime_ns) == (boxes, before.st_mtime_ns)
    assert path.stat().st_ino == before.st_ino


def test_our_own_is_renewed(folder: Path) -> None:
    """Where the XML that we wrote would now be another one, it is written over."""
    first = write(folder, FITTING)
    second = write(folder, XML % (100, 80, 2, 30), first.xml_sha256)

    assert second.verdict is Verdict.AS_IS and second.xml_sha256 != first.xml_sha256
    assert b"<xmin>2</xmin>" in (xml_in(folder) or b"")


@pytest.mark.parametrize("xml", [FITTING, OTHER_ASPECT, OUTSIDE, None])
@pytest.mark.parametrize("known_xml", [None, "0" * 64])
def test_the_users_xml_stays(folder: Path, xml: bytes | None, known_xml: str | None) -> None:
    """Whatever is to be written, and whether or not we ever wrote one."""
    Path(place_in(folder).path).write_bytes(b"mine")
    boxes = write(folder, xml, known_xml)

    assert (boxes.verdict, boxes.xml_sha256) == (Verdict.EDITED, known_xml)
    assert (boxes.written, xml_in(folder)) == (0, b"mine")


@pytest.mark.parametrize(("xml", "verdict"), [
    (OTHER_ASPECT, Verdict.MISMATCH), (OUTSIDE, Verdict.NONE)])
def test_boxes_of_an_earlier_picture_go(folder: Path, xml: bytes, verdict: Verdict) -> None:
    """An XML of ours must not stay beside a new picture that it does not fit."""
    first = write(folder, FITTING)
    boxes = write(folder, xml, first.xml_sha256)

    assert (boxes.verdict, boxes.xml_sha256, xml_in(folder)) == (verdict, None, None)


def test_without_annotations_at_hand_ours_stays(folder: Path) -> None:
    """A run that has no archives takes no boxes away."""
    first = write(folder, FITTING)
    before = xml_in(folder)
    boxes = write(folder, None, first.xml_sha256)

    assert boxes.xml_sha256 == first.xml_sha256
    assert before is not None and xml_in(folder) == before


def test_edited_is_what_we_did_not_write(folder: Path) -> None:
    """No file is not an edited one; one we know nothing of is the user's."""
    path = Path(place_in(folder).path)
    none = is_edited(place_in(folder, "0" * 64))
    path.write_bytes(b"mine")
    digest = hashlib.sha256(b"mine").hexdigest()

    assert [none, is_edited(place_in(folder)), is_edited(place_in(folder, digest))] == [
        False, True, False]
