"""Which options make a listing, and which of them go together."""

from __future__ import annotations

import pytest

from imagenet_utils.command_line.arguments import parse
from imagenet_utils.command_line.download_options import PROGRAM
from imagenet_utils.command_line.listing_options import OPTIONS, wished_scope
from imagenet_utils.errors import UsageError

HEEDED = {"source", "ncodes_dir", "separator", "url_data_link", *(each.name for each in OPTIONS)}
OTHERS = [option.name for option in PROGRAM.options if option.name not in HEEDED]


def scope_of(*words: str) -> str:
    return wished_scope(parse(PROGRAM, words), PROGRAM)


@pytest.mark.parametrize("words", [
    (), ("--list", "False"), ("--noimages",), ("--with_url_data",), ("--source", "ilsvrc2012"),
])
def test_no_listing(words: tuple[str, ...]) -> None:
    """Who asks for none gets the table, as ever."""
    assert scope_of(*words) == ""


@pytest.mark.parametrize(("words", "scope"), [
    (("--list",), "list"),
    (("--lower", "0"), "list"),
    (("--upper", "9", "--lower", "3"), "list"),
    (("--downloaded", "--save_dir", "x"), "list"),
    (("--images", "--url_data_link", "."), "list"),
    (("--tree", "dog", "--downloaded", "--format", "json"), "tree"),
    (("--parents", "dog", "--source", "ilsvrc2012"), "parents"),
    (("--search", "sled", "dog", "--with_persons", "--images"), "search"),
    (("--list", "--with_url_data", "False", "--with_counts", "--separator", "comma"), "list"),
    (("--presets", "--source", "imagenet", "--format", "csv", "--separator", "tab"), "presets"),
    (("--marked", "--ncodes_dir", "x", "--source", "ilsvrc2012"), "marked"),
    (("--images", "--ncodes_dir", "x", "--save_dir", "y"), "list"),
    (("-l", "100", "-u", "120"), "list"),
    (("-d",), "list"),
    (("--downloaded-only",), "list"),
    (("-i", "-l", "0"), "list"),
    (("--list", "--format", "csv", "--separator", "tab"), "list"),
])
def test_a_listing(words: tuple[str, ...], scope: str) -> None:
    """An option that makes sense in a list alone asks for one."""
    assert scope_of(*words) == scope


@pytest.mark.parametrize(("words", "told"), [
    (("--list", "--with_url_data"), "--list and --with_url_data do not go together"),
    (("--list", "--add_missing"), "--list and --add_missing do not go together"),
    (("--list", "--with_counts", "False"), "--list and --with_counts do not go together"),
    (("--list", "--ncodes_dir", "x"), "--ncodes_dir goes with --marked or --images alone"),
    (("--tree", "dog", "--save_dir", "x"), "--save_dir goes with --downloaded or --images alone"),
    (("--presets", "--source", "ilsvrc2012"), "--presets and --source do not go together"),
    (("--presets", "--ncodes_dir", "x"), "--ncodes_dir goes with --marked or --images alone"),
    (("--presets", "--images"), "--presets and --images do not go together"),
    (("--lower", "3", "--with_annotations"), "--lower and --with_annotations"),
    (("--tree", "dog", "--parents", "dog"), "--tree and --parents do not go together"),
    (("--tree", "dog", "--list"), "--list and --tree do not go together"),
    (("--tree", "dog", "--lower", "3"), "--lower goes with --list alone"),
    (("--list", "--url_data_link", "."), "--url_data_link goes with --images alone"),
    (("--list", "--separator", "tab"), "--separator goes with --format csv alone"),
    (("--search", "dog", "--tree", "dog"), "--tree and --search do not go together"),
    (("--list", "--with_persons"), "--with_persons goes with --search alone"),
    (("--with_persons",), "--with_persons needs a listing: add --search, or leave"),
    (("--format", "json"), "--format needs a listing: add --list, --tree, --parents, --se"),
    (("--save_dir", "x"), "--save_dir needs a listing: add --downloaded or --images"),
])
def test_what_does_not_go_together(words: tuple[str, ...], told: str) -> None:
    """Is refused in one line, and never ignored."""
    with pytest.raises(UsageError, match=told):
        scope_of(*words)


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_option_is_refused(name: str) -> None:
    """Unless its value is what it is without; one that the script gains later, too."""
    options = parse(PROGRAM, ["--list"])
    options.given |= {name}
    setattr(options, name, "another value")

    with pytest.raises(UsageError, match=f"--list and --{name} do not go together"):
        wished_scope(options, PROGRAM)
