"""A challenge's devkit: its synsets, and the ground truth and blacklist that it may have.

`meta.mat` changed over the years: an array that stands or lies, of 1,860 synsets (the classes and
what is above them) or of the 1,000 classes alone, with fields of varying names.  The classes and
their ids stayed the same from 2012 to 2017.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from imagenet_utils.archives.tar_stream import BrokenTar, Kind, TarStream
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc import mat_file
from imagenet_utils.ilsvrc.blacklist import blacklist_in
from imagenet_utils.ilsvrc.mat_file import BrokenMat, Numbers, Structs, Value
from imagenet_utils.ilsvrc.numbering import CLASSES
from imagenet_utils.ilsvrc.text_lines import bytes_of_file, numbers_in
from imagenet_utils.model import Wnid

META, GROUND_TRUTH, BLACKLIST = "synsets", "ground truth", "blacklist"
NAMES = {
    META: re.compile(r"meta(_clsloc)?\.mat"),
    GROUND_TRUTH: re.compile(r"ILSVRC\d{4}(_clsloc)?_validation_ground_truth\.txt"),
    BLACKLIST: re.compile(r"ILSVRC\d{4}(_clsloc)?_validation_blacklist\.txt"),
}
FILE_LIMIT = mat_file.LIMIT  # bytes of any of these files
ARCHIVE_LIMIT = 256 * 2**20  # bytes unpacked; those of 2012 have 4 and 30 MB

ID_FIELD = re.compile(r"ILSVRC\d{4}(_CLSLOC)?_ID")
WNID = re.compile(r"n\d{8}")

WANTED = "Name the devkit of ILSVRC2012 or a later year: its folder, or its .tar.gz"


@dataclass(frozen=True, slots=True)
class Synset:
    """A class, or one that is above classes."""

    id: int  # ILSVRC2012_ID: 1 to 1000 are the classes
    wnid: Wnid
    words: str  # "kit fox, Vulpes macrotis"
    gloss: str
    num_train_images: int  # 0 for what is no class
    num_children: int | None  # None, and no children: this year's devkit doesn't say
    children: tuple[int, ...]  # ids
    wordnet_height: int | None  # edges to the farthest leaf below, in WordNet; None as above


@dataclass(frozen=True, slots=True)
class Devkit:
    """What was found of a devkit; what it lacks is empty."""

    synsets: tuple[Synset, ...] = ()  # in the order of ids
    ground_truth: tuple[int, ...] = ()  # the id of each validation picture, by its number less one
    blacklist: tuple[int, ...] = ()  # numbers of validation pictures, ascending
    origins: Mapping[str, str] = field(default_factory=dict)  # kind of file -> where it was


def read_devkit(where: Path) -> Devkit:
    """From a folder (the devkit's, its `data`, or one around it), or from its archive.

    Raises UsageError.
    """
    files = _in_folder(where) if where.is_dir() else _in_archive(where)
    if META not in files and GROUND_TRUTH not in files:
        raise UsageError(f"{where}: expected meta.mat or a validation ground truth, found neither",
                         WANTED)
    synsets = synsets_in(*files[META]) if META in files else ()
    ground_truth = ground_truth_in(*files[GROUND_TRUTH]) if GROUND_TRUTH in files else ()
    blacklist = blacklist_in(*files[BLACKLIST]) if BLACKLIST in files else ()
    origins = {kind: origin for kind, (_, origin) in files.items()}
    return Devkit(synsets, ground_truth, blacklist, origins)


def synsets_in(data: bytes, origin: str) -> tuple[Synset, ...]:
    """Those of a `meta.mat` or `meta_clsloc.mat`, in the order of ids.  Raises UsageError."""
    try:
        value = mat_file.read_variable(data, "synsets")
        if not isinstance(value, Structs):
            raise BrokenMat("its synsets are no array of structs")
        synsets = sorted(map(_synset, value.elements), key=lambda synset: synset.id)
    except BrokenMat as error:
        raise UsageError(f"{origin}: {error}", WANTED) from None
    ids = {synset.id for synset in synsets}
    if len(ids) < len(synsets) or not synsets or min(ids) < 1:
        raise UsageError(f"{origin}: expected ids from 1, each once, "
                         f"found {len(ids)} in {len(synsets)} synsets", WANTED)
    return tuple(synsets)


def ground_truth_in(data: bytes, origin: str) -> tuple[int, ...]:
    """The ids of the validation pictures: 50,000, or fewer of a part.  Raises UsageError."""
    return numbers_in(data, origin, highest=CLASSES)


def _in_folder(where: Path) -> dict[str, tuple[bytes, str]]:
    """kind -> bytes and where they were; of several devkits, what the best of them lacks, too."""
    try:
        around = sorted(path for path in where.iterdir() if "devkit" in path.name.casefold())
        folders = [where, where / "data", *(each / "data" for each in around), *around]
        found = [_paths_in(folder) for folder in folders if folder.is_dir()]
    except OSError as error:
        told = error.strerror or str(error)
        raise UsageError(f"{where}: {told}", "Name a folder that can be read") from error
    paths = {kind: path for each in sorted(found, key=_worth) for kind, path in each.items()}
    return {kind: (bytes_of_file(path, FILE_LIMIT), str(path)) for kind, path in paths.items()}


def _paths_in(folder: Path) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        kind = _kind_of(path.name)
        if kind is not None and path.is_file():
            paths[kind] = path  # the last: meta_clsloc.mat comes behind meta.mat
    return paths


def _worth(paths: dict[str, Path]) -> tuple[bool, int]:
    """The ground truth is what nothing else has."""
    return GROUND_TRUTH in paths, len(paths)


def _kind_of(name: str) -> str | None:
    return next((kind for kind, pattern in NAMES.items() if pattern.fullmatch(name)), None)


def _in_archive(where: Path) -> dict[str, tuple[bytes, str]]:
    try:
        with open(where, "rb") as file:
            return dict(_wanted_members(TarStream(file, limit=ARCHIVE_LIMIT), where))
    except BrokenTar as error:
        cure = "Fetch it again; what a login page was saved as is no archive"
        raise UsageError(f"{where}: {error}", cure) from None
    except OSError as error:
        raise UsageError(f"{where}: {error.strerror or error}", WANTED) from error


def _wanted_members(tar: TarStream, where: Path) -> Iterator[tuple[str, tuple[bytes, str]]]:
    for member in tar.members():
        kind = _kind_of(PurePosixPath(member.name).name)
        if kind is None or member.kind is not Kind.FILE:
            continue
        if member.size > FILE_LIMIT:
            raise BrokenTar(f"{member.name} is larger than {FILE_LIMIT:,} bytes")
        yield kind, (tar.read(member.size), f"{where}#{member.name}")


def _synset(element: dict[str, Value]) -> Synset:
    """Raises BrokenMat."""
    id_field = next((name for name in element if ID_FIELD.fullmatch(name)), None)
    if id_field is None:
        raise BrokenMat(f"no field like ILSVRC2012_ID, only {', '.join(element) or 'nothing'}")
    wnid = _text(element, "WNID")
    if not WNID.fullmatch(wnid):
        raise BrokenMat(f"expected a WNID like n02119789, found {wnid[:20]!r}")
    is_told = "num_children" in element
    return Synset(
        id=_number(element, id_field),
        wnid=Wnid(wnid),
        words=_text(element, "words" if "words" in element else "name"),
        gloss=_text(element, "gloss" if "gloss" in element else "description"),
        num_train_images=_number(element, "num_train_images"),
        num_children=_number(element, "num_children") if is_told else None,
        children=_numbers(element, "children") if is_told else (),
        wordnet_height=_number(element, "wordnet_height") if is_told else None,
    )


def _text(element: dict[str, Value], name: str) -> str:
    value = element.get(name)
    if isinstance(value, Numbers) and not value.values:
        return ""
    if not isinstance(value, str):
        raise BrokenMat(f"expected text in the field {name}")
    return value


def _number(element: dict[str, Value], name: str) -> int:
    numbers = _numbers(element, name)
    if len(numbers) != 1:
        raise BrokenMat(f"expected one number in the field {name}, found {len(numbers)}")
    return numbers[0]


def _numbers(element: dict[str, Value], name: str) -> tuple[int, ...]:
    value = element.get(name)
    if not isinstance(value, Numbers):
        raise BrokenMat(f"expected numbers in the field {name}")
    if not all(number >= 0 and float(number).is_integer() for number in value.values):
        raise BrokenMat(f"expected whole numbers in the field {name}")
    return tuple(int(number) for number in value.values)
