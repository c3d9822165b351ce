"""From the options of a script to what its --doctor looks at.

Imports nothing that may be missing.
"""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import TimeoutError
from functools import partial
from typing import TYPE_CHECKING

from imagenet_utils.archives.known import PUBLIC_TARS
from imagenet_utils.command_line import (
    download_options, extract_options, listing_options, marking_options,
)
from imagenet_utils.command_line.download_options import BOXES_FOLDER, TABLE_FILE, URL_LIST_FILE
from imagenet_utils.doctor.at_once import begun
from imagenet_utils.doctor.patient import Files, Line, Patient, Run, Target
from imagenet_utils.doctor.whom import archive_at, tar_of, targets_of
from imagenet_utils.errors import ImagenetUtilsError, UsageError
from imagenet_utils.ilsvrc.addresses_file import archive_addresses
from imagenet_utils.ilsvrc.shelf import Form, Shelf, SynsetTars
from imagenet_utils.obtaining.prerequisites import (
    BOXES_ADDRESS, BOXES_CURE, LIST_ADDRESS, LIST_CURE, missing_boxes,
)

if TYPE_CHECKING:
    from imagenet_utils.options import RunOptions

DRIVE_SECONDS = 5.0  # for a look at what is there


def patient_of_download(options: Namespace) -> Patient:
    """Raises UsageError for what is wished besides."""
    for option in (*marking_options.OPTIONS, *listing_options.OPTIONS):
        if option.name in options.given and getattr(options, option.name) is not False:
            raise UsageError(f"--doctor and --{option.name} do not go together",
                             "Give one of them, then the other")
    folder = options.ncodes_dir
    files = Files(folder / TABLE_FILE, folder / URL_LIST_FILE, folder / BOXES_FOLDER,
                  needs_table=False, needs_annotations=False)
    return Patient(folder, files, _in_time(partial(_targets_of_download, options, files)))


def patient_of_extract(namespace: Namespace) -> Patient:
    """Raises UsageError for options that do not go together."""
    options = _run_options(namespace)
    needs_table = not (namespace.categories or namespace.demo or namespace.split == ("test",))
    files = Files(
        namespace.ncode_data, namespace.url_data, namespace.annotations_dir,
        needs_table=needs_table, is_annotations_given="annotations_dir" in namespace.given,
        needs_annotations=namespace.with_annotation if options is None
        else options.selection.needs_annotations)
    processes = (namespace.processes or os.cpu_count() or 1) if namespace.parallel else 0
    user_agent = namespace.user_agent or extract_options.USER_AGENT
    whom = partial(targets_of, options) if options else partial(_guessed, namespace)
    return Patient(
        namespace.save_dir, files, () if namespace.demo else _in_time(whom),
        Line(namespace.proxy, user_agent, namespace.cookie_file),
        Run(namespace.archives_dir, namespace.archive, namespace.min_free_disk, processes,
            None if namespace.demo else options),
    )


PATIENTS: Mapping[str, Callable[[Namespace], Patient]] = {
    download_options.PROGRAM.name: patient_of_download,
    extract_options.PROGRAM.name: patient_of_extract,
}


def _in_time(find: Callable[[], Iterable[Target]]) -> tuple[Target, ...]:
    """None where a drive hangs, or nothing can be made out: there are checks that say so."""
    try:
        return begun(lambda: tuple(find())).result(DRIVE_SECONDS)
    except (TimeoutError, ImagenetUtilsError, OSError, ImportError):
        return ()


def _targets_of_download(options: Namespace, files: Files) -> Iterator[Target]:
    """What is there stays as it is, and nobody is asked for it."""
    is_wished = partial(download_options.is_wished, options)
    if is_wished("with_url_data", "url_data_link") and not os.path.exists(files.url_list):
        yield from _of_several("URL list", options.url_data_link or (LIST_ADDRESS,), LIST_CURE)
    if is_wished("with_annotations", "annotations_link") and missing_boxes(files.annotations):
        yield from _of_several("boxes", options.annotations_link or (BOXES_ADDRESS,), BOXES_CURE)


def _of_several(purpose: str, places: tuple[str, ...], cure: str) -> Iterator[Target]:
    """The first that works is taken, so that none of them is needed."""
    for place in places:
        if re.match("https?://", place, re.IGNORECASE):
            yield Target(purpose, place, len(places) == 1, cure)


def _run_options(namespace: Namespace) -> RunOptions | None:
    """None where a package is missing that they need."""
    try:
        from imagenet_utils.command_line.options import run_options

        return run_options(namespace)
    except ImportError:
        return None


def _guessed(namespace: Namespace) -> Iterator[Target]:
    """Without the packages of the sources nobody can tell which of them a run would take."""
    shelf = Shelf.of(namespace.archives_dir, namespace.archive)
    shelf = shelf.with_addresses(archive_addresses(os.environ, shelf.addresses_files))
    remote = [place for place in shelf.places if place.form is Form.REMOTE]
    serves_else = remote or os.path.exists(namespace.url_data)
    for place in remote:
        yield archive_at(place, is_needed=False)
    for tars in shelf.synset_tars or (() if serves_else else (SynsetTars(PUBLIC_TARS),)):
        if tars.is_remote:
            yield tar_of(tars, is_needed=False)
