"""The command line: what is taken, what is refused, and how it is explained."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.command_line import download_options, extract_options
from imagenet_utils.command_line.argument_values import Kind, MustBe, Option, value_of
from imagenet_utils.command_line.arguments import (
    PROJECT_FOLDER,
    Program,
    answer_to,
    is_on,
    markdown_table,
    parse,
)
from imagenet_utils.errors import UsageError

PROGRAMS = [download_options.PROGRAM, extract_options.PROGRAM]
SMALL = Program(
    name="fetch.py",
    summary="Fetches.",
    options=(
        Option("batch_size", Kind.WHOLE, None, "at once", "speed", short="b", minimum=1),
        Option("parallel", Kind.BOOL, True, "a pool", "speed", short="p"),
        Option("sleep", Kind.NUMBER, 0.0, "100 % idle", "speed", minimum=0, everyday=True),
        Option("categories", Kind.TEXT, (), "which", "what", takes_list=True),
        Option("link", Kind.TEXT, (), "from where", "what", is_repeatable=True),
        Option("save_dir", Kind.PATH, Path("here"), "to", "what", must_be=MustBe.FOLDER),
        Option("order", Kind.CHOICE, "list", "how", "what", choices=("list", "random")),
    ),
    examples=("", "-b 3", "--noparallel"),
    aliases={"-j": "batch_size", "--pool_size": "batch_size"},
)


def problem_of(*argv: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse(SMALL, argv)
    return str(caught.value)


def test_nothing_given_leaves_every_default() -> None:
    """No option is needed, and none counts as given."""
    found = vars(parse(SMALL, []))

    assert found == {
        "batch_size": None, "parallel": True, "sleep": 0.0, "categories": (), "link": (),
        "save_dir": Path("here"), "order": "list", "given": frozenset(),
    }  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["--batch_size 7", "--batch-size 7", "--batch_size=7", "-b 7", "-b=7", "-j 7", "--pool-size 7"],
)
def test_a_number_is_taken_in_every_spelling(words: str) -> None:
    """Hyphens, underscores, blanks, `=`, short forms and older names mean the same."""
    found = parse(SMALL, words.split())

    assert (found.batch_size, found.given) == (7, {"batch_size"})


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("--parallel", True), ("-p", True), ("-p YES", True), ("--parallel=1", True),
        ("-p oN", True), ("-p tRUE", True), ("--noparallel", False), ("--no-parallel", False),
        ("--no_parallel", False), ("-p False", False), ("-p off", False), ("-p 0", False),
        ("--parallel No", False), ("-p off -b 3", False), ("-p -b 3", True),
    ],
)  # fmt: skip
def test_a_boolean_is_taken_in_every_spelling(words: str, value: bool) -> None:
    """A bare flag means True, a `no` before it False, and words of either case are known."""
    found = parse(SMALL, words.split())

    assert (found.parallel, "parallel" in found.given) == (value, True)


def test_a_list_takes_words_until_the_next_option() -> None:
    """`--categories A B -b 2 --categories C` gives three categories."""
    found = parse(SMALL, ["--categories", "kit fox=3", "n02", "-b", "2", "--categories=C", "D"])

    assert (found.categories, found.batch_size) == (("kit fox=3", "n02", "C", "D"), 2)


def test_a_repeatable_option_keeps_the_order() -> None:
    """The first link stays the first to be tried."""
    found = parse(SMALL, ["--link", "b", "--link=a"])

    assert found.link == ("b", "a")


def test_the_last_of_two_values_holds() -> None:
    """A later word on the line corrects an earlier one."""
    found = parse(SMALL, ["-b", "2", "--batch_size", "3"])

    assert found.batch_size == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("-b many", "--batch_size: expected a whole number of 1 or more, got 'many'"),
        ("-b 0", "--batch_size: expected a whole number of 1 or more, got '0'"),
        ("-b -5", "--batch_size: expected a whole number of 1 or more, got '-5'"),
        ("-b 2.5", "--batch_size: expected a whole number of 1 or more, got '2.5'"),
        ("-b 1_0", "--batch_size: expected a whole number of 1 or more, got '1_0'"),
        ("--sleep nan", "--sleep: expected a number of 0 or more, got 'nan'"),
        ("--sleep inf", "--sleep: expected a number of 0 or more, got 'inf'"),
        ("--sleep 1e999", "--sleep: expected a number of 0 or more, got '1e999'"),
        ("-p maybe", "--parallel: expected True or False, got 'maybe'"),
        ("-p __import__('os')", "--parallel: expected True or False, got \"__import__('os')\""),
        ("--order size", "--order: expected one of list, random, got 'size'"),
        ("--batch", "unknown option --batch. Did you mean --batch_size?"),
        ("--paralel", "unknown option --paralel. Did you mean --parallel?"),
        ("--zzz", "unknown option --zzz. --help_all lists them"),
        ("--noorder", "unknown option --noorder. Did you mean --order?"),
        ("--noparallel=1", "--noparallel: takes no value. Write --parallel False"),
        ("--sleep", "--sleep: expected a number of 0 or more, found nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(words: str, message: str) -> None:
    """The message names the option, what was expected and what was found."""
    found = problem_of(*words.split())

    assert found == message


def test_a_word_without_its_option_is_refused_with_a_hint() -> None:
    """A folder given without `--save_dir` is no silent nothing."""
    found = problem_of("my folder")

    assert found == (
        "unexpected word 'my folder'. "
        "Every value follows its option; a value with blanks needs quotes around it"
    )


def test_a_file_in_the_way_of_a_folder_is_refused(tmp_path: Path) -> None:
    """`--save_dir` below a file cannot be made."""
    (tmp_path / "file").write_bytes(b"")
    found = problem_of("--save_dir", str(tmp_path / "file" / "results"))

    assert "where a file is in the way" in found


@pytest.mark.parametrize(("path", "told"), [
    (".", "a folder"), ("/dev/null", "a device or a pipe"), ("missing.csv", "not there"),
])
def test_what_stands_where_a_file_belongs_is_told(path: str, told: str) -> None:
    """`--ncode_data` is read twice, and so has to be an ordinary file."""
    if path == "/dev/null" and not os.path.exists(path):
        pytest.skip("Windows has none")

    with pytest.raises(UsageError, match=f"which is {told}"):
        parse(extract_options.PROGRAM, ["--ncode_data", path])


def test_a_path_of_an_unknown_user_is_refused() -> None:
    """`~name` leads nowhere where there is no such user."""
    found = problem_of("--save_dir", "~nobody-of-that-name/x")

    assert "no home folder" in found


def test_a_path_that_the_system_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is too long is told in a line, not by a traceback."""

    def exists(path: Path) -> bool:
        raise OSError(errno.ENAMETOOLONG, "File name too long", str(path))

    monkeypatch.setattr(Path, "exists", exists)
    found = problem_of("--save_dir", "x")

    assert found.endswith("got 'x': File name too long")


def test_a_password_in_a_bad_address_is_not_shown() -> None:
    """An address refused for its scheme is shown without who may use it."""
    option = Option("proxy", Kind.ADDRESS, None, "", "")
    with pytest.raises(UsageError) as caught:
        value_of(option, "ftp://me:secret@host")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "count"), [("500", 500), ("64MiB", 2**26), ("1.5 GB", 1_500_000_000), ("2k", 2048)]
)
def test_bytes_are_taken_with_their_unit(text: str, count: int) -> None:
    """Bare letters and `iB` are powers of 1024, `B` alone behind them of 1000."""
    found = value_of(Option("cap", Kind.BYTES, None, "", ""), text)

    assert found == count


@given(st.lists(st.text(), max_size=6))
def test_any_words_are_parsed_or_refused(words: list[str]) -> None:
    """No command line leads to another exception than UsageError."""
    try:
        outcome: object = parse(SMALL, words).given
    except UsageError as error:
        outcome = error

    assert isinstance(outcome, (frozenset, UsageError))


@given(st.sampled_from(list(Kind)), st.text())
def test_any_value_is_taken_or_refused(kind: Kind, text: str) -> None:
    """No text leads to another exception than UsageError."""
    try:
        outcome = value_of(Option("x", kind, None, "", "", choices=()), text)
    except UsageError as error:
        outcome = error

    assert outcome is not None


@given(st.integers(min_value=1, max_value=10**17))
def test_a_whole_number_comes_back_as_it_went(number: int) -> None:
    """What is written in digits is read as those digits."""
    assert parse(SMALL, ["--batch_size", str(number)]).batch_size == number


def test_help_shows_only_the_everyday_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """The short help ends with the way to the long one."""
    monkeypatch.setenv("COLUMNS", "80")
    text = answer_to(SMALL, ["--help"]) or ""

    assert text == """\
usage: fetch.py [options]

Fetches.

options:
  --sleep N  100 % idle [0.0]

examples:
  python fetch.py
  python fetch.py -b 3
  python fetch.py --noparallel

A boolean takes True/False, yes/no, on/off, 1/0; alone it means True, --noX means False.
--help_all shows every option, --version the version.
"""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_help_all_shows_every_option(program: Program) -> None:
    """Nothing can be given that the long help does not name."""
    text = answer_to(program, ["--help-all"]) or ""

    assert [option.name for option in program.options if f"--{option.name} " not in text] == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_markdown_names_every_option(program: Program) -> None:
    """The README's tables are made from the rows that the parser uses."""
    text = markdown_table(program)

    assert [option.name for option in program.options if f"--{option.name} " not in text] == []


def test_a_call_for_work_is_not_answered_with_help() -> None:
    """Only the three flags ask for a text."""
    assert answer_to(SMALL, ["-b", "3"]) is None


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_names_are_given_once(program: Program) -> None:
    """No two options, short forms or older names share a flag."""
    flags = [f"--{option.name}" for option in program.options]
    flags += [f"-{option.short}" for option in program.options if option.short]
    flags += list(program.aliases)

    assert len(flags) == len(set(flags))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_default_could_have_been_given(program: Program) -> None:
    """A default within the bounds of its own option keeps the help true."""
    for option in program.options:
        if isinstance(option.default, (bool, int, float, str)):
            assert value_of(option, str(option.default)) == option.default


def test_default_paths_are_beside_the_scripts() -> None:
    """The working directory does not matter."""
    found = parse(extract_options.PROGRAM, [])

    assert found.save_dir == PROJECT_FOLDER / "partial_imagenet"


def test_the_command_line_needs_no_heavy_import() -> None:
    """Help answers at once because nothing that it needs is slow to load."""
    code = (
        "import sys; from imagenet_utils.command_line import extract_options, download_options;"
        "print(sorted({'pandas', 'requests', 'PIL', 'lxml', 'pycurl', 'tqdm'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True
    )

    assert found.stdout == "[]\n"


@pytest.mark.parametrize("proxy", [
    "user:geheim@127.0.0.1:8899", "http://user:geh@eim/x@127.0.0.1:8899", "ftp://u:geheim@h",
])
def test_no_message_about_a_proxy_shows_its_password(proxy: str) -> None:
    """Neither without a scheme nor with signs in the password that cut it in two."""
    option = Option("proxy", Kind.ADDRESS, None, "", "")

    with pytest.raises(UsageError) as refused:
        value_of(option, proxy)

    assert "geh" not in str(refused.value) and "eim" not in str(refused.value)


@pytest.mark.parametrize(("words", "is_asked"), [
    ("", False), ("--doctor", True), ("--doctor yes", True), ("--doctor off", False),
    ("--nodoctor", False), ("--doctor --doctor False", False), ("--doctor perhaps", True),
    ("--doctor --unknown", False), ("--doctor --help", False),
])
def test_a_boolean_is_seen_before_all_is_parsed(words: str, is_asked: bool) -> None:
    """What cannot be understood is left for `parse` to tell."""
    assert is_on(extract_options.PROGRAM, "doctor", words.split()) is is_asked
