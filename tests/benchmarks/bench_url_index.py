"""What an index costs, held against `grep -c` over the same list.

    python tests/benchmarks/bench_url_index.py LIST …

Make the lists with make_url_list.py. Promised for 14.2 million rows: at most 4 times grep for a
grouped list, 60 times for a shuffled one; a category in 50 ms; 300 MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
CODE = "n02119789"
RUNS = 3
ONE_RUN = f"""
import sys
from pathlib import Path
from time import perf_counter
from imagenet_utils.url_lists.index import open_url_index
started = perf_counter()
with open_url_index(Path(sys.argv[1]), fallback_dir=Path(sys.argv[2])) as index:
    opened = perf_counter()
    records = len(index.records({CODE!r}))
    print(opened - started, perf_counter() - opened, records)
with open("/proc/self/status") as status:
    print(*[line.split()[1] for line in status if line.startswith("VmHWM")])
"""


def main() -> None:
    for name in sys.argv[1:]:
        path = Path(name).resolve()
        grep = min(seconds_of_grep(path) for _ in range(RUNS))
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            # A link, so that the index beside it goes with the folder.
            link = Path(folder) / path.name
            link.hardlink_to(path)
            built, _, _, memory = run(link)
            opened, looked_up, records, _ = run(link)
        print(
            f"{name}: grep {grep:.2f} s, index {built:.2f} s = {built / grep:.1f} x, "
            f"{memory / 1024:.0f} MB; then open {opened * 1000:.1f} ms, "
            f"{records:.0f} records {looked_up * 1000:.1f} ms"
        )


def seconds_of_grep(path: Path) -> float:
    started = perf_counter()
    # Not to /dev/null: grep would stop at the first match.
    subprocess.run(["grep", "-c", CODE, str(path)], stdout=subprocess.PIPE, check=False)
    return perf_counter() - started


def run(path: Path) -> tuple[float, float, float, float]:
    """Seconds to open, seconds to look up, records, peak memory in kB; in a fresh process."""
    command = [sys.executable, "-c", ONE_RUN, str(path), str(path.parent)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT)
    opened, looked_up, records, memory = map(float, done.stdout.split())
    return opened, looked_up, records, memory


if __name__ == "__main__":
    main()
