"""The reader of presets: it takes what is whole, and names the line where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imagenet_utils.categories.presets import PRESETS_FILE
from imagenet_utils.categories.presets_file import Preset, read_presets
from imagenet_utils.errors import UsageError
from imagenet_utils.model import Wnid

HEAD = "# What this is.\n\n"
PAIR = """\
@pair
title: two of them
also: duo two_1
source: https://a.example/list
n00000001 n00000002
"""
ONE = "@one\ntitle: one\nsource: https://a.example/one\nn00000001\n"


def read(folder: Path, text: str) -> tuple[Preset, ...]:
    path = folder / "presets.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_presets(path)


def problem(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(folder, text)
    return caught.value.problem.removeprefix(f"{folder / 'presets.txt'}, ")


def test_a_paragraph_is_a_preset(tmp_path: Path) -> None:
    """Comments are for people, and other names may be left out."""
    found = read(tmp_path, f"{HEAD}# from here\n{PAIR}\n\n{ONE}")

    assert found == (
        Preset("pair", "two of them", ("duo", "two_1"), "https://a.example/list",
               (Wnid("n00000001"), Wnid("n00000002"))),
        Preset("one", "one", (), "https://a.example/one", (Wnid("n00000001"),)),
    )


@pytest.mark.parametrize("change", [
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.rstrip("\n"),
    lambda text: text.replace("n00000001 n0", "n00000001\nn0"),
])  # fmt: skip
def test_line_ends_do_not_matter(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    """A checkout on Windows, a lost last line end, codes on several lines."""
    assert read(tmp_path, change(PAIR)) == read(tmp_path, PAIR)


@pytest.mark.parametrize(("wrong", "told"), [
    (PAIR.replace("@pair", "pair"),
     "line 1: expected @ and a name of a-z, 0-9 and _, found 'pair'"),
    (PAIR.replace("@pair", "@Pair"),
     "line 1: expected @ and a name of a-z, 0-9 and _, found '@Pair'"),
    (PAIR.replace("title: two of them", "title: "),
     "line 2: expected title: and what it holds, found 'title: '"),
    (PAIR.replace("also: duo two_1", "also: "),
     "line 3: expected source: and an address, found 'also: '"),
    (PAIR.replace("https://", "ftp://"),
     "line 4: expected source: and an address, found 'source: ftp://a.example/list'"),
    (PAIR.replace("n00000002", "n2"),
     "line 5: expected codes with a blank between, found 'n00000001 n2'"),
    (PAIR.replace("n00000001 n00000002\n", ""),
     "line 5: expected codes with a blank between, found ''"),
    (PAIR + "source: https://a.example/again\n",
     "line 6: expected codes with a blank between, found 'source: https://a.example/again'"),
    (PAIR.replace("n00000002", "n00000001"),
     "line 1: expected codes in their order, each once, found others in @pair"),
    (PAIR.replace("n00000001 n00000002", "n00000002 n00000001"),
     "line 1: expected codes in their order, each once, found others in @pair"),
    (f"{PAIR}\n{ONE.replace('@one', '@two1')}",
     "expected names of their own, found @two1 for pair and two1"),
    (f"{PAIR}\n{PAIR}", "expected names of their own, found @pair for pair and pair"),
    (PAIR.replace("two of", "two \N{EM DASH} of"), "line 2: expected ASCII, found byte 0xe2"),
])  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str, told: str) -> None:
    """The line, what was expected there, and what is."""
    assert problem(tmp_path, wrong) == told


def test_a_long_line_is_not_shown_whole(tmp_path: Path) -> None:
    """A message stays one line that can be read."""
    assert len(problem(tmp_path, "x" * 10_000)) < 120


lines = some.sampled_from([*PAIR.splitlines(), *ONE.splitlines(), "", "#", "n00000003", "also: a"])


@given(some.lists(lines, max_size=12).map("\n".join) | some.text(max_size=60))
def test_any_text_gives_presets_or_a_message(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """What is read has a title, a source, and codes in their order, each once."""
    try:
        found = read(tmp_path_factory.getbasetemp(), text)
    except UsageError:
        return

    for preset in found:
        assert preset.title and preset.source and preset.codes
        assert list(preset.codes) == sorted(set(preset.codes))


@given(some.data())
def test_no_line_can_go_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, data: some.DataObject
) -> None:
    """Without one of its lines that say something, a paragraph is refused or means less."""
    whole = PAIR.splitlines()
    gone = data.draw(some.integers(0, len(whole) - 1))
    text = "\n".join(whole[:gone] + whole[gone + 1:])
    try:
        found = read(tmp_path_factory.getbasetemp(), text)
    except UsageError:
        return

    assert found[0].also == () and whole[gone].startswith("also")


def test_lines_of_the_programs_own_file_are_short() -> None:
    """Codes stand ten a line, and only addresses and titles may be longer than code is."""
    lines = PRESETS_FILE.read_text(encoding="ascii").splitlines()
    long = [line for line in lines if len(line) > 100]

    assert [line for line in long if not line.startswith(("# https://", "title: "))] == []
