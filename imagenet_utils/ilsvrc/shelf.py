"""Which archive or tree serves which split: what --archive names, what lies on the disk, what the
user has addresses of.

What is named wins, in the order it is named in; then what lies in the folder of archives; then
addresses.  Of what lies in one folder a plain tar comes before a tree, which may be unpacked in
part, and a tree before a zipped archive, in which nothing can be found without reading it all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imagenet_utils.archives.known import ARCHIVE_ENDINGS, Role, edition_of, role_of
from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.ilsvrc.addresses_file import PREFIX, unused_text
from imagenet_utils.ilsvrc.first_members import role_by_members
from imagenet_utils.ilsvrc.trees import (CLASS_TAR, DEVKIT_FILE, Findings, Tree, look_through,
                                         of_role)
from imagenet_utils.passwords import without_passwords

PICTURE_ROLES = (Role.TRAIN, Role.VAL, Role.TEST)
ADDRESSES_LIMIT = 64 * 1024  # bytes of a file of addresses

_WNID = re.compile(r"<wnid>|\{wnid\}", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)  # one letter is a drive of Windows
_ADDRESSES_NAME = re.compile(r".*\.sh|urls.*", re.IGNORECASE)
_TEMPLATE = ("Where there is a tar for each category, write <wnid> in the place of the category, as"
             " in https://a.example/<wnid>.tar, and it serves all of them")
_VAL_SOLUTION = "loc_val_solution.csv"


class Form(Enum):
    """What a place is."""

    ARCHIVE = "an archive on this disk"
    TREE = "an unpacked archive on this disk"
    REMOTE = "an archive on the web"


@dataclass(frozen=True, slots=True)
class Place:
    """Something that serves a role."""

    role: Role
    form: Form
    where: str  # path or address; the latter may have a password in it
    why: str  # how it was found, for people
    tree: Tree | None = None  # where it is one

    @property
    def identity(self) -> tuple[Role, str]:
        """The same for one file under several spellings of its path."""
        is_remote = self.form is Form.REMOTE
        return self.role, self.where if is_remote else os.path.realpath(self.where)


@dataclass(frozen=True, slots=True)
class SynsetTars:
    """A tar per category, on this disk or on the web."""

    template: str  # path or address, with `<wnid>` or `{wnid}` in it, in letters of any case

    @property
    def is_remote(self) -> bool:
        return _URL.match(self.template) is not None

    def place_of(self, code: str) -> str:
        """
        >>> SynsetTars("https://example.org/<wnid>.tar").place_of("n02119789")
        'https://example.org/n02119789.tar'
        """
        return _WNID.sub(lambda mark: code, self.template)


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that was found, the best first."""

    places: tuple[Place, ...] = ()
    synset_tars: tuple[SynsetTars, ...] = ()
    addresses_files: tuple[Path, ...] = ()  # that hold DOWNLOAD_URL_*, unread
    val_solutions: tuple[Path, ...] = ()  # Kaggle's labels of the validation pictures
    remarks: tuple[str, ...] = ()  # what was passed over, and why; a line each

    @classmethod
    def of(cls, archives_dir: Path | None, named: Sequence[str]) -> Shelf:
        """Raises UsageError where something that was named can't be made out.

        A folder of archives that isn't there is an empty one.
        """
        shelf = cls()
        for name in named:
            shelf = shelf._with(_named(name))
        if archives_dir and archives_dir.is_dir():
            shelf = shelf._with(_in_folder(archives_dir, f"it lies in {archives_dir}"))
        return shelf

    def with_addresses(
        self, addresses: Mapping[str, str], files: Mapping[str, Path] | None = None
    ) -> Shelf:
        """By the word of a role; they come last.  `files`: what they stood in."""
        stood_in = {role: f" in {path}" for role, path in (files or {}).items()}
        places = tuple(
            Place(role, Form.REMOTE, addresses[role.value],
                  f"{PREFIX}{role.value}{stood_in.get(role.value, '')} has its address")
            for role in Role if role.value in addresses)
        return replace(self, places=self.places + places)

    def place_of(self, role: Role) -> Place | None:
        return next(iter(self.places_of(role)), None)

    def places_of(self, role: Role) -> list[Place]:
        """The best first."""
        return [place for place in self.places if place.role is role]

    def choices(self) -> list[str]:
        """Where several serve a role, which is taken; not that the disk comes before the web."""
        lines = []
        for role in Role:
            places = self.places_of(role)
            on_disk = [place for place in places if place.form is not Form.REMOTE]
            told = on_disk if places[:1] == on_disk[:1] else places
            found = [without_passwords(place.where) for place in told]
            if len(found) > 1:
                lines.append(f"{role.value}: {found[0]} is taken, not {', '.join(found[1:])}")
        return lines

    def _with(self, other: Shelf) -> Shelf:
        """The other one comes behind, without what is known."""
        known = {place.identity for place in self.places}
        new = tuple(place for place in other.places if place.identity not in known)
        return Shelf(
            self.places + new,
            tuple(dict.fromkeys(self.synset_tars + other.synset_tars)),
            tuple(dict.fromkeys(self.addresses_files + other.addresses_files)),
            tuple(dict.fromkeys(self.val_solutions + other.val_solutions)),
            tuple(dict.fromkeys(self.remarks + other.remarks)),
        )


def _named(name: str) -> Shelf:
    if _WNID.search(name):
        return Shelf(synset_tars=(SynsetTars(_checked_address(name)),))
    if _URL.match(name):
        return _at_address(_checked_address(name))
    path = Path(name).expanduser()
    if path.is_dir():
        shelf = _in_folder(path, "--archive names the folder")
        if shelf == Shelf(remarks=shelf.remarks):
            raise UsageError(f"{path}: no archive of ILSVRC2012 in it, nor an unpacked one, nor"
                             " tars called <wnid>.tar",
                             "Name the archive itself, or the folder with train/, val/ or <wnid>/,"
                             " or the one with a <wnid>.tar for each category")
        return shelf
    if not path.is_file():
        raise UsageError(f"--archive {name}: no such file or folder", "Check the path" + (
            f". {_TEMPLATE}" if "wnid" in path.name.lower() else ""))
    return _of_file(path)


def _checked_address(name: str) -> str:
    scheme = _URL.match(name)
    if scheme and scheme[0].lower() not in ("http://", "https://"):
        raise UsageError(f"--archive {without_passwords(name)}: {scheme[0]} is not understood",
                         "Give an address with https:// or http://, or a path")
    return name


def _at_address(address: str) -> Shelf:
    """The role stands at the end of the path, or in what is asked for behind the `?`."""
    shown = without_passwords(address)
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise UsageError(f"--archive {shown}: no address: {error}", "Check it") from None
    names = [unquote(parts.path).rstrip("/").rpartition("/")[2]]
    names += [value.rpartition("/")[2] for value in re.split("[&=]", unquote(parts.query))]
    for name in names[parts.path.endswith("/"):]:  # a folder is no archive, whatever its name
        _refuse_what_has_no_role(shown, name)
    role = next(filter(None, map(role_of, names)), None)
    if role is None:
        cure = _TEMPLATE
        if not CLASS_TAR.fullmatch(names[0]):
            cure += (". Where it is an archive of ILSVRC2012, say by a variable which one:"
                     f" {PREFIX}train=<the address>, or {_words()}")
        raise UsageError(f"--archive {shown}: its name does not tell what it holds", cure)
    return Shelf((Place(role, Form.REMOTE, address, "--archive names it"),))


def _of_file(path: Path) -> Shelf:
    """What it holds counts for more than what it is called."""
    if _ADDRESSES_NAME.fullmatch(path.name) or _holds_addresses(path):
        return Shelf(addresses_files=(path,))
    if path.name.lower() == _VAL_SOLUTION:
        return Shelf(val_solutions=(path,))
    if CLASS_TAR.fullmatch(path.name):
        return Shelf(synset_tars=(SynsetTars(str(path.parent / "<wnid>.tar")),))
    why = "--archive names it"
    if DEVKIT_FILE.fullmatch(path.name):
        tree = Tree(Role.DEVKIT, path.parent, is_sorted=False)
        return Shelf((Place(Role.DEVKIT, Form.TREE, str(path.parent), why, tree),))
    _refuse_what_has_no_role(str(path), path.name)
    role = role_by_members(path) or role_of(path.name)
    if role is None:
        raise UsageError(
            f"--archive {path}: neither its name nor its first members tell what it holds",
            f"If it is an archive of ILSVRC2012, give it one of the words {_words()} in its name",
        )
    return Shelf((Place(role, Form.ARCHIVE, str(path), why),))


def _refuse_what_has_no_role(where: str, name: str) -> None:
    known = edition_of(name)
    if known and known.role is None:
        raise UsageError(f"--archive {where}: {known.name} can't serve here", known.instead)


def _words() -> str:
    return ", ".join(role.value for role in Role)


def _in_folder(folder: Path, why: str) -> Shelf:
    findings = look_through(folder)
    places, remarks = _archives_among(findings, why)
    for role in Role:
        places += [Place(role, Form.TREE, str(tree.root), why, tree)
                   for tree in of_role(findings.trees, role)]
    return Shelf(
        tuple(sorted(places, key=_rank)),
        tuple(SynsetTars(str(path / "<wnid>.tar")) for path in findings.class_tars),
        tuple(path for path in findings.files if path.parent == folder
              and _ADDRESSES_NAME.fullmatch(path.name) and _holds_addresses(path)),
        tuple(path for path in findings.files if path.name.lower() == _VAL_SOLUTION),
        tuple(findings.problems + remarks + _unused(findings, folder)),
    )


def _unused(findings: Findings, folder: Path) -> list[str]:
    return [unused_text(path) for path in findings.files
            if path.parent == folder and path.name.lower() == "urls.sh"
            and not _holds_addresses(path)]


def _archives_among(findings: Findings, why: str) -> tuple[list[Place], list[str]]:
    """Only the official names are trusted here; other words must agree with the members."""
    places, remarks = [], []
    for path in findings.files:
        if not path.name.lower().endswith(ARCHIVE_ENDINGS) or not path.is_file():
            continue
        known, role = edition_of(path.name), role_of(path.name)
        if known and known.role is None:
            remarks.append(f"{path} is passed over. {known.instead}")
        elif role and (known or _role_without_faults(path) is role):
            places.append(Place(role, Form.ARCHIVE, str(path), why))
    return places, remarks


def _role_without_faults(path: Path) -> Role | None:
    try:
        return role_by_members(path)
    except LocalFault:
        return None


def _rank(place: Place) -> int:
    if place.form is Form.TREE:
        return 1
    return 2 if place.role in PICTURE_ROLES and not place.where.lower().endswith(".tar") else 0


def _holds_addresses(path: Path) -> bool:
    if path.name.lower().endswith(ARCHIVE_ENDINGS):
        return False
    try:
        with path.open("rb") as file:
            return PREFIX.encode() in file.read(ADDRESSES_LIMIT)
    except OSError:
        return False  # the next to open it says why
