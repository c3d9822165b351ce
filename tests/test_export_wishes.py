"""Options of exports, as the script takes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import extract_images_as_per_tags
from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.export_wishes import OWN, export_options
from imagenet_utils.command_line.extract_options import PROGRAM
from imagenet_utils.errors import UsageError
from imagenet_utils.exports import EXPORTS
from imagenet_utils.results.layout import LEDGER
from tests.small_results import Results, boxed

Run = Callable[..., tuple[int, str, str]]


def wished(words: str) -> object:
    return export_options(parse(PROGRAM, words.split()))


def test_what_is_wished() -> None:
    """Each value in its place."""
    options = export_options(parse(PROGRAM, [
        "--export", "coco", "yolo", "--export_dir", "here", "--split_ratio", "80", "15", "5",
        "--label_system", "devkit"]))

    assert (options.names, options.folder, options.is_alone) == (
        ("coco", "yolo"), Path("here"), False)
    assert (options.split_ratio, options.label_system) == ((80, 15, 5), "devkit")


def test_two_numbers_leave_nothing_for_test() -> None:
    """The third is 0."""
    options = export_options(parse(PROGRAM, "--export coco --split_ratio 90 10".split()))

    assert options.split_ratio == (90, 10, 0)


@pytest.mark.parametrize("words, told", [
    ("--export cocoa", "expected one of"),
    ("--export coco --split_ratio 80 10", "add up to 100, got 80 10"),
    ("--export coco --split_ratio 100", "add up to 100, got 100"),
    ("--export coco --split_ratio 40 30 20 10", "add up to 100"),
    ("--export coco --split_ratio 120 -20", "at most 100"),
    ("--split_ratio 90 10", "--split_ratio needs --export"),
    ("--export_only", "--export_only needs --export"),
    ("--export_dir here", "--export_dir needs --export"),
    ("--export boxes_csv --label_system devkit", "--label_system means nothing to --export"),
    ("--export coco --first_pixel 1", "--first_pixel means nothing to --export coco"),
    ("--export coco --shards 4", "--shards means nothing to --export coco"),
    ("--export coco --export_only --categories kit_fox", "--categories: --export_only fetches"),
    ("--export coco --export_only --demo", "--demo: --export_only fetches nothing"),
    ("--export coco --export_only --dry_run", "--dry_run: --export_only fetches nothing"),
])
def test_what_does_not_go_together(words: str, told: str) -> None:
    """One line that says so, before anything is done."""
    with pytest.raises(UsageError) as raised:
        wished(words)

    assert told in raised.value.problem and "\n" not in str(raised.value)


@pytest.mark.parametrize("name", OWN)
def test_every_option_is_heeded(name: str) -> None:
    """By one kind of export at least."""
    assert [kind.name for kind in EXPORTS if name in kind.own_options]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def work(*words: str) -> tuple[int, str, str]:
        code = extract_images_as_per_tags.main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return work


def test_exports_alone(tmp_path: Path, run: Run) -> None:
    """No table, no list, no source, no run: what is stored is exported."""
    results = Results(tmp_path)
    results.store("n02119789_1", boxed((0, 0, 9, 9)))
    results.ledger.close()
    code, out, err = run("--save_dir", str(tmp_path), "--export_only", "--export", "coco",
                         "boxes_csv", "coco")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{tmp_path / 'exports' / 'coco'}: 1 box in 1 of 1 image",
        f"{tmp_path / 'exports' / 'bounding_boxes.csv'}: 1 box of 1 image"]
    assert not (tmp_path / "run_summary.json").exists()


def test_exports_alone_where_only_other_sizes_are(tmp_path: Path, run: Run) -> None:
    """They take the originals: that there are none is no empty export."""
    results = Results(tmp_path)
    results.store("n02119789_1")
    results.ledger.close()
    with closing(sqlite3.connect(tmp_path / LEDGER)) as db, db:
        db.execute("UPDATE images SET file_name = NULL")
    code, out, err = run("--save_dir", str(tmp_path), "--export_only", "--export", "coco")

    assert (code, out) == (2, "")
    assert "in other sizes alone" in err and not (tmp_path / "exports").exists()


def test_exports_alone_where_nothing_is_stored(tmp_path: Path, run: Run) -> None:
    """Exit code 2 and one line; no folder is made."""
    code, out, err = run("--save_dir", str(tmp_path / "none"), "--export_only", "--export", "coco")

    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert "There is no folder" in err and err.count("\n") == 1
