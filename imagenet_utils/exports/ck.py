"""`ck`: a Collective Knowledge repository for each category, an entry in it for each picture.

    ck import repo --path=ck/imagenet-n02119789 --quiet
    ck search dataset:* --tags=imagenet,n02119789
    imagenet-n02119789:dataset:122

CK itself is not needed to write them.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from imagenet_utils.exports.ck_entries import (
    MODULE,
    Files,
    entry_files,
    entry_name,
    repository_files,
    repository_name,
)
from imagenet_utils.exports.classes import UNCLASSIFIED, ExportClass
from imagenet_utils.exports.export_job import ExportJob
from imagenet_utils.exports.gallery import ExportPicture
from imagenet_utils.results.store import link_or_copy
from imagenet_utils.telling import counted


def write(job: ExportJob) -> str:
    """How much of what there is, in one line.  Raises LocalFault."""
    entries: Counter[str] = Counter()  # by repository
    for picture in job.pictures():
        for known in picture.classes or (None,):
            name = repository_name(known.folder if known else UNCLASSIFIED)
            repository = job.target / name
            if not entries[name]:
                _write_files(repository, repository_files(name))
            _write_entry(repository, picture, known)
            entries[name] += 1
    return (f"{counted(entries.total(), 'entry', 'entries')} in"
            f" {counted(len(entries), 'repository', 'repositories')}")


def _write_entry(repository: Path, picture: ExportPicture, known: ExportClass | None) -> None:
    code = known.code if known else UNCLASSIFIED
    name = entry_name(picture.stem, code)
    files = entry_files(
        repository.name, name, files=[picture.name], words=known.words.split(", ") if known else [],
        tags=["imagenet", code, name, picture.stored.url])
    _write_files(repository, files)
    link_or_copy(picture.stored.path, f"{repository}/{MODULE}/{name}/{picture.name}")


def _write_files(repository: Path, files: Files) -> None:
    folders: set[str] = set()
    for path, content in files:
        place = f"{repository}/{path}"
        folder = os.path.dirname(place)
        if folder not in folders:
            os.makedirs(folder, exist_ok=True)
            folders.add(folder)
        with open(place, "xb") as file:
            file.write(content)
