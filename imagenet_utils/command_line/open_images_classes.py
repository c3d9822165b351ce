"""The classes of Open Images that are not built in, as the command line asks for them."""

from __future__ import annotations

from argparse import Namespace

from imagenet_utils.categories.catalogue import Entry
from imagenet_utils.categories.catalogues import OPEN_IMAGES
from imagenet_utils.command_line.console import Console
from imagenet_utils.command_line.metadata_options import FILES, file_wishes
from imagenet_utils.errors import UsageError
from imagenet_utils.open_images.class_names import all_classes
from imagenet_utils.open_images.files import FileShelf
from imagenet_utils.open_images.metadata import chosen_version


def classes_of_open_images(options: Namespace, console: Console) -> tuple[Entry, ...] | None:
    """All 20,000, fetched if need be; None where they are not asked for.

    Raises UsageError for options that have no meaning, Unobtainable, LocalFault, Locked.
    """
    for name in ("classes", *(option.name for option in FILES)):
        if name in options.given and options.source != OPEN_IMAGES:
            raise UsageError(f"--{name} goes with --source {OPEN_IMAGES} alone",
                             "Add that, or leave it out")
    if options.classes != "all":
        return None
    wishes = file_wishes(options)
    with console.progress("the names of the classes", unit="byte") as progress:
        shelf = FileShelf(wishes.directory, may_fetch=True, on_progress=progress.show)
        return all_classes(chosen_version(wishes), shelf)
