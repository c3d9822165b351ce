"""What a run has of ILSVRC2012: found, agreed to, fetched where it is small, verified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imagenet_utils.archives.digests import Fit, Notes, verdict
from imagenet_utils.archives.known import Known, Role, edition_of, known_archive
from imagenet_utils.archives.terms import require_acceptance
from imagenet_utils.errors import Unobtainable
from imagenet_utils.ilsvrc.shelf import Form, Place, Shelf
from imagenet_utils.obtaining.obtain import Expected
from imagenet_utils.sources.desk import Desk

SMALL_ROLES = {Role.DEVKIT, Role.BBOX_TRAIN, Role.BBOX_VAL}  # at most 20 MB: fetched whole
OFFICIAL_HOST = "image-net.org"
HOW_TO_NAME = (
    "Name it with --archive PATH_OR_URL, put it into --archives_dir under its own name, or set"
    " {variable} to its address: an account at https://image-net.org/download.php shows you that"
)


class Stock:
    """Places by role, the best of each."""

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self._desk = desk
        self._archives = desk.options.archives
        self._shelf = shelf
        self._places: dict[Role, Place] = {}

    def provide(self, roles: Iterable[Role]) -> None:
        """Fetch what has to lie on the disk, and hold archives against their MD5 where asked to.

        Raises UsageError while terms are not accepted, Unobtainable.
        """
        for role in roles:
            place = self._shelf.place_of(role)
            if place is not None:
                self._places[role] = place
        if self._desk.workplace.is_draft:
            return
        if any(place.form is Form.REMOTE for place in self._places.values()):
            require_acceptance(self._desk.workplace.ledger, datetime.now(timezone.utc),
                               accepts=self._archives.accepts_terms)
        for role, place in tuple(self._places.items()):
            is_whole_wanted = role in SMALL_ROLES or self._archives.keeps_archives
            if place.form is Form.REMOTE and is_whole_wanted:
                self._places[role] = self._fetched(place)
            elif place.form is Form.ARCHIVE and self._archives.verifies_archives:
                self._verify(Path(place.where))

    def place_of(self, role: Role) -> Place | None:
        return self._places.get(role)

    def needed(self, role: Role) -> Place:
        """Raises Unobtainable where there is none."""
        place = self.place_of(role)
        if place is None:
            raise Unobtainable(f"no archive of ILSVRC2012 for {role.value}",
                               HOW_TO_NAME.format(variable=f"DOWNLOAD_URL_{role.value}"))
        return place

    def path_of(self, role: Role) -> Path | None:
        """On this disk."""
        place = self.place_of(role)
        return Path(place.where) if place and place.form is not Form.REMOTE else None

    def _fetched(self, place: Place) -> Place:
        target = self._archives.directory / _file_name(place)
        if not target.exists():
            expected = _expected(known_archive(target.name), place.where)
            self._desk.fetch(place.where, target, expected)
        return replace(place, form=Form.ARCHIVE, where=str(target))

    def _verify(self, path: Path) -> None:
        """Raises Unobtainable where it is of the official size, and not the official file."""
        known = known_archive(path.name)
        if known is None:
            self._desk.workplace.teller.warn(f"{path}: no official name, so no MD5 is known of it")
            return
        ledger = self._desk.workplace.ledger
        with self._desk.workplace.teller.progress(f"reading {path.name}", unit="byte") as progress:
            match = verdict(path, known, notes=Notes(ledger.note, ledger.write_note),
                            on_progress=progress.show)
        ledger.commit()
        if match.fit is Fit.WRONG:
            raise Unobtainable(match.text, match.cure)
        is_well = match.fit is Fit.OK or not known.md5
        tell = self._desk.workplace.teller.say if is_well else self._desk.workplace.teller.warn
        tell(f"{match.text}. {match.cure}" if match.cure else match.text)


def _expected(known: Known | None, address: str) -> Expected:
    """From ImageNet itself nothing but the official file; elsewhere it may be another edition."""
    if known is None:
        return Expected(is_archive=True)
    if f".{urlsplit(address).hostname}".endswith(f".{OFFICIAL_HOST}"):
        return Expected(md5=known.md5, byte_count=known.byte_count, is_archive=True)
    return Expected(md5=known.md5, is_archive=True, holds_for=known.may_have)


def _file_name(place: Place) -> str:
    """Of the address, where it is an official name; else one that says what it is for."""
    name = unquote(urlsplit(place.where).path).rpartition("/")[2]
    if edition_of(name):
        return name
    ending = ".tar.gz" if place.role in SMALL_ROLES else ".tar"
    return f"{place.role.value}_of_ILSVRC2012{ending}"
