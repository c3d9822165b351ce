"""A set that was fetched here, rebuilt there from its manifest, and what is told of the rest."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from imagenet_utils.demo.origin import Address, Origin, Site
from tests import manifests
from tests.archive_server import Served, serving_archives
from tests.main_job import FOX, SCRIPT, SETTER, Ended, Job, picture, pictures, site_files
from tests.small_archives import GNU, synset_tar, tarred
from tests.small_web import xml_of

TENCH = "n01440764"


@pytest.fixture(scope="module")
def origin() -> Iterator[Address]:
    with Origin(Site({**site_files(6), **site_files(3, SETTER)})) as address:
        yield address


def rebuild(
    manifest: Path, save_dir: Path, *options: str, boxes: Path | None = None
) -> Ended:
    """Elsewhere: nothing but the manifest is known there."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--from_manifest", str(manifest), "-s", str(save_dir),
         "-a", str(boxes or save_dir.parent / "annotation"),
         "--archives_dir", str(save_dir.parent / "none"), "--timeout", "2", "--retries", "0",
         "--processes", "2", *options],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    return Ended(done.returncode, done.stdout, done.stderr)


def tree(save_dir: Path) -> dict[str, str]:
    """Digests of all pictures and boxes."""
    return {path.relative_to(save_dir).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in sorted(save_dir.rglob("*"))
            if path.parent.name in ("Images", "Annotation")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, origin: Address) -> Job:
    """Six foxes, one with boxes, and three setters; and their manifest."""
    job = Job(tmp_path_factory.mktemp("first"), origin)
    job.list_urls(*pictures(6))
    job.list_urls(*pictures(3, SETTER), code=SETTER)
    job.mark(f"{FOX},fox,yes,-1", f"{SETTER},setter,yes,-1")
    boxes = job.folder / "annotation" / FOX
    boxes.mkdir(parents=True)
    (boxes / f"{FOX}_1.xml").write_bytes(xml_of(f"{FOX}_1", width=160, height=120))
    job.run("--export", "manifest")
    return job


def manifest_of(job: Job) -> Path:
    return job.save_dir / "exports" / "manifest.csv"


def edited(manifest: Path, target: Path, changes: Mapping[str, manifests.Line]) -> Path:
    """Some cells of some ids."""
    lines = csv.DictReader(manifest.read_text().splitlines())
    return manifests.write(target, ({**line, **changes.get(line["id"], {})} for line in lines))


def told(ended: Ended) -> list[str]:
    """Of the manifest, at the end."""
    lines = ended.out.splitlines()
    begin = next(place for place, line in enumerate(lines) if "pictures of the manifest" in line)
    return lines[begin:]


def test_there_and_back(first: Job, tmp_path: Path) -> None:
    """The same pictures byte for byte, boxes beside them, folders as they were; and the manifest
    of the copy says the same but for its times."""
    copy = tmp_path / "copy"
    ended = rebuild(manifest_of(first), copy, "--export", "manifest",
                    boxes=first.folder / "annotation")
    texts = [[line.split(",")[:6] + line.split(",")[7:] for line in path.read_text().splitlines()]
             for path in (manifest_of(first), copy / "exports" / "manifest.csv")]

    assert ended.code == 0
    assert tree(copy) == tree(first.save_dir) and len(tree(copy)) == 10
    assert told(ended) == ["Of 9 pictures of the manifest: 9 the same, 0 changed, 0 gone."]
    assert texts[0] == texts[1]


def test_what_has_changed_and_what_is_gone(first: Job, tmp_path: Path) -> None:
    """Neither is kept; each is told by name, with what was expected and found; again, too."""
    manifest = edited(manifest_of(first), tmp_path / "manifest.csv", {
        f"{FOX}_2": {"sha256": "0" * 64},
        f"{FOX}_3": {"url": first.origin.url("/pictures/nobody.jpg")},
    })
    digest = tree(first.save_dir)[f"fox/Images/{FOX}_2.jpg"]
    ends = [rebuild(manifest, tmp_path / "copy") for _ in range(2)]

    assert [ended.code for ended in ends] == [8, 8]
    assert told(ends[0]) == told(ends[1]) == [
        "Of 9 pictures of the manifest: 7 the same, 1 changed, 1 gone.",
        f"  changed: fox, {FOX}_2: expected sha256 {'0' * 64}, found {digest}",
        f"  gone: fox, {FOX}_3: HTTP 404",
    ]
    assert not {f"fox/Images/{FOX}_{number}.jpg" for number in (2, 3)} & tree(
        tmp_path / "copy").keys()


def test_categories_narrow_it(first: Job, tmp_path: Path) -> None:
    """By words, by marks or by a balance; the rest is neither fetched nor missed."""
    by_words = rebuild(manifest_of(first), tmp_path / "copy", "--categories", f"{FOX}=2")
    balanced = rebuild(manifest_of(first), tmp_path / "even", "--balance", "1")
    first.mark(f"{FOX},fox,no,-1", f"{SETTER},setter,yes,-1")
    by_marks = rebuild(manifest_of(first), tmp_path / "other", "-nc",
                       str(first.folder / "ncodes.csv"))

    assert told(by_words) == ["Of 2 pictures of the manifest: 2 the same, 0 changed, 0 gone."]
    assert told(balanced)[0] == "Of 2 pictures of the manifest: 2 the same, 0 changed, 0 gone."
    assert told(by_marks) == ["Of 3 pictures of the manifest: 3 the same, 0 changed, 0 gone."]


def test_a_picture_that_was_stored_before_it_changed(tmp_path: Path) -> None:
    """It gives way to the one of the manifest; one that the user has edited stays, and is told."""
    old, new, edit_of_user = [picture(1), picture(2)], [picture(3), picture(4)], picture(5)
    with serving_archives({f"/{place}.jpg": Served(body) for place, body in enumerate(old)}) as web:
        listed = [manifests.line(f"{FOX}_{place}", body, url=web.url(f"/{place}.jpg"))
                  for place, body in enumerate(old)]
        rebuild(manifests.write(tmp_path / "old.csv", listed), tmp_path / "copy")
        images = tmp_path / "copy" / "kit_fox" / "Images"
        (images / f"{FOX}_1.jpg").write_bytes(edit_of_user)
        for place, body in enumerate(new):
            web.served[f"/{place}.jpg"] = Served(body)
            listed[place] |= {"sha256": sha256(body).hexdigest(), "size": str(len(body))}
        ended = rebuild(manifests.write(tmp_path / "new.csv", listed), tmp_path / "copy")

    assert [path.read_bytes() for path in sorted(images.iterdir())] == [new[0], edit_of_user]
    assert told(ended)[0] == "Of 2 pictures of the manifest: 1 the same, 1 changed, 0 gone."


def test_out_of_an_archive_on_the_web(tmp_path: Path) -> None:
    """Three of twenty, of which one is another picture now and one is not there any more."""
    tar = tmp_path / f"{TENCH}.tar"
    files = synset_tar(tar, TENCH, 20)
    path = f"/{TENCH}.tar"
    with serving_archives({path: Served(tar)}) as server:
        first = tmp_path / "first"
        subprocess.run(
            [sys.executable, str(SCRIPT), "--archive", server.url("/<wnid>.tar"), "-s", str(first),
             "--categories", f"{TENCH}=3", "--export", "manifest"], capture_output=True)
        manifest = first / "exports" / "manifest.csv"
        same = rebuild(manifest, tmp_path / "same")
        changed, gone = sorted(files)[:2]
        files[changed] = picture(777)
        del files[gone]
        server.served[path] = Served(tarred(files, GNU))
        other = rebuild(manifest, tmp_path / "other")

    assert tree(tmp_path / "same") == tree(first) and len(tree(first)) == 3
    assert (same.code, other.code) == (0, 8)
    assert told(other)[0] == "Of 3 pictures of the manifest: 1 the same, 1 changed, 1 gone."
    assert told(other)[2] == f"  gone: tench, {gone.partition('.')[0]}: not in its archive"


@pytest.mark.parametrize(("options", "problem"), [
    (("--repair_colors",), "--repair_colors: with --from_manifest, a manifest wants the bytes"),
    (("--split", "val"), "--split: the source is manifest, which has no use for it"),
    (("--url_data", "."), "--url_data: with --from_manifest, a manifest has the URLs itself"),
    (("--source", "synset_tars"), "--from_manifest: the source is synset_tars, which has no use"),
])
def test_options_that_a_manifest_settles(
    tmp_path: Path, options: tuple[str, ...], problem: str
) -> None:
    """One line, and nothing is made."""
    manifest = manifests.write(tmp_path / "manifest.csv", [manifests.line(f"{FOX}_1")])
    ended = rebuild(manifest, tmp_path / "copy", *options)

    assert (ended.code, problem in ended.err) == (2, True)
    assert not (tmp_path / "copy").exists()
