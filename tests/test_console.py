"""What a run tells, and where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imagenet_utils.command_line import console as console_module
from imagenet_utils.command_line.console import Console
from imagenet_utils.errors import ExitCode, LocalFault


def test_streams(capsys: pytest.CaptureFixture[str]) -> None:
    """Results go to stdout, errors to stderr."""
    console = Console()
    console.say("result")
    console.warn("error")

    assert capsys.readouterr() == ("result\n", "error\n")


@pytest.mark.parametrize(("code", "out"), [
    (ExitCode.ALL_HERE, ""), (ExitCode.WORTH_ANOTHER_RUN, ""), (ExitCode.LOCAL_FAULT, "result\n"),
])
def test_quiet(capsys: pytest.CaptureFixture[str], code: ExitCode, out: str) -> None:
    """A quiet run prints only when its exit code asks for it."""
    console = Console(quiet=True)
    console.say("result")
    console.close(code)

    assert capsys.readouterr().out == out


def test_log_file(tmp_path: Path) -> None:
    """The log has a moment before each line, and no password."""
    console = Console(quiet=True, log_file=tmp_path / "log")
    console.warn("no answer from http://me:secret@proxy.example\nsecond \udcff")
    console.close(ExitCode.ALL_HERE)
    lines = (tmp_path / "log").read_text().splitlines()

    assert [line.partition("Z ")[2] for line in lines] == [
        "no answer from http://***@proxy.example", "second \\udcff"]


def test_log_file_in_a_missing_folder(tmp_path: Path) -> None:
    """A log that can't be written is told before anything else."""

    with pytest.raises(LocalFault, match="--log_file"):
        Console(log_file=tmp_path / "no" / "log")


def test_lines_without_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a terminal, progress is a line every 30 s."""
    moment = 0.0
    monkeypatch.setattr(console_module.time, "monotonic", lambda: moment)
    progress = Console().progress("images")
    for moment in (1.0, 29.0, 31.0, 32.0, 62.0):
        progress.show(int(moment), 1000, note="go")

    assert capsys.readouterr().err.splitlines() == [
        "images: 31 of 1,000, 1.0/s, 16:09 left, go", "images: 62 of 1,000, 1.0/s, 15:38 left, go"]


def test_unknown_total(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How far something is can be told where nobody knows how long it is."""
    moment = 0.0
    monkeypatch.setattr(console_module.time, "monotonic", lambda: moment)
    progress = Console().progress("list.tgz", unit="byte")
    moment = 31.0
    progress.show(2000, None)

    assert capsys.readouterr().err == "list.tgz: 2,000 bytes\n"


def test_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal gets a bar, which takes its total from what is told."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Console().progress("list.tgz", unit="byte") as progress:
        progress.show(5, 10)

    assert "list.tgz" in capsys.readouterr().err


def test_reader_went_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed pipe is no error, not even when the interpreter empties its buffers at the end."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    monkeypatch.setattr(console_module.sys, "stdout", stream)
    Console().say("anybody there?")

    stream.close()


def test_no_line_is_made_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the reader of data goes, the rest of it is not even looked up."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    monkeypatch.setattr(console_module.sys, "stdout", stream)
    lines = iter([f"line {number}" for number in range(10_000)])
    Console().put(lines)
    stream.close()

    assert next(lines, "") != ""


def test_data_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, line by line, and a password in a URL of a list is part of the URL."""
    lines = [f"http://me:secret@{number}.example/" for number in range(1_001)]
    Console().put(lines)

    assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.parametrize(("columns", "shown"), [
    (50, ""), (80, ", 48 new, 0 bad, 0.1 MB/s"), (120, ", 48 new, 0 bad, 0.1 MB/s, 6 under way"),
])
def test_a_bar_is_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: int, shown: str
) -> None:
    """What does not fit is left out part by part, and no line is broken."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr(console_module, "columns", lambda: columns)
    with Console().progress("images") as progress:
        progress.show(48, 405, note="48 new, 0 bad, 0.1 MB/s, 6 under way")
    lines = capsys.readouterr().err.split("\r")
    drawn = next(line for line in lines if "48/405" in line)

    assert drawn.endswith(f"/s{shown}]")
    assert max(map(len, lines)) <= columns


def test_a_bar_is_looked_at_ten_times_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever tells of every picture does not pay for it."""
    moment = 0.0
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr(console_module.time, "monotonic", lambda: moment)
    with Console().progress("images") as progress:
        for number in range(1000):
            moment = number / 1000
            progress.show(number, 1000)
    drawn = [part for part in capsys.readouterr().err.split("\r") if "/1000" in part]

    assert len(set(drawn)) <= 11
