"""Open Images from the shell: classes marked, pictures proven, boxes fitted, lists written."""

from __future__ import annotations

import base64
import csv
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lxml import etree

from imagenet_utils.open_images.values import ImageRow
from tests.canned_server import CannedServer, canned, response
from tests.main_job import SCRIPT, Ended, picture
from tests.small_open_images import CAT, DOG, box, image_row, picture_id, write_metadata

SIZE = (160, 120)


@dataclass
class Web:
    """What is answered, by path; everything else is gone."""

    answers: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, target: str) -> bytes:
        return self.answers.get(target, response("404 Not Found"))

    def serve(self, path: str, body: bytes, **headers: str) -> None:
        self.answers[path] = response(body=body, **headers)


@dataclass
class Folder:
    """Metadata, a web for it, and the script on both."""

    path: Path
    server: CannedServer
    web: Web
    images: list[ImageRow] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)  # of originals, by number
    ended: Ended = Ended(0, "", "")

    def add(self, number: int, body: bytes, **told: object) -> None:
        """A picture whose original is `body`, as the metadata have it."""
        self.bodies.append(body)
        self.images.append(image_row(
            number, original_url=self.server.url(f"/{number}_o.jpg"), original_size=len(body),
            original_md5=base64.b64encode(hashlib.md5(body).digest()).decode(), **told))

    def mirror(self, number: int, body: bytes, *, etag: str = "") -> None:
        digest = etag or hashlib.md5(body).hexdigest()
        self.web.serve(f"/mirror/train/{picture_id(number)}.jpg", body, ETag=f'"{digest}"')

    @property
    def from_both(self) -> tuple[str, ...]:
        return "--image_from", "original", "mirror", "--mirror", self.server.url("/mirror")

    def run(self, *options: str) -> Ended:
        command = [
            sys.executable, str(SCRIPT), "--source", "open_images",
            "--open_images_dir", str(self.path / "metadata"), "-s", str(self.path / "result"),
            "--retries", "0", "--processes", "1", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)
        return Ended(done.returncode, done.stdout, done.stderr)

    def rows(self, name: str) -> list[dict[str, str]]:
        with open(self.path / "result" / "train" / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def report(self, label: str) -> list[tuple[str, str]]:
        """The path of each place asked, and what came of it."""
        rows = self.rows(f"{label}/{label}_download_report.csv")
        return [(row["url"].removeprefix(self.server.url()), row["reason"]) for row in rows]

    def boxes(self, label: str, number: int) -> list[tuple[str, ...]]:
        root = etree.parse(self.path / "result" / "train" / label / "Annotation"
                           / f"{picture_id(number)}.xml").getroot()
        return [(item.findtext("name"), *(item.findtext(f"bndbox/{edge}") for edge in
                                          ("xmin", "ymin", "xmax", "ymax")))
                for item in root.iter("object")]


def laid_out(path: Path, server: CannedServer, web: Web) -> Folder:
    """Six dogs: whole, changed, of another size, gone, gone for good, and one beside a cat."""
    folder = Folder(path, server, web)
    for number in range(6):
        folder.add(number, picture(number, SIZE))
        web.serve(f"/{number}_o.jpg", folder.bodies[number])
    web.serve("/1_o.jpg", folder.bodies[1].replace(b"number 1", b"number 9"))
    web.serve("/2_o.jpg", folder.bodies[2] + b"more")
    for number in (3, 4):
        web.answers[f"/{number}_o.jpg"] = response("302 Found", Location="/photo_unavailable.png")
    for number in (1, 2, 3):
        folder.mirror(number, picture(10 + number, (80, 60)))
    boxes = {picture_id(number): (box(),) for number in range(6)}
    boxes[picture_id(5)] = (box(), box(CAT, (0.5, 1.0, 0.0, 0.25), occluded=True))
    write_metadata(path / "metadata", folder.images, boxes)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    web = Web()
    with canned(web) as server:
        yield laid_out(tmp_path, server, web)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """After a run on dogs and cats, from Flickr or else from the mirror; one picture was stored by
    a run that was killed before it could write it down."""
    web = Web()
    with canned(web) as server:
        folder = laid_out(tmp_path_factory.mktemp("open_images"), server, web)
        images = folder.path / "result" / "train" / "Dog" / "Images"
        images.mkdir(parents=True)
        (images / f"{picture_id(2)}.jpg").write_bytes(picture(12, (80, 60)))
        folder.ended = folder.run("--categories", "Dog", CAT, *folder.from_both)
        yield folder


def mirrored(number: int) -> str:
    return f"/mirror/train/{picture_id(number)}.jpg"


def test_every_verdict(done: Folder) -> None:
    """Originals are held against size and MD5; what fails comes from the mirror, if it is there."""
    assert done.ended.code == 0, done.ended.err
    assert sorted(done.report("Dog")) == sorted([
        ("/0_o.jpg", "downloaded"), ("/1_o.jpg", "mismatch"), (mirrored(1), "downloaded"),
        (mirrored(2), "already_present"), ("/3_o.jpg", "placeholder"),
        (mirrored(3), "downloaded"), ("/4_o.jpg", "placeholder"), (mirrored(4), "gone"),
        ("/5_o.jpg", "downloaded")])
    assert done.boxes("Dog", 0) == [("Dog", "16", "24", "79", "71")]
    assert done.boxes("Dog", 1) == [("Dog", "8", "12", "39", "35")]


def test_a_picture_of_two_classes(done: Folder) -> None:
    """It is fetched once, lies in both folders, and has the boxes of both."""
    places = [done.path / "result" / "train" / label / "Images" / f"{picture_id(5)}.jpg"
              for label in ("Dog", "Cat")]

    assert done.server.targets.count("/5_o.jpg") == 1
    assert places[0].read_bytes() == places[1].read_bytes() == done.bodies[5]
    assert done.boxes("Dog", 5) == done.boxes("Cat", 5) == [
        ("Dog", "16", "24", "79", "71"), ("Cat", "80", "0", "159", "29")]


def test_lists_of_results(done: Folder) -> None:
    """Each picture stands in one of them, with what images.csv has of it; and again after a run
    that had nothing to do."""
    asked = len(done.server.targets)
    before = done.rows("images-success.csv"), done.rows("images-failure.csv")
    again = done.run("--categories", "Dog", CAT, *done.from_both)
    success, failure = done.rows("images-success.csv"), done.rows("images-failure.csv")

    assert (again.code, len(done.server.targets), (success, failure)) == (0, asked, before)
    assert [row["ImageID"] for row in success] == [picture_id(n) for n in (0, 1, 2, 3, 5)]
    assert success[0]["OriginalMD5"] == done.images[0].original_md5
    assert [(row["ImageID"], row["FailureDetails"]) for row in failure] == [
        (picture_id(4), "placeholder: redirected to /photo_unavailable.png; gone: HTTP 404")]


def test_licences_in_a_manifest(folder: Folder) -> None:
    """The run that fetches a picture exports its licence, too."""
    folder.run("--categories", DOG, *folder.from_both, "--export", "manifest")
    with open(folder.path / "result" / "exports" / "manifest.csv", newline="") as file:
        licences = {line["licence"] for line in csv.DictReader(file)}

    assert licences == {folder.images[0].license}


def test_boxes_come_along_with_a_manifest(folder: Folder) -> None:
    """Where the metadata is; elsewhere it is said that the pictures come without."""
    first = folder.path / "result"
    folder.run("--categories", DOG, *folder.from_both, "--export", "manifest")
    boxes = {path.name: path.read_bytes() for path in first.rglob("Annotation/*.xml")}
    rebuilt, told = [], []
    for metadata in ("metadata", "none"):
        save_dir = folder.path / f"with_{metadata}"
        command = [sys.executable, str(SCRIPT), "--from_manifest",
                   str(first / "exports" / "manifest.csv"), "-s", str(save_dir), "--processes", "1",
                   "--open_images_dir", str(folder.path / metadata)]
        told.append(subprocess.run(command, capture_output=True, text=True, timeout=60,
                                   stdin=subprocess.DEVNULL))
        rebuilt.append({path.name: path.read_bytes()
                        for path in save_dir.rglob("Annotation/*.xml")})

    assert [each.returncode for each in told] == [0, 0]
    assert rebuilt == [boxes, {}] and len(boxes) > 3
    assert "Pictures of Open Images come without boxes: " in told[1].stderr


def test_the_mirror_vouches_for_what_it_sends(folder: Folder) -> None:
    """Its ETag is the MD5; of what was stored in parts, and of other servers, it is none."""
    folder.mirror(1, folder.bodies[1], etag="0" * 32)
    folder.mirror(2, folder.bodies[2], etag="0" * 32 + "-3")
    folder.run("--categories", DOG, *folder.from_both[-2:])
    report = dict(folder.report("Dog"))

    assert [report[mirrored(number)] for number in range(4)] == [
        "gone", "mismatch", "downloaded", "downloaded"]


def test_only_what_has_such_boxes(folder: Folder) -> None:
    """Boxes that are excluded make no annotated picture."""
    ended = folder.run("--categories", CAT, "--image_from", "original", "--with_annotation",
                       "--exclude_boxes", "occluded")

    assert (ended.code, "no annotated image" in ended.err) == (8, True)
