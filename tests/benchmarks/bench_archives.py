"""Three marked classes out of the training archive of ILSVRC2012, held against tar and curl.

    python tests/benchmarks/bench_archives.py [--pairs N] [--case NAME ...]

The archive has its real size of 148 GB and 1,000 classes, but is nearly all a hole: three classes
hold pictures of 500x375 pixels and about 100 kB. All lies in memory where there is /dev/shm, so
that no disk is the slowest part. Whole processes, start-up included. POSIX, nginx for the web.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.ground import memory_folder  # noqa: E402
from tests.benchmarks.nginx import CAP, LATENCY_SECONDS, origin  # noqa: E402
from tests.benchmarks.real_size_archive import FilledClass, real_size_archive  # noqa: E402
from tests.benchmarks.sides import SCRIPT  # noqa: E402
from tests.benchmarks.whole_process import Cost, cost_of  # noqa: E402
from tests.small_archives import BLOCK, TRAIN_BYTES  # noqa: E402

CLASSES = 3
NAME = "ILSVRC2012_img_train.tar"
READ_AT_ONCE = 2**20
READ_SECONDS = 2.0  # for the speed at which the whole would come by
BYTES_BEYOND = 2_000_000  # that may be fetched besides the classes and a hundredth of them


@dataclass(frozen=True, slots=True)
class Ground:
    """What all sides work on."""

    folder: Path
    archive: Path
    classes: Sequence[FilledClass]

    @property
    def pictures(self) -> int:
        return sum(each.pictures for each in self.classes)

    @property
    def megabytes(self) -> float:
        return sum(each.tar_bytes for each in self.classes) / 1e6

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.classes]

    @property
    def result(self) -> Path:
        return self.folder / "result"


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    command: Callable[[Ground], list[str]]


def ours(archive: str, *options: str) -> Callable[[Ground], list[str]]:
    """The script on this archive; `{}` stands for the local one."""
    def command(ground: Ground) -> list[str]:
        return [sys.executable, str(SCRIPT), "--source", "ilsvrc2012", "--archive",
                archive.format(ground.archive), "--categories", *ground.codes, "-s",
                str(ground.result), "-a", str(ground.folder / "none"), "--accept_terms", *options]
    return command


def shell(line: str) -> Callable[[Ground], list[str]]:
    """What people type; `{tar}`, `{class_tars}` and `{codes}` are filled in."""
    def command(ground: Ground) -> list[str]:
        told = line.format(tar=ground.archive, class_tars=ground.folder / "class_tars",
                           codes=" ".join(ground.codes))
        return ["sh", "-ec", f"mkdir -p {ground.result}; cd {ground.result}; {told}"]
    return command


def bench_local(ground: Ground, pairs: int) -> None:
    class_tars = ground.folder / "class_tars"
    class_tars.mkdir()
    cost_of(["tar", "-C", str(class_tars), "-xf", str(ground.archive),
             *(f"{code}.tar" for code in ground.codes)])
    sides = [
        Side("tar -xf of the three class tars, which lie there",
             shell("for code in {codes}; do tar -xf {class_tars}/$code.tar; done")),
        Side("tar -xf in two steps, as people do",
             shell("for code in {codes}; do tar -xf {tar} $code.tar; tar -xf $code.tar;"
                   " rm $code.tar; done")),
        Side("this script", ours("{}")),
        Side("this script, --verify header", ours("{}", "--verify", "header")),
    ]
    costs = in_turn(sides, ground, pairs)
    told_costs(costs, ground, rival=sides[0])
    hole = reading_speed(ground.archive, 0)
    filled = reading_speed(ground.archive, ground.classes[0].header)
    seconds = statistics.median(cost.seconds for cost in costs[sides[2]])
    for name, speed in (("zeros that no disk has to give", hole), ("pictures", filled)):
        print(f"all {TRAIN_BYTES / 1e9:.0f} GB read once at {speed / 1e6:,.0f} MB/s ({name}):"
              f" {TRAIN_BYTES / speed:.0f} s, {TRAIN_BYTES / speed / seconds:.0f} times as long")
    bench_second_run(ground, ours("{}"))


def bench_second_run(ground: Ground, command: Callable[[Ground], list[str]]) -> None:
    cost_of(command(ground))
    told("a second run, all there already", [cost_of(command(ground))], ground)
    shutil.rmtree(ground.result)


def bench_remote(ground: Ground, pairs: int) -> None:
    with archive_origin(ground) as (base, sent):
        bench_one_server("nginx on the loopback", f"{base}/archives/{NAME}", sent, ground, pairs)


def bench_capped(ground: Ground, pairs: int) -> None:
    with archive_origin(ground) as (base, sent):
        bench_one_server(f"{CAP} bytes a second for each connection", f"{base}/capped/{NAME}",
                         sent, ground, pairs)


def bench_late(ground: Ground, pairs: int) -> None:
    """The walk along 1,000 headers costs a round trip for each; a later run knows them."""
    with archive_origin(ground) as (base, sent):
        print(f"\n{LATENCY_SECONDS:.2f} s before each answer")
        print_bytes(ours(f"{base}/late-archives/{NAME}", "--verify", "header"), sent, ground)


def bench_one_server(title: str, url: str, sent: Path, ground: Ground, pairs: int) -> None:
    print(f"\n{title}")
    ranges = " ".join(f"{each.header + BLOCK}-{each.header + BLOCK + each.tar_bytes - 1}"
                      for each in ground.classes)
    sides = [
        Side("curl of these very ranges, one after another",
             shell(f"for range in {ranges}; do curl -sf -r $range -o $range {url}; done")),
        Side("this script", ours(url)),
        Side("this script, --verify header", ours(url, "--verify", "header")),
    ]
    costs = in_turn(sides, ground, pairs)
    told_costs(costs, ground, rival=sides[0])
    print_bytes(ours(url, "--verify", "header"), sent, ground)


def print_bytes(command: Callable[[Ground], list[str]], sent: Path, ground: Ground) -> None:
    """What the server sent for a first run, and for a second."""
    allowed = 1.01 * ground.megabytes * 1e6 + BYTES_BEYOND
    for name in ("first run", "second run"):
        requests, count = sent_so_far(sent)
        cost = cost_of(command(ground))
        requests, count = (after - before for before, after in
                           zip((requests, count), sent_so_far(sent)))
        print(f"{name}: {count:,} bytes in {requests:,} requests, {cost.seconds:.2f} s; the"
              f" classes hold {ground.megabytes * 1e6:,.0f}, at most {allowed:,.0f} are promised")
    shutil.rmtree(ground.result)


def sent_so_far(sent: Path) -> tuple[int, int]:
    """Requests and bytes, once the server has written down the last."""
    size = -1
    while size != sent.stat().st_size:
        size = sent.stat().st_size
        time.sleep(0.1)
    lines = sent.read_text().splitlines()
    return len(lines), sum(int(line.split()[0]) for line in lines)


@contextmanager
def archive_origin(ground: Ground) -> Iterator[tuple[str, Path]]:
    """Its address, and the file where it writes down what it sent."""
    folder = ground.folder / "origin"
    (folder / "archives").mkdir(parents=True)
    ground.archive.rename(folder / "archives" / NAME)
    try:
        with origin(folder, []) as served:
            (folder / "sent").touch()
            yield served.base, folder / "sent"
    finally:
        (folder / "archives" / NAME).rename(ground.archive)
        shutil.rmtree(folder)


def in_turn(sides: Sequence[Side], ground: Ground, pairs: int) -> dict[Side, list[Cost]]:
    costs: dict[Side, list[Cost]] = {side: [] for side in sides}
    for _ in range(pairs):
        for side in sides:
            costs[side].append(one_run(side, ground))
    return costs


def one_run(side: Side, ground: Ground) -> Cost:
    """Into an empty folder; SystemExit unless every byte that is wanted is there at the end."""
    cost = cost_of(side.command(ground), log=ground.folder / "said")
    sizes = [path.stat().st_size for path in ground.result.rglob("*")
             if path.suffix.lower() in (".jpg", ".jpeg") or path.name[:1].isdigit()]
    wanted = {sum(each.picture_bytes for each in ground.classes),
              sum(each.tar_bytes for each in ground.classes)}
    if cost.code or sum(sizes) not in wanted:
        said = (ground.folder / "said").read_text()[-2000:]
        raise SystemExit(f"{side.name}: {len(sizes)} files, exit code {cost.code}\n{said}")
    shutil.rmtree(ground.result)
    return cost


def told_costs(costs: dict[Side, list[Cost]], ground: Ground, *, rival: Side) -> None:
    print(f"{'':<50}  wall s   CPU s  peak MB  pictures/s  MB/s  speed of the first")
    for side, own in costs.items():
        speeds = [theirs.seconds / mine.seconds for theirs, mine in zip(costs[rival], own)]
        told(side.name, own, ground, "" if side is rival else ratio(speeds))


def told(name: str, costs: Sequence[Cost], ground: Ground, what_else: str = "") -> None:
    seconds = statistics.median(cost.seconds for cost in costs)
    cpu = statistics.median(cost.cpu_seconds for cost in costs)
    memory = max(cost.pss_megabytes for cost in costs)
    print(f"{name:<50}{seconds:8.2f}{cpu:8.2f}{memory:9.0f}{ground.pictures / seconds:12,.0f}"
          f"{ground.megabytes / seconds:6,.0f}  {what_else}".rstrip(), flush=True)


def ratio(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} x ({min(values):.2f} to {max(values):.2f})"


def reading_speed(path: Path, start: int) -> float:
    """Bytes a second, of what nobody does anything with."""
    begun, count = time.perf_counter(), 0
    with path.open("rb", buffering=0) as file:
        buffer = bytearray(READ_AT_ONCE)
        file.seek(start)
        while (seconds := time.perf_counter() - begun) < READ_SECONDS and count < 1e8:
            count += file.readinto(buffer)
    return count / seconds


CASES: dict[str, Callable[[Ground, int], None]] = {
    "local": bench_local,
    "remote": bench_remote,
    "capped": bench_capped,
    "late": bench_late,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--case", choices=CASES, nargs="*", default=list(CASES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_folder()) as name:
        archive = Path(name, NAME)
        classes = real_size_archive(archive, CLASSES)
        ground = Ground(Path(name), archive, classes)
        print(f"{CLASSES} classes of {ground.pictures:,} pictures and {ground.megabytes:.0f} MB in"
              f" all, out of {TRAIN_BYTES / 1e9:.0f} GB; medians of {options.pairs} runs in turn")
        for case in options.case:
            CASES[case](ground, options.pairs)


if __name__ == "__main__":
    main()
