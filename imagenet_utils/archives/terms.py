"""ImageNet's terms of access: what is told of them, and what is remembered.

They are told in our own words, which bind nobody; the address has the text that does.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol

from imagenet_utils.errors import UsageError

ADDRESS = "https://image-net.org/download.php"

NOTICE = f"""\
ImageNet's pictures belong to others. Its terms of access allow non-commercial research and
education alone, and you answer for what you do with them: {ADDRESS}"""

TERMS = f"""\
  ImageNet gives access to its archives on terms. The text that binds: {ADDRESS}
  In short:
  1. You use them for non-commercial research and education alone.
  2. Princeton University and Stanford University vouch for nothing: neither that the pictures
     infringe no rights, nor that they are fit for any purpose.
  3. You bear the full responsibility for your use. You defend and indemnify the ImageNet team
     and both universities against every claim that arises from it, also over copies that you
     make of copyrighted pictures.
  4. Associates and colleagues may have access through you once they agree to these terms.
  5. Both universities may end your access at any time.
  6. If a for-profit company employs you, the terms bind it too, and you state that you may
     agree to them on its behalf.
  7. The law of the State of New Jersey applies to all disputes."""

# Both hold a moment in UTC, as 2026-11-20T13:40:00+00:00.
NOTICE_NOTE = "terms_notice"
ACCEPTANCE_NOTE = "terms_accepted"


class Notes(Protocol):
    """What is remembered beside the results, by name."""

    def note(self, name: str) -> str | None: ...

    def write_note(self, name: str, value: str) -> None: ...


def notice_if_new(notes: Notes, now: datetime) -> str:
    """The notice for the first run that takes pictures from ImageNet's public archives, else "".

    Remembers that it was given.  Terms that were accepted need no notice.
    """
    if notes.note(NOTICE_NOTE) or notes.note(ACCEPTANCE_NOTE):
        return ""
    notes.write_note(NOTICE_NOTE, _date(now))
    return NOTICE


def require_acceptance(notes: Notes, now: datetime, *, accepts: bool) -> None:
    """For what ImageNet gives on its terms alone; the first acceptance is remembered with its date.

    Raises UsageError with the terms where they are accepted neither now nor earlier.
    """
    if notes.note(ACCEPTANCE_NOTE):
        return
    if not accepts:
        raise UsageError(
            f"{TERMS}\nNobody has accepted these terms for this save_dir",
            "If you agree to them, run it again with --accept_terms True",
        )
    notes.write_note(ACCEPTANCE_NOTE, _date(now))


def _date(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")
