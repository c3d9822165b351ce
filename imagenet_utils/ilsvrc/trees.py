"""Archives that somebody unpacked: which folder holds which split, and its pictures on demand.

    train/<wnid>/*.JPEG                         or <wnid>/ without a folder above
    val/*.JPEG, val/<wnid>/*.JPEG, test/*.JPEG
    ILSVRC/Data/CLS-LOC/{train,val,test}        as Kaggle packs them
    ILSVRC/Annotations/CLS-LOC/{train,val}      boxes
    ILSVRC2012_devkit_t12/data/

Names of pictures tell what a folder is, and its own name where they don't.  A class's folder is
listed when it is asked for: 1,281,167 files are never listed at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from imagenet_utils.archives.known import ARCHIVE_ENDINGS, Role, role_of
from imagenet_utils.errors import LocalFault
from imagenet_utils.model import Wnid
from imagenet_utils.results.layout import LEDGER

CLASS_FOLDER = re.compile(r"n\d{8}", re.ASCII)
CLASS_TAR = re.compile(r"n\d{8}\.tar", re.ASCII)
PICTURE = re.compile(r"[A-Za-z0-9][\w.-]{0,99}\.(?:jpe?g|png)", re.ASCII | re.IGNORECASE)
LEVELS_BELOW = 5  # of the folder that the user names: <Kaggle's>/ILSVRC/Data/CLS-LOC/train
MOST_FOLDERS = 1_000  # that are looked into; the rest is told
MOST_ENTRIES = 200_000  # of one folder that are looked at; the largest split has 100,000
MOST_CLASSES_TRIED = 20  # until one is found that isn't empty
OTHER_CHALLENGES = {"det", "vid"}  # beside CLS-LOC, with names of pictures like its own

DEVKIT_FILE = re.compile(
    r"meta(?:_clsloc)?\.mat|ILSVRC\d{4}_(?:clsloc_)?validation_ground_truth\.txt",
    re.ASCII | re.IGNORECASE)
_OF_USE = re.compile(rf".*(?:{'|'.join(map(re.escape, ARCHIVE_ENDINGS))})|{DEVKIT_FILE.pattern}"
                     r"|LOC_val_solution\.csv|.*\.sh|urls.*", re.ASCII | re.IGNORECASE)
_OF_SPLIT = re.compile(r"ILSVRC\d{4}_(val|test)_\d{8}", re.ASCII | re.IGNORECASE)
_OF_CLASS = re.compile(r"n\d{8}_\d+", re.ASCII)
_XML = re.compile(r"[A-Za-z0-9][\w.-]{0,99}\.xml", re.ASCII | re.IGNORECASE)
_BOXES = {Role.TRAIN: Role.BBOX_TRAIN, Role.VAL: Role.BBOX_VAL}
_WORDS_BESIDE = {"ilsvrc", "imagenet", "img", "image", "images", "data", "set", "split", "sorted",
                 "bbox", "bboxes", "bounding", "boxes", "annotations", "v"}


@dataclass(frozen=True, slots=True)
class Pictures:
    """What one folder has of them."""

    folder: str
    names: tuple[str, ...]  # sorted

    def paths(self) -> Iterator[str]:
        return (os.path.join(self.folder, name) for name in self.names)


@dataclass(frozen=True, slots=True)
class Tree:
    """An unpacked archive; raises LocalFault where a folder can't be listed."""

    role: Role
    root: Path
    is_sorted: bool  # into <wnid>/

    def codes(self) -> tuple[Wnid, ...]:
        """Of the classes that have a folder, in order; none where it is flat."""
        if not self.is_sorted:
            return ()
        entries = _entries(self.root)
        return tuple(sorted(Wnid(entry.name) for entry in entries
                            if CLASS_FOLDER.fullmatch(entry.name) and _is_folder(entry)))

    def of_class(self, code: Wnid) -> Pictures:
        """None at all where the class has no folder."""
        return _pictures_in(self.root / code)

    def flat(self) -> Pictures:
        """Those that lie in no class's folder."""
        return _pictures_in(self.root)


@dataclass(slots=True)
class Findings:
    """What lies in a folder and below it; the nearest first, then by name."""

    trees: list[Tree] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)  # that may be of use, by their names
    class_tars: list[Path] = field(default_factory=list)  # folders of <wnid>.tar
    problems: list[str] = field(default_factory=list)  # what couldn't be looked into, a line each


@dataclass(slots=True)
class _Folder:
    """What one listing told."""

    path: Path
    folders: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    sample: str = ""  # name of a picture, or of an XML
    has_class_tars: bool = False


def look_through(root: Path) -> Findings:
    """Nothing is opened; links that lead in a circle are followed once."""
    findings = Findings()
    waiting = [root]
    seen: set[str] = set()
    for _ in range(LEVELS_BELOW + 1):
        next_level: list[Path] = []
        for path in waiting:
            real = os.path.realpath(path)
            if real in seen:
                continue
            if len(seen) == MOST_FOLDERS:
                told = f"{root}: only {MOST_FOLDERS:,} folders of it were looked into"
                findings.problems.append(f"{told}; name the right one with --archive")
                return findings
            seen.add(real)
            next_level += _look_into(path, findings)
        waiting = next_level
    return findings


def of_role(trees: Iterable[Tree], role: Role) -> list[Tree]:
    """The likeliest first: folders that bear the role's name before others."""
    found = [tree for tree in trees if tree.role is role]
    return sorted(found, key=lambda tree: _role_of_folder(tree.root) is None)


def _look_into(path: Path, findings: Findings) -> list[Path]:
    """The folders that are to be looked into next."""
    try:
        folder = _listed(path)
    except LocalFault as fault:
        findings.problems.append(fault.problem)
        return []
    findings.files += [path / name for name in sorted(folder.files)]
    findings.class_tars += [path] if folder.has_class_tars else []
    if tree := _tree_at(folder):
        findings.trees.append(tree)
    return [path / name for name in sorted(folder.folders)]


def _listed(path: Path) -> _Folder:
    folder = _Folder(path)
    for entry in islice(_entries(path), MOST_ENTRIES):
        name = entry.name
        if name == LEDGER:
            return _Folder(path)  # results of a run, which are no archive
        if _is_telling(name):
            folder.sample = min(folder.sample or name, name)
        elif CLASS_TAR.fullmatch(name):
            folder.has_class_tars = True
        elif _is_folder(entry):
            if CLASS_FOLDER.fullmatch(name):
                folder.classes.append(name)
            elif not name.startswith(".") and name.lower() not in OTHER_CHALLENGES:
                folder.folders.append(name)
        elif _OF_USE.fullmatch(name):
            folder.files.append(name)
    return folder


def _tree_at(folder: _Folder) -> Tree | None:
    if any(map(DEVKIT_FILE.fullmatch, folder.files)):
        return Tree(Role.DEVKIT, folder.path, is_sorted=False)
    in_classes = _sample_of_classes(folder)
    role = _role(in_classes or folder.sample, folder.path)
    is_sorted = bool(in_classes)
    if role is None or (not is_sorted and role in (Role.TRAIN, Role.BBOX_TRAIN)):
        return None
    return Tree(role, folder.path, is_sorted)


def _sample_of_classes(folder: _Folder) -> str:
    for code in sorted(folder.classes)[:MOST_CLASSES_TRIED]:
        try:
            names = (entry.name for entry in islice(_entries(folder.path / code), MOST_ENTRIES))
            sample = next(filter(_is_telling, names), "")
        except LocalFault:
            continue
        if sample:
            return sample
    return ""


def _is_telling(name: str) -> bool:
    return bool(PICTURE.fullmatch(name) or _XML.fullmatch(name))


def _role(sample: str, path: Path) -> Role | None:
    """By the name of a picture where it is of one split alone, else by the folder's name."""
    if not sample:
        return None
    split = _OF_SPLIT.match(sample)
    role = Role(split[1].lower()) if split else _role_of_folder(path)
    if role is None and _OF_CLASS.match(sample):
        role = Role.TRAIN
    return _BOXES.get(role) if role and _XML.fullmatch(sample) else role


def _role_of_folder(path: Path) -> Role | None:
    """Train, val or test, where the name tells of that and of nothing else.

    >>> _role_of_folder(Path("ILSVRC2012_img_val")).value, _role_of_folder(Path("test_of_time"))
    ('val', None)
    """
    words = set(re.findall("[a-z]+", path.name.lower())) - _WORDS_BESIDE
    return role_of(words.pop()) if len(words) == 1 else None


def _pictures_in(folder: Path) -> Pictures:
    names = [entry.name for entry in _entries(folder, is_optional=True)
             if PICTURE.fullmatch(entry.name) and _is_file(entry)]
    return Pictures(str(folder), tuple(sorted(names)))


def _entries(folder: Path, *, is_optional: bool = False) -> Iterator[os.DirEntry[str]]:
    """Raises LocalFault, not where an optional folder isn't there."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        if is_optional and isinstance(error, (FileNotFoundError, NotADirectoryError)):
            return
        raise LocalFault(f"{folder}: cannot be listed: {error.strerror or error}",
                         "Let it be read, or name another with --archive") from error


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # links in a circle
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
