"""Which class each validation picture shows.

`ILSVRC2012_val_00000001.JPEG` is what line 1 of the ground truth speaks of, wherever a folder or an
archive has it; pictures of other names are taken in the order of their names, not as listed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.devkit import GROUND_TRUTH, Devkit
from imagenet_utils.ilsvrc.numbering import (
    CLASSES,
    VALIDATION_PICTURES,
    classes_by_id,
    classes_by_wnid,
)
from imagenet_utils.ilsvrc.text_lines import (
    bytes_of_file,
    lines_in,
    quoted,
    raise_mistakes,
    whole_number,
)
from imagenet_utils.model import Wnid

NUMBERED = re.compile(r"ILSVRC\d{4}_val_(\d{1,8})", re.ASCII)
CODE = re.compile(r"(?:^|[,;\s\"])(n\d{8})(?=[,;\s\"]|$)", re.ASCII)
SEPARATOR = re.compile(r"[,;\s]+")
HEADERS = (["imageid", "predictionstring"], ["image", "code"])  # Kaggle's, and our own table's

NEARLY_ALL = 40_000  # lines; so many are all of them, but for some that were lost
HOW_TO_WRITE = "Give one code (n01751748) or devkit id a line, or a picture's name and its code"


@dataclass(frozen=True, slots=True)
class ValLabels:
    """Codes by number or by name, whichever the file has."""

    origin: str
    by_number: tuple[Wnid, ...] = ()  # that of picture 1 first
    by_name: Mapping[str | int, Wnid] = field(default_factory=dict)  # keys as `_key` has them


def labels_from_devkit(devkit: Devkit) -> ValLabels:
    """Raises UsageError where the devkit has no ground truth."""
    if not devkit.ground_truth:
        where = ", ".join(devkit.origins.values()) or "the devkit"
        raise UsageError(f"{where}: expected a validation ground truth beside it, found none",
                         "Name the devkit of 2012, or a file with --val_labels")
    by_id = {synset.id: synset.wnid for synset in devkit.synsets} or {
        number: known.wnid for number, known in classes_by_id().items()}
    unknown = set(devkit.ground_truth) - by_id.keys()
    if unknown:
        raise UsageError(f"{devkit.origins.get(GROUND_TRUTH, 'the ground truth')}: the devkit has "
                         f"no synset of the id {min(unknown)}", "Take both from one devkit")
    wnids = tuple(by_id[number] for number in devkit.ground_truth)
    return ValLabels(devkit.origins.get(GROUND_TRUTH, "the ground truth"), by_number=wnids)


def read_val_labels(path: Path) -> ValLabels:
    """Codes or devkit ids one a line; names and codes; Kaggle's LOC_val_solution.csv.

    Raises UsageError; of mistakes, a TableError with the first of them line by line.
    """
    return labels_in(bytes_of_file(path), str(path))


def labels_in(data: bytes, origin: str) -> ValLabels:
    """As `read_val_labels`; messages name `origin`."""
    lines = [line.strip(' \t"') for line in lines_in(data, origin)]
    if not lines:
        raise UsageError(f"{origin} is empty", HOW_TO_WRITE)
    if any(map(SEPARATOR.search, lines)):
        return ValLabels(origin, by_name=_by_name(lines, origin))
    return ValLabels(origin, by_number=_in_order(lines, origin))


def labels_of_validation(names: Collection[str], labels: ValLabels) -> dict[str, Wnid]:
    """The code of each picture; names may have folders before them, and come in any order.

    Raises UsageError where a picture can't be told with certainty.
    """
    if labels.by_name or not names:
        return _looked_up(names, labels)
    numbers = {name: number for name in names if (number := _number_of(name)) is not None}
    if len(numbers) < len(names) and numbers:
        odd = min(set(names) - set(numbers))
        raise UsageError(f"{odd}: expected a name like ILSVRC2012_val_00000001.JPEG, as "
                         f"{len(numbers):,} others have", "Move it out of the validation set")
    if not numbers:
        numbers = _ranks(names, labels)
    _check_numbers(numbers, labels)
    return {name: labels.by_number[numbers[name] - 1] for name in names}


def code_of(name: str, labels: ValLabels) -> Wnid | None:
    """Of one picture by itself; None where the labels don't know it, or only by its rank."""
    if labels.by_name:
        return labels.by_name.get(_key(name))
    number = _number_of(name)
    if number is None or not 1 <= number <= len(labels.by_number):
        return None
    return labels.by_number[number - 1]


def all_labels(labels: ValLabels) -> dict[str, Wnid]:
    """By the names that the archive has, where they are known."""
    return {f"ILSVRC2012_val_{number:08}.JPEG": wnid
            for number, wnid in enumerate(labels.by_number, 1)}


def number_of(name: str) -> int | None:
    """As the blacklist counts them, from 1.

    >>> number_of("val/ILSVRC2012_val_00000036.JPEG")
    36
    """
    return _number_of(name)


def _in_order(cells: list[str], origin: str) -> tuple[Wnid, ...]:
    wnids, mistakes = [], []
    for line, cell in enumerate(cells, 1):
        number = whole_number(cell)
        by_id = classes_by_id().get(number) if number is not None else None
        found = by_id or classes_by_wnid().get(cell)
        if found is None:
            mistakes.append(f"line {line}: expected a code of ILSVRC2012 or an id from 1 to "
                            f"{CLASSES}, found {quoted(cell)}")
        else:
            wnids.append(found.wnid)
    raise_mistakes(origin, mistakes)
    return tuple(wnids)


def _by_name(lines: list[str], origin: str) -> dict[str | int, Wnid]:
    labels: dict[str | int, Wnid] = {}
    mistakes = []
    for number, line in enumerate(lines, 1):
        if not line or (number == 1 and _is_header(line)):
            continue
        try:
            name, wnid = _name_and_code(line)
            if labels.setdefault(_key(name), wnid) != wnid:
                raise ValueError(f"{quoted(name)} again, with another code")
        except ValueError as error:
            mistakes.append(f"line {number}: {error}")
    raise_mistakes(origin, mistakes)
    return labels


def _is_header(line: str) -> bool:
    return [cell.strip('"') for cell in SEPARATOR.split(line.casefold())[:2]] in HEADERS


def _name_and_code(line: str) -> tuple[str, Wnid]:
    """Boxes and our numbers may follow.  Raises ValueError.

    A number for a code is refused: some lists give the devkit's ids, others positions from 0.
    """
    first = CODE.search(line)
    if first is None:
        rest = SEPARATOR.split(line, maxsplit=1)[-1]
        hint = ", not a number, of which there are two kinds" if rest.isdigit() else ""
        raise ValueError(f"expected a code behind the name{hint}, found {quoted(rest)}")
    name = line[: first.start()].strip(',;" \t').replace('""', '"')
    if not name:
        raise ValueError(f"expected a picture's name before {first[1]}, found nothing")
    codes = set(CODE.findall(line))
    if len(codes) > 1:
        raise ValueError(f"expected one code, found {' and '.join(sorted(codes)[:2])}")
    if (found := classes_by_wnid().get(first[1])) is None:
        raise ValueError(f"expected a code of ILSVRC2012, found {first[1]}")
    return name, found.wnid


def _looked_up(names: Collection[str], labels: ValLabels) -> dict[str, Wnid]:
    found = {name: wnid for name in names if (wnid := labels.by_name.get(_key(name)))}
    if len(found) < len(names):
        lost = sorted(set(names) - set(found))
        raise UsageError(f"{labels.origin}: expected a line for {lost[0]}, found none; "
                         f"{len(lost):,} pictures are not in it", HOW_TO_WRITE)
    return found


def _ranks(names: Collection[str], labels: ValLabels) -> dict[str, int]:
    """By the name itself, whatever the folder; from 1."""
    ordered = sorted(names, key=_stem)
    if len(names) != len(labels.by_number):
        raise UsageError(f"{labels.origin}: expected {len(names):,} lines, one for each picture "
                         f"by the order of names, found {len(labels.by_number):,}", HOW_TO_WRITE)
    for one, other in zip(ordered, ordered[1:]):
        if _stem(one) == _stem(other):
            raise UsageError(f"{one} and {other}: two pictures of one name have no order",
                             "Give a file of names and codes with --val_labels")
    return {name: rank for rank, name in enumerate(ordered, 1)}


def _check_numbers(numbers: Mapping[str, int], labels: ValLabels) -> None:
    """A list that lost a line would give all behind it another picture's label."""
    expected = len(labels.by_number)
    if NEARLY_ALL <= expected < VALIDATION_PICTURES:
        raise UsageError(f"{labels.origin}: expected {VALIDATION_PICTURES:,} lines, found "
                         f"{expected:,}", HOW_TO_WRITE)
    for name, number in numbers.items():
        if not 1 <= number <= expected:
            raise UsageError(f"{name}: {labels.origin} has {expected:,} lines, none for this "
                             "number", "Is it a picture of the validation set?")


def _key(name: str) -> str | int:
    """Our table has a quote before what a spreadsheet would take for a formula."""
    number = _number_of(name)
    return _stem(name).removeprefix("'") if number is None else number


def _number_of(name: str) -> int | None:
    match = NUMBERED.fullmatch(_stem(name))
    return int(match[1]) if match else None


def _stem(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).stem
