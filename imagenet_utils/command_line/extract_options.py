"""The options of extract_images_as_per_tags.py."""

from __future__ import annotations

from imagenet_utils import __version__
from imagenet_utils.command_line import (
    contact_sheet_options,
    export_options,
    manifest_options,
    open_images_options,
)
from imagenet_utils.command_line.argument_values import Kind, MustBe, Option
from imagenet_utils.command_line.arguments import PROJECT_FOLDER, Program
from imagenet_utils.command_line.download_options import BOXES_FOLDER, URL_LIST_FILE
from imagenet_utils.command_line.resize_options import OPTIONS as RESIZE_OPTIONS
from imagenet_utils.job.sample import FIRST, SAMPLES
from imagenet_utils.results.layout import MOST_SHARD_LETTERS

WHAT, ARCHIVES, PROOF, SPEED, LIMITS, WORDS = (
    "what is fetched, and where to",
    "archives",
    "what counts as an image",
    "speed and manners",
    "limits of a run",
    "what a run tells",
)
GIBIBYTE = 2**30
USER_AGENT = f"part-of-imagenet/{__version__} (libcurl; downloads pictures for research)"
DAY_SECONDS = 86_400  # times above this do not fit the milliseconds of some platforms

OPTIONS = (
    Option(
        "ncode_data", Kind.PATH, PROJECT_FOLDER / "ncodes.csv",
        "the marked table: csv, xlsx or ods", WHAT, short="nc", metavar="FILE",
        default_told="ncodes.csv in the project folder", everyday=True, must_be=MustBe.FILE,
    ),
    Option(
        "categories", Kind.TEXT, (),
        "categories instead of the table's marks: a code, a name, dog/ with everything below it, "
        "or a preset as @ilsvrc2012; =N takes N of each; of several words the narrowest holds, "
        "without =N for all",
        WHAT, metavar="WHAT[=N]", default_told="the table's marks", everyday=True,
        takes_list=True,
    ),
    Option(
        "except", Kind.TEXT, (), "what to leave out of those, in the same words", WHAT,
        metavar="WHAT", default_told="none", takes_list=True,
    ),
    Option(
        "source", Kind.CHOICE, "auto",
        "where images come from; auto: what the options or the codes speak of, else the URL list "
        "if there, else archives on disk, else ImageNet's tar for each category",
        WHAT, choices=("auto", "manifest", "url_list", "open_images", "ilsvrc2012", "synset_tars"),
        everyday=True,
    ),
    Option(
        "url_data", Kind.PATH, PROJECT_FOLDER / URL_LIST_FILE,
        "the URL list: csv, txt, zip, tgz, or a folder of <wnid>_urls.txt",
        WHAT, short="url", metavar="FILE_OR_DIR",
        default_told="imageNetUrls.csv in the project folder", everyday=True,
        must_be=MustBe.THERE,
    ),
    Option(
        "annotations_dir", Kind.PATH, PROJECT_FOLDER / BOXES_FOLDER,
        "the bounding boxes: <wnid>.tar.gz, <wnid>/*.xml or bboxes_annotations.tar.gz",
        WHAT, short="a", metavar="DIR", default_told="annotation in the project folder",
        everyday=True,
    ),
    Option(
        "save_dir", Kind.PATH, PROJECT_FOLDER / "partial_imagenet", "the results",
        WHAT, short="s", metavar="DIR", default_told="partial_imagenet in the project folder",
        everyday=True, must_be=MustBe.FOLDER,
    ),
    Option(
        "with_annotation", Kind.BOOL, False, "only images that have an annotation",
        WHAT, short="anno", everyday=True,
    ),
    Option(
        "offset", Kind.WHOLE, 0, "skip the first N of each category", WHAT,
        minimum=0, maximum=10**9,
    ),
    Option(
        "how_many_counts", Kind.CHOICE, "urls",
        "what how_many counts: URLs (or pictures of an archive) considered, or proven images "
        "(then more are taken until it is met)",
        WHAT, choices=("urls", "images"), everyday=True,
    ),
    Option(
        "sample", Kind.CHOICE, FIRST,
        "which ones how_many takes: the first of the list, a shuffle that stays the same, or those "
        "with an annotation before the others",
        WHAT, choices=tuple(SAMPLES),
    ),
    Option(
        "seed", Kind.WHOLE, 0, "another number is another shuffle of --sample random", WHAT,
        minimum=0, maximum=2**63 - 1,
    ),
    Option(
        "balance", Kind.WHOLE, None,
        "so many proven images of every category, whatever how_many says of it; more are taken "
        "until they are met",
        WHAT, everyday=True, minimum=1, maximum=10**9,
    ),
    Option(
        "folder_names", Kind.CHOICE, "label", "how category folders are called",
        WHAT, choices=("label", "code"),
    ),
    Option(
        "shard_folders", Kind.WHOLE, 0, "put new pictures into folders below Images, named by the"
        " first N letters of their ids",
        WHAT, minimum=0, maximum=MOST_SHARD_LETTERS,
    ),
    Option(
        "retry_dead", Kind.BOOL, False, "try links again that were found dead", WHAT,
        everyday=True,
    ),
    Option(
        "restore_removed", Kind.BOOL, False, "bring back the images that you deleted or left out",
        WHAT,
    ),
    manifest_options.OPTION,
    *contact_sheet_options.OPTIONS,
    *export_options.OPTIONS,
    Option(
        "archive", Kind.TEXT, (),
        "an archive of ILSVRC2012, a folder of archives or unpacked ones, a file with their "
        "addresses, or synset tars as .../<wnid>.tar",
        ARCHIVES, metavar="PATH_OR_URL", default_told="what archives_dir holds", everyday=True,
        takes_list=True,
    ),
    Option(
        "archives_dir", Kind.PATH, PROJECT_FOLDER / "archives",
        "archives and unpacked trees, found by their names", ARCHIVES, metavar="DIR",
        default_told="archives in the project folder", must_be=MustBe.FOLDER,
    ),
    Option(
        "split", Kind.CHOICE, (), "which splits of ILSVRC2012 or of Open Images", ARCHIVES,
        choices=("train", "val", "test", "validation"), default_told="train, else what is there",
        everyday=True,
        takes_list=True,
    ),
    Option(
        "val_labels", Kind.PATH, None,
        "the classes of the 50,000 validation pictures, where no devkit is there", ARCHIVES,
        metavar="FILE", must_be=MustBe.FILE,
    ),
    Option(
        "skip_blacklisted", Kind.BOOL, False,
        "leave out the 1,762 validation pictures that the devkit lists as poorly boxed", ARCHIVES,
    ),
    Option(
        "keep_archives", Kind.BOOL, False,
        "fetch whole archives into archives_dir first, and keep them", ARCHIVES,
    ),
    Option(
        "verify_archives", Kind.BOOL, False,
        "hold archives of ILSVRC2012 on this disk against the official MD5, each once", ARCHIVES,
    ),
    Option(
        "accept_terms", Kind.BOOL, False,
        "you agree to ImageNet's terms of access; said once, it is kept with its date", ARCHIVES,
    ),
    Option(
        "cookie_file", Kind.PATH, None, "the cookies.txt of a browser that is logged in", ARCHIVES,
        metavar="FILE", must_be=MustBe.FILE,
    ),
    *open_images_options.OPTIONS,
    *RESIZE_OPTIONS,
    Option(
        "repair_colors", Kind.BOOL, False, "store CMYK pictures and PNGs as RGB JPEGs", PROOF,
    ),
    Option(
        "verify", Kind.CHOICE, "decode", "how deep an image is proven",
        PROOF, choices=("decode", "header"),
    ),
    Option("recheck", Kind.BOOL, False, "prove everything in save_dir again", PROOF),
    Option(
        "min_side", Kind.WHOLE, None, "smallest width and height", PROOF,
        metavar="PX", minimum=1, maximum=10**6,
    ),
    Option(
        "max_image_bytes", Kind.BYTES, 64 * 2**20, "largest file", PROOF,
        default_told="64MiB", minimum=1, maximum=2**40,
    ),
    Option(
        "max_pixels", Kind.WHOLE, 64_000_000, "largest picture: width times height", PROOF,
        minimum=1, maximum=10**10,
    ),
    Option(
        "parallel", Kind.BOOL, True, "a pool of processes, or one image at a time",
        SPEED, short="p", everyday=True,
    ),
    Option(
        "batch_size", Kind.WHOLE, None,
        "images under way at once; some more may wait here for their proof",
        SPEED, short="b", default_told="computed", everyday=True, minimum=1, maximum=100_000,
    ),
    Option(
        "processes", Kind.WHOLE, None, "processes of the pool",
        SPEED, default_told="CPU count", minimum=1, maximum=1024,
    ),
    Option(
        "bandwidth", Kind.NUMBER, None, "what the connection can do; skips the measurement",
        SPEED, metavar="MBIT", default_told="measured", above=0, maximum=10**6,
    ),
    Option(
        "max_bandwidth", Kind.NUMBER, None, "what the run may use of the connection",
        SPEED, metavar="MBIT", everyday=True, above=0, maximum=10**6,
    ),
    Option(
        "timeout", Kind.NUMBER, 20.0, "deadline of a whole image response", SPEED,
        metavar="S", default_told="20", above=0, maximum=DAY_SECONDS,
    ),
    Option("retries", Kind.WHOLE, 2, "tries after the first", SPEED, minimum=0, maximum=100),
    Option(
        "sleep", Kind.NUMBER, 0.0, "pause between requests to one host", SPEED,
        metavar="S", default_told="0", minimum=0, maximum=DAY_SECONDS,
    ),
    Option(
        "per_host", Kind.WHOLE, None, "most connections to one host", SPEED,
        minimum=1, maximum=10_000,
    ),
    Option(
        "proxy", Kind.ADDRESS, None, "instead of HTTP_PROXY and HTTPS_PROXY", SPEED,
        default_told="from the environment",
    ),
    Option(
        "user_agent", Kind.TEXT, None, "how servers are told who asks", SPEED,
        default_told="the tool's name",
    ),
    Option(
        "ignore_opt_out", Kind.BOOL, False,
        "keep images whose server says noai or noimageai", SPEED,
    ),
    Option(
        "max_minutes", Kind.NUMBER, None, "longest run", LIMITS, above=0, maximum=10**6,
    ),
    Option(
        "max_total_bytes", Kind.BYTES, None, "most bytes fetched", LIMITS,
        minimum=1, maximum=2**60,
    ),
    Option(
        "min_free_disk", Kind.BYTES, GIBIBYTE, "the run ends before less than this is free",
        LIMITS, default_told="1GiB", minimum=0, maximum=2**60,
    ),
    Option(
        "dry_run", Kind.BOOL, False,
        "what would be done and cost, per category; nothing is fetched", WORDS, everyday=True,
    ),
    Option(
        "demo", Kind.BOOL, False, "the main job against an origin that the script itself serves",
        WORDS, everyday=True,
    ),
    Option(
        "verbose", Kind.BOOL, True, "statistics per category", WORDS, short="v", everyday=True,
    ),
    Option(
        "quiet", Kind.BOOL, False, "print nothing unless the exit code is other than 0 or 3",
        WORDS,
    ),
    Option(
        "doctor", Kind.BOOL, False,
        "try the network, the disk and this machine; say what stands in the way, and its cure",
        WORDS, everyday=True,
    ),
    Option("log_file", Kind.PATH, None, "also write what happens to a file", WORDS, metavar="FILE"),
)  # fmt: skip

# What the same thing is called by CK's imagenet-downloader and by open_images_downloader.
ALIASES = {
    "-j": "processes",
    "--jobs": "processes",
    "-t": "timeout",
    "-r": "retries",
    "--retry": "retries",
    "-o": "offset",
    "--root_dir": "save_dir",
    "--max_host_connections": "per_host",
    "--max_total_connections": "batch_size",
    "--max_retries": "retries",
    "--dataset_version": "open_images_version",
    "--check_md5_if_exists": "recheck",
}

PROGRAM = Program(
    name="extract_images_as_per_tags.py",
    summary="Fetches the images of the marked categories, proves each, "
    "and writes a report beside them.",
    options=OPTIONS,
    examples=(
        "",
        "--categories n02971356=300 --with_annotation True",
        "--categories 'Siberian husky=100' dog/=20 --how_many_counts images",
        "--categories @ilsvrc2012=50 --split train val --archive ~/imagenet",
        "--with_annotation --save_dir ~/foxes --dry_run",
    ),
    aliases=ALIASES,
)
