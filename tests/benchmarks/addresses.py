"""Lists of URLs in the forms that the sides read, and how many pictures they lead to."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PER_CATEGORY = 500
FIRST_CODE = 2_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A URL of a list."""

    url: str
    is_alive: bool = True


@dataclass(frozen=True, slots=True)
class Ills:
    """What part of a list leads to no picture."""

    dead: float = 0.0
    hanging: float = 0.0

    def wishes(self, base: str, place: str, count: int) -> list[Wish]:
        dice = random.Random(14)
        wishes = []
        for number in range(count):
            luck = dice.random()
            if luck < self.dead:
                wishes.append(Wish(f"{base}/{place}/gone{number}.jpg", False))
            elif luck < self.dead + self.hanging:
                wishes.append(Wish(f"{base}/hangs/{number}.jpg", False))
            else:
                wishes.append(Wish(f"{base}/{place}/{number}.jpg"))
        return wishes


@dataclass(frozen=True, slots=True)
class Addresses:
    """One list in every form, below a folder."""

    folder: Path
    count: int
    alive: int

    @property
    def table(self) -> Path:
        """The categories, all of them marked."""
        return self.folder / "ncodes.csv"

    @property
    def urls(self) -> Path:
        """With an id before each URL."""
        return self.folder / "urls.txt"

    @property
    def bare(self) -> Path:
        return self.folder / "bare.txt"

    @property
    def curl(self) -> Path:
        return self.folder / "curl.txt"

    @property
    def aria2(self) -> Path:
        return self.folder / "aria2.txt"


def written(
    folder: Path, wishes: Sequence[Wish], codes: Sequence[str] | None = None
) -> Addresses:
    """With the category of each URL; None: a category for every 500 of them."""
    folder.mkdir(parents=True)
    made = Addresses(folder, len(wishes), sum(wish.is_alive for wish in wishes))
    codes = codes or [f"n{FIRST_CODE + number // PER_CATEGORY:08d}"
                      for number in range(len(wishes))]
    texts = {
        made.table: ["code,name,to_download,how_many\n",
                     *(f"{code},kind {code[1:]},True,-1\n" for code in dict.fromkeys(codes))],
        made.urls: [f"{code}_{number}\t{wish.url}\n"
                    for number, (code, wish) in enumerate(zip(codes, wishes))],
        made.bare: [f"{wish.url}\n" for wish in wishes],
        made.curl: [f'url = "{wish.url}"\noutput = "{number}.jpg"\n'
                    for number, wish in enumerate(wishes)],
        made.aria2: [f"{wish.url}\n  out={number}.jpg\n" for number, wish in enumerate(wishes)],
    }
    for path, lines in texts.items():
        path.write_text("".join(lines))
    return made
