"""The benchmarks hang together; how fast anything is, is not tested here."""

from __future__ import annotations

import doctest
import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

if os.name != "posix":
    pytest.skip("the benchmarks need POSIX", allow_module_level=True)

from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Site, origin_in_process
from tests.benchmarks.addresses import Ills, Wish, written
from tests.benchmarks.bound import keeper
from tests.benchmarks.cases import CASES, Case
from tests.benchmarks.certificates import Certificates
from tests.benchmarks.links import LINKS
from tests.benchmarks.nginx import configuration
from tests.benchmarks.photographs import photographs, thumbnails
from tests.benchmarks.relay import ILL_PERCENT, Sickness
from tests.benchmarks.sides import BOUND, Side

BENCHMARKS = Path(__file__).parent / "benchmarks"
WITH_EXAMPLES = ("batch_curve", "own_run", "refusing")
SIDES = {side.name: side for case in CASES.values() for side in case.measurement.sides}


def damaged(body: bytes) -> bytes:
    """Its headers and its end are as they were, but the decoder finds no picture between."""
    middle = len(body) // 2
    return body[:middle] + b"\xff\xd0" * 200 + body[middle + 400:]


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_case_says_what_it_compares(case: Case) -> None:
    """A title to print, and somebody to measure; the first of them is this script."""
    names = [side.name for side in case.measurement.sides]

    assert case.title and len(set(names)) == len(names)
    assert names[0].startswith("this script")


@pytest.mark.parametrize("side", SIDES.values(), ids=list(SIDES))
def test_a_side_says_what_it_does(side: Side, tmp_path: Path) -> None:
    """Its decoder, what it proves, and a command that names the folder of the results."""
    lists = written(tmp_path / "lists", [Wish("http://127.0.0.1/1.jpg")])
    words = side.command(lists, tmp_path / "results")

    assert side.decoder and side.proves
    assert (side.proves == "nothing") <= (side.decoder == "none")
    assert any(str(tmp_path / "results") in word for word in words)


def test_the_command_lists_every_case() -> None:
    """`measure.py --list`, with the titles."""
    done = subprocess.run([sys.executable, str(BENCHMARKS / "measure.py"), "--list"],
                          capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [f"{case.name:<10} {case.title}"
                                        for case in CASES.values()]


def test_nginx_can_divide_every_link(tmp_path: Path) -> None:
    """Each rate has one place, where loopback itself can be given none."""
    text = configuration(tmp_path, Certificates(tmp_path), 1, 2)

    assert {text.count(f"location ~ ^/{link.shared_place}/(") for link in LINKS if link.mbit} == {1}


def test_the_bound_proves_what_it_keeps(tmp_path: Path) -> None:
    """It would be no yardstick else: a damaged picture, a page and a dead link leave no file."""
    whole, other = thumbnails(2)
    files = {"whole.jpg": whole, "damaged.jpg": damaged(other), "page.jpg": b"<html>gone</html>"}
    site = Site({name: File(body) for name, body in files.items()})
    (tmp_path / "kept").mkdir()
    with origin_in_process(site) as address:
        (tmp_path / "list").write_text("".join(
            f"{name}\t{address.url(f'/pictures/{name}')}\n" for name in (*files, "none.jpg")))
        subprocess.run([sys.executable, str(BOUND), str(tmp_path / "list"),
                        str(tmp_path / "kept"), "4", "decode"], check=True)

    kept = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert kept == {"whole.jpg.jpg": whole}


def test_the_bound_of_headers_decodes_nothing_but_sees_a_cut(tmp_path: Path) -> None:
    """As `--verify header` does."""
    body = next(photographs(1))
    prove_and_keep = keeper(str(tmp_path), decodes=False)
    for name, bytes_of_it in {"damaged": damaged(body), "cut": body[:-100]}.items():
        prove_and_keep(name, bytearray(bytes_of_it))

    assert [path.name for path in tmp_path.iterdir()] == ["damaged.jpg"]


def test_the_relay_fails_a_url_once() -> None:
    """So that every picture can be had in the end, and every run has the same to bear."""
    sickness = Sickness()
    requests = [b"GET /late/%d.jpg HTTP/1.1\r\nHost: a\r\n\r\n" % number
                for number in range(5000)]
    first = [sickness.of(request) for request in requests]
    again = [sickness.of(request) for request in requests]

    assert 0.5 * ILL_PERCENT < 100 * sum(map(bool, first)) / 5000 < 1.5 * ILL_PERCENT
    assert {"reset", "stall"} < set(first) and set(again) == {None}


def test_the_ills_of_a_list_are_counted(tmp_path: Path) -> None:
    """What is dead or hangs is not expected of anybody, and every form has every URL."""
    wishes = Ills(dead=0.3, hanging=0.02).wishes("http://127.0.0.1", "late", 1000)
    lists = written(tmp_path / "lists", wishes)
    forms = [lists.urls, lists.bare, lists.curl, lists.aria2]

    assert 600 < lists.alive < 760 and lists.count == 1000
    assert all(path.read_text().count("http://") == 1000 for path in forms)
    assert lists.table.read_text().count("True") == 2


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_are_true(name: str) -> None:
    """Docstrings of the benchmarks are not collected with the others."""
    found = doctest.testmod(importlib.import_module(f"tests.benchmarks.{name}"))

    assert found.attempted and not found.failed
