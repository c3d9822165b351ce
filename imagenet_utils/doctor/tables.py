"""What a run reads: the marked table, the URL list, the boxes, the archives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from imagenet_utils.annotations.box_archives import BoxArchives
from imagenet_utils.categories.ncodes import MarkedTable, read_marked
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import ImagenetUtilsError, LocalFault, TableError, UsageError
from imagenet_utils.ilsvrc.shelf import Shelf
from imagenet_utils.url_lists.index import built_url_index

FETCH_BOXES = "python download_ncodes_imagenet.py --with_annotations"
OLDER_NAME = "Annotation"


def table(patient: Patient) -> Iterator[Finding]:
    files = patient.files
    trouble = problem if files.needs_table else warning
    if not files.needs_table and not files.table.exists():
        yield ok(f"{files.table}: none, and none is needed")
        return
    try:
        marked = read_marked(files.table, lambda code: files.url_list.exists())
    except TableError as error:
        count = len(error.mistakes)
        more = f" (the first of {count:,})" if count > 1 else ""
        yield trouble(f"{files.table}: {error.mistakes[0]}{more}",
                      "Mend it in a spreadsheet or an editor; a run names every mistake")
    except ImagenetUtilsError as error:
        yield trouble(error.problem, error.cure)
    else:
        yield ok(f"{files.table}: {_marks(marked)}")


def url_list(patient: Patient) -> Iterator[Finding]:
    path = patient.files.url_list
    if not path.exists():
        yield ok(f"{path}: none; pictures come out of archives")
        return
    try:
        index = built_url_index(path, fallback_dir=patient.folder)
        if index is None:
            yield ok(f"{path}: there; the next run makes its index first")
        else:
            with closing(index):
                yield ok(f"{path}: {index.row_total:,} rows,"
                         f" {index.bad_lines.count:,} bad lines; its index holds")
    except UsageError as error:
        yield problem(error.problem, error.cure)
    except OSError as error:
        yield problem(f"{path}: {error.strerror or error}", "Let it be read, or name another list")


def boxes(patient: Patient) -> Iterator[Finding]:
    folder = patient.files.annotations
    try:
        is_there = not _is_empty(folder)
    except LocalFault as fault:
        yield problem(fault.problem, fault.cure)
        return
    if is_there:
        yield ok(f"{folder}: boxes are there")
    elif patient.files.needs_annotations:
        yield warning(f"{folder}: none, a run fetches them first",
                      f"To fetch them by themselves: {FETCH_BOXES}")
    else:
        yield ok(f"{folder}: none; pictures come without boxes")


def archives(patient: Patient) -> Iterator[Finding]:
    run = patient.run
    if run is None:
        return
    try:
        shelf = Shelf.of(run.archives_dir, run.archives)
    except ImagenetUtilsError as error:
        yield problem(error.problem, error.cure)
        return
    found = [f"{place.role.value} ({place.form.value})" for place in shelf.places]
    found += [f"tars by category in {tars.template}" for tars in shelf.synset_tars]
    if found:
        yield ok(", ".join(found))
    else:
        yield ok(f"none named, and none in {run.archives_dir}")
    for remark in shelf.remarks:
        yield warning(remark, "Nothing needs to be done if it was not meant for a run")


def has_boxes(folder: Path) -> bool:
    """Whether a run would fetch none."""
    try:
        return not _is_empty(folder)
    except LocalFault:
        return False


def _is_empty(folder: Path) -> bool:
    return all(BoxArchives(place).is_empty for place in (folder, folder.with_name(OLDER_NAME)))


def _marks(marked: MarkedTable) -> str:
    told = f"{len(marked.labels):,} categories, {len(marked.categories):,} marked"
    wanted = [category.how_many for category in marked.categories]
    counted = sum(number for number in wanted if number is not None)
    everything = sum(number is None for number in wanted)
    if everything:
        return f"{told}, {everything:,} of them for all their pictures"
    return f"{told}, for {counted:,} pictures"
