"""From the options of a script to what its --doctor looks at.

Imports nothing that may be missing.
"""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from imagenet_utils.archives.known import PUBLIC_TARS
from imagenet_utils.command_line import download_options, extract_options
from imagenet_utils.doctor.patient import Files, Line, Patient, Run, Target
from imagenet_utils.doctor.tables import has_boxes
from imagenet_utils.errors import ImagenetUtilsError
from imagenet_utils.ilsvrc.addresses_file import archive_addresses
from imagenet_utils.ilsvrc.shelf import Form, Shelf, SynsetTars
from imagenet_utils.job.sample import SAMPLES
from imagenet_utils.network.bandwidth import FIRST_ADDRESS
from imagenet_utils.obtaining.prerequisites import (
    BOXES_ADDRESS, BOXES_CURE, LIST_ADDRESS, LIST_CURE,
)

SHOWN_TAR = "n02119789"  # kit fox: its tar stands for all
TARS_CURE = (
    "A mirror or a folder does as well, --archive '.../<wnid>.tar'; or a list of URLs, --url_data;"
    " or the archives of ILSVRC2012, --source ilsvrc2012 --archive"
)
ARCHIVE_CURE = "Check the address, or name another place with --archive"
SPEED_CURE = "A run finds out by itself what the line bears; --bandwidth MBIT spares the question"


def patient_of_download(options: Namespace) -> Patient:
    folder = options.ncodes_dir
    files = Files(folder / "ncodes.csv", folder / "imageNetUrls.csv", folder / "annotation",
                  needs_table=False, needs_annotations=False)
    return Patient(folder, files, tuple(_targets_of_download(options, files)))


def patient_of_extract(options: Namespace) -> Patient:
    sample = SAMPLES[options.sample]
    files = Files(options.ncode_data, options.url_data, options.annotations_dir,
                  needs_table=not options.categories and options.split != ("test",),
                  needs_annotations=options.with_annotation or sample.needs_boxes)
    processes = (options.processes or os.cpu_count() or 1) if options.parallel else 0
    user_agent = options.user_agent or extract_options.USER_AGENT
    return Patient(
        options.save_dir, files, tuple(_targets_of_extract(options, files)),
        Line(options.proxy, user_agent, options.cookie_file),
        Run(options.archives_dir, options.archive, options.min_free_disk, processes),
    )


PATIENTS: Mapping[str, Callable[[Namespace], Patient]] = {
    download_options.PROGRAM.name: patient_of_download,
    extract_options.PROGRAM.name: patient_of_extract,
}


def _targets_of_download(options: Namespace, files: Files) -> Iterator[Target]:
    """Of several places the first that works is taken, so that none of them is needed."""
    wanted = {
        "URL list": (options.url_data_link or (LIST_ADDRESS,), LIST_CURE,
                     _is_wished(options, "with_url_data", "url_data_link")),
        "boxes": (options.annotations_link or (BOXES_ADDRESS,), BOXES_CURE,
                  _is_wished(options, "with_annotations", "annotations_link")),
    }
    if files.url_list.exists():
        del wanted["URL list"]  # it stays as it is
    for purpose, (places, cure, is_wished) in wanted.items():
        for place in places:
            if _is_address(place):
                yield Target(purpose, place, is_wished and len(places) == 1, cure)


def _is_wished(options: Namespace, wish: str, link: str) -> bool:
    is_implied = link in options.given and wish not in options.given
    return getattr(options, wish) or is_implied


def _targets_of_extract(options: Namespace, files: Files) -> Iterator[Target]:
    shelf = _shelf(options)
    if options.source in ("auto", "ilsvrc2012"):
        is_meant = options.source == "ilsvrc2012" or bool(options.given & {"archive", "split"})
        for place in shelf.places:
            if place.form is Form.REMOTE:
                yield Target(place.role.value, place.where, is_meant, ARCHIVE_CURE, True)
    yield from _tars(options, files, shelf)
    if not has_boxes(files.annotations):
        yield Target("boxes", BOXES_ADDRESS, files.needs_annotations, BOXES_CURE)
    if options.parallel and options.bandwidth is None and options.batch_size is None:
        yield Target("speed of the line", FIRST_ADDRESS, False, SPEED_CURE)


def _tars(options: Namespace, files: Files, shelf: Shelf) -> Iterator[Target]:
    """Those that are named, else ImageNet's own where nothing else serves."""
    if options.source not in ("auto", "synset_tars"):
        return
    serves_else = options.source == "auto" and (files.url_list.exists() or bool(shelf.places))
    named = shelf.synset_tars or (() if serves_else else (SynsetTars(PUBLIC_TARS),))
    for tars in named:
        if tars.is_remote:
            yield Target("tars by category", tars.place_of(SHOWN_TAR), not serves_else, TARS_CURE,
                         True)


def _shelf(options: Namespace) -> Shelf:
    """What is wrong with it is the verdict on the archives."""
    try:
        shelf = Shelf.of(options.archives_dir, options.archive)
        return shelf.with_addresses(archive_addresses(os.environ, shelf.addresses_files))
    except (ImagenetUtilsError, OSError):
        return Shelf()


def _is_address(place: str | Path) -> bool:
    return re.match("https?://", str(place), re.IGNORECASE) is not None
