"""--doctor of both scripts, as a user runs it: on this machine, with servers of the loopback."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import download_ncodes_imagenet
import extract_images_as_per_tags
from imagenet_utils.command_line import (
    download_options, examination, extract_options, patients,
)
from imagenet_utils.command_line.arguments import PROJECT_FOLDER, Program, parse
from imagenet_utils.command_line.patients import PATIENTS
from imagenet_utils.doctor.checks import CHECKS, verdicts_on
from imagenet_utils.doctor.patient import Target
from imagenet_utils.doctor.verdict import Level
from imagenet_utils.errors import ExitCode
from imagenet_utils.network.proxies import BUNDLE_VARIABLES, PROXY_VARIABLES
from imagenet_utils.results.layout import LEDGER, LOCK
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.url_lists.index import open_url_index
from tests.archive_server import ArchiveServer, Fault, Served, serving_archives
from tests.canned_server import canned, response
from tests.fetching import bare_environment

EXTRACT, DOWNLOAD = extract_options.PROGRAM, download_options.PROGRAM
TABLE = "code,name,to_download,how_many\nn02119789,kit fox,True,5\n"
BOXES = "n02119789.tar.gz"
HEAVY = ("certifi", "filelock", "lxml", "numpy", "openpyxl", "pandas", "PIL", "publicsuffixlist",
         "pycurl", "requests", "simplejpeg", "speedtest", "tqdm")
LINE = re.compile(r"(ok|warning|problem) +(\S.*?)  +\S.*")


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    served = {f"/{name}": Served(b"\x1f\x8b" + bytes(2000))
              for name in ("n02119789.tar", "list.tgz", "boxes.tar.gz")}
    served["/silent"] = Served(fault=Fault.SILENCE)
    with serving_archives(served) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Table, boxes and results of a user, who has run the scripts before."""
    (tmp_path / "ncodes.csv").write_text(TABLE)
    (tmp_path / "annotation").mkdir()
    (tmp_path / "annotation" / BOXES).write_bytes(b"boxes")
    (tmp_path / "urls.txt").write_text("n02119789_1\thttp://a.example/1.jpg\n")
    results = tmp_path / "results"
    (results / "kit_fox" / "Images").mkdir(parents=True)
    (results / LOCK).touch()
    Ledger(results / LEDGER).close()
    open_url_index(tmp_path / "urls.txt", fallback_dir=results).close()
    return tmp_path


def environment(**changes: str) -> dict[str, str]:
    names = (*PROXY_VARIABLES, *BUNDLE_VARIABLES, "IMAGENET_USERNAME", "IMAGENET_ACCESS_KEY")
    foreign = {each for name in names for each in (name, name.upper())}
    bare = {name: value for name, value in os.environ.items()
            if name not in foreign and not name.startswith("DOWNLOAD_URL_")}
    return {**bare, **changes}


def command(program: Program, *words: str) -> list[str]:
    return [sys.executable, str(PROJECT_FOLDER / program.name), "--doctor", *words]


def examined(
    program: Program, *words: str, **changes: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(program, *words), capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, env=environment(**changes))


def of_extract(folder: Path, address: str) -> list[str]:
    """Nobody but `address` is asked with these."""
    return ["-nc", str(folder / "ncodes.csv"), "-a", str(folder / "annotation"), "-s",
            str(folder / "results"), "--archives_dir", str(folder / "archives"), "--bandwidth",
            "9", "--archive", address, "--min_free_disk", "0", "-url", str(folder / "urls.txt"),
            "--source", "synset_tars"]


def of_download(folder: Path, server: ArchiveServer, path: str = "/list.tgz") -> list[str]:
    return ["-nc_dir", str(folder), "--url_data_link", server.url(path), "--annotations_link",
            server.url("/boxes.tar.gz")]


def files_in(folder: Path) -> dict[str, object]:
    """Every file with its bytes and its date."""
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in folder.rglob("*") if path.is_file()}


def told_of(out: str) -> dict[str, str]:
    """Check -> its level; the last of those that have several lines."""
    lines = (LINE.fullmatch(line) for line in out.splitlines())
    return {line[2]: line[1] for line in lines if line}


def test_a_sound_machine(folder: Path, server: ArchiveServer) -> None:
    """Every check is told in one line, nothing stands in the way, and no byte was changed."""
    before = files_in(folder)
    done = examined(EXTRACT, *of_extract(folder, server.url("/<wnid>.tar")))

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert "problem" not in told_of(done.stdout).values()
    assert list(told_of(done.stdout)) == [check.what for check in CHECKS]
    assert done.stdout.splitlines()[-1].endswith("0 problems: nothing stands in the way")
    assert files_in(folder) == before


def test_the_other_script(folder: Path, server: ArchiveServer) -> None:
    """Both places that its options name are asked, and nothing is fetched."""
    before = files_in(folder)
    done = examined(DOWNLOAD, *of_download(folder, server))

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert {asked.path for asked in server.asked} == {"/list.tgz", "/boxes.tar.gz"}
    assert files_in(folder) == before


def test_a_place_that_is_gone(folder: Path, server: ArchiveServer) -> None:
    """The exit code is the one that the run would end with."""
    done = examined(DOWNLOAD, *of_download(folder, server, "/gone"))

    assert done.returncode == ExitCode.UNOBTAINABLE
    assert "a run would end with exit code 7 (unobtainable)" in done.stdout
    assert f"problem  address          URL list, {server.url('/gone')}: HTTP 404" in done.stdout


def test_a_proxy_that_wants_a_password(folder: Path) -> None:
    """407 is told where the proxy is, and at each address behind it; its password nowhere."""
    with canned(lambda _target: response("407 Proxy Authentication Required")) as proxy:
        address = proxy.url().replace("//", "//me:hush@")
        done = examined(EXTRACT, *of_extract(folder, "https://a.example/<wnid>.tar"),
                        HTTPS_PROXY=address)

    assert done.returncode == ExitCode.UNOBTAINABLE
    assert told_of(done.stdout)["proxy"] == told_of(done.stdout)["address"] == "problem"
    assert "hush" not in done.stdout + done.stderr


def test_everything_is_missing(folder: Path, server: ArchiveServer, tmp_path: Path) -> None:
    """Without a single package there are verdicts, and no traceback."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in HEAVY:
        (broken / f"{name}.py").write_text(f"raise ImportError('no {name} here')")
    done = examined(EXTRACT, *of_extract(folder, server.url("/<wnid>.tar")),
                    PYTHONPATH=str(broken))

    assert (done.returncode, done.stderr) == (ExitCode.USAGE, "")
    assert len(re.findall("cannot be imported \\(ImportError", done.stdout)) == len(HEAVY)
    assert told_of(done.stdout)["disk space"] == "ok"


@pytest.mark.parametrize("name", ["pycurl", "filelock"])
def test_a_run_names_the_doctor(folder: Path, tmp_path: Path, name: str) -> None:
    """Where a package is missing, from the start or later: one line, and the same exit code."""
    (tmp_path / f"{name}.py").write_text("raise ImportError('libcurl is another one')")
    words = command(EXTRACT, *of_extract(folder, "http://127.0.0.1:1/<wnid>.tar"), "--nodoctor")
    done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env=environment(PYTHONPATH=str(tmp_path)), timeout=60)

    assert done.returncode == ExitCode.USAGE
    assert done.stderr == ("error: a package cannot be imported: libcurl is another one."
                           f" Run: {sys.executable} -m pip install -r requirements.txt;"
                           " --doctor says more\n")


def test_an_option_that_cannot_be(folder: Path) -> None:
    """It is one line, as ever."""
    done = examined(EXTRACT, "--timeout", "soon")

    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert len(done.stderr.splitlines()) == 1


def test_quiet_is_quiet(folder: Path, server: ArchiveServer) -> None:
    """Nothing is printed where nothing stands in the way; the log has it all."""
    log = folder / "log.txt"
    done = examined(EXTRACT, *of_extract(folder, server.url("/<wnid>.tar")), "--quiet",
                    "--log_file", str(log))

    assert (done.returncode, done.stdout + done.stderr) == (ExitCode.ALL_HERE, "")
    assert "nothing stands in the way" in log.read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [
    (signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED),
])
def test_the_user_has_had_enough(
    folder: Path, server: ArchiveServer, number: signal.Signals, code: ExitCode
) -> None:
    """While somebody is waited for: no traceback, and nothing left on the disk."""
    before = files_in(folder)
    words = command(EXTRACT, *of_extract(folder, server.url("/silent?<wnid>")))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, env=environment()) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(number)
        _out, told = process.communicate(timeout=60)

    assert first.startswith("ok       Python ")
    assert (process.returncode, told) == (code, "interrupted; nothing was changed\n")
    assert files_in(folder) == before


@pytest.mark.parametrize(("script", "program"), [
    (download_ncodes_imagenet, DOWNLOAD), (extract_images_as_per_tags, EXTRACT),
])
def test_help_comes_first(
    capsys: pytest.CaptureFixture[str], script: object, program: Program
) -> None:
    """Whoever asks how it works is told, and not examined."""
    code = script.main(["--doctor", "--help"])  # type: ignore[attr-defined]
    told = capsys.readouterr().out

    assert (code, told.startswith(f"usage: {program.name}")) == (0, True)


def asked_by(program: Program, *words: str) -> list[tuple[str, str, bool]]:
    with bare_environment():
        targets = PATIENTS[program.name](parse(program, words)).targets
    return [(each.purpose, each.address, each.is_needed) for each in targets]


TARS = "https://image-net.org/data/winter21_whole/n02119789.tar"
OWN_LIST = "https://image-net.org/imagenet_data/urls/imagenet_fall11_urls.tgz"
OWN_BOXES = "https://image-net.org/data/bboxes_annotations.tar.gz"
SPEED = ("speed of the line", "https://www.speedtest.net/speedtest-config.php", False)


@pytest.mark.parametrize(("words", "asked"), [
    ((), []),
    (("--with_url_data", "--with_annotations"),
     [("URL list", OWN_LIST, True), ("boxes", OWN_BOXES, True)]),
    (("--url_data_link", "https://a.example/l"), [("URL list", "https://a.example/l", True)]),
    (("--url_data_link", "https://a.example/l", "--with_url_data", "False"), []),
    (("--annotations_link", "https://a.example/1", "--annotations_link", "https://a.example/2"),
     [("boxes", "https://a.example/1", False), ("boxes", "https://a.example/2", False)]),
])
def test_whom_the_table_script_would_ask(
    tmp_path: Path, words: tuple[str, ...], asked: list[tuple[str, str, bool]]
) -> None:
    """Of several places the first that works is taken, so none of them is needed."""
    assert asked_by(DOWNLOAD, "-nc_dir", str(tmp_path), *words) == asked


def test_what_is_there_is_not_asked_for(folder: Path) -> None:
    """A list stays as it is."""
    (folder / "imageNetUrls.csv").touch()

    assert asked_by(DOWNLOAD, "-nc_dir", str(folder), "--with_url_data") == []


VAL, DEVKIT = (f"https://a.example/ILSVRC2012_{name}" for name in
               ("img_val.tar", "devkit_t12.tar.gz"))
OF_A_MIRROR = ("--archive", "https://a.example/<wnid>.tar")


@pytest.mark.parametrize(("words", "asked"), [
    ((), [("tars by category", TARS, True)]),
    (("--with_annotation",), [("tars by category", TARS, True), ("boxes", OWN_BOXES, True)]),
    (("--sample", "annotated_first"),
     [("tars by category", TARS, True), ("boxes", OWN_BOXES, True)]),
    (("--archive", VAL, "--archive", DEVKIT), [("val", VAL, True), ("devkit_t12", DEVKIT, True)]),
    (("--archive", VAL, "--with_annotation"), [("val", VAL, True)]),
    (OF_A_MIRROR, [("tars by category", "https://a.example/n02119789.tar", True)]),
    (("--source", "url_list"), []),
    (("--source", "ilsvrc2012"), []),
    (("--demo",), []),
])
def test_whom_a_run_would_ask(
    tmp_path: Path, words: tuple[str, ...], asked: list[tuple[str, str, bool]]
) -> None:
    """By its source, and by what lies here already."""
    assert asked_by(looking_in(tmp_path), *empty_places(tmp_path), *words) == asked


def looking_in(folder: Path) -> Program:
    """With a list that is looked for there, if no other is named."""
    url_data = next(option for option in EXTRACT.options if option.name == "url_data")
    there = replace(url_data, default=folder / "urls.txt")
    return replace(EXTRACT, options=tuple(
        there if option is url_data else option for option in EXTRACT.options))


def empty_places(folder: Path) -> list[str]:
    return ["-a", str(folder / "annotation"), "--archives_dir", str(folder / "archives"),
            "-s", str(folder / "results")]


def places_of(folder: Path) -> list[str]:
    return ["-a", str(folder / "annotation"), "-url", str(folder / "urls.txt"), "-s",
            str(folder / "results"), "--archives_dir", str(folder / "archives")]


@pytest.mark.parametrize(("words", "asked"), [
    ((), [SPEED]),
    (("--with_annotation", "--bandwidth", "50"), []),
    (("--max_bandwidth", "50"), []),
    (("--batch_size", "8"), []),
    (("--parallel", "False"), []),
])
def test_a_list_that_is_here_needs_no_tars(
    folder: Path, words: tuple[str, ...], asked: list[tuple[str, str, bool]]
) -> None:
    """Nor are boxes asked for that are here; only a list's runs measure the line."""
    assert asked_by(EXTRACT, *places_of(folder), *words) == asked


def test_a_mirror_that_is_named_comes_before_a_list(folder: Path) -> None:
    """One that lies where it is looked for, and was not named."""
    places = empty_places(folder)

    assert asked_by(looking_in(folder), *places) == [SPEED]
    assert asked_by(looking_in(folder), *places, *OF_A_MIRROR) == [
        ("tars by category", "https://a.example/n02119789.tar", True)]


def test_a_tar_on_the_disk_comes_before_an_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who fetched it need not have cleared the variable away."""
    monkeypatch.setenv("DOWNLOAD_URL_train", "https://a.example/gone.tar")
    (folder / "archives").mkdir()
    (folder / "archives" / "ILSVRC2012_img_train.tar").touch()

    assert asked_by(looking_in(folder), *empty_places(folder), "--split", "train") == []


@pytest.mark.parametrize(("words", "code", "told"), [
    (("--source", "url_list"), ExitCode.UNOBTAINABLE, "urls.txt"),
    (("--source", "ilsvrc2012"), ExitCode.UNOBTAINABLE, "nothing at"),
    (("--archive", "https://a.example/odd"), ExitCode.USAGE, "does not tell what it holds"),
])
def test_a_source_that_a_run_does_not_find(
    tmp_path: Path, words: tuple[str, ...], code: ExitCode, told: str
) -> None:
    """The code is the one that the run ends with."""
    with bare_environment():
        options = parse(looking_in(tmp_path), [*empty_places(tmp_path), *words])
        examined = PATIENTS[EXTRACT.name](options)
    check = next(check for check in CHECKS if check.what == "source")
    verdict = next(verdicts_on(examined, [check]))

    assert (verdict.level, verdict.exit_code, told in verdict.found) == (Level.PROBLEM, code, True)


def test_a_drive_that_hangs_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on it stays unknown; the checks of the disk say so."""
    never = threading.Event()

    def hang(*_arguments: object) -> Iterator[Target]:
        never.wait()
        yield from ()

    monkeypatch.setattr(patients, "DRIVE_SECONDS", 0.05)
    monkeypatch.setattr(patients, "targets_of", hang)
    asked = asked_by(EXTRACT, *empty_places(tmp_path))
    never.set()

    assert asked == []


def test_options_on_a_drive_that_hangs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and the code of a machine that fails."""
    never = threading.Event()
    monkeypatch.setattr(examination, "LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(examination, "parse", lambda *_arguments: never.wait())
    code = examination.examine(EXTRACT, [])
    never.set()

    assert (code, capsys.readouterr().err.count("\n")) == (ExitCode.LOCAL_FAULT, 1)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may look anywhere")
def test_a_locked_folder(tmp_path: Path) -> None:
    """What is in it is told as a problem of the disk, and is no traceback."""
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    done = examined(DOWNLOAD, "-nc_dir", str(locked), "--with_url_data")
    locked.chmod(0o700)

    assert (done.returncode, done.stderr) == (ExitCode.LOCAL_FAULT, "")
    assert told_of(done.stdout)["writing"] == "problem"


@pytest.mark.parametrize("words", [("--mark", "dog/"), ("--list",), ("--search", "husky"),
                                   ("--lower", "3"), ("--how_many", "5")])
def test_one_wish_at_a_time(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    """Neither of two is dropped in silence."""
    code = download_ncodes_imagenet.main(["--doctor", *words])

    assert code == ExitCode.USAGE
    assert f"--doctor and {words[0]} do not go together" in capsys.readouterr().err


@pytest.mark.parametrize("program", [DOWNLOAD, EXTRACT], ids=lambda program: program.name)
def test_a_python_that_is_too_old(program: Program) -> None:
    """One line before anything is imported that it could not read."""
    run = ("import runpy, sys; sys.version_info = (3, 9, 2, 'final', 0);"
           f" runpy.run_path({str(PROJECT_FOLDER / program.name)!r}, run_name='__main__')")
    done = subprocess.run([sys.executable, "-c", run], cwd=PROJECT_FOLDER, capture_output=True,
                          text=True)

    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert done.stderr.startswith("error: Python 3.10 or later is needed, and this is 3.9 (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("path", [DOWNLOAD.name, EXTRACT.name, "imagenet_utils/__init__.py",
                                  "imagenet_utils/command_line/__init__.py"])
def test_older_pythons_can_read_what_they_are_told_by(path: str) -> None:
    """As far back as 3.6, which knows no annotations of the future."""
    text = (PROJECT_FOLDER / path).read_text(encoding="utf-8")

    assert "from __future__" not in text
    assert ast.parse(text, feature_version=(3, 6))
