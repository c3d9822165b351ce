"""Marking from the shell, from end to end: what the two scripts make of it, and of each other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import download_ncodes_imagenet
from imagenet_utils.categories.naming import FINDING
from imagenet_utils.categories.ncodes import read_marked
from imagenet_utils.command_line.arguments import PROJECT_FOLDER
from imagenet_utils.errors import ExitCode
from imagenet_utils.url_lists.index import open_url_index
from tests.test_architecture import HEAVY

RUN = "python extract_images_as_per_tags.py"
FOX, HUSKY = "n02119789", "n02110185"
LIST = "img_code,img_url,code\nn99999999_1,http://a.example/1.jpg,n99999999\n"


class Shell:
    """A folder, and the script that marks in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.table = folder / "ncodes.csv"
        self._capsys = capsys

    def run(self, *words: str) -> int:
        self._capsys.readouterr()
        code = download_ncodes_imagenet.main(["-nc_dir", str(self.table.parent), *words])
        self.out, self.err = self._capsys.readouterr()
        return code

    def told(self, *words: str) -> str:
        """The only line, without the table's name before it and the way to it behind."""
        assert self.run(*words) == ExitCode.ALL_HERE
        return self.out.removeprefix(f"{self.table}: ").partition(f"; next: {RUN} --n")[0].rstrip()

    def marked(self) -> dict[str, int | None]:
        found = read_marked(self.table, lambda code: True)
        return {category.code: category.how_many for category in found.categories}


def dry_run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a run would do, without any table but those that the words name."""
    script = PROJECT_FOLDER / "extract_images_as_per_tags.py"
    return subprocess.run(
        [sys.executable, script, "--save_dir", folder / "save", "--archives_dir", folder / "none",
         "--source", "synset_tars", "--dry_run", *words], capture_output=True, text=True)


def wanted_in(told: str) -> dict[str, str]:
    """`label (code)` -> how many."""
    return dict(re.findall(r"^(\S+ \(n\d+\)): ([\d,]+|all)", told, re.MULTILINE))


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def test_from_nothing_to_marks(tmp_path: Path) -> None:
    """One line, which ends with the command that fetches what is marked."""
    table = tmp_path / "new" / "ncodes.csv"
    words = ["--mark", "dog/", "--except", "hunting_dog/", "--how_many", "50"]
    done = subprocess.run(
        [sys.executable, PROJECT_FOLDER / "download_ncodes_imagenet.py", "-nc_dir", table.parent,
         *words], cwd=tmp_path, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (ExitCode.ALL_HERE, "")
    assert done.stdout == (
        f"{table}: 88 categories marked (dog, puppy, pooch and 85 more), 50 of each; "
        f"next: {RUN} --ncode_data {table}\n")
    found = read_marked(table).categories
    assert (len(found), {category.how_many for category in found}) == (88, {50})


def test_marks_of_the_shell_are_what_a_run_takes(shell: Shell, tmp_path: Path) -> None:
    """A dry run names each, with its number."""
    shell.run("--source", "ilsvrc2012", "--mark", "n02971356=300", "Siberian husky=20")
    done = dry_run(tmp_path, "--ncode_data", str(shell.table))

    assert done.returncode == ExitCode.ALL_HERE
    assert wanted_in(done.stdout) == {"Siberian_husky (n02110185)": "20",
                                      "carton (n02971356)": "300"}


def test_a_run_needs_no_table(tmp_path: Path) -> None:
    """The same words name its categories, and take some out; the narrowest says how many."""
    done = dry_run(tmp_path, "--categories", "dog/=20", "n02084071=5", "carton", "--except",
                   "hunting_dog/")
    wanted = wanted_in(done.stdout)

    assert (done.returncode, len(wanted)) == (ExitCode.ALL_HERE, 89)
    assert [wanted[name] for name in ("dog (n02084071)", "pooch (n02084732)",
                                      "carton (n02971356)")] == ["5", "20", "all"]


def test_a_run_leaves_out_some_of_the_marks(shell: Shell, tmp_path: Path) -> None:
    """And says which exception has no effect."""
    shell.run("--mark", "carton=3", "tench=4")
    done = dry_run(tmp_path, "--ncode_data", str(shell.table), "--except", "n02971356", "dog/")

    assert wanted_in(done.stdout) == {"tench (n01440764)": "4"}
    assert "--except dog/ takes out nothing: it has none of what is marked" in done.stderr


def test_what_lies_beside_the_table_is_named_too(shell: Shell) -> None:
    """A run looks for list and boxes in the project folder, unless it is told of others."""
    folder = shell.table.parent
    (folder / "imageNetUrls.csv").touch()
    shell.run("--mark", "n02119789=5")

    assert shell.out.rstrip().endswith(
        f"--ncode_data {shell.table} --url_data {folder / 'imageNetUrls.csv'}")


def test_said_again_it_changes_nothing(shell: Shell) -> None:
    """And says so."""
    shell.run("--mark", "beagle", "--how_many", "50")
    before = shell.table.stat()
    told = shell.told("--mark", "beagle", "--how_many", "50")

    assert told == "marked so already: 1 category (beagle), 50 of each; nothing changes"
    assert shell.table.stat().st_mtime_ns == before.st_mtime_ns


def test_a_number_at_a_word_beats_the_common_one(shell: Shell) -> None:
    """Where neither says it, the table's stays."""
    told = shell.told("--mark", "beagle=7", "tench", "--how_many", "50")
    shell.run("--mark", "beagle", "n02119789")

    assert told == "2 categories marked (beagle, tench), 7 or 50 of each"
    assert shell.marked() == {"n02088364": 7, "n01440764": 50, FOX: None}


def test_all_pictures_are_a_number_too(shell: Shell) -> None:
    """-1 takes another number back."""
    shell.run("--mark", "beagle=7")
    told = shell.told("--mark", "beagle", "--how_many", "-1")

    assert (told, shell.marked()) == (
        "1 category marked (beagle), all of each", {"n02088364": None})


@pytest.mark.parametrize("words", [
    ("--mark", "n02119789=7"), ("--unmark", "all"), ("--add_missing",),
    ("--separator", "semicolon"),
])
def test_names_with_commas_and_without_quotes(shell: Shell, words: tuple[str, ...]) -> None:
    """A mark would be written over a part of a name: the table stays as it is."""
    text = ("code,name,to_download,how_many\nn02119789,kit fox, Vulpes macrotis,False,-1\n"
            "n01440764,tench, Tinca tinca,False,-1\nn02012849,crane,False,-1\n")
    shell.table.write_text(text)
    code = shell.run(*words)

    assert (code, shell.table.read_text()) == (ExitCode.USAGE, text)
    assert "row 2 has 5 cells under 4 columns, and so have 1 others" in shell.err


def test_notes_beyond_the_columns_are_no_part_of_names(shell: Shell) -> None:
    """They stay, and the marks go where they belong."""
    shell.table.write_text("code,name,to_download,how_many\nn02119789,fox,False,-1,my note\n")
    shell.told("--mark", "n02119789=7")

    assert shell.table.read_text().endswith("n02119789,fox,True,7,my note\n")


def test_marks_are_taken_away(shell: Shell) -> None:
    """Those named, but for exceptions; how many were wanted is remembered."""
    shell.run("--mark", "dog/=5", "tench")
    told = shell.told("--unmark", "dog/", "--except", "beagle", "Siberian husky")

    assert told == (
        "188 categories unmarked (puppy, dog, pooch and 185 more); 3 are marked in all")
    assert shell.told("--mark", "pug").startswith("1 category marked (pug), 5 of each")


def test_all_marks_are_taken_away(shell: Shell) -> None:
    """Nothing follows then."""
    shell.run("--mark", "dog/=5", "tench")

    assert shell.told("--unmark", "ALL") == (
        "191 categories unmarked (puppy, tench, dog and 188 more)")
    assert shell.told("--unmark", "all") == "nothing to unmark: no such category is marked"


def test_marks_go_before_others_come(shell: Shell) -> None:
    """So that both in one call leave just what is named; exceptions are the latter's."""
    shell.run("--mark", "dog/=5")
    words = ["--unmark", "all", "--mark", "dog/=7", "tench", "--except", "hunting dog/"]
    told = shell.told(*words)

    assert told == ("102 categories unmarked (hunting dog, courser, Rhodesian ridgeback and 99 "
                    "more); 89 categories marked (dog, puppy, pooch and 86 more), 7 or all of each")


@pytest.mark.parametrize(("words", "told"), [
    (["--mark", "crane"], [
        "error: --mark: 'crane' is the name of 2 categories; say which by its code:",
        "  n03126707  # crane (1,861 URLs)", "  n02012849  # crane (1,355 URLs)"]),
    (["--mark", "qqqqqqqqqqq", "tench", "--unmark", "n99999999", "--except", "tench=3"], [
        f"error: --mark: 'qqqqqqqqqqq' is no category{FINDING}",
        f"error: --unmark: 'n99999999' is no category{FINDING}",
        "error: --except: 'tench=3' takes no number here; leave out =N"]),
    (["--mark", "dog", "--unmark", "n02084071"], [
        "error: --unmark: 'n02084071' is named by --mark, too; leave out one of them"]),
    (["--mark", "dog/", "tench", "--except", "tench", "animal/"], [
        "error: --except tench animal/ takes out all of what is named. Nothing is left to do"]),
    (["--unmark", "beagle=3"], [
        "error: --unmark: 'beagle=3' takes no number here; leave out =N"]),
    (["--how_many", "5"], ["error: --how_many needs --mark. Name the categories it is about"]),
    (["--except", "dog/"], [
        "error: --except needs --mark or --unmark. Name the categories it is about"]),
    (["--mark", "dog", "--how_many", "0"], [
        "error: --how_many: expected a number from 1, or -1 for all, got '0'. --unmark takes marks "
        "away"]),
    (["--marked", "--mark", "dog"], [
        "error: --marked and --mark do not go together. Give one of them, then the other"]),
])
def test_where_anything_is_wrong_nothing_is_done(
    shell: Shell, words: list[str], told: list[str]
) -> None:
    """All mistakes at once, and no table is made, nor a list fetched."""
    lists = [] if "--marked" in words else ["--with_url_data"]
    code = shell.run(*words, *lists)

    assert (code, shell.out, shell.err.splitlines()) == (ExitCode.USAGE, "", told)
    assert list(shell.table.parent.iterdir()) == []


def test_mistakes_of_the_table_are_told_before_anything_is_fetched(shell: Shell) -> None:
    """The table stays as it is."""
    shell.table.write_text("code,to_download,how_many\nn02119789,no,many\n")
    code = shell.run("--mark", FOX, "--with_url_data")

    assert (code, shell.err) == (ExitCode.USAGE, (
        f"error: {shell.table}: row 2, column how_many: 'many' is no whole number; say how many "
        "you want, as n02119789=100\n"))
    assert [path.name for path in shell.table.parent.iterdir()] == ["ncodes.csv"]


def test_codes_of_the_table_and_of_the_list_are_known(shell: Shell) -> None:
    """Though no catalogue has them; the list's is appended."""
    shell.table.write_text("code,name,to_download,how_many\nn99999998,mine,no,\n")
    urls = shell.table.with_name("imageNetUrls.csv")
    urls.write_text(LIST)
    open_url_index(urls, fallback_dir=urls.parent).close()  # as a run does
    told = shell.told("--mark", "N99999998", "n99999999=3")

    assert told == ("2 categories marked (mine, n99999999), 3 or all of each; 1 of them new in the "
                    "table, at its end")
    assert shell.marked() == {"n99999998": None, "n99999999": 3}


def test_a_list_is_not_read_for_a_code_that_may_be_wrong(shell: Shell) -> None:
    """It may have 14 million rows.  What is known of it when is said, and nothing is left."""
    shell.table.with_name("imageNetUrls.csv").write_text(LIST)
    code = shell.run("--mark", "n02119788", "crane")

    assert (code, shell.err.splitlines()[:2]) == (ExitCode.USAGE, [
        "error: --mark: 'n02119788' is no category (codes that imageNetUrls.csv alone has are "
        "known when a run has read it); near it are:",
        "  n02119789  # kit fox, Vulpes macrotis (829 URLs)"])
    assert "'crane' is the name of 2 categories" in shell.err
    assert [path.name for path in shell.table.parent.iterdir()] == ["imageNetUrls.csv"]


def test_a_damaged_list_hides_no_other_mistake(shell: Shell) -> None:
    """What is wrong with it stands behind the code that it was asked for."""
    shell.table.with_name("imageNetUrls.csv").mkdir()
    shell.run("--mark", "n99999999", "crane")

    lines = [line for line in shell.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 2 and "'crane' is the name of 2" in lines[1]
    assert lines[0].startswith("error: --mark: 'n99999999' is no category (") and (
        "imageNetUrls.csv" in lines[0])


def test_mistakes_leave_the_table_as_it_is_whatever_else_is_wished(shell: Shell) -> None:
    """Neither a new separator nor more columns come before them."""
    before = "code,to_download,how_many\nn02119789,no,many\n"
    shell.table.write_text(before)
    code = shell.run("--separator", "tab", "--with_counts", "--add_missing", "--mark", FOX)

    assert (code, shell.out, shell.table.read_text()) == (ExitCode.USAGE, "", before)
    assert "row 2, column how_many: 'many' is no whole number" in shell.err


def test_a_mark_that_is_there_twice_and_once_too_many_is_told(shell: Shell) -> None:
    """The second of them goes, and so it is not true that nothing changes."""
    shell.table.write_text(
        f"code,name,to_download,how_many\n{FOX},a,yes,1\n{FOX},b,yes,2\n")
    told = shell.told("--unmark", "all", "--mark", FOX)

    assert told == "1 category marked (a), 1 of each; 1 of them as before"


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("words", [[], ["--mark", FOX], ["--separator", "tab", "--mark", FOX]])
def test_a_link_to_nowhere_is_told(shell: Shell, words: list[str]) -> None:
    """In one line, with what to do."""
    shell.table.symlink_to("gone.csv")
    code = shell.run(*words)

    assert (code, shell.err) == (ExitCode.LOCAL_FAULT, (
        f"error: {shell.table} is a link to a file that is not there. Bring that file back, or take"
        " the link away\n"))


def test_other_wishes_go_with_marks(shell: Shell) -> None:
    """The table first, then its marks, then what is fetched; each in its line."""
    urls = shell.table.with_name("my.txt")
    urls.write_text("n02119789_5\thttp://a.example/1.jpg\n")
    shell.table.write_text("code,name,to_download,how_many\nn02119789,x,no,7\n")
    code = shell.run("--separator", "tab", "--mark", FOX, "--url_data_link", str(urls))

    assert (code, [line.split(": ")[1].split(";")[0] for line in shell.out.splitlines()]) == (
        ExitCode.ALL_HERE, ["changed as asked", "1 category marked (x), 7 of each", "1 rows"])
    assert shell.table.read_text() == (
        "code\tname\tto_download\thow_many\nn02119789\tx\tTrue\t7\n")


def test_what_is_not_thought_of_is_told(shell: Shell) -> None:
    """Persons in a tree, an exception in vain, and a table that is open elsewhere."""
    shell.table.write_text("code,name,to_download,how_many\n")
    shell.table.with_name(".~lock.ncodes.csv#").write_text("")
    shell.run("--mark", "skier/", "tench", "--except", "dog/")

    assert shell.err.splitlines() == [
        "skier/: its 2 categories are of persons, most of which ImageNet withdrew in 2019",
        "--except dog/ takes out nothing: it has none of what is named",
        f"{shell.table} seems to be open in LibreOffice: reload it there, or what it saves next "
        "undoes this",
    ]


def test_names_of_the_table_are_shown_as_text(shell: Shell) -> None:
    """No terminal obeys what stands in a cell, and none is flooded by it."""
    shell.table.write_text("code,name,to_download,how_many\nn1,\x1b[2J\nn2,\"a\nb\"\n"
                           f"n3,{'x' * 100}\n")
    told = shell.told("--mark", "n1", "n2", "n3")

    assert told == (f"3 categories marked (\\x1b[2J, a\\nb, {'x' * 37}...), all of each")


def test_what_is_marked_is_shown(shell: Shell) -> None:
    """A line each, with the catalogue's counts; how many they are is no line of these."""
    shell.run("--mark", f"{FOX}=5", HUSKY)
    code = shell.run("--marked")

    assert (code, shell.out.splitlines()) == (ExitCode.ALL_HERE, [
        "2331 n02110185 1296 360 429 yes - -1 Siberian husky",
        "2382 n02119789  829 522 638 yes -  5 kit fox, Vulpes macrotis",
    ])
    assert shell.err == f"{shell.table}: 2 marked, for 1,301 of their 2,125 URLs\n"


def test_what_is_marked_is_shown_to_programs(shell: Shell) -> None:
    """As JSON, a code that no catalogue has as well."""
    shell.table.write_text("code,name,to_download,how_many\nn99999998,mine,yes,3\n")
    shell.run("--marked", "--format", "json")

    assert json.loads(shell.out) == [{
        "index": None, "code": "n99999998", "name": "mine", "urls_2011": None, "annotated": None,
        "boxes": None, "ilsvrc2012": None, "note": None, "how_many": 3}]


def test_the_urls_of_what_is_marked_are_shown(shell: Shell) -> None:
    """Out of the list beside the table."""
    shell.run("--mark", FOX)
    shell.table.with_name("imageNetUrls.csv").write_text(
        "img_code,img_url,code\nn02119789_1,http://a.example/1.jpg,n02119789\n"
        "n02110185_1,http://a.example/2.jpg,n02110185\n")
    shell.run("--marked", "--images")

    assert shell.out == "n02119789_1 http://a.example/1.jpg\n"


def test_nothing_marked_is_no_mistake(shell: Shell) -> None:
    """A line says how it is done; a table that is not there is one."""
    missing = shell.run("--marked")
    shell.table.write_text("code,name,to_download,how_many\n")
    empty = shell.run("--marked")

    assert (missing, empty, shell.out) == (ExitCode.USAGE, ExitCode.ALL_HERE, "")
    assert shell.err == f"{shell.table}: nothing is marked; --mark WHAT does it\n"


def test_marking_is_light(tmp_path: Path) -> None:
    """What is heavy is not imported for a table of text."""
    program = ("import download_ncodes_imagenet as script, sys;"
               f"script.main(['-nc_dir', {str(tmp_path)!r}, '--mark', 'dog/']);"
               "print(*sys.modules, sep='\\n')")
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_FOLDER, check=True,
                          capture_output=True, text=True)

    assert (HEAVY | {"ssl"}) & set(done.stdout.split()) == set()
