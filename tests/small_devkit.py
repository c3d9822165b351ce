"""A devkit of the true classes with made-up words, as any year would have shaped it."""

from __future__ import annotations

import tarfile
from io import BytesIO
from pathlib import Path

from imagenet_utils.ilsvrc.numbering import CLASSES, VALIDATION_PICTURES, classes_by_id
from tests.mat_writer import DOUBLE, array, element, mat, packed, small_number, structs, text

# Year -> name of the file, of the field with the id, and whether what is above classes is in it.
SHAPES: dict[int, tuple[str, str, bool]] = {
    2012: ("meta.mat", "ILSVRC2012_ID", True),
    2014: ("meta_clsloc.mat", "ILSVRC2014_ID", True),
    2015: ("meta_clsloc.mat", "ILSVRC2015_CLSLOC_ID", False),
}
ENTITY = "n00001740"  # the root of the nouns; here its children are 1 and 2


def ground_truth() -> bytes:
    """Class 1 first, then 8: each class fifty times; no line end behind the last."""
    ids = [at * 7 % CLASSES + 1 for at in range(VALIDATION_PICTURES)]
    return "\n".join(map(str, ids)).encode()


def meta(year: int = 2012, changes: dict[int, dict[str, bytes]] | None = None) -> bytes:
    """meta.mat; `changes`: by id, fields that are to be otherwise."""
    _, id_field, is_tree = SHAPES[year]
    names = ("words", "gloss") if is_tree else ("name", "description")
    rows = []
    for number, known in classes_by_id().items():
        row = {id_field: small_number(number), "WNID": text(known.wnid),
               names[0]: text(f"thing {number}"), names[1]: text(f"what is called {number}")}
        tree = _tree_fields(0) if is_tree else {}
        rows.append({**row, **tree, "num_train_images": small_number(known.train_images)})
    if is_tree:
        rows.append({id_field: small_number(CLASSES + 1), "WNID": text(ENTITY),
                     "words": text("entity"), "gloss": text("what is"), **_tree_fields(2),
                     "num_train_images": small_number(0)})
    for number, fields in (changes or {}).items():
        rows[number - 1] |= fields
    shape = (len(rows), 1) if year == 2012 else (1, len(rows))
    return mat(packed(structs("synsets", rows, shape=shape)))


def make_devkit(folder: Path, year: int = 2012, **files: bytes) -> Path:
    """`files`: contents of `meta`, `truth` and `blacklist` to take instead, or besides."""
    name = f"ILSVRC{year}{'_clsloc' if year > 2012 else ''}_validation"
    contents = {
        SHAPES[year][0]: files.get("meta", b"") or meta(year),
        f"{name}_ground_truth.txt": files.get("truth", ground_truth()),
        f"{name}_blacklist.txt": files.get("blacklist", b""),
    }
    data = folder / "data"
    data.mkdir(parents=True)
    for file_name, content in contents.items():
        if content:
            (data / file_name).write_bytes(content)
    return folder


def tarred(folder: Path) -> bytes:
    """Zipped, with the folder's own name at its top."""
    archive = BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        tar.add(folder, folder.name)
    return archive.getvalue()


def _tree_fields(children: int) -> dict[str, bytes]:
    ids = bytes(range(1, children + 1))
    return {"num_children": small_number(children),
            "children": array(DOUBLE, (1, children), element(2, ids)),
            "wordnet_height": small_number(children)}
