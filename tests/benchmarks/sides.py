"""Those who fetch a list into a folder: this script, and whom it is held against."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.addresses import Addresses
from tests.benchmarks.needs import ARIA2, CURL, IMG2DATASET, WGET, Need

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "extract_images_as_per_tags.py"
PEERS = Path(__file__).with_name("peers.py")
BOUND = Path(__file__).with_name("bound.py")

OUR_DECODER = "simplejpeg, strict, gray at 1/8"
OUR_PIXELS = "simplejpeg, strict, RGB"
WHOLE = "whole and decodable, no placeholder; sha256"
HEADERS = "headers, size and end marker; sha256"
BOUND_CONNECTIONS = 32
CURL_CONNECTIONS = 64
ARIA2_CONNECTIONS = 64

Command = Callable[[Addresses, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    decoder: str
    proves: str
    command: Command
    needs: tuple[Need, ...] = ()
    every: int = 1  # only every n-th URL, of one that would take most of the time
    wants_alive: bool = False  # is given only URLs that lead to a picture


def ours(*options: str, tells_speed: bool = True) -> Side:
    """With these options; the speed of the line is told, so that nobody outside is asked for it."""
    is_told = "--bandwidth" in options or not tells_speed
    told = options if is_told else ("--bandwidth", "1000", *options)

    def command(lists: Addresses, folder: Path) -> list[str]:
        return [sys.executable, str(SCRIPT), "-nc", str(lists.table), "-url", str(lists.urls),
                "-s", str(folder), "-a", str(folder / "none"), *told]

    decodes = "header" not in options
    decoder = OUR_PIXELS if "--resize" in options else OUR_DECODER if decodes else "none"
    return Side(" ".join(("this script", *options)), decoder, WHOLE if decodes else HEADERS,
                command)


def bound(
    connections: int = BOUND_CONNECTIONS, *, decodes: bool = True, wants_alive: bool = False
) -> Side:
    """libcurl, our proof, sha256 and rename in two processes: nothing planned, kept or told."""
    def command(lists: Addresses, folder: Path) -> list[str]:
        return [sys.executable, str(BOUND), str(lists.urls), str(folder), str(connections),
                "decode" if decodes else "header"]

    what = "the bound" if decodes else "the bound, headers only"
    only = ", good URLs only" if wants_alive else ""
    return Side(f"{what}, {connections} connections{only}", OUR_DECODER if decodes else "none",
                WHOLE if decodes else HEADERS, command, wants_alive=wants_alive)


def curl(connections: int = CURL_CONNECTIONS) -> Side:
    def command(lists: Addresses, folder: Path) -> list[str]:
        return ["curl", "--parallel", "--parallel-immediate", "--parallel-max", str(connections),
                "--fail", "--silent", "--cacert", os.environ.get("CURL_CA_BUNDLE", ""),
                "--output-dir", str(folder), "--config", str(lists.curl)]

    return Side(f"curl --parallel, {connections} connections", "none", "nothing", command,
                (CURL,))


def _peer(name: str) -> Command:
    return lambda lists, folder: [sys.executable, str(PEERS), name, str(lists.urls), str(folder)]


def _aria2(lists: Addresses, folder: Path) -> list[str]:
    return ["aria2c", "--quiet", "--no-conf", "-i", str(lists.aria2), "-d", str(folder),
            "-j", str(ARIA2_CONNECTIONS), "--file-allocation=none", "--max-download-result=0"]


def _wget(lists: Addresses, folder: Path) -> list[str]:
    return ["wget", "--quiet", "--no-config", "-P", str(folder), "-i", str(lists.bare)]


def _img2dataset(*options: str) -> Command:
    """Shards so small that both processes have work to the end."""
    def command(lists: Addresses, folder: Path) -> list[str]:
        return [IMG2DATASET.program("img2dataset"), "--url_list", str(lists.bare),
                "--input_format", "txt", "--output_format", "files", "--processes_count", "2",
                "--thread_count", "64", "--number_sample_per_shard", "1000", "--enable_wandb",
                "False", "--output_folder", str(folder / "pictures"), *options]
    return command


def img2dataset(*options: str, name: str, decoder: str, proves: str, every: int = 2) -> Side:
    return Side(f"img2dataset 1.47, {name}", decoder, proves, _img2dataset(*options),
                (IMG2DATASET,), every)


def img2dataset_like_for_like(every: int = 2) -> Side:
    return img2dataset(
        "--resize_mode", "no", "--skip_reencode", "True", "--compute_hash", "sha256",
        name="decode and sha256", decoder="OpenCV, full", every=every,
        proves="OpenCV makes a picture of it, cut or not; sha256")


def img2dataset_256(every: int = 4) -> Side:
    return img2dataset("--image_size", "256", name="256 px, its default", decoder="OpenCV, full",
                       proves="OpenCV makes a picture of it, cut or not; re-encoded", every=every)


def img2dataset_cropped() -> Side:
    return img2dataset("--image_size", "256", "--resize_mode", "center_crop",
                       name="256 px, cut around the centre", decoder="OpenCV, full",
                       proves="OpenCV makes a picture of it, cut or not; re-encoded", every=1)


def img2dataset_unproven() -> Side:
    return img2dataset("--disable_all_reencoding", "True", name="no proof", decoder="none",
                       proves="nothing")


def requests_threads() -> Side:
    return Side("32 threads, requests, Pillow", "Pillow, full", "whole and decodable; sha256",
                _peer("requests"), every=8)


def aria2() -> Side:
    return Side(f"aria2c, {ARIA2_CONNECTIONS} connections", "none", "nothing", _aria2, (ARIA2,))


def wget() -> Side:
    return Side("wget -i, one connection", "none", "nothing", _wget, (WGET,), every=4)


def old_way() -> Side:
    return Side("the old way: a process per image, in lock-step batches", "none", "nothing",
                _peer("lockstep"), every=40)
