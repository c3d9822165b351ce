"""The options of exports."""

from __future__ import annotations

from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.exports import EXPORTS
from imagenet_utils.exports.label_systems import LABEL_SYSTEMS, SORTED

GROUP = "exports: what is stored, in the formats that trainers read"

OPTIONS = (
    Option(
        "export", Kind.CHOICE, (), "also write all results in these forms", GROUP,
        choices=tuple(kind.name for kind in EXPORTS), default_told="none",
        everyday=True, takes_list=True,
    ),
    Option(
        "export_dir", Kind.PATH, None, "where exports go", GROUP, metavar="DIR",
        default_told="exports in the save_dir", must_be=MustBe.FOLDER,
    ),
    Option(
        "export_only", Kind.BOOL, False,
        "fetch nothing: only export what save_dir holds, or make its contact sheet; no table, list "
        "or archive is needed",
        GROUP, everyday=True,
    ),
    Option(
        "split_ratio", Kind.WHOLE, (),
        "percent of pictures for train, val and test, by a hash of the id that keeps each where it "
        "is when more come; pictures of ILSVRC2012 stay in their own split",
        GROUP, metavar="TRAIN VAL [TEST]", default_told="100 0 0", minimum=0, maximum=100,
        takes_list=True,
    ),
    Option(
        "shards", Kind.WHOLE, (), "how many files for train, val and test", GROUP,
        metavar="TRAIN [VAL [TEST]]", default_told="computed", minimum=1, maximum=100_000,
        takes_list=True,
    ),
    Option(
        "label_system", Kind.CHOICE, SORTED,
        "the order in which classes are numbered: "
        + "; ".join(f"{name}: {row.title}" for name, row in LABEL_SYSTEMS.items()),
        GROUP, choices=tuple(LABEL_SYSTEMS),
    ),
    Option(
        "parquet_paths", Kind.BOOL, False,
        "parquet tells where on this machine the pictures are, and does not carry them", GROUP,
    ),
    Option(
        "first_pixel", Kind.WHOLE, 0,
        "what voc calls the leftmost and topmost pixel: 0 as ImageNet does, 1 as PASCAL VOC",
        GROUP, metavar="0|1", minimum=0, maximum=1,
    ),
)  # fmt: skip
