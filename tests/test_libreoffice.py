"""Marking by turns in the shell and in LibreOffice: what either wrote, the other's marks leave."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import download_ncodes_imagenet
from imagenet_utils.categories.catalogue import built_in
from imagenet_utils.categories.ncodes import COLUMNS, marks_in
from imagenet_utils.categories.ncodes_file import write_table
from imagenet_utils.categories.spreadsheet import read_table
from imagenet_utils.errors import ExitCode

CRANE, HUSKY, FOX, ATHLETE = "n02012849", "n02110185", "n02119789", "n09820263"
TWELVE = ("n01440764", CRANE, "n02084071", HUSKY, "n02119634", FOX, "n02710044", "n02971356",
          "n03126707", "n04067472", ATHLETE, "n10605253")

# A new table of four, in which --mark n02110185=5 was said, as LibreOffice 7.4.7.2 (Debian 12,
# locale en-US) saved it: "quote all text cells", with another separator, and as Unicode where
# "detect special numbers" had made truth values of the marks.
SEMICOLONS = b"""\
"code";"name";"to_download";"how_many";"urls_2011";"annotated";"boxes";"ilsvrc2012";"note"
"n02012849";"crane";"False";-1;1355;545;585;"yes";
"n02110185";"Siberian husky";"True";5;1296;360;429;"yes";
"n02119789";"kit fox, Vulpes macrotis";"False";-1;829;522;638;"yes";
"n09820263";"athlete, jock";"False";-1;1551;0;0;"no";"person"
"""
TABS = (
    '\ufeff"code"\t"name"\t"to_download"\t"how_many"\t"urls_2011"\t"annotated"\t"boxes"\t'
    '"ilsvrc2012"\t"note"\n'
    '"n02012849"\t"crane"\tFALSE\t-1\t1355\t545\t585\t"yes"\t\n'
    '"n02110185"\t"Siberian husky"\tTRUE\t5\t1296\t360\t429\t"yes"\t\n'
    '"n02119789"\t"kit fox, Vulpes macrotis"\tFALSE\t-1\t829\t522\t638\t"yes"\t\n'
    '"n09820263"\t"athlete, jock"\tFALSE\t-1\t1551\t0\t0\t"no"\t"person"\n'
).encode("utf-16-le")
# Written by hand: the words of a German locale, without quotation marks.
GERMAN = b"""\
code;name;to_download;how_many
n02012849;crane;FALSCH;-1
n02110185;Siberian husky;WAHR;5
n02119789;kit fox, Vulpes macrotis;FALSCH;-1
"""

QUOTED_SEMICOLONS = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1033,true,true,false"


def marked(table: Path) -> dict[str, int | None]:
    marks = marks_in(read_table(table, COLUMNS), lambda code: False)
    return {mark.code: mark.how_many for mark in marks}


def mark(table: Path, *words: str) -> None:
    code = download_ncodes_imagenet.main(["-nc_dir", str(table.parent), *words])
    assert code == ExitCode.ALL_HERE


@pytest.mark.parametrize(("saved", "row", "after"), [
    (SEMICOLONS, '"False";-1;829', '"True";300;829'),
    (TABS, "FALSE\t-1\t829", "True\t300\t829"),
    (GERMAN, "macrotis;FALSCH;-1", "macrotis;True;300"),
])
def test_marks_of_the_shell_change_their_cells_alone(
    tmp_path: Path, saved: bytes, row: str, after: str
) -> None:
    """What was marked before counts, and stays as LibreOffice wrote it."""
    table = tmp_path / "ncodes.csv"
    table.write_bytes(saved)
    mark(table, "--mark", f"{FOX}=300")

    encoding = "utf-16-le" if saved == TABS else "utf-8"
    assert table.read_bytes() == saved.replace(row.encode(encoding), after.encode(encoding))
    assert marked(table) == {FOX: 300, HUSKY: 5}


@pytest.mark.parametrize("saved", [SEMICOLONS, TABS, GERMAN])
def test_a_mark_goes_and_comes_back(tmp_path: Path, saved: bytes) -> None:
    """How many were wanted is there still."""
    table = tmp_path / "ncodes.csv"
    table.write_bytes(saved)
    mark(table, "--unmark", "all")
    without = marked(table)
    mark(table, "--mark", "Siberian husky")

    assert (without, marked(table)) == ({}, {HUSKY: 5})


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_marks_survive_libreoffice_itself(tmp_path: Path) -> None:
    """It opens a table that the shell marked, and saves it; the shell marks on in what it saved."""
    table = tmp_path / "shell" / "ncodes.csv"
    table.parent.mkdir()
    write_table(table, [built_in()[code] for code in TWELVE])
    mark(table, "--mark", f"{HUSKY}=5", "athlete")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", QUOTED_SEMICOLONS, "--outdir", tmp_path / "saved", table],
        check=True, capture_output=True, timeout=60)
    saved = tmp_path / "saved" / "ncodes.csv"
    before = saved.read_bytes()
    mark(saved, "--mark", f"{FOX}=300")

    assert b'"n02119789";"kit fox, Vulpes macrotis";"False";-1;829' in before
    assert saved.read_bytes() == before.replace(b'"False";-1;829', b'"True";300;829')
    assert marked(saved) == {HUSKY: 5, ATHLETE: None, FOX: 300}
