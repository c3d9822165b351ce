"""Small text files of which every line counts, such as the ground truth."""

from __future__ import annotations

from pathlib import Path

from imagenet_utils.errors import TableError, UsageError

LIMIT = 32 * 2**20  # bytes; Kaggle's list of the validation set, the largest, has 5 MB
MOST_LINES = 1_000_000  # the validation set has 50,000
MOST_MISTAKES = 10  # told one by one
LONGEST_QUOTE = 40  # characters of a line that is shown
LONGEST_NUMBER = 9  # digits


def bytes_of_file(path: Path, limit: int = LIMIT) -> bytes:
    """Raises UsageError where it can't be read, or is larger."""
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        told = error.strerror or str(error)
        raise UsageError(f"{path}: {told}", "Name a file that can be read") from error
    if len(data) > limit:
        raise UsageError(f"{path} is larger than {limit:,} bytes", "Is it the right file?")
    return data


def lines_in(data: bytes, origin: str) -> list[str]:
    """Without line ends of any kind, and without the blank lines at the end.

    Raises UsageError.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UsageError(f"{origin}, line {line}: expected UTF-8, found byte 0x"
                         f"{data[error.start]:02x}", "Save it as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_LINES:
        raise UsageError(f"{origin} has more than {MOST_LINES:,} lines", "Is it the right file?")
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def numbers_in(data: bytes, origin: str, *, highest: int) -> tuple[int, ...]:
    """One whole number a line, each from 1 to `highest`.  Raises TableError."""
    numbers, mistakes = [], []
    for line_number, line in enumerate(lines_in(data, origin), 1):
        number = whole_number(line)
        if number is None or not 1 <= number <= highest:
            found = quoted(line)
            mistakes.append(f"line {line_number}: expected a number from 1 to {highest}, "
                            f"found {found}")
        else:
            numbers.append(number)
    raise_mistakes(origin, mistakes)
    return tuple(numbers)


def whole_number(text: str) -> int | None:
    """
    >>> whole_number(" 490 "), whole_number("4.9"), whole_number("")
    (490, None, None)
    """
    digits = text.strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    return int(digits) if is_number else None


def quoted(text: str) -> str:
    """What a message shows of a line; a control character comes out as its escape."""
    short = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."
    return repr(short) if text.strip() else "nothing"


def raise_mistakes(origin: str, mistakes: list[str]) -> None:
    """A TableError of the first few, if there are any."""
    if len(mistakes) > MOST_MISTAKES:
        mistakes = [*mistakes[:MOST_MISTAKES], f"and {len(mistakes) - MOST_MISTAKES:,} more"]
    if mistakes:
        raise TableError(origin, tuple(mistakes))
