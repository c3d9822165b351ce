"""Draws the curves of batch sizes: reads them as JSON, writes a PNG. In matplotlib's environment.

    python tests/benchmarks/batch_plot.py PNG < CURVES
"""

from __future__ import annotations

import json
import sys
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402

WIDTH_PIXELS, HEIGHT_PIXELS, DOTS = 1800, 1150, 200  # twice 900, for fine screens
LINE, POINT, FAINT = "#3b6ea5", "#d1495b", "#d0d0d0"


def main() -> None:
    curves: dict[str, Any] = json.load(sys.stdin)
    figure, axes = pyplot.subplots(2, 2, figsize=(WIDTH_PIXELS / DOTS, HEIGHT_PIXELS / DOTS))
    for axis, (title, found) in zip(axes.flat, curves.items()):
        draw(axis, title, found)
    for axis in axes[1]:
        axis.set_xlabel("images under way at once")
    for axis in axes[:, 0]:
        axis.set_ylabel("pictures a second")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=2, frameon=False)
    figure.tight_layout(rect=(0, 0, 1, 0.95))
    figure.savefig(sys.argv[1], dpi=DOTS)


def draw(axis: Any, title: str, found: dict[str, Any]) -> None:
    sizes = [int(size) for size in found["curve"]]
    own_size, own_speed = found["own"]
    axis.plot(sizes, list(found["curve"].values()), "o-", color=LINE, markersize=4,
              label="a fixed batch size")
    axis.plot([own_size], [own_speed], "D", color=POINT, markersize=9, zorder=3,
              label="where the script ends up by itself")
    axis.set_title(title, fontsize=10)
    axis.set_xscale("log", base=2)
    axis.set_xticks(sizes, [str(size) for size in sizes], fontsize=8)
    axis.set_ylim(0, 1.12 * max(own_speed, *found["curve"].values()))
    axis.tick_params(axis="y", labelsize=8)
    axis.grid(color=FAINT, linewidth=0.5)
    axis.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
