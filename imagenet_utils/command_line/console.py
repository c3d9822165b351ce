"""What a run tells: results to stdout, progress and errors to stderr, all of it to a log file."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

from imagenet_utils.passwords import without_passwords
from imagenet_utils.errors import ExitCode, LocalFault

USUAL_COLUMNS = 80
SECONDS_BETWEEN_LINES = 30.0
SECONDS_BETWEEN_LOOKS = 0.1  # at a bar
SHORTEST_BAR = 6  # columns
BAR = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{remaining}, {rate_fmt}{postfix}]"
LINES_AT_ONCE = 500
READER_IS_GONE = (errno.EPIPE, errno.EINVAL)  # the latter on Windows
QUIET_CODES = {ExitCode.ALL_HERE, ExitCode.WORTH_ANOTHER_RUN}


class Console:
    """With `quiet`, what was said comes out at the end, and only if the exit code warrants it."""

    def __init__(self, *, quiet: bool = False, log_file: Path | None = None) -> None:
        self._quiet = quiet
        self._held: list[tuple[str, str]] = []
        self._log = _opened(log_file) if log_file else None
        self._bar: Any = None

    def say(self, text: str) -> None:
        self._put("stdout", without_passwords(text))

    def warn(self, text: str) -> None:
        self._put("stderr", without_passwords(text))

    def put(self, lines: Iterable[str]) -> None:
        """Data on stdout, as it is, until it ends or its reader goes.  Raises LocalFault."""
        rest = iter(lines)
        while block := list(islice(rest, LINES_AT_ONCE)):
            if not _print("stdout", "\n".join(block)):
                return

    def log(self, text: str) -> None:
        """For the log file alone."""
        if self._log:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            lines = without_passwords(text).splitlines() or [""]
            try:
                self._log.write("".join(f"{stamp} {line}\n" for line in lines))
                self._log.flush()
            except OSError as error:
                self._end_log()
                self.warn(f"--log_file: {error.strerror}: nothing more is logged")

    def progress(self, title: str, *, unit: str = "image") -> Progress:
        return Progress(self, title, unit, is_shown=not self._quiet)

    def close(self, code: ExitCode) -> None:
        if code not in QUIET_CODES:
            for stream, text in self._held:
                _print(stream, text)
        self._held.clear()
        self._end_log()

    def _end_log(self) -> None:
        log, self._log = self._log, None
        if log:
            try:
                log.close()
            except OSError:
                pass  # what could not be written was told before

    def _put(self, stream: str, text: str) -> None:
        self.log(text)
        if self._quiet:
            self._held.append((stream, text))
        elif self._bar is not None:
            with self._bar.external_write_mode(file=sys.stderr):
                _print(stream, text)
        else:
            _print(stream, text)


class Progress:
    """A bar on a terminal, else a line every 30 s.  To show nothing new costs next to nothing."""

    def __init__(self, console: Console, title: str, unit: str, *, is_shown: bool) -> None:
        self._console = console
        self._title = title
        self._unit = unit
        self._bar = self._terminal_bar() if is_shown and _is_terminal(sys.stderr) else None
        self._first: tuple[float, int] | None = None  # when it was first shown, and how far it was
        wait = SECONDS_BETWEEN_LINES if self._bar is None else 0.0
        self._next_look = time.monotonic() + wait if is_shown else float("inf")
        self._bar_before = console._bar
        console._bar = console._bar if self._bar is None else self._bar

    def show(self, done: int, total: int | None, *, note: str = "") -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now, done
        if now < self._next_look:
            return
        if self._bar is not None:
            self._next_look = now + SECONDS_BETWEEN_LOOKS
            self._draw(self._bar, done, total, note)
        else:
            self._next_look = now + SECONDS_BETWEEN_LINES
            self._console.warn(self._line(now, done, total, note))

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
            self._console._bar = self._bar_before

    def _terminal_bar(self) -> Any:
        from tqdm import tqdm

        return tqdm(desc=self._title, unit="B" if self._unit == "byte" else "", file=sys.stderr,
                    ncols=columns(), leave=False, mininterval=0, miniters=0,
                    unit_scale=self._unit == "byte")

    def _draw(self, bar: Any, done: int, total: int | None, note: str) -> None:
        """The note takes what a short bar leaves."""
        told = f"{self._title}: 100%|| {done}/{total} [00:00, 100.00/s, ]"
        bar.total, bar.ncols = total, columns()
        bar.bar_format = BAR if total else None
        bar.set_postfix_str(fitting(note, bar.ncols - len(told) - SHORTEST_BAR), refresh=False)
        bar.update(done - bar.n)

    def _line(self, now: float, done: int, total: int | None, note: str) -> str:
        things = "" if self._title == f"{self._unit}s" else f" {self._unit}s"
        parts = [f"{self._title}: {done:,}" + (f" of {total:,}" if total else "") + things]
        begun, done_before = self._first or (now, done)
        rate = (done - done_before) / max(now - begun, 0.001)
        if total and rate > 0 and self._unit == "image":
            parts.append(f"{rate:,.1f}/s, {_span((total - done) / rate)} left")
        return ", ".join([*parts, note] if note else parts)


def columns() -> int:
    """Of the terminal but the last, which some wrap behind; it may have another width by now."""
    try:
        told = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        told = 0  # some don't tell
    return (told or USUAL_COLUMNS) - 1


def fitting(note: str, most: int) -> str:
    """As many of its parts as there are columns for, the first ones.

    >>> fitting("48 new, 0 bad, 0.1 MB/s", 13), fitting("48 new", 3)
    ('48 new, 0 bad', '')
    """
    parts = note.split(", ")
    while parts and len(", ".join(parts)) > most:
        parts.pop()
    return ", ".join(parts)


def _span(seconds: float) -> str:
    """
    >>> _span(25.4), _span(3725)
    ('0:25', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _print(stream: str, text: str) -> bool:
    """Whether somebody reads it: a reader that went away (`| head`) is no error."""
    target = getattr(sys, stream)
    try:
        print(text, file=target, flush=True)
    except UnicodeEncodeError:
        encoding = target.encoding or "ascii"
        return _print(stream, text.encode(encoding, "replace").decode(encoding))
    except OSError as error:
        _send_nowhere(target)
        if error.errno not in READER_IS_GONE and stream == "stdout":
            raise LocalFault(f"What is printed can't be written: {error.strerror}",
                             "Free some space where it goes") from error
        return False
    return True


def _send_nowhere(target: IO[str]) -> None:
    """What is still buffered would fail again when the interpreter ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), target.fileno())
    except (OSError, ValueError):
        pass  # no file stands behind it


def _is_terminal(stream: IO[str] | None) -> bool:
    return stream is not None and stream.isatty()


def _opened(path: Path) -> IO[str]:
    try:
        return open(path, "a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise LocalFault(f"--log_file: {path}: {error.strerror}",
                         "Name a file that can be written.")
