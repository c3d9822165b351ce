"""The life of an image: every ill of the web, and every fault of the disk it goes to."""

from __future__ import annotations

import errno
import hashlib
import io
import multiprocessing
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from PIL import Image

from imagenet_utils import whole_files
from imagenet_utils.demo.drawing import encode
from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.faults import FAULTS
from imagenet_utils.demo.origin import Address, Origin, Site, closed_port, full_port
from imagenet_utils.demo.stand_ins import parked_domain, photo_unavailable, pixel_bomb
from imagenet_utils.engine import worker as worker_module
from imagenet_utils.engine.executors import HalfDone
from imagenet_utils.model import (
    CarriedLocation, Expected, Location, MemberLocation, Outcome, RangeLocation, Reason,
    TreeLocation, Verdict,
)
from imagenet_utils.network.byte_budget import SharedBytes, shared_bytes
from imagenet_utils.proof.verify import ProofOptions
from imagenet_utils.whole_files import is_temporary
from tests.archive_server import Fault, Served, serving_archives
from tests.fetching import bare_environment, new_worker, task_for, work_off

PICTURE = encode(Image.effect_noise((160, 120), 80), "jpeg")
SITE = Site({"a.jpg": File(PICTURE)})
ANNOTATION = (
    b"<annotation><filename>a</filename><size><width>160</width><height>%d</height></size>"
    b"<object><name>n02119789</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax>"
    b"<ymax>40</ymax></bndbox></object></annotation>"
)
FITTING, OTHER_ASPECT = ANNOTATION % 120, ANNOTATION % 300

GOOD_AT_SECOND = {"recovering", "throttling_once", "throttling_once_by_date"}
# That one picture comes for many names is for those to see who know all the names.
AS_ONE_IMAGE = {"parked": (Reason.DOWNLOADED,)}
LISTENERS = {
    "closed_port": (Reason.UNREACHABLE,),
    "full_port": (Reason.TIMEOUT, Reason.UNREACHABLE),
    "tls_to_plain_port": (Reason.UNREACHABLE,),
}
PLANNED = {name: fault.reasons for name, fault in FAULTS.items()} | AS_ONE_IMAGE | LISTENERS


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with bare_environment():
        yield


@pytest.fixture(scope="module")
def origin() -> Iterator[Address]:
    for make in (pixel_bomb, parked_domain, photo_unavailable):
        make()  # kept from now on; to make one holds up all other answers
    with Origin(SITE) as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kit_fox"


def files_in(folder: Path) -> dict[str, bytes]:
    """Of a category, by their paths in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def one(folder: Path, place: str | Path, **changes: Any) -> Outcome:
    """What a new worker makes of one image."""
    return work_off(new_worker(folder), task_for(folder, place, 7, **changes))[0]


class Trial:
    """Every fault and whole pictures after them, through one worker; the short-tempered one gets
    those that hang, since nothing else comes of them."""

    def __init__(self, origin: Address, folder: Path) -> None:
        self.folder = folder
        limit = 8 * 1024 * 1024
        worker = new_worker(folder, timeout_seconds=60.0, max_image_bytes=limit)
        hasty_worker = new_worker(folder, timeout_seconds=1.0, max_image_bytes=limit)
        with closed_port() as closed, full_port() as full:
            urls = {name: origin.url(f"/faults/{name}/a.jpg") for name in FAULTS}
            urls["gzip_bomb"] = origin.url("/faults/gzip_bomb/12/a.jpg")  # quicker to make
            urls["closed_port"] = f"http://127.0.0.1:{closed}/a.jpg"
            urls["full_port"] = f"http://127.0.0.1:{full}/a.jpg"
            urls["tls_to_plain_port"] = origin.url("/pictures/a.jpg").replace("http:", "https:")
            tasks = {name: task_for(folder, url, number)
                     for number, (name, url) in enumerate(urls.items())}
            hanging = {name for name in urls if Reason.TIMEOUT in PLANNED[name]}
            quick = list(urls.keys() - hanging)
            self.first = dict(zip(quick, work_off(worker, *(tasks[name] for name in quick))))
            hung = work_off(hasty_worker, *(tasks[name] for name in hanging))
        again = work_off(worker, *(tasks[name] for name in GOOD_AT_SECOND))
        self.last = self.first | dict(zip(hanging, hung)) | dict(zip(GOOD_AT_SECOND, again))
        before = origin.counts().connections
        after = [task_for(folder, origin.url("/pictures/a.jpg"), 1000 + n) for n in range(5)]
        self.afterwards = [work_off(worker, task)[0] for task in after]
        self.connections_afterwards = origin.counts().connections - before - 1  # the counting one


@pytest.fixture(scope="module")
def trial(origin: Address, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return Trial(origin, tmp_path_factory.mktemp("trial") / "kit_fox")


@pytest.mark.parametrize("name", PLANNED)
def test_every_fault_gets_its_verdict(trial: Trial, name: str) -> None:
    """What was planned for a fault is what the worker makes of it."""
    outcome = trial.last[name]

    assert outcome.reason in PLANNED[name], outcome.description
    assert (outcome.stored is not None) == (outcome.reason is Reason.DOWNLOADED)
    assert 0 < len(outcome.description) <= 200


@pytest.mark.parametrize("name", sorted(GOOD_AT_SECOND))
def test_a_pause_is_asked_for(trial: Trial, name: str) -> None:
    """Retry-After reaches the schedule, in both forms."""
    asked = trial.first[name].retry_after_seconds

    assert asked is not None and 0 <= asked <= 2


def test_only_whole_pictures_lie_on_the_disk(trial: Trial) -> None:
    """Each stored picture has all its bytes; of the others there is no trace."""
    stored = {outcome.stored for outcome in [*trial.last.values(), *trial.afterwards]}
    files = files_in(trial.folder)

    assert set(files) == {f"Images/{one.file_name}" for one in stored if one}
    assert all(hashlib.sha256(files[f"Images/{one.file_name}"]).hexdigest() == one.picture.sha256
               for one in stored if one)


def test_the_pool_survives_all_faults(trial: Trial) -> None:
    """After the worst, pictures still come, and over one kept connection at most."""
    assert [outcome.reason for outcome in trial.afterwards] == [Reason.DOWNLOADED] * 5
    assert trial.connections_afterwards <= 1


def test_who_answered_was_connected(trial: Trial) -> None:
    """Whether somebody was reached decides if the network or the server is to blame."""
    connected = {name for name, outcome in trial.last.items() if outcome.is_connected}

    assert "closed_port" not in connected and "full_port" not in connected
    assert set(FAULTS) <= connected


def test_bytes_in_vain_are_counted(trial: Trial) -> None:
    """A body that was too large was received all the same: it counts against a budget."""
    assert trial.last["endless"].received > 4 * 1024 * 1024
    assert trial.last["whole"].received == len(PICTURE)


def test_a_picture_is_stored_with_its_boxes(origin: Address, folder: Path) -> None:
    """The XML lies beside, speaks of the stored file, and names its category by label."""
    worker = new_worker(folder)
    task = task_for(folder, origin.url("/pictures/a.jpg"), annotation=FITTING,
                    labels={"n02119789": "kit_fox"})
    stored = work_off(worker, task)[0].stored
    files = files_in(folder)
    xml = files["Annotation/n02119789_0.xml"]

    assert stored and (stored.boxes.verdict, stored.boxes.written) == (Verdict.AS_IS, 1)
    assert stored.boxes.xml_sha256 == hashlib.sha256(xml).hexdigest()
    assert b"<filename>n02119789_0.jpg</filename>" in xml and b"<name>kit_fox</name>" in xml
    assert files["Images/n02119789_0.jpg"] == PICTURE


def test_a_misfit_is_kept_without_boxes(origin: Address, folder: Path) -> None:
    """Boxes of another picture are not written, the picture is."""
    outcome = one(folder, origin.url("/pictures/a.jpg"), annotation=OTHER_ASPECT)

    assert outcome.stored and outcome.stored.boxes.verdict is Verdict.MISMATCH
    assert list(files_in(folder)) == ["Images/n02119789_7.jpg"]


def test_a_misfit_is_dropped_where_boxes_are_wanted(origin: Address, folder: Path) -> None:
    """Where only annotated images count, nothing of a misfit is kept."""
    outcome = one(folder, origin.url("/pictures/a.jpg"), annotation=OTHER_ASPECT,
                  drops_misfits=True)

    assert (outcome.reason, outcome.stored) == (Reason.MISMATCH, None)
    assert files_in(folder) == {}


def test_a_broken_annotation_is_told(origin: Address, folder: Path) -> None:
    """The picture counts, and its description says why it has no boxes."""
    outcome = one(folder, origin.url("/pictures/a.jpg"), annotation=b"<annot")

    assert outcome.reason is Reason.DOWNLOADED
    assert outcome.description.startswith("Success, but its annotation is no use: not XML")


def test_an_edited_xml_stays(origin: Address, folder: Path) -> None:
    """What the user made of an XML is not written over."""
    worker = new_worker(folder)
    xml = folder / "Annotation" / "n02119789_0.xml"
    xml.write_bytes(b"<annotation>mine</annotation>")
    task = task_for(folder, origin.url("/pictures/a.jpg"), annotation=FITTING, known_xml="0" * 64)
    stored = work_off(worker, task)[0].stored

    assert stored and stored.boxes.verdict is Verdict.EDITED
    assert xml.read_bytes() == b"<annotation>mine</annotation>"


def test_a_file_in_the_way_stays(origin: Address, folder: Path) -> None:
    """A file of the user's under the name of a picture is never written over."""
    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").write_bytes(b"mine")
    outcome = one(folder, origin.url("/pictures/a.jpg"))

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, False)
    assert outcome.description == "n02119789_7.jpg is there and not ours: move it away"
    assert files_in(folder) == {"Images/n02119789_7.jpg": b"mine"}


def test_a_file_in_the_way_of_a_shard_stays(origin: Address, folder: Path) -> None:
    """It is named, and other pictures are not held up."""
    worker = new_worker(folder)
    (folder / "Images" / "7").write_bytes(b"mine")
    task = task_for(folder, origin.url("/pictures/a.jpg"), 7)._replace(place="7/n02119789_7")
    outcome = work_off(worker, task)[0]

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, False)
    assert outcome.description == (
        f"a file lies where a folder belongs, move it away: {folder / 'Images' / '7'}"[:200])
    assert files_in(folder) == {"Images/7": b"mine"}


def test_a_picture_that_a_dead_worker_had_stored_counts(origin: Address, folder: Path) -> None:
    """The very bytes under the very name: they were stored, and nobody lived to tell."""
    first = one(folder, origin.url("/pictures/a.jpg"))
    again = one(folder, origin.url("/pictures/a.jpg"))

    assert first.stored and again.stored
    assert (again.reason, again.stored.mtime_ns) == (Reason.DOWNLOADED, first.stored.mtime_ns)


def test_a_broken_file_of_ours_is_replaced(origin: Address, folder: Path) -> None:
    """What a task may replace, it does."""
    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").write_bytes(b"half")
    outcome = one(folder, origin.url("/pictures/a.jpg"), may_replace=True)

    assert outcome.reason is Reason.DOWNLOADED
    assert files_in(folder) == {"Images/n02119789_7.jpg": PICTURE}


def test_a_folder_in_the_way_is_one_files_fault(origin: Address, folder: Path) -> None:
    """Not even a task that may replace a file removes a folder; the run goes on."""
    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").mkdir()
    outcome = one(folder, origin.url("/pictures/a.jpg"), may_replace=True)

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, False)


def test_a_file_that_lies_there_is_adopted(folder: Path) -> None:
    """It is proven where it is, keeps its name and bytes, and gets its boxes."""
    worker = new_worker(folder)
    path = folder / "Images" / "n02119789_7.jpeg"
    path.write_bytes(PICTURE)
    outcome = work_off(worker, task_for(folder, path, 7, annotation=FITTING))[0]

    assert outcome.stored and outcome.stored.file_name == "n02119789_7.jpeg"
    assert outcome.stored.mtime_ns == path.stat().st_mtime_ns
    assert outcome.stored.boxes.verdict is Verdict.AS_IS
    assert (path.read_bytes(), outcome.received) == (PICTURE, 0)


@pytest.mark.parametrize(("content", "reason"), [
    (PICTURE[:-400], Reason.DAMAGED), (b"", Reason.NOT_AN_IMAGE), (None, Reason.SAVE_FAILED),
    (PICTURE + bytes(2 * 1024 * 1024), Reason.TOO_LARGE),
])
def test_a_file_that_does_not_prove_stays(
    folder: Path, content: bytes | None, reason: Reason
) -> None:
    """Whatever is wrong with it (None: it is gone by now), it is told and not touched."""
    worker = new_worker(folder)
    path = folder / "Images" / "n02119789_7.jpg"
    if content is not None:
        path.write_bytes(content)
    outcome = work_off(worker, task_for(folder, path, 7))[0]

    assert (outcome.reason, outcome.ends_run) == (reason, False)
    assert list(files_in(folder).values()) == ([] if content is None else [content])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    """What is no plain file is not opened: nobody may ever write into it."""
    worker = new_worker(folder)
    path = folder / "Images" / "n02119789_7.jpg"
    os.mkfifo(path)
    outcome = work_off(worker, task_for(folder, path, 7))[0]

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, False)


def test_header_proof_takes_what_does_not_decode(origin: Address, folder: Path) -> None:
    """`--verify header` reads the frame of a file and spares the decoding."""
    worker = new_worker(folder, proof=ProofOptions(decode=False))
    damaged, cut = work_off(worker, task_for(folder, origin.url("/faults/damaged/a.jpg"), 1),
                            task_for(folder, origin.url("/faults/cut_unannounced/a.jpg"), 2))

    assert (damaged.reason, cut.reason) == (Reason.DOWNLOADED, Reason.DAMAGED)


@pytest.mark.parametrize(("number", "ends_run"), [
    (errno.ENOSPC, True), (errno.EROFS, True), (errno.EIO, True), (errno.ENAMETOOLONG, False),
    (errno.EACCES, True),
])
def test_a_disk_that_fails(
    origin: Address, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, ends_run: bool
) -> None:
    """No space, no permission end a run; a name too long is the fault of one file."""
    def failing(really: Callable[..., Any]) -> Callable[..., Any]:
        def fail(path: str, *arguments: Any, **options: Any) -> Any:
            if is_temporary(os.path.basename(path)):
                raise OSError(number, os.strerror(number))
            return really(path, *arguments, **options)
        return fail

    monkeypatch.setattr(whole_files, "open", failing(open), raising=False)
    monkeypatch.setattr(os, "open", failing(os.open))
    outcome = one(folder, origin.url("/pictures/a.jpg"))

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, ends_run)
    assert outcome.description.startswith(os.strerror(number))
    assert files_in(folder) == {}


def test_a_locked_file_does_not_end_a_run(
    origin: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a file that another program has open can't be replaced; others can."""
    def fail(source: str, target: str) -> None:
        raise PermissionError(errno.EACCES, "in use", source)

    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").write_bytes(b"half")
    monkeypatch.setattr(os, "replace", fail)
    outcome = one(folder, origin.url("/pictures/a.jpg"), may_replace=True)

    assert (outcome.reason, outcome.ends_run) == (Reason.SAVE_FAILED, False)
    assert outcome.description == f"in use: {folder / 'Images' / 'n02119789_7.jpg'}"[:200]
    assert files_in(folder) == {"Images/n02119789_7.jpg": b"half"}


def test_a_picture_whose_xml_fails_is_no_success(origin: Address, folder: Path) -> None:
    """A folder where the XML belongs: told as a fault; the whole picture may stay for later."""
    worker = new_worker(folder)
    (folder / "Annotation" / "n02119789_7.xml").mkdir()
    task = task_for(folder, origin.url("/pictures/a.jpg"), 7, annotation=FITTING)
    outcome = work_off(worker, task)[0]

    assert (outcome.reason, outcome.stored) == (Reason.SAVE_FAILED, None)
    assert not any(is_temporary(path.name) for path in folder.rglob("*"))


def jpeg_of_inks() -> bytes:
    jpeg = io.BytesIO()
    Image.effect_noise((160, 120), 80).convert("CMYK").save(jpeg, "JPEG")
    return jpeg.getvalue()


MEMBER = "n02119789_7.JPEG"
INKS = jpeg_of_inks()


def archive_of(content: bytes) -> bytes:
    """A tar of one picture."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(MEMBER)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def places_of(content: bytes, folder: Path, address: str = "") -> dict[str, Location]:
    """Every kind of place that an archive's picture can have, by a word for it."""
    tar, file = folder / "a.tar", folder / "tree.JPEG"
    tar.write_bytes(archive_of(content))
    file.write_bytes(content)
    size = len(content)
    places: dict[str, Location] = {
        "member": MemberLocation(f"{tar}#{MEMBER}", str(tar), 0, size, MEMBER),
        "tree": TreeLocation(str(file), str(file)),
        "carried": CarriedLocation(f"{tar}#{MEMBER}", content),
    }
    if address:
        places["range"] = RangeLocation(f"{address}#{MEMBER}", address, 0, size, MEMBER)
    return places


KINDS = ("member", "tree", "carried", "range")


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_was_fetched_is_given_back(folder: Path, kind: str) -> None:
    """Bodies from the disk take nothing of the allowance for the web; a part of an archive gives
    back all of its bytes, the header included."""
    shared = shared_bytes(1)
    outcome = from_archive(folder, kind, shared=shared)

    assert outcome.reason is Reason.DOWNLOADED
    assert sum(shared.held) == 0


def from_archive(
    folder: Path, kind: str, content: bytes = PICTURE, *, repairs: bool = False,
    shared: SharedBytes | None = None, **changes: Any,
) -> Outcome:
    with serving_archives({"/a.tar": Served(archive_of(content))}) as server:
        place = places_of(content, folder.parent, server.url("/a.tar"))[kind]
        worker = new_worker(folder, repairs_colours=repairs, shared=shared)
        return work_off(worker, task_for(folder, place, 7, **changes))[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_an_archive_is_stored_as_it_is(folder: Path, kind: str) -> None:
    """Wherever it lies, it goes the way of all pictures, boxes included."""
    outcome = from_archive(folder, kind, annotation=FITTING)
    files = files_in(folder)

    assert (outcome.reason, outcome.description) == (Reason.DOWNLOADED, "Success")
    assert files.pop("Images/n02119789_7.jpg") == PICTURE
    assert list(files) == ["Annotation/n02119789_7.xml"]
    assert outcome.received == (512 + len(PICTURE) if kind == "range" else 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("content", "reason"), [
    (PICTURE[:-400], Reason.DAMAGED), (b"<html>no picture</html>", Reason.NOT_AN_IMAGE),
])
def test_an_archive_is_not_believed(
    folder: Path, kind: str, content: bytes, reason: Reason
) -> None:
    """What lies in it is proven like anything else."""
    outcome = from_archive(folder, kind, content)

    assert (outcome.reason, files_in(folder)) == (reason, {})


@pytest.mark.parametrize("kind", KINDS)
def test_odd_colours_are_told(folder: Path, kind: str) -> None:
    """A CMYK picture among an archive's JPEGs is kept as it is, and said to be one."""
    outcome = from_archive(folder, kind, INKS)

    assert (outcome.reason, outcome.description) == (Reason.DOWNLOADED, "Success (CMYK)")
    assert files_in(folder) == {"Images/n02119789_7.jpg": INKS}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", [INKS, encode(Image.effect_noise((160, 120), 80), "png")])
def test_odd_colours_are_repaired(folder: Path, kind: str, content: bytes) -> None:
    """Where that is wanted: an RGB JPEG, with the digest of what lies there; the source stays."""
    outcome = from_archive(folder, kind, content, repairs=True, annotation=FITTING)
    stored = files_in(folder)["Images/n02119789_7.jpg"]

    assert outcome.description == "Success (made an RGB JPEG)"
    assert Image.open(io.BytesIO(stored)).mode == "RGB"
    assert outcome.stored and outcome.stored.picture.sha256 == hashlib.sha256(stored).hexdigest()
    assert outcome.stored.boxes.verdict is Verdict.AS_IS
    assert (folder.parent / "tree.JPEG").read_bytes() == content


def test_plain_colours_need_no_repair(folder: Path) -> None:
    """An RGB or a gray JPEG is stored byte for byte."""
    outcome = from_archive(folder, "member", repairs=True)

    assert outcome.description == "Success"
    assert files_in(folder) == {"Images/n02119789_7.jpg": PICTURE}


def test_a_file_in_its_place_is_not_repaired(folder: Path) -> None:
    """What lies there is the user's by now, and is proven, not changed."""
    worker = new_worker(folder, repairs_colours=True)
    path = folder / "Images" / "n02119789_7.jpg"
    path.write_bytes(INKS)
    outcome = work_off(worker, task_for(folder, path, 7))[0]

    assert (outcome.reason, path.read_bytes()) == (Reason.DOWNLOADED, INKS)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_picture_of_a_tree_is_linked(folder: Path) -> None:
    """No second copy of what lies on this disk."""
    from_archive(folder, "tree")

    assert (folder / "Images" / "n02119789_7.jpg").samefile(folder.parent / "tree.JPEG")


def test_a_broken_file_of_ours_gives_way_to_a_tree(folder: Path) -> None:
    """A task that may replace it does, and leaves the user's own file alone."""
    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").write_bytes(b"half")
    outcome = from_archive(folder, "tree", may_replace=True)

    assert outcome.reason is Reason.DOWNLOADED
    assert files_in(folder) == {"Images/n02119789_7.jpg": PICTURE}
    assert (folder.parent / "tree.JPEG").read_bytes() == PICTURE


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_in_the_way_of_an_archive_stays(folder: Path, kind: str) -> None:
    """Linked, copied or written: never over what is not ours."""
    new_worker(folder)
    (folder / "Images" / "n02119789_7.jpg").write_bytes(b"mine")
    outcome = from_archive(folder, kind)

    assert outcome.reason is Reason.SAVE_FAILED
    assert files_in(folder) == {"Images/n02119789_7.jpg": b"mine"}


def test_an_archive_that_has_changed_is_told(folder: Path) -> None:
    """The header ahead of the bytes is of another member now: nothing is stored."""
    changed = archive_of(PICTURE).replace(MEMBER.encode(), b"n02119789_8.JPEG")
    with serving_archives({"/a.tar": Served(changed)}) as server:
        address = server.url("/a.tar")
        place = RangeLocation(f"{address}#{MEMBER}", address, 0, len(PICTURE), MEMBER)
        outcome = work_off(new_worker(folder), task_for(folder, place, 7))[0]

    assert outcome.reason is Reason.UNREACHABLE
    assert outcome.description.startswith("the archive has changed: ")
    assert files_in(folder) == {}


def test_a_server_that_takes_no_ranges_any_more(folder: Path) -> None:
    """The whole archive is not taken for one of its pictures, nor fetched."""
    with serving_archives({"/a.tar": Served(archive_of(PICTURE), Fault.NO_RANGES)}) as server:
        address = server.url("/a.tar")
        place = RangeLocation(f"{address}#{MEMBER}", address, 0, len(PICTURE), MEMBER)
        outcome = work_off(new_worker(folder), task_for(folder, place, 7))[0]

    assert (outcome.reason, outcome.received) == (Reason.UNREACHABLE, 0)
    assert files_in(folder) == {}


@pytest.fixture
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "LARGE_PICTURE_PIXELS", 1000)


@pytest.mark.usefixtures("all_are_large")
def test_a_large_picture_waits_for_the_gate(folder: Path) -> None:
    """While another decodes a large one, this one waits, and goes on when the gate is free."""
    worker = new_worker(folder)
    path = folder / "Images" / "n02119789_0.jpg"
    path.write_bytes(PICTURE)
    worker.accept(task_for(folder, path))
    with FileLock(folder.parent / ".gate"):
        early = [outcome for _ in range(10) for outcome in worker.turn(0)]
    late = worker.turn(0)

    assert (early, [outcome.reason for outcome in late]) == ([], [Reason.DOWNLOADED])


def test_what_has_arrived_is_told_before_its_proof(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is free for the next, however long the proofs before its own take."""
    monkeypatch.setattr(worker_module, "PROVING_SECONDS", 0.0)  # one a turn
    worker = new_worker(folder)
    bodies = {f"{number}.jpg": File(PICTURE) for number in range(5)}
    with Origin(Site(bodies)) as origin:
        for number in range(5):
            worker.accept(task_for(folder, origin.url(f"/pictures/{number}.jpg"), number))
        told: list[Outcome | HalfDone] = []
        while sum(isinstance(each, Outcome) for each in told) < 5:
            told += worker.turn(0.1)
    arrived = [number for each in told if isinstance(each, HalfDone) for number in each.numbers]

    assert arrived
    assert len(arrived) == len(set(arrived))
    assert all(_place(told, number) < _place(told, number, of_result=True) for number in arrived)


def _place(told: list[Outcome | HalfDone], number: int, *, of_result: bool = False) -> int:
    return next(place for place, each in enumerate(told)
                if (isinstance(each, Outcome) and each.number == number if of_result
                    else isinstance(each, HalfDone) and number in each.numbers))


def _die_in_the_gate(path: str) -> None:
    FileLock(path).acquire()
    os._exit(1)


@pytest.mark.usefixtures("all_are_large")
def test_the_gate_of_a_dead_process_is_free(origin: Address, folder: Path) -> None:
    """A process that died while it decoded a large picture keeps nobody out."""
    worker = new_worker(folder)
    gate = str(folder.parent / ".gate")
    process = multiprocessing.get_context("spawn").Process(target=_die_in_the_gate, args=(gate,))
    process.start()
    process.join()
    outcome = work_off(worker, task_for(folder, origin.url("/pictures/a.jpg")))[0]

    assert (process.exitcode, outcome.reason) == (1, Reason.DOWNLOADED)


@pytest.mark.usefixtures("all_are_large")
def test_a_disk_without_locks_has_no_gate(
    origin: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files cannot be locked, large pictures are decoded all the same."""
    def fail(*_args: object, **_options: object) -> None:
        raise NotImplementedError("no flock")

    monkeypatch.setattr(FileLock, "acquire", fail)

    assert one(folder, origin.url("/pictures/a.jpg")).reason is Reason.DOWNLOADED


@pytest.mark.usefixtures("all_are_large")
def test_files_wait_behind_a_large_one(folder: Path) -> None:
    """While a large picture waits, no further file is read: memory holds one at a time."""
    worker = new_worker(folder)
    paths = [folder / "Images" / f"n02119789_{number}.jpg" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(PICTURE)
        worker.accept(task_for(folder, path, number))
    with FileLock(folder.parent / ".gate"):
        for _ in range(5):
            worker.turn(0)
        for path in paths[1:]:
            path.write_bytes(b"other than before")
    outcomes = [outcome for _ in range(6) for outcome in worker.turn(0)]

    assert [outcome.reason for outcome in outcomes] == [
        Reason.DOWNLOADED, Reason.NOT_AN_IMAGE, Reason.NOT_AN_IMAGE]


SHA256, MD5 = (name(PICTURE, usedforsecurity=False).hexdigest()
               for name in (hashlib.sha256, hashlib.md5))


@pytest.mark.parametrize("expected", [
    Expected(), Expected(len(PICTURE)), Expected(md5=MD5), Expected(len(PICTURE), MD5, SHA256),
])
def test_the_very_picture_that_is_expected(
    origin: Address, folder: Path, expected: Expected
) -> None:
    """Whatever its source knows of it holds, and so it is kept."""
    outcome = one(folder, origin.url("/pictures/a.jpg"), expected=expected)

    assert outcome.reason is Reason.DOWNLOADED


@pytest.mark.parametrize(("expected", "told"), [
    (Expected(9, MD5, SHA256), f"expected 9 bytes, found {len(PICTURE):,}"),
    (Expected(md5="0" * 32), f"expected MD5 {'0' * 32}, found {MD5}"),
    (Expected(len(PICTURE), MD5, "0" * 64), f"expected sha256 {'0' * 64}, found {SHA256}"),
])
@pytest.mark.parametrize("kind", ["url", "carried", "file"])
def test_another_picture_than_the_expected_one(
    origin: Address, folder: Path, kind: str, expected: Expected, told: str
) -> None:
    """It is not kept, wherever it came from, and its report says what was expected and found."""
    file = folder.parent / "found.jpg"
    file.write_bytes(PICTURE)
    place = {"url": origin.url("/pictures/a.jpg"), "file": file,
             "carried": CarriedLocation("a.tar#b.jpg", PICTURE)}[kind]
    outcome = one(folder, place, expected=expected)

    assert (outcome.reason, outcome.description) == (Reason.MISMATCH, told)
    assert files_in(folder) == {}


def test_what_is_no_picture_is_told_as_such(origin: Address, folder: Path) -> None:
    """That other bytes were expected tells less than what has come."""
    outcome = one(folder, origin.url("/faults/html/a.jpg"), expected=Expected(9))

    assert outcome.reason is Reason.NOT_AN_IMAGE
