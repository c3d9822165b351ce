"""How fast this is, held against others: sets up what it needs, and prints ratios as Markdown.

    python tests/benchmarks/measure.py [CASE ...] [--images N] [--pairs N] [--list]

Each pair is measured in turn in the same run, start-up included, on the cores that the origin uses,
too: trust the ratios. POSIX; memory is read from /proc, so on Linux alone. Links of a rate need
root and a network namespace of their own, and programs are installed by root on Debian: what is
lacking is told in one line.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.cases import CASES, Case  # noqa: E402
from tests.benchmarks.ground import ground  # noqa: E402
from tests.benchmarks.links import bring_loopback_up, can_have_namespace  # noqa: E402
from tests.benchmarks.needs import NGINX  # noqa: E402

PAIRS = 5


def main() -> None:
    options = _parser().parse_args()
    chosen = [CASES[name] for name in options.case or CASES]
    if options.list:
        print("\n".join(f"{case.name:<10} {case.title}" for case in chosen))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # pictures are not left in memory
    if options.inside:
        bring_loopback_up()
    for case in chosen:
        if case.wants_own_network and not options.inside and can_have_namespace():
            _provide(case)
            _measure_inside(case, options)
        else:
            _measure(case, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("case", nargs="*", choices=[[], *CASES], metavar="CASE",
                        help=f"{', '.join(CASES)} [all of them]")
    parser.add_argument("--images", type=int, help="at most so many of each case's pictures")
    parser.add_argument("--pairs", type=int, default=PAIRS, help=f"runs of each side [{PAIRS}]")
    parser.add_argument("--list", action="store_true", help="what the cases are")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


def _provide(case: Case) -> None:
    """From inside there is no way to whoever has it."""
    for need in {NGINX, *case.needs, *(need for side in case.measurement.sides
                                       for need in side.needs)}:
        need.lacking()


def _measure_inside(case: Case, options: argparse.Namespace) -> None:
    """This very program again, in a network of its own."""
    images: Sequence[str] = ["--images", str(options.images)] if options.images else []
    done = subprocess.run(["unshare", "-n", sys.executable, __file__, case.name, "--inside",
                           "--pairs", str(options.pairs), *images])
    if done.returncode:
        sys.exit(done.returncode)


def _measure(case: Case, options: argparse.Namespace) -> None:
    measurement = case.measurement
    if options.images and options.images < measurement.images:
        measurement = replace(measurement, images=options.images)
    print(f"\n### `{case.name}`: {case.title}\n", flush=True)
    with ground(case.draw(measurement.images), pairs=options.pairs,
                is_shaped=options.inside) as place:
        for line in measurement.measure(place):
            print(line, flush=True)


if __name__ == "__main__":
    if os.name != "posix":
        sys.exit("these measurements need POSIX")
    main()
