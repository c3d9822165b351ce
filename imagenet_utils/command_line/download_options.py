"""The options of download_ncodes_imagenet.py."""

from __future__ import annotations

from argparse import Namespace

from imagenet_utils.command_line import listing_options, marking_options, metadata_options
from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.command_line.arguments import PROJECT_FOLDER, Program

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}

TABLE_FILE, URL_LIST_FILE, BOXES_FOLDER = "ncodes.csv", "imageNetUrls.csv", "annotation"
TABLE, FURTHER, TROUBLE = "the table", "what else is fetched", "when something is wrong"

OPTIONS = (
    Option(
        "ncodes_dir", Kind.PATH, PROJECT_FOLDER,
        "where ncodes.csv and what else is fetched go; created if missing",
        TABLE, short="nc_dir", metavar="DIR", default_told="project folder",
        everyday=True, must_be=MustBe.FOLDER,
    ),
    Option(
        "source", Kind.CHOICE, "imagenet",
        "whose categories: all 21,844 of ImageNet, the 1,000 of ILSVRC2012, or the classes of Open "
        "Images; and whose names --mark and its like mean, where they are given",
        TABLE, choices=("imagenet", "ilsvrc2012", "open_images"), everyday=True,
    ),
    Option(
        "classes", Kind.CHOICE, "boxable",
        "which classes of Open Images: the 601 that boxes are drawn for, or all 20,000, whose "
        "names are fetched (0.5 MB)",
        TABLE, choices=("boxable", "all"),
    ),
    *metadata_options.FILES,
    Option(
        "add_missing", Kind.BOOL, False,
        "add the categories that an existing table lacks", TABLE,
    ),
    Option(
        "with_counts", Kind.BOOL, True,
        "columns urls_2011,annotated,boxes,ilsvrc2012,note behind the four; "
        "an existing table changes only if this is given", TABLE,
    ),
    Option(
        "separator", Kind.CHOICE, "comma",
        "for spreadsheets of other locales; an existing table changes only if this is given",
        TABLE, choices=tuple(SEPARATORS), everyday=True,
    ),
    Option(
        "with_url_data", Kind.BOOL, False,
        "also fetch the image URL list, into imageNetUrls.csv",
        FURTHER, short="url_data", everyday=True,
    ),
    Option(
        "url_data_link", Kind.PLACE, (),
        "where the URL list is: csv, txt, tgz, zip or gz; may be given several times, "
        "the first that works is taken",
        FURTHER, default_told="image-net.org's own address", everyday=True, is_repeatable=True,
    ),
    Option(
        "with_annotations", Kind.BOOL, False,
        "also fetch the bounding boxes (53 MB), into annotation/<wnid>.tar.gz",
        FURTHER, everyday=True,
    ),
    Option(
        "annotations_link", Kind.PLACE, (),
        "where the boxes are: an archive or a folder of <wnid>.tar.gz; may be given several times",
        FURTHER, default_told="image-net.org's own address", is_repeatable=True,
    ),
    *marking_options.OPTIONS,
    *listing_options.OPTIONS,
    Option(
        "doctor", Kind.BOOL, False,
        "try the network, the disk and this machine; say what stands in the way, and its cure",
        TROUBLE, everyday=True,
    ),
)  # fmt: skip

ALIASES = {  # of list_imagenet_synsets.py
    "-l": "lower",
    "-u": "upper",
    "-d": "downloaded",
    "--downloaded-only": "downloaded",
    "-i": "images",
}

PROGRAM = Program(
    name="download_ncodes_imagenet.py",
    summary="Writes ncodes.csv, the table of categories to mark, "
    "and fetches the image URL list and the bounding boxes.  Or lists what there is.",
    options=OPTIONS,
    examples=(
        "--search sled dog",
        "--mark dog/ --except hunting_dog/ --how_many 50",
        "--with_url_data --url_data_link ~/Downloads/imagenet_fall11_urls.tgz",
    ),
    aliases=ALIASES,
)


def is_wished(options: Namespace, wish: str, link: str) -> bool:
    """Whoever says where something is wants it, unless told otherwise."""
    return getattr(options, wish) or (link in options.given and wish not in options.given)
