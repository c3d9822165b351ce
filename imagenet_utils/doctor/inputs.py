"""What a run reads: the marked table, the URL list, the boxes, the archives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

from imagenet_utils.annotations.at_hand import boxes_in
from imagenet_utils.categories.ncodes import MarkedTable, read_marked
from imagenet_utils.categories.open_images import is_mid
from imagenet_utils.doctor.metadata import metadata, options_of_open_images
from imagenet_utils.doctor.patient import Patient
from imagenet_utils.doctor.verdict import Finding, ok, problem, warning
from imagenet_utils.errors import ImagenetUtilsError, LocalFault, TableError, UsageError
from imagenet_utils.ilsvrc.shelf import Shelf
from imagenet_utils.url_lists.index import built_url_index

FETCH_BOXES = "python download_ncodes_imagenet.py --with_annotations"


def table(patient: Patient) -> Iterator[Finding]:
    files = patient.files
    if not files.needs_table:
        yield ok(f"{files.table}: not needed by this run")
        return
    try:
        marked = read_marked(
            files.table, lambda code: is_mid(code) or os.path.exists(files.url_list))
    except TableError as error:
        count = len(error.mistakes)
        more = f" (the first of {count:,})" if count > 1 else ""
        yield problem(f"{files.table}: {error.mistakes[0]}{more}",
                      "Mend it in a spreadsheet or an editor; a run names every mistake")
    except ImagenetUtilsError as error:
        yield problem(error.problem, error.cure, error.exit_code)
    else:
        yield ok(f"{files.table}: {_marks(marked)}")


def url_list(patient: Patient) -> Iterator[Finding]:
    path = patient.files.url_list
    if not os.path.exists(path):
        yield ok(f"{path}: none")
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
    if options := options_of_open_images(patient):
        yield from metadata(options)
        return
    folder = patient.files.annotations
    try:
        boxes = boxes_in(folder, is_given=patient.files.is_annotations_given)
    except LocalFault as fault:
        yield problem(fault.problem, fault.cure)
        return
    if not boxes.is_empty:
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
        if run.options is None:  # else the source says whether a run needs them
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


def _marks(marked: MarkedTable) -> str:
    told = f"{len(marked.labels):,} categories, {len(marked.categories):,} marked"
    wanted = [category.how_many for category in marked.categories]
    counted = sum(number for number in wanted if number is not None)
    everything = sum(number is None for number in wanted)
    if everything:
        return f"{told}, {everything:,} of them for all their pictures"
    return f"{told}, for {counted:,} pictures"
