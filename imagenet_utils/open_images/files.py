"""Finds the files of a version on this disk by their names, unpacks them, and fetches the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from imagenet_utils.errors import Unobtainable
from imagenet_utils.obtaining.url_list_archives import texts_in
from imagenet_utils.open_images.versions import MetadataFile
from imagenet_utils.telling import OnProgress
from imagenet_utils.whole_files import local_faults, make_folder, remove_stale, successor

_SUBSET = re.compile(r"(^|/)(train|validation|test)/")
_PACKED = ("", ".gz")  # how a published file may be called that somebody fetched
_TAR_ENDS = (".tar.gz", ".tar", ".tgz")


@dataclass(frozen=True, slots=True)
class FileShelf:
    """The folder where metadata lies, or is fetched to, as the web has it: v6/oidv6-..."""

    directory: Path
    may_fetch: bool
    on_progress: OnProgress = lambda done, total: None

    def csv(self, file: MetadataFile) -> Path:
        """Raises Unobtainable in one line, LocalFault, Locked."""
        if found := self.there(file):
            return found
        packed = self._packed(file) or self._fetched(file)
        if not file.member and packed.suffix != ".gz":
            return packed
        return self._unpacked(file, packed)

    def there(self, file: MetadataFile) -> Path | None:
        """The csv, where it lies ready."""
        return next(filter(Path.is_file, self._places(file.csv_path)), None)

    def has(self, file: MetadataFile) -> bool:
        """Whether nothing has to be fetched."""
        return bool(self.there(file) or self._packed(file))

    def _places(self, path: str) -> Iterator[Path]:
        """As the web has it, then with less and less of its folders: `2018_04/train/x.csv`,
        `train/x.csv`, `x.csv`, but always with what tells its split."""
        parts = PurePosixPath(path).parts
        for first in range(len(parts)):
            rest = "/".join(parts[first:])
            if not _SUBSET.search(path) or _SUBSET.search(rest) or _names_its_split(rest):
                yield self.directory / rest

    def _packed(self, file: MetadataFile) -> Path | None:
        names = [file.path + end for end in _PACKED]
        if file.member:
            stem = file.path.removesuffix(_TAR_ENDS[0])
            names = [stem + end for end in _TAR_ENDS]
        places = (place for name in names for place in self._places(name))
        return next(filter(Path.is_file, places), None)

    def _fetched(self, file: MetadataFile) -> Path:
        target = self.directory / file.path
        if not self.may_fetch:
            raise Unobtainable(f"{target} is not there, and nothing is fetched now",
                               f"It is at {file.address}")
        from imagenet_utils.obtaining.obtain import Expected, fetch_file

        make_folder(target.parent)
        expected = Expected(md5=file.md5, byte_count=file.byte_count,
                            is_archive=bool(file.member))
        fetch_file(file.address, target, expected=expected, on_progress=self.on_progress)
        return target

    def _unpacked(self, file: MetadataFile, packed: Path) -> Path:
        """Whole or not at all; the archive stays."""
        target = self.directory / file.csv_path
        make_folder(target.parent)
        remove_stale(target)
        wanted = "/".join(PurePosixPath(file.csv_path).parts[-2:])
        for text in texts_in(packed):
            if not file.member or f"/{text.name}".endswith(f"/{wanted}"):
                with local_faults(target), successor(target) as csv:
                    done = 0
                    for chunk in text.chunks:
                        csv.write(chunk)
                        done += len(chunk)
                        self.on_progress(done, None)
                return target
        raise Unobtainable(f"{packed} holds no {wanted}",
                           f"Expected the file that is at {file.address}")


def _names_its_split(name: str) -> bool:
    """Of a file's own name: `train-images-boxable-with-rotation.csv`, `oidv6-train-...`."""
    return re.search(r"(^|-)(train|validation|val|test)-", name.rpartition("/")[2]) is not None
