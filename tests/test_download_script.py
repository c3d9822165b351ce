"""download_ncodes_imagenet.py from end to end, on what lies here and on a local server."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import download_ncodes_imagenet
from imagenet_utils.obtaining import prerequisites, table
from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.errors import ExitCode, LocalFault, Unobtainable
from tests.fault_server import serving

LIST = b"n00000001_5\thttp://a.example/1.jpg\nno url\n"
TABLE = b"img_code,img_url,code\nn00000001_5,http://a.example/1.jpg,n00000001\n"


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


BOXES = tarred("n00000001.tar.gz", tarred("Annotation/n00000001/n00000001_5.xml", b"<annotation/>"))


def run(folder: Path, *words: str) -> int:
    return download_ncodes_imagenet.main(["--source", "ilsvrc2012", "-nc_dir", str(folder), *words])


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_the_table_comes_without_any_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The 1,000 categories of ILSVRC2012, in a folder that is made for them."""
    code = run(tmp_path / "new")
    lines = (tmp_path / "new" / "ncodes.csv").read_text().splitlines()

    assert (code, len(lines)) == (ExitCode.ALL_HERE, 1001)
    assert "1,000 categories" in capsys.readouterr().out


def test_presets_are_listed_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What else is wished for is refused, and not ignored."""
    monkeypatch.chdir(tmp_path)
    refused = run(tmp_path / "new", "--presets", "--with_url_data")
    code = download_ncodes_imagenet.main(["--presets"])

    assert (refused, code, names_in(tmp_path)) == (ExitCode.USAGE, ExitCode.ALL_HERE, [])
    assert "@tiny_imagenet        200 0  282798 141898 Tiny ImageNet" in capsys.readouterr().out


def test_a_table_that_stands_stays_byte_for_byte(tmp_path: Path) -> None:
    """No default of an option counts as a wish."""
    (tmp_path / "ncodes.csv").write_bytes(b"code;name\r\nn02119789;fox")
    code = run(tmp_path)

    assert code == ExitCode.ALL_HERE
    assert (tmp_path / "ncodes.csv").read_bytes() == b"code;name\r\nn02119789;fox"


def test_a_wish_changes_only_what_it_names(tmp_path: Path) -> None:
    """Another separator keeps marks and further columns."""
    (tmp_path / "ncodes.csv").write_text("code,mine,to_download\nn02119789,a,yes\n")
    run(tmp_path, "--separator", "tab")

    assert (tmp_path / "ncodes.csv").read_text() == "code\tmine\tto_download\nn02119789\ta\tyes\n"


def test_missing_categories_are_added(tmp_path: Path) -> None:
    """Every row that was there stands before those that are added."""
    (tmp_path / "ncodes.csv").write_text("code,name,to_download,how_many\nn02119789,x,yes,7\n")
    run(tmp_path, "--add_missing")
    lines = (tmp_path / "ncodes.csv").read_text().splitlines()

    assert (lines[1], len(lines)) == ("n02119789,x,yes,7", 1001)


@pytest.mark.parametrize("wish", [["--with_url_data"], []])
def test_a_local_list_becomes_the_table_of_urls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wish: list[str]
) -> None:
    """Whoever says where the list is wants it."""
    (tmp_path / "my.txt").write_bytes(LIST)
    code = run(tmp_path / "out", *wish, "--url_data_link", str(tmp_path / "my.txt"))

    assert (code, (tmp_path / "out" / "imageNetUrls.csv").read_bytes()) == (0, TABLE)
    assert "1 rows; 1 bad lines left out (my.txt, line 2: no URL in it)" in capsys.readouterr().out


def test_a_list_from_the_web_leaves_only_its_table(tmp_path: Path) -> None:
    """What was fetched is deleted when its result stands."""
    with serving(LIST) as server:
        code = run(tmp_path, "--url_data_link", server.url("/whole/list.txt"))

    assert (code, names_in(tmp_path)) == (0, ["imageNetUrls.csv", "ncodes.csv"])


def test_a_url_list_that_stands_stays_byte_for_byte(tmp_path: Path) -> None:
    """Nothing is fetched for it either."""
    (tmp_path / "imageNetUrls.csv").write_bytes(b"mine")
    with serving(LIST) as server:
        code = run(tmp_path, "--url_data_link", server.url("/whole"))

    assert (code, server.asked) == (ExitCode.ALL_HERE, [])
    assert (tmp_path / "imageNetUrls.csv").read_bytes() == b"mine"


def test_the_second_link_serves_where_the_first_is_dead(tmp_path: Path) -> None:
    """Links are tried in the order given."""
    with serving(LIST) as server:
        links = [server.url("/gone"), server.url("/html/list.txt"), server.url("/whole/list.txt")]
        code = run(tmp_path, *(word for link in links for word in ("--url_data_link", link)))

    assert (code, (tmp_path / "imageNetUrls.csv").read_bytes()) == (0, TABLE)


def test_each_dead_link_has_its_line_and_the_table_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line says what works instead."""
    with serving(LIST) as server:
        first, second = server.url("/gone"), server.url("/html")
        code = run(tmp_path, "--url_data_link", first, "--url_data_link", second)

    assert (code, names_in(tmp_path)) == (ExitCode.UNOBTAINABLE, ["ncodes.csv"])
    assert capsys.readouterr().err.splitlines() == [
        f"error: {first}: HTTP 404 Not Found",
        f"error: {second}: answered with a web page in place of the file",
        prerequisites.LIST_CURE,
    ]


def test_a_file_that_is_no_list_is_told_by_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is thrown away, so that the next run asks again."""
    with serving(b"come back later\n") as server:
        run(tmp_path, "--url_data_link", server.url("/whole"))

    assert f"error: {server.url('/whole')}: no URL in it" in capsys.readouterr().err
    assert names_in(tmp_path) == ["ncodes.csv"]


def test_what_was_fetched_outlives_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run makes the table without another request."""

    def full(*arguments: object, **options: object) -> None:
        raise LocalFault("No space left on device")

    with serving(LIST) as server:
        with monkeypatch.context() as patch:
            patch.setattr(prerequisites, "write_url_list", full)
            first = run(tmp_path, "--url_data_link", server.url("/whole"))
        second = run(tmp_path, "--url_data_link", server.url("/whole"))

    assert (first, second, len(server.asked)) == (ExitCode.LOCAL_FAULT, ExitCode.ALL_HERE, 1)


def test_boxes_come_from_the_web(tmp_path: Path) -> None:
    """One archive for each category, and nothing else stays."""
    with serving(BOXES) as server:
        code = run(tmp_path, "--annotations_link", server.url("/whole"))

    assert code == ExitCode.ALL_HERE
    assert names_in(tmp_path) == ["annotation", "annotation/n00000001.tar.gz", "ncodes.csv"]


def test_boxes_come_although_the_list_does_not(tmp_path: Path) -> None:
    """One dead address does not keep back what another gives; the exit code tells."""
    with serving(BOXES) as server:
        links = ["--url_data_link", server.url("/gone"), "--annotations_link", server.url("/whole")]
        code = run(tmp_path, *links)

    assert code == ExitCode.UNOBTAINABLE
    assert (tmp_path / "annotation" / "n00000001.tar.gz").exists()


def test_the_built_in_addresses_are_image_net_s_own() -> None:
    """Nothing is fetched from anyone else unless the user says so, and nothing in the clear."""
    addresses = [prerequisites.LIST_ADDRESS, prerequisites.BOXES_ADDRESS]

    assert [address.startswith("https://image-net.org/") for address in addresses] == [True, True]


def test_the_built_in_addresses_are_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a link, both are asked for, as archives."""
    asked = []

    def refuse(address: str, file: Path, *, expected: object, on_progress: object) -> None:
        asked.append((address, expected))
        raise Unobtainable(f"{address}: not in a test")

    monkeypatch.setattr(prerequisites, "fetch_file", refuse)
    run(tmp_path, "--with_url_data", "--with_annotations")

    assert [address for address, _ in asked] == [
        prerequisites.LIST_ADDRESS,
        prerequisites.BOXES_ADDRESS,
    ]
    assert all(getattr(expected, "is_archive") for _, expected in asked)


def test_a_folder_that_cannot_be_written_is_a_local_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 5, and one line that says what to do."""

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    code = run(tmp_path / "new")

    assert code == ExitCode.LOCAL_FAULT
    assert capsys.readouterr().err == (
        f"error: {tmp_path / 'new'}: Permission denied. Name a folder that you may write to\n"
    )


@pytest.mark.parametrize("words", [(), ("--mark", "beagle"), ("--marked",)])
def test_a_folder_with_too_long_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """Whatever is asked for, and wherever it first shows: one line."""
    code = run(tmp_path / ("y" * 300), *words)
    told = capsys.readouterr().err

    assert code in (ExitCode.LOCAL_FAULT, ExitCode.USAGE)
    assert told.startswith("error: ") and told.count("\n") == 1 and "too long" in told


def test_an_interrupted_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is exit code 130 and one line."""

    def interrupt(*arguments: object) -> str:
        signal.raise_signal(signal.SIGINT)
        return "not reached"

    monkeypatch.setattr(table, "provide_table", interrupt)
    code = run(tmp_path)

    assert code == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == (
        "interrupted; what was fetched is kept for the next run\n"
    )


def test_a_mistake_is_told_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and an untouched folder."""
    code = run(tmp_path / "new", "--separator", "pipe")

    assert (code, (tmp_path / "new").exists()) == (ExitCode.USAGE, False)
    assert capsys.readouterr().err == (
        "error: --separator: expected one of comma, semicolon, tab, got 'pipe'\n"
    )


def test_the_script_ends_with_its_exit_code(tmp_path: Path) -> None:
    """What `main` answers is what the shell sees."""
    script = PROJECT_FOLDER / "download_ncodes_imagenet.py"
    found = subprocess.run(
        [sys.executable, script, "-nc", "x"], cwd=tmp_path, capture_output=True, text=True
    )

    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("error: unknown option -nc.")


def test_the_first_place_that_works_is_taken() -> None:
    """Later places are not asked."""

    def attempt(place: str) -> str:
        if place == "dead":
            raise Unobtainable("dead: HTTP 404")
        return place

    assert prerequisites.first_that_works(["dead", "alive", "other"], attempt, cure="") == "alive"


def test_when_no_place_works_each_has_its_line() -> None:
    """And the cure says what does."""

    def attempt(place: str) -> str:
        raise Unobtainable(f"{place}: HTTP 404")

    with pytest.raises(Unobtainable) as caught:
        prerequisites.first_that_works(["a", "b"], attempt, cure="Bring one")

    assert (caught.value.problem, caught.value.cure) == ("a: HTTP 404\nb: HTTP 404", "Bring one")
