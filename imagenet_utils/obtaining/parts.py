"""The part of a file that has come so far, and the note that says what it is a part of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.whole_files import successor


@dataclass(slots=True)
class Part:
    """`.<name>.part` beside the target; it may be continued while its validator holds."""

    path: Path
    owner: str  # digest of the address: addresses may hold passwords, files must not
    byte_count: int = 0
    total_bytes: int | None = None  # None: not announced
    validator: str = ""  # ETag or Last-Modified; empty: cannot be continued
    is_whole: bool = False

    @classmethod
    def beside(cls, target: Path, address: str) -> Part:
        owner = hashlib.sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(target.with_name(f".{target.name}.part"), owner)

    @property
    def note_path(self) -> Path:
        return self.path.with_name(self.path.name + ".json")

    @property
    def lock_path(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")

    def recall(self) -> None:
        """Take up what an earlier run left of the same address."""
        try:
            note = json.loads(self.note_path.read_text(encoding="utf-8"))
            if note["owner"] != self.owner or not note["validator"]:
                return
            self.byte_count = self.path.stat().st_size
            self.validator = str(note["validator"])
            self.total_bytes = None if note["total"] is None else int(note["total"])
        except (OSError, ValueError, TypeError, KeyError):
            self.byte_count, self.validator, self.total_bytes = 0, "", None
        self.is_whole = 0 < self.byte_count == self.total_bytes

    def restart(self, headers: Mapping[str, str]) -> None:
        """Empty the part, then note what comes: in this order, no note outlives its bytes."""
        self.byte_count = 0
        self.path.write_bytes(b"")
        self.total_bytes = whole_number(headers.get("Content-Length", ""))
        self.validator = validator_in(headers)
        note = {"owner": self.owner, "total": self.total_bytes, "validator": self.validator}
        with successor(self.note_path) as file:
            file.write(json.dumps(note).encode())

    def continues(self, headers: Mapping[str, str]) -> bool:
        """Whether an answer of status 206 begins at the first missing byte of this same file."""
        found = re.fullmatch(
            r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", headers.get("Content-Range", "")
        )
        if not found or int(found[1]) != self.byte_count or not self.byte_count:
            return False
        total = whole_number(found[2])
        if self.total_bytes is None:
            self.total_bytes = total
        return total in (None, self.total_bytes)

    def forget(self) -> None:
        """Throw away what has come; the next request asks for the whole."""
        self.byte_count, self.total_bytes = 0, None
        self.validator, self.is_whole = "", False
        self.path.unlink(missing_ok=True)
        self.note_path.unlink(missing_ok=True)

    def take_name(self, target: Path) -> None:
        os.replace(self.path, target)
        self.note_path.unlink(missing_ok=True)


def validator_in(headers: Mapping[str, str]) -> str:
    """A strong ETag, else the date: If-Range compares nothing weaker (RFC 9110, 13.1.5)."""
    etag = headers.get("ETag", "").strip()
    if re.fullmatch(r'"[^"\r\n]+"', etag):
        return etag
    return headers.get("Last-Modified", "").strip()


def whole_number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text.strip()) else None
