"""Archives of the real shapes in small, each picture in them like no other.

Every builder gives back what it put in, by member name, so that a test need not open the archive.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from imagenet_utils.categories.catalogue import built_in

from tests.main_job import picture

Files = dict[str, bytes]

GNU, POSIX = tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
BLOCK, RECORD = tarfile.BLOCKSIZE, tarfile.RECORDSIZE
MODIFIED = 1_339_000_000  # June 2012; archives made twice are equal but for their pictures
WIDTH, HEIGHT = 160, 120  # of the pictures

TRAIN_BYTES = 147_897_477_120  # ILSVRC2012_img_train.tar
TRAIN_CLASSES = 1_000


def synset_tar(path: Path, code: str, count: int, *, format: int = GNU) -> Files:
    """`<wnid>_<n>.JPEG` flat, in the order of their names, the numbers with gaps."""
    files = class_files(code, count)
    path.write_bytes(tarred(files, format))
    return files


def train_tar(path: Path, counts: Mapping[str, int], *, format: int = GNU) -> dict[str, Files]:
    """A tar of `<wnid>.tar`; what each of them holds, by category."""
    classes = {code: class_files(code, count) for code, count in counts.items()}
    tars = {f"{code}.tar": tarred(files, GNU) for code, files in classes.items()}
    path.write_bytes(tarred(tars, format))
    return classes


def val_tar(path: Path, count: int, *, format: int = GNU) -> Files:
    """Flat, and in no order that a name would tell."""
    files = {f"ILSVRC2012_val_{number:08d}.JPEG": picture(number) for number in val_order(count)}
    path.write_bytes(tarred(files, format))
    return files


def val_order(count: int) -> list[int]:
    """Every third one from the last down, then those between."""
    return [number for rest in (2, 0, 1) for number in range(count, 0, -1) if number % 3 == rest]


def test_tar(path: Path, count: int, *, format: int = GNU) -> Files:
    """As the edition of October 2019: below a folder."""
    files = {f"test/ILSVRC2012_test_{number:08d}.JPEG": picture(1_000 + number)
             for number in range(1, count + 1)}
    path.write_bytes(tarred({"test/": b"", **files}, format))
    return files


test_tar.__test__ = False  # type: ignore[attr-defined]


def devkit_tar(path: Path, codes: Sequence[str], *, truth: Sequence[int]) -> Files:
    """As ILSVRC2012_devkit_t12.tar.gz: ids count `codes` from 1, line by line is `truth`'s."""
    top = "ILSVRC2012_devkit_t12"
    files = {
        f"{top}/COPYING": b"Copyright (C) 2012\n",
        f"{top}/readme.txt": b"Development Kit\n",
        f"{top}/data/ILSVRC2012_validation_ground_truth.txt": "\n".join(map(str, truth)).encode(),
        f"{top}/data/meta.mat": meta_mat(codes),
        f"{top}/evaluation/VOCap.m": b"function ap = VOCap(rec,prec)\n",
    }
    folders = dict.fromkeys((f"{top}/", f"{top}/data/", f"{top}/evaluation/"), b"")
    write_packed(path, {**folders, **files})
    return files


def meta_mat(codes: Sequence[str], images: Mapping[str, int] | None = None) -> bytes:
    """As the kit of 2012 has it: ids from 1, and 1001 above them all."""
    import numpy
    import scipy.io

    rows = [_synset(number, code, (), (images or {}).get(code, 1300))
            for number, code in enumerate(codes, 1)]
    rows.append(_synset(1001, "n00001740", tuple(range(1, len(codes) + 1)), 0))
    synsets = numpy.zeros((len(rows), 1), dtype=[(name, object) for name in rows[0]])
    for row, values in enumerate(rows):
        synsets[row, 0] = tuple(values.values())
    file = io.BytesIO()
    scipy.io.savemat(file, {"synsets": synsets}, do_compression=True)
    return file.getvalue()


def bbox_train_tgz(path: Path, counts: Mapping[str, int]) -> Files:
    """XMLs for the pictures of `train_tar` with these counts, quirks in turn."""
    files = {}
    for code, count in counts.items():
        for number, image_id in enumerate(image_ids(code, count)):
            files[f"{code}/{image_id}.xml"] = quirky_xml(code, image_id, number)
    folders = {f"{code}/": b"" for code in counts}
    write_packed(path, {**folders, **files})
    return files


def bbox_val_tgz(path: Path, codes: Sequence[str]) -> Files:
    """An XML for each picture of `val_tar`, whose categories these are."""
    stems = [f"ILSVRC2012_val_{number:08d}" for number in range(1, len(codes) + 1)]
    files = {f"val/{stem}.xml": xml("val", stem, [(code, ("0", "10", "79", "59"))])
             for stem, code in zip(stems, codes)}
    write_packed(path, {"val/": b"", **files})
    return files


def sparse_train_tar(path: Path, counts: Mapping[str, int] | None = None) -> dict[str, int]:
    """A file of the real size, nearly all of it a hole: for each class the offset of its header.

    Classes in `counts` begin with so many pictures; the others hold nothing but zeros.
    """
    codes = [str(entry.code) for entry in built_in() if entry.in_ilsvrc2012]
    records = TRAIN_BYTES // RECORD - 1 - TRAIN_CLASSES * BLOCK // RECORD
    headers, at = {}, 0
    with path.open("wb") as file:
        for number, code in enumerate(codes):
            size = RECORD * (records * (number + 1) // len(codes) - records * number // len(codes))
            file.seek(at)
            file.write(_header(f"{code}.tar", size, GNU))
            file.write(tarred(class_files(code, (counts or {}).get(code, 0)), GNU))
            headers[code] = at
            at += BLOCK + size
        file.truncate(TRAIN_BYTES)
    return headers


def image_ids(code: str, count: int) -> list[str]:
    return [f"{code}_{10 + 13 * number}" for number in range(count)]


def class_files(code: str, count: int) -> Files:
    ids = sorted(image_ids(code, count))
    return {f"{image_id}.JPEG": picture(int(code[1:]) + number)
            for number, image_id in enumerate(ids)}


def tarred(files: Mapping[str, bytes], format: int) -> bytes:
    """A plain tar; names that end with a slash are folders."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for name, content in files.items():
            archive.addfile(_entry(name, len(content)), io.BytesIO(content))
    return buffer.getvalue()


def write_packed(path: Path, files: Mapping[str, bytes]) -> None:
    """The way the name asks for: .tar, or .tar.gz, .tgz."""
    import gzip

    plain = tarred(files, GNU)
    path.write_bytes(plain if path.suffix == ".tar" else gzip.compress(plain, mtime=MODIFIED))


def quirky_xml(code: str, image_id: str, number: int) -> bytes:
    """In turn: a human label for a name, `%s` for a file, coordinates with a fraction, none."""
    entry = built_in().get(code)
    human = entry.names.partition(",")[0].replace(" ", "_") if entry else code
    corners = ("10.5", "20.25", "79.75", "59.0") if number % 4 == 2 else ("10", "20", "79", "59")
    return xml(code, "%s" if number % 4 == 1 else image_id,
               [(human if number % 4 == 0 else code, corners)])


def xml(folder: str, file_name: str, boxes: Iterable[tuple[str, Sequence[str]]]) -> bytes:
    """As ImageNet wrote it; a box is the name, then xmin, ymin, xmax, ymax."""
    objects = "".join(
        f"\t<object>\n\t\t<name>{name}</name>\n\t\t<pose>Unspecified</pose>\n"
        "\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n\t\t<bndbox>\n"
        + "".join(f"\t\t\t<{edge}>{value}</{edge}>\n"
                  for edge, value in zip(("xmin", "ymin", "xmax", "ymax"), corners))
        + "\t\t</bndbox>\n\t</object>\n"
        for name, corners in boxes)
    return (
        f"<annotation>\n\t<folder>{folder}</folder>\n\t<filename>{file_name}</filename>\n"
        "\t<source>\n\t\t<database>ILSVRC_2012</database>\n\t</source>\n"
        f"\t<size>\n\t\t<width>{WIDTH}</width>\n\t\t<height>{HEIGHT}</height>\n"
        f"\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n{objects}</annotation>"
    ).encode()


def _synset(number: int, code: str, children: tuple[int, ...], images: int) -> dict[str, object]:
    """A row of `synsets`; numbers are as wide as they need to be."""
    import numpy

    def smallest(*values: int) -> object:
        return numpy.array([values], dtype="u1" if max(values, default=0) < 256 else "u2")

    entry = built_in().get(code)
    return {
        "ILSVRC2012_ID": smallest(number), "WNID": code,
        "words": entry.names if entry else "entity", "gloss": f"what is meant by {code}",
        "num_children": smallest(len(children)), "children": smallest(*children),
        "wordnet_height": smallest(1 if children else 0), "num_train_images": smallest(images),
    }


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, MODIFIED, 0o644
    entry.uid, entry.gid, entry.uname, entry.gname = 7704, 100, "ssanjeev", "users"
    if name.endswith("/"):
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    return entry


def _header(name: str, size: int, format: int) -> bytes:
    return _entry(name, size).tobuf(format)
