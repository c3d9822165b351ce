"""Exports of what is stored: at the end of a run, or alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from imagenet_utils.errors import ExitCode
from imagenet_utils.exports.export import export
from imagenet_utils.job.contact_sheets import show_stored
from imagenet_utils.job.lock import only_export_to, only_run_on
from imagenet_utils.options import ExportOptions
from imagenet_utils.results.layout import EXPORTS_FOLDER, LEDGER
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.stored import refuse_no_originals, refuse_no_results
from imagenet_utils.telling import Teller
from imagenet_utils.whole_files import make_folder


def export_alone(
    options: ExportOptions, save_dir: Path, teller: Teller, *, has_contact_sheet: bool
) -> ExitCode:
    """Nothing is fetched, and no table, list or source asked.  Raises what ends a run."""
    refuse_no_results(save_dir)
    if options.names:
        refuse_no_originals(save_dir)
    with only_run_on(save_dir):
        export_stored(options, save_dir, teller)
        if has_contact_sheet:
            with closing(Ledger(save_dir / LEDGER)) as ledger:
                show_stored(save_dir, ledger, teller)
    return ExitCode.ALL_HERE


def export_stored(options: ExportOptions, save_dir: Path, teller: Teller) -> None:
    """For whoever holds the lock of the save_dir, and has the ledger written out."""
    if not options.names:
        return
    folder = options.folder or save_dir / EXPORTS_FOLDER
    make_folder(folder)
    with only_export_to(folder):
        export(options, folder, ledger=save_dir / LEDGER, save_dir=save_dir, teller=teller)
