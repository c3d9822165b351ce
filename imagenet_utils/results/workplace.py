"""What the stages of a run share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.results.ledger import Ledger
from imagenet_utils.telling import Teller


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run writes, what it remembers, and whom it tells."""

    save_dir: Path
    ledger: Ledger
    teller: Teller
    folder_names: str = "label"  # or "code": how category folders are called
    shard_letters: int = 0  # of an id, that name the folder of a new picture; 0: it has none
    is_draft: bool = False  # of a dry run: nothing is written, nothing fetched
