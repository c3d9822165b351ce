"""What a stage tells its user; how that is shown is the command line's business."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol

OnProgress = Callable[[int, int | None], None]  # (done, in all; None: nobody knows)


class Progress(Protocol):
    """How far one thing is; a context manager, for it has an end."""

    def show(self, done: int, total: int | None, *, note: str = "") -> None:
        """`total` None: nobody knows."""

    def close(self) -> None: ...

    def __enter__(self) -> Progress: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None, /,
    ) -> None: ...


class Teller(Protocol):
    def say(self, text: str) -> None:
        """A result."""

    def warn(self, text: str) -> None:
        """What the user should know beside the results."""

    def log(self, text: str) -> None:
        """For the log file alone."""

    def progress(self, title: str, *, unit: str = "image") -> Progress: ...


def counted(number: int, one: str, many: str = "") -> str:
    """
    >>> counted(1, "picture"), counted(1200, "category", "categories")
    ('1 picture', '1,200 categories')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
