"""The page to look at a result; what makes it is imported only by runs that want it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imagenet_utils.results.ledger import Ledger
from imagenet_utils.telling import Teller

if TYPE_CHECKING:
    from imagenet_utils.contact_sheet.live import LiveSheet


def refuse_what_is_in_the_way(save_dir: Path) -> None:
    """Before any work.  Raises UsageError."""
    from imagenet_utils.contact_sheet.places import refuse_what_is_not_ours

    refuse_what_is_not_ours(save_dir)


def live_sheet(save_dir: Path) -> LiveSheet:
    from imagenet_utils.contact_sheet.live import LiveSheet

    return LiveSheet(save_dir)


def show_stored(save_dir: Path, ledger: Ledger, teller: Teller) -> None:
    """Raises LocalFault and UsageError."""
    from imagenet_utils.contact_sheet.sheet import write_contact_sheet

    write_contact_sheet(save_dir, ledger, teller)
