"""What holds for every kind of export: the contract of the rows in EXPORTS."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import tracemalloc
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest

from imagenet_utils.command_line.export_options import OPTIONS
from imagenet_utils.errors import LocalFault, Locked, MissingPackage, UsageError
from imagenet_utils.exports import EXPORTS, ExportKind, kinds_named
from imagenet_utils.exports.places import MARKER
from imagenet_utils.job.exporting import export_alone, export_stored
from imagenet_utils.job.lock import only_export_to, only_run_on
from imagenet_utils.options import ExportOptions
from tests.small_results import DOG, FOX, SETTER, Listener, Results, boxed, jpeg, tree_of

PROJECT = Path(__file__).resolve().parent.parent
BYTES_PER_PICTURE = 500  # that may wait in buffers until they are full; its values take 1,000
KILLED_AT_THE_THIRD = """
import os, signal, sys
from pathlib import Path
from tests.small_results import Listener, Results
Listener.show = lambda self, done, *_: done == 3 and os.kill(os.getpid(), signal.SIGKILL)
results = Results(Path(sys.argv[1]))
results.export(sys.argv[2])
"""


@pytest.fixture
def stored(results: Results) -> Results:
    """Two categories, and a picture that both have."""
    results.store("n02119789_1", boxed((0, 0, 9, 9), (5, 5, 49, 39)), body=jpeg(1))
    results.store("n02119789_2", body=jpeg(2))
    results.store("n02100735_7", boxed((3, 4, 5, 6), name="English_setter"), code=SETTER,
                  folder="English_setter", body=jpeg(3))
    for code, folder in ((FOX, "kit_fox"), (DOG, "dog")):
        results.store("n02119789_3", boxed((1, 1, 2, 2)), code=code, folder=folder, body=jpeg(4))
    return results


def visible(folder: Path) -> list[str]:
    """Without the lock."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".exports.lock")


def is_folder(kind: ExportKind) -> bool:
    return not kind.file_name


@pytest.mark.parametrize("kind", EXPORTS, ids=lambda kind: kind.name)
class TestEveryExport:
    @pytest.fixture(autouse=True)
    def _with_its_package(self, kind: ExportKind) -> None:
        if kind.package:
            pytest.importorskip(kind.package)

    def place(self, kind: ExportKind, results: Results) -> Path:
        return results.exports / kind.place

    def content(self, kind: ExportKind, results: Results) -> dict[str, bytes]:
        place = self.place(kind, results)
        return tree_of(place) if is_folder(kind) else {kind.place: place.read_bytes()}

    def test_it_is_there_and_nothing_else(self, kind: ExportKind, stored: Results) -> None:
        """Under its name, with a line that begins with its path."""
        told = stored.export(kind.name)

        assert visible(stored.exports) == [kind.place]
        assert told.startswith(f"{self.place(kind, stored)}: ") and "\n" not in told

    def test_the_marker_counts_its_files(self, kind: ExportKind, stored: Results) -> None:
        """By which an earlier export is known as ours, and as we left it."""
        stored.export(kind.name)
        if not is_folder(kind):
            pytest.skip("a file is known by how it begins")

        marker = json.loads((self.place(kind, stored) / MARKER).read_bytes())
        assert marker["export"] == kind.name
        assert marker["files"] == len(tree_of(self.place(kind, stored))) - 1 > 0

    def test_the_same_bytes_again(self, kind: ExportKind, stored: Results, tmp_path: Path) -> None:
        """In another place, where the pictures came in another order."""
        stored.export(kind.name)
        before = self.content(kind, stored)
        shutil.copytree(stored.save_dir, tmp_path / "copy",
                        ignore=shutil.ignore_patterns("exports", ".ledger*"))
        copy = Results(tmp_path / "copy")
        for code, folder in reversed(stored.ledger.folders().items()):
            copy.ledger.give_folder(code, folder)
            for row in reversed(stored.ledger.rows_of(code)):
                copy.ledger.record(row)
        copy.export(kind.name)
        after = self.content(kind, copy)
        copy.ledger.close()

        assert before == after

    def test_a_login_stays_at_home(self, kind: ExportKind, stored: Results) -> None:
        """Others get the export; the name and the password of a list's URL are not for them."""
        row = stored.ledger.rows_of(FOX)[0]
        stored.ledger.forget(row)
        stored.ledger.record(row._replace(url="http://me:s3cret@a.example/1.jpg"))
        stored.export(kind.name)
        content = b"".join(self.content(kind, stored).values())

        assert b"s3cret" not in content and b"me:" not in content

    def test_the_same_from_shards(self, kind: ExportKind, stored: Results) -> None:
        """Below which folder a picture lies makes no difference to who reads the export."""
        if kind.name == "sqlite":
            pytest.skip("it tells where they lie")

        stored.export(kind.name)
        before = self.content(kind, stored)
        stored.shard()
        stored.export(kind.name)

        assert (stored.save_dir / "kit_fox/Images/1/n02119789_1.jpg").exists()
        assert self.content(kind, stored) == before

    def test_an_earlier_one_is_replaced(self, kind: ExportKind, stored: Results) -> None:
        """By what is stored now, and nothing of the earlier one is left."""
        stored.export(kind.name)
        before = self.content(kind, stored)
        path = stored.save_dir / "English_setter" / "Images" / "n02100735_7.jpg"
        path.unlink()
        stored.export(kind.name)
        after = self.content(kind, stored)
        path.write_bytes(jpeg(3))
        stored.export(kind.name)

        assert after != before == self.content(kind, stored)
        assert visible(stored.exports) == [kind.place]

    def test_what_is_not_ours_stays(self, kind: ExportKind, stored: Results) -> None:
        """A file or a folder of that name is refused before any work."""
        place = self.place(kind, stored)
        mine = place / "mine.txt" if is_folder(kind) else place
        mine.parent.mkdir(parents=True)
        mine.write_bytes(b"mine")
        with pytest.raises(UsageError, match="no export of this tool"):
            stored.export(kind.name)

        assert mine.read_bytes() == b"mine"
        assert stored.listener.shown == []

    @pytest.mark.parametrize("age", ["new", "old"])
    def test_what_the_user_has_put_there_stays(
        self, kind: ExportKind, stored: Results, age: str
    ) -> None:
        """Notes beside the pictures, be they older than the export."""
        if not is_folder(kind):
            pytest.skip("nothing can be put into a file")
        stored.export(kind.name)
        mine = self.place(kind, stored) / "mine.txt"
        mine.write_bytes(b"mine")
        later = (self.place(kind, stored) / MARKER).stat().st_mtime + 9
        os.utime(mine, (0, 0) if age == "old" else (later, later))
        with pytest.raises(UsageError, match="part of the export|changed or added"):
            stored.export(kind.name)

        assert mine.read_bytes() == b"mine"

    def test_one_that_fails_leaves_the_earlier_one(
        self, kind: ExportKind, stored: Results, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It appears whole or not at all, and nothing half-written stays."""
        stored.export(kind.name)
        before = self.content(kind, stored)
        stored.store("n02119789_8", body=jpeg(5))

        def fail_late(_listener: Listener, done: int, *_: object) -> None:
            if done == 4:
                raise OSError(28, "No space left on device")

        monkeypatch.setattr(Listener, "show", fail_late)
        with pytest.raises(LocalFault, match="No space left"):
            stored.export(kind.name)

        assert self.content(kind, stored) == before
        assert visible(stored.exports) == [kind.place]

    def test_nothing_stored(self, kind: ExportKind, results: Results) -> None:
        """An empty export is one, too."""
        results.export(kind.name)

        assert visible(results.exports) == [kind.place]

    def test_what_the_user_deleted_is_left_out(self, kind: ExportKind, results: Results) -> None:
        """As if it had never been stored."""
        results.store("n02119789_1", boxed((0, 0, 9, 9)))
        results.export(kind.name)
        before = self.content(kind, results)
        results.store("n02119789_2", boxed((0, 0, 9, 9)), body=jpeg(2)).unlink()
        results.export(kind.name)

        assert self.content(kind, results) == before

    def test_a_picture_that_changed_is_left_out(self, kind: ExportKind, results: Results) -> None:
        """It is not the one that was proven."""
        results.export(kind.name)
        results.store("n02119789_77").write_bytes(b"mine")
        results.export(kind.name)

        assert b"n02119789_77" not in b"".join(self.content(kind, results).values())

    def test_an_annotation_that_cannot_be_read(self, kind: ExportKind, results: Results) -> None:
        """It is left out as if it were not there; its picture is not."""
        path = results.store("n02119789_1", b"<annotation>")
        results.export(kind.name)
        before = self.content(kind, results)
        (path.parent.parent / "Annotation" / "n02119789_1.xml").unlink()
        results.export(kind.name)

        assert self.content(kind, results) == before

    def test_a_picture_that_the_user_put_there(self, kind: ExportKind, results: Results) -> None:
        """It may be called .JPEG, and is a JPEG all the same."""
        results.store("n02119789_77", boxed((0, 0, 9, 9)), extension="JPEG")
        told = results.export(kind.name)

        assert b"n02119789_77" in b"".join(
            path.encode() + body for path, body in self.content(kind, results).items())
        assert "left out" not in told

    def test_codes_and_ids_that_are_no_file_names(
        self, kind: ExportKind, results: Results
    ) -> None:
        """Every file lies below its place."""
        results.store("_._x_d6b96a97", code="/m/01g317", folder="Person")
        results.store("b", code="../up", folder="up")
        results.export(kind.name)

        assert visible(results.exports) == [kind.place]
        assert not (results.save_dir / "up" / "b.jpg").exists()

    def test_memory_does_not_grow_with_pictures(self, kind: ExportKind, results: Results) -> None:
        """All of them pass by, one after the other."""
        results.store_many(range(1, 120))
        results.export(kind.name)  # what is loaded once is loaded, what is filled once is full
        few = self._peak(kind, results)
        results.store_many(range(120, 320))
        many = self._peak(kind, results)

        assert many - few < 200 * BYTES_PER_PICTURE

    def _peak(self, kind: ExportKind, results: Results) -> int:
        """Circles are collected as often as by Python itself: other tests may have made it rare."""
        thresholds = gc.get_threshold()
        gc.set_threshold(700, 10, 10)
        tracemalloc.start()
        try:
            results.export(kind.name)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            gc.set_threshold(*thresholds)

    def test_what_its_row_says_is_there(self, kind: ExportKind) -> None:
        """A module with a writer; options that exist."""
        own = {field.name for field in fields(ExportOptions)}

        assert kind.title and callable(import_module(f"imagenet_utils.exports.{kind.name}").write)
        assert set(kind.own_options) <= own & {option.name for option in OPTIONS}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such end on this system")
@pytest.mark.parametrize("name, place", [("coco", "coco"), ("boxes_csv", "bounding_boxes.csv")])
def test_a_killed_export_leaves_nothing_under_its_name(
    results: Results, name: str, place: str
) -> None:
    """And the next one clears up what it left."""
    for number in range(5):
        results.store(f"n02119789_{number}", boxed((0, 0, 9, 9)))
    results.ledger.commit()
    done = subprocess.run([sys.executable, "-c", KILLED_AT_THE_THIRD, str(results.save_dir), name],
                          cwd=PROJECT)
    left = visible(results.exports)
    results.export(name)

    assert done.returncode == -signal.SIGKILL
    assert place not in left and len(left) == 1
    assert visible(results.exports) == [place]


@pytest.mark.parametrize("new_one_is_there", [False, True])
def test_killed_between_the_two_renames(stored: Results, new_one_is_there: bool) -> None:
    """A whole export that was set aside comes back where nothing took its place."""
    stored.export("coco")
    aside = stored.exports / ".coco.0123456789ab.part"
    shutil.copytree(stored.exports / "coco", aside)
    if not new_one_is_there:
        shutil.rmtree(stored.exports / "coco")
    (stored.save_dir / "kit_fox" / "Images").rename(stored.save_dir / "kit_fox" / "Gone")
    stored.export("coco")

    assert visible(stored.exports) == ["coco"]


def test_a_folder_that_only_looks_like_a_draft_stays(stored: Results) -> None:
    """It has files and no marker, so it is not ours."""
    theirs = stored.exports / ".coco.0123456789ab.part" / "mine.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"mine")
    stored.export("coco")

    assert theirs.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_told(results: Results) -> None:
    """A file has its name."""
    results.exports.write_bytes(b"")
    with pytest.raises(LocalFault) as raised:
        results.export("boxes_csv")

    assert "exports" in raised.value.problem


def test_a_ledger_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its path."""
    (tmp_path / ".ledger.sqlite3").write_bytes(b"no ledger" * 100)
    with pytest.raises(LocalFault) as raised:
        export_stored(ExportOptions(("boxes_csv",)), tmp_path, Listener())

    assert ".ledger.sqlite3" in raised.value.problem


def test_a_run_that_is_at_work_keeps_exports_out(stored: Results) -> None:
    """They would show half of what it stores."""
    with only_run_on(stored.save_dir), pytest.raises(Locked, match="another run"):
        export_alone(ExportOptions(("coco",)), stored.save_dir, stored.listener,
                     has_contact_sheet=False)

    assert not stored.exports.exists()


def test_another_export_into_the_same_folder_waits(stored: Results) -> None:
    """It may be that of another save_dir."""
    stored.exports.mkdir()
    with only_export_to(stored.exports), pytest.raises(Locked, match="--export_dir"):
        stored.export("coco")

    assert visible(stored.exports) == []


def test_exports_alone_need_results(tmp_path: Path) -> None:
    """A folder without a ledger is none, and none is made."""
    with pytest.raises(UsageError, match="holds no results"):
        export_alone(ExportOptions(("coco",)), tmp_path, Listener(), has_contact_sheet=False)

    assert list(tmp_path.iterdir()) == []


def test_progress_counts_pictures(results: Results) -> None:
    """Those without boxes too: they take their time."""
    results.store("a")
    results.store("b", boxed((0, 0, 9, 9)))
    results.export("boxes_csv")

    assert results.listener.shown == [(1, 2), (2, 2)]


def test_a_package_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line that installs it."""
    row = ExportKind("odd", "needs something", package="not_to_be_found")
    monkeypatch.setitem(kinds_named.__globals__["KIND_BY_NAME"], "odd", row)
    with pytest.raises(MissingPackage, match="pip install not_to_be_found"):
        list(kinds_named(["odd"]))


def test_names_are_different() -> None:
    """Of kinds, and of the places where they go."""
    assert len({kind.name for kind in EXPORTS}) == len(EXPORTS)
    assert len({kind.place for kind in EXPORTS}) == len(EXPORTS)
