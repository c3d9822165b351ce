"""The main job held against others in the same run, as ratios: each pair is run in turn.

    python tests/benchmarks/bench_main_job.py [--images N] [--pairs N] [--case NAME ...]

The origin is nginx on the loopback (Debian: nginx-light and libnginx-mod-http-echo), the pictures
have 500x375 pixels and about 100 kB, and results go to memory where there is /dev/shm. All whole
processes, start-up included, on the same cores as the origin. POSIX only.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.picture_origin import Place, photographs, picture_origin  # noqa: E402
from tests.benchmarks.whole_process import Cost, cost_of  # noqa: E402

PER_CATEGORY = 500
FIRST_CODE = 2_000_000
DEAD_SHARE = 0.3
SCRIPT = ROOT / "extract_images_as_per_tags.py"
PEERS = Path(__file__).with_name("peers.py")


@dataclass(frozen=True, slots=True)
class Lists:
    """One case's URLs in the forms that the sides read."""

    table: Path
    urls: Path
    curl: Path
    alive: int


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who fetches a list into a folder."""

    name: str
    command: Callable[[Lists, Path], list[str]]
    every: int = 1  # only every n-th URL, of one that would take most of the time


def ours(*options: str) -> Callable[[Lists, Path], list[str]]:
    def command(lists: Lists, folder: Path) -> list[str]:
        return [sys.executable, str(SCRIPT), "-nc", str(lists.table), "-url", str(lists.urls),
                "-s", str(folder), "-a", str(folder / "none"), "--bandwidth", "1000", *options]
    return command


def peer(name: str) -> Callable[[Lists, Path], list[str]]:
    return lambda lists, folder: [sys.executable, str(PEERS), name, str(lists.urls), str(folder)]


def curl(lists: Lists, folder: Path) -> list[str]:
    return ["curl", "--parallel", "--parallel-max", "256", "--fail", "--silent",
            "--output-dir", str(folder), "--config", str(lists.curl)]


DECODES = Side("this script", ours())
READS_HEADERS = Side("this script, --verify header", ours("--verify", "header"))
BOUND = Side("libcurl + our proof, nothing else", peer("bound"))
HEADER_BOUND = Side("the same, headers only", peer("header"))
REQUESTS = Side("32 threads, requests, Pillow", peer("requests"), every=2)
CURL = Side("curl --parallel, no proof", curl)

# Who is held against whom.
RIVALS = {
    REQUESTS: DECODES,
    BOUND: DECODES,
    CURL: READS_HEADERS,
    HEADER_BOUND: READS_HEADERS,
}
CASES: dict[str, tuple[str, tuple[Side, ...]]] = {
    "plain": ("no latency",
              (DECODES, REQUESTS, BOUND, READS_HEADERS, CURL, HEADER_BOUND)),
    "dead": (f"{DEAD_SHARE:.0%} of the links are dead", (DECODES, BOUND)),
    "late": ("150 ms of latency", (DECODES, BOUND)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--case", choices=CASES, nargs="*", default=list(CASES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        folder = Path(name)
        with picture_origin(folder, photographs(options.images)) as place:
            sizes = [path.stat().st_size for path in (folder / "pictures").iterdir()]
            print(f"{options.images:,} URLs, pictures of {min(sizes) // 1000} to"
                  f" {max(sizes) // 1000} kB from {place.name}, medians of {options.pairs} runs"
                  " in turn")
            for case in options.case:
                bench_case(case, place, options.images, options.pairs, folder=folder)


def memory_folder() -> str | None:
    """Where files are in memory, if there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def bench_case(case: str, place: Place, images: int, pairs: int, *, folder: Path) -> None:
    title, sides = CASES[case]
    urls = urls_of(case, place, images)
    shares = {side.every: urls[::side.every] for side in sides}
    lists = {every: written_lists(folder / f"{case} {every}", share)
             for every, share in shares.items()}
    costs: dict[Side, list[Cost]] = {side: [] for side in sides}
    for _ in range(pairs):
        for side in sides:
            costs[side].append(one_run(side, lists[side.every], folder / "result"))
    print(f"\n{title}; seconds are for 1,000 pictures\n"
          f"{'':<34}pictures/s  wall s   CPU s  peak MB  this script is, by wall and by CPU time")
    alive = {every: share.alive for every, share in lists.items()}
    for side in sides:
        print(line_of(side, costs, alive), flush=True)


def urls_of(case: str, place: Place, images: int) -> list[tuple[str, bool]]:
    """URL, and whether a picture is there."""
    dice = random.Random(14)
    base = place.late if case == "late" else place.at_once
    is_dead = [case == "dead" and dice.random() < DEAD_SHARE for _ in range(images)]
    return [(f"{base}{'gone' if dead else ''}{number}.jpg", not dead)
            for number, dead in enumerate(is_dead)]


def written_lists(folder: Path, urls: list[tuple[str, bool]]) -> Lists:
    folder.mkdir()
    rows, wishes, codes = [], [], []
    for number, (url, _) in enumerate(urls):
        code = f"n{FIRST_CODE + number // PER_CATEGORY:08d}"
        if code not in codes:
            codes.append(code)
        rows.append(f"{code}_{number}\t{url}\n")
        wishes.append(f'url = "{url}"\noutput = "{number}.jpg"\n')
    table = [f"{code},kind {number},True,-1\n" for number, code in enumerate(codes)]
    texts = {"ncodes.csv": ["code,name,to_download,how_many\n", *table],
             "urls.txt": rows, "curl.txt": wishes}
    for name, lines in texts.items():
        (folder / name).write_text("".join(lines))
    return Lists(folder / "ncodes.csv", folder / "urls.txt", folder / "curl.txt",
                 sum(is_alive for _, is_alive in urls))


def one_run(side: Side, lists: Lists, target: Path) -> Cost:
    """Into an empty folder; SystemExit unless all that can be had is there at the end."""
    target.mkdir()
    cost = cost_of(side.command(lists, target), log=target / "said")
    found = sum(path.stat().st_size > 0 for path in target.rglob("*.jpg"))
    if found != lists.alive:
        said = (target / "said").read_text()[-2000:]
        raise SystemExit(f"{side.name}: {found} of {lists.alive} pictures, exit code {cost.code}"
                         f"\n{said}")
    shutil.rmtree(target)
    lists.urls.with_name(f"{lists.urls.name}.index").unlink(missing_ok=True)
    return cost


def line_of(side: Side, costs: dict[Side, list[Cost]], alive: Mapping[int, int]) -> str:
    thousands = alive[side.every] / 1000
    seconds = statistics.median(cost.seconds for cost in costs[side]) / thousands
    cpu = statistics.median(cost.cpu_seconds for cost in costs[side]) / thousands
    memory = statistics.median(cost.pss_megabytes for cost in costs[side])
    told = f"{side.name:<34} {1000 / seconds:8,.0f}  {seconds:7.2f} {cpu:7.2f} {memory:8.0f}  "
    if side not in RIVALS:
        return told.rstrip()
    scale = alive[RIVALS[side].every] / alive[side.every]
    pairs = list(zip(costs[side], costs[RIVALS[side]]))
    by_wall = [scale * theirs.seconds / mine.seconds for theirs, mine in pairs]
    by_cpu = [scale * theirs.cpu_seconds / mine.cpu_seconds for theirs, mine in pairs]
    return f"{told}{ratio(by_wall)}, {ratio(by_cpu)}"


def ratio(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} x ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
