"""A small ImageNet on a loopback origin, and the real script run on it as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from imagenet_utils.demo.drawing import encode
from imagenet_utils.demo.exchange import File
from imagenet_utils.demo.origin import Address
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
SCRIPT = PROJECT / "extract_images_as_per_tags.py"
FOX, SETTER = "n02119789", "n02100735"


def picture(number: int, size: tuple[int, int] = (160, 120)) -> bytes:
    """A JPEG like no other."""
    colour = (number * 37 % 256, number * 101 % 256, number % 256)
    plain = Image.new("RGB", size, colour)
    grain = Image.effect_noise(size, 60).convert("RGB")
    jpeg = encode(Image.blend(plain, grain, 0.5), "jpeg")
    words = f"number {number}".encode()
    comment = b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words
    return jpeg[:2] + comment + jpeg[2:]


def site_files(count: int, code: str = FOX) -> dict[str, File]:
    return {f"{code}_{number}.jpg": File(picture(number)) for number in range(count)}


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


class Job:
    """A folder with a table and a list, and the command that works on it."""

    def __init__(self, folder: Path, origin: Address) -> None:
        self.folder = folder
        self.origin = origin
        self.save_dir = folder / "result"

    def list_urls(self, *paths: str, code: str = FOX) -> None:
        """`/pictures/x.jpg` or `/faults/...`: the id is numbered in this order."""
        with open(self.folder / "urls.txt", "a") as file:
            for number, path in enumerate(paths):
                file.write(f"{code}_{number}\t{self.origin.url(path)}\n")

    def mark(self, *rows: str) -> None:
        text = "code,name,to_download,how_many\n" + "".join(f"{row}\n" for row in rows)
        (self.folder / "ncodes.csv").write_text(text)

    def command(self, *options: str) -> list[str]:
        return [
            sys.executable, str(SCRIPT), "-nc", str(self.folder / "ncodes.csv"),
            "-url", str(self.folder / "urls.txt"), "-a", str(self.folder / "annotation"),
            "-s", str(self.save_dir), "--timeout", "2", "--retries", "0", "--processes", "2",
            *options,
        ]

    def run(self, *options: str, env: dict[str, str] | None = None) -> Ended:
        done = subprocess.run(self.command(*options), capture_output=True, text=True, env=env,
                              stdin=subprocess.DEVNULL, timeout=60)
        return Ended(done.returncode, done.stdout, done.stderr)

    def run_alone(self, *options: str) -> Ended:
        """On what is stored: no table, list or origin is named."""
        command = [sys.executable, str(SCRIPT), "-s", str(self.save_dir), *options]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              timeout=60)
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *options: str) -> subprocess.Popen[str]:
        self.started = subprocess.Popen(
            self.command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True, start_new_session=True)
        return self.started

    def run_on_terminal(self, *options: str) -> Ended:
        """With a pseudo-terminal for all three streams, as in front of a person."""
        import pty

        told = bytearray()

        def read(descriptor: int) -> bytes:
            data = os.read(descriptor, 4096)
            told.extend(data)
            return b"" if not data else b" "

        status = pty.spawn(self.command(*options), read)
        return Ended(os.waitstatus_to_exitcode(status), told.decode(), "")

    def report(self, folder: str = "kit_fox") -> list[dict[str, str]]:
        path = self.save_dir / folder / f"{folder}_download_report.csv"
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def reasons(self, folder: str = "kit_fox") -> list[str]:
        return [row["reason"] for row in self.report(folder)]

    def summary(self) -> dict:
        return json.loads((self.save_dir / "run_summary.json").read_text())

    def images(self, folder: str = "kit_fox") -> list[str]:
        return sorted(os.listdir(self.save_dir / folder / "Images"))

    def wait_for_requests(self, count: int) -> None:
        while sum(self.origin.counts().requests.values()) < count:
            assert self.started.poll() is None, "the run ended before"

    def wait_for_images(self, count: int, folder: str = "kit_fox") -> None:
        place = self.save_dir / folder / "Images"
        while not place.is_dir() or len(list(place.glob("[!.]*.jpg"))) < count:
            assert self.started.poll() is None, "the run ended before"


def pictures(count: int, code: str = FOX) -> Sequence[str]:
    return [f"/pictures/{code}_{number}.jpg" for number in range(count)]
