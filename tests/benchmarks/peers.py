"""Others that fetch the same URLs, each a program of its own, to hold the main job against.

    python tests/benchmarks/peers.py requests LIST FOLDER    threads, requests, Pillow
    python tests/benchmarks/peers.py lockstep LIST FOLDER    a process per image, batch by batch

Each line of LIST is an id, a tab and a URL.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

THREADS = 32
TIMEOUT_SECONDS = 20
OLD_BATCH = 4 * (os.cpu_count() or 1)  # what the old tool takes on a fast line
OLD_TIMEOUT_SECONDS = 3  # likewise
Line = tuple[str, str]  # id, URL


def by_requests(lines: list[Line], folder: str) -> None:
    """What is no whole picture is left out."""
    import requests
    from PIL import Image

    of_thread = threading.local()

    def fetch(line: Line) -> None:
        if not hasattr(of_thread, "session"):
            of_thread.session = requests.Session()
        response = of_thread.session.get(line[1], timeout=TIMEOUT_SECONDS)
        if response.status_code == 200:
            Image.open(io.BytesIO(response.content)).load()
            hashlib.sha256(response.content).hexdigest()
            _keep(response.content, folder, line[0])

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(fetch, lines))


def in_lockstep(lines: list[Line], folder: str) -> None:
    """The next batch starts when the slowest image of this one is done."""
    for start in range(0, len(lines), OLD_BATCH):
        batch = [multiprocessing.Process(target=_fetch_unproven, args=(line, folder))
                 for line in lines[start:start + OLD_BATCH]]
        for process in batch:
            process.start()
        for process in batch:
            process.join()


def _fetch_unproven(line: Line, folder: str) -> None:
    try:
        with urllib.request.urlopen(line[1], timeout=OLD_TIMEOUT_SECONDS) as answer:
            Path(folder, f"{line[0]}.jpg").write_bytes(answer.read())
    except OSError:
        pass  # the old report has a row for it


def _keep(body: bytes, folder: str, name: str) -> None:
    path = os.path.join(folder, name)
    with open(f"{path}.part", "wb") as file:
        file.write(body)
    os.rename(f"{path}.part", f"{path}.jpg")


PEERS = {"requests": by_requests, "lockstep": in_lockstep}


def main() -> None:
    name, lines, folder = sys.argv[1:]
    text = Path(lines).read_text(encoding="ascii")
    PEERS[name]([(line.partition("\t")[0], line.partition("\t")[2])
                 for line in text.splitlines()], folder)


if __name__ == "__main__":
    main()
