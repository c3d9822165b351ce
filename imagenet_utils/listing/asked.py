"""What the user asks to see, and what there is to be shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from imagenet_utils.listing.listed import Listed


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user asks to see."""

    name: str = "list"  # a row in SCOPES
    what: str = ""  # where a tree begins, the words of a search, or the table that has the marks
    source: str = "imagenet"
    lower: int | None = None  # index, from 0; None: from the first
    upper: int | None = None  # index, itself included; None: to the last
    with_persons: bool = False  # a search offers them, too

    @property
    def is_everything(self) -> bool:
        return self == Scope()


class Answer(NamedTuple):
    listed: tuple[Listed, ...]
    lack: str = ""  # why nothing of what was meant is among them; empty where it is
