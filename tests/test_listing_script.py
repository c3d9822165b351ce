"""Listing with download_ncodes_imagenet.py, as its user types it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagenet_utils.errors import ExitCode
from imagenet_utils.listing.formats import FORMATS
from imagenet_utils.model import Reason
from imagenet_utils.results.layout import LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.row import Row

PROJECT = Path(__file__).resolve().parent.parent
SCRIPT = PROJECT / "download_ncodes_imagenet.py"
EXTRACT = PROJECT / "extract_images_as_per_tags.py"
FOX = "n02119789"
LIST = (f"{FOX}_1\thttp://a.example/1.jpg\n{FOX}_2\thttp://a.example/\x1b[31m2.jpg\n"
        "n02971356_1\thttp://a.example/3.jpg\n")
HEAVY = {"pandas", "requests", "PIL", "lxml", "numpy", "pycurl", "tqdm", "filelock", "ssl"}


def run(
    *words: str, script: Path = SCRIPT, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(script), *words], capture_output=True, text=True,
                          env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, cwd=cwd,
                          timeout=60)


def closing_its_ears(*words: str, script: Path = SCRIPT) -> tuple[int, str]:
    """Exit code and stderr, where the reader of stdout goes away before the first line."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout:
        done = subprocess.run([sys.executable, str(script), *words], stdout=stdout, text=True,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60)
    return done.returncode, done.stderr


@pytest.fixture
def save_dir(tmp_path: Path) -> Path:
    """With two pictures of a fox, and one failure of another category."""
    folder = tmp_path / "results"
    folder.mkdir()
    ledger = Ledger(folder / LEDGER)
    for number in (1, 2):
        ledger.record(Row(FOX, f"{FOX}_{number}", f"http://a.example/{number}.jpg", number,
                          Reason.DOWNLOADED, "Success", bytes=1000,
                          file_name=f"{FOX}_{number}.jpg"))
    ledger.record(Row("n02971356", "n02971356_1", "http://a.example/3.jpg", 0, Reason.GONE, ""))
    ledger.close()
    return folder


def test_a_range() -> None:
    """One category a line, in the order of codes, without a heading in the way of a pipe."""
    done = run("--list", "--lower", "2169", "--upper", "2171")

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert done.stdout == (
        "2169 n02084861 1359 209 231 - - cur, mongrel, mutt\n"
        "2170 n02085019  376 262 309 - - feist, fice\n"
        "2171 n02085118   63  50  53 - - pariah dog, pye-dog, pie-dog\n"
    )


def test_all_of_a_source() -> None:
    """A line for each of the 1,000."""
    done = run("--list", "--source", "ilsvrc2012")
    numbers = [int(line.split()[0]) for line in done.stdout.splitlines()]

    assert numbers == list(range(1000))


def test_a_note_and_an_unknown_word_each() -> None:
    """Of a person and of one of the challenge, the words stand where they always do."""
    words = run("--tree", "scuba diver").stdout.split()

    assert words[5:8] == ["yes", "person", "1"]


def test_a_search() -> None:
    """Several words, in other forms than the names have them; names, then the meaning."""
    first, *others = run("--search", "sled", "dogs").stdout.splitlines()

    assert first.split(maxsplit=7)[1:] == [
        "n02109811", "1536", "0", "0", "-", "-",
        "sled dog, sledge dog -- a dog trained to draw a sled usually in a team"]
    assert len(others) == 5


def test_what_is_near_is_told_as_such() -> None:
    """On stderr for people, in each row for programs."""
    done = run("--search", "huskey", "--format", "json")

    assert done.returncode == ExitCode.ALL_HERE
    assert done.stderr.startswith("Nothing fits 'huskey'; what is listed is near it: n02109961")
    assert {row["match"] for row in json.loads(done.stdout)} == {"near"}


def test_no_urls_of_what_is_only_near(tmp_path: Path) -> None:
    """A program that takes URLs would take those of something else."""
    (tmp_path / "imageNetUrls.csv").write_text(LIST)
    done = run("--search", "huskey", "--images", "--ncodes_dir", str(tmp_path))

    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr.startswith("error: Nothing fits 'huskey'. Near it: n02109961")


@pytest.mark.parametrize(("words", "told"), [
    (("--search", "zzzzqqq"), "Nothing fits 'zzzzqqq', and nothing is near it"),
    (("--parents", "dog", "--source", "ilsvrc2012"), "Neither n02084071 (dog) nor what is above"),
    (("--tree", "dog", "--downloaded"), "holds no images of what is listed"),
], ids=["search", "parents", "downloaded"])
def test_urls_of_nothing(tmp_path: Path, save_dir: Path, words: tuple[str, ...], told: str) -> None:
    """Why there is none is told, and the list is not even opened."""
    (tmp_path / "imageNetUrls.csv").write_text(LIST)
    done = run(*words, "--images", "--ncodes_dir", str(tmp_path), "--save_dir", str(save_dir),
               "--format", "json")

    assert (done.returncode, done.stdout) == (ExitCode.ALL_HERE, "[]\n")
    assert told in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "imageNetUrls.csv.index").exists()


def test_a_save_dir_of_too_long_a_name(tmp_path: Path) -> None:
    """One line, and no traceback."""
    done = run("--downloaded", "--save_dir", str(tmp_path / ("n" * 300)))

    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) == 1


def test_downloaded(save_dir: Path) -> None:
    """What a run has left, with its number of pictures and their bytes."""
    done = run("--downloaded", "--save_dir", str(save_dir), "--format", "csv")

    assert list(csv.DictReader(io.StringIO(done.stdout))) == [{
        "index": "2382", "code": FOX, "name": "kit fox, Vulpes macrotis", "urls_2011": "829",
        "annotated": "522", "boxes": "638", "ilsvrc2012": "yes", "note": "", "images": "2",
        "bytes": "2000"}]


def test_downloaded_of_a_tree(save_dir: Path) -> None:
    """Nothing of it being there is no mistake, and not passed over in silence."""
    done = run("--tree", "dog", "--downloaded", "--save_dir", str(save_dir))

    assert (done.returncode, done.stdout) == (ExitCode.ALL_HERE, "")
    assert done.stderr == f"{save_dir} holds no images of what is listed\n"


@pytest.mark.parametrize("words", [
    ("--list",), ("--tree", "dog"), ("--parents", "dog"), ("--search", "dog"), ("--presets",),
    ("--downloaded", "--save_dir"),
])
def test_nothing_is_written(tmp_path: Path, save_dir: Path, words: tuple[str, ...]) -> None:
    """No table, no folder, nothing among the results."""
    before = sorted(tmp_path.rglob("*"))
    done = run(*words, *([str(save_dir)] if words[-1] == "--save_dir" else []), cwd=tmp_path)

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert sorted(tmp_path.rglob("*")) == before


def test_image_urls(tmp_path: Path) -> None:
    """As `<id> <url>`, out of the list beside the table, with nothing that colours a terminal."""
    (tmp_path / "imageNetUrls.csv").write_text(LIST)
    done = run("--tree", "n02119789", "--images", "--ncodes_dir", str(tmp_path))

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert done.stdout == (
        f"{FOX}_1 http://a.example/1.jpg\n{FOX}_2 http://a.example/%1B[31m2.jpg\n")


def test_image_urls_of_what_is_there(tmp_path: Path, save_dir: Path) -> None:
    """Two wishes at once: of the list's categories, those with pictures."""
    (tmp_path / "my.txt").write_text(LIST)
    done = run("--downloaded", "--images", "--save_dir", str(save_dir), "--format", "json",
               "--url_data_link", str(tmp_path / "my.txt"))

    assert [row["id"] for row in json.loads(done.stdout)] == [f"{FOX}_1", f"{FOX}_2"]


def test_no_list_of_urls(tmp_path: Path) -> None:
    """The command that fetches one is named, and nothing is made."""
    done = run("--images", "--ncodes_dir", str(tmp_path / "new"))

    assert (done.returncode, done.stdout) == (ExitCode.UNOBTAINABLE, "")
    assert "python download_ncodes_imagenet.py --with_url_data" in done.stderr
    assert not (tmp_path / "new").exists()


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    """One line, exit code 2, and nothing is done."""
    done = run("--list", "--with_annotations", "--ncodes_dir", str(tmp_path / "new"))

    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr.startswith("error: --list and --with_annotations do not go together")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [
    *(("--list", "--format", form) for form in FORMATS),
    ("--tree", "all"), ("--list", "--upper", "0"), ("--help",), ("--help_all",), ("--version",),
], ids=" ".join)
def test_the_reader_goes_away(words: tuple[str, ...]) -> None:
    """`| head` is no error, however much was still to come."""
    assert closing_its_ears(*words) == (ExitCode.ALL_HERE, "")


@pytest.mark.parametrize("word", ["--help", "--help_all", "--version"])
def test_the_reader_of_the_other_script_goes_away(word: str) -> None:
    """Nor is it there."""
    assert closing_its_ears(word, script=EXTRACT) == (ExitCode.ALL_HERE, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk to write to")
def test_a_full_disk() -> None:
    """What could not be written is no success, and no traceback."""
    with open("/dev/full", "wb") as stdout:
        done = subprocess.run([sys.executable, str(SCRIPT), "--list"], stdout=stdout, text=True,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60)

    assert done.returncode == ExitCode.LOCAL_FAULT
    assert done.stderr.startswith("error: What is printed can't be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-16"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_terminal_that_knows_few_letters(tmp_path: Path, encoding: str, form: str) -> None:
    """A name that it can't show is spelled out."""
    ledger = Ledger(tmp_path / LEDGER)
    ledger.record(Row("mine", "mine_1", "http://a.example/1", 0, Reason.DOWNLOADED, "", bytes=1,
                      file_name="mine_1.jpg"))
    ledger.give_folder("mine", "лиса")
    ledger.close()
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--downloaded", "-s", str(tmp_path), "--format", form],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, timeout=60)

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, b"")
    assert "mine" in done.stdout.decode(encoding)


@pytest.mark.skipif(os.name == "nt", reason="terminals of this kind are not there")
@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_a_terminal(columns: str) -> None:
    """Gets headings, and lines that are no wider than it is."""
    lines = on_terminal("--tree", "toy dog", columns=columns).splitlines()

    assert lines[0].split() == [
        "index", "code", "urls", "annot", "boxes", "ilsvrc", "note", "tree", "name"]
    assert len(lines) == 13
    assert max(map(len, lines)) <= max(int(columns), 64)


def on_terminal(*words: str, columns: str) -> str:
    """What the script shows to whom it takes for a person."""
    import pty

    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, str(SCRIPT), *words], stdout=theirs, check=True, timeout=60,
                   env={**os.environ, "COLUMNS": columns}, stdin=subprocess.DEVNULL)
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    return shown.decode()


def test_a_listing_is_light() -> None:
    """Neither pandas nor what speaks to the web is loaded for it."""
    program = ("import download_ncodes_imagenet, sys; "
               "download_ncodes_imagenet.main(['--tree', 'dog', '--format', 'csv']); "
               "print(*sys.modules, sep='\\n')")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True,
                          capture_output=True, text=True, timeout=60)

    assert "imagenet_utils.listing.formats" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()
