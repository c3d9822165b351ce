"""What is measured: one row for each case, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from tests.benchmarks.addresses import Ills
from tests.benchmarks.again import Again
from tests.benchmarks.batch_curve import BatchCurve
from tests.benchmarks.exports import Exports
from tests.benchmarks.ground import Ground
from tests.benchmarks.index_cost import BOX_CSV, URL_LIST, IndexCost
from tests.benchmarks.links import LATE, THIN, WIDE
from tests.benchmarks.make_box_csv import ROWS as BOXES
from tests.benchmarks.make_url_list import ROWS
from tests.benchmarks.memory import Memory
from tests.benchmarks.needs import GREP, MATPLOTLIB, Need
from tests.benchmarks.old_table import OldTable
from tests.benchmarks.photographs import nothing, photographs, thumbnails
from tests.benchmarks.ratios import Contest
from tests.benchmarks.refusing import Refusing
from tests.benchmarks.sides import (
    Side,
    aria2,
    bound,
    curl,
    img2dataset_256,
    img2dataset_cropped,
    img2dataset_like_for_like,
    img2dataset_unproven,
    old_way,
    ours,
    requests_threads,
    wget,
)
from tests.benchmarks.start import Start

MANY = 256  # connections, for a line with latency


class Measurement(Protocol):
    """How a case is measured."""

    @property
    def sides(self) -> tuple[Side, ...]: ...

    @property
    def images(self) -> int:
        """Pictures that the origin has to have."""

    def measure(self, ground: Ground) -> Iterator[str]:
        """Lines of Markdown, each as soon as it is known."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    title: str
    measurement: Measurement
    wants_own_network: bool = False  # to give loopback a rate, or to have nobody outside to ask
    needs: tuple[Need, ...] = ()  # besides those of its sides
    draw: Callable[[int], Iterator[bytes]] = photographs


CASES = {case.name: case for case in (
    Case("plain", "HTTP, no latency, every picture decoded", Contest(
        (ours(), bound(), requests_threads(), img2dataset_like_for_like(), img2dataset_256(),
         old_way()), 20_000)),
    Case("header", "HTTP, no latency, nothing decoded", Contest(
        (ours("--verify", "header"), bound(decodes=False), curl(), aria2(), wget(),
         img2dataset_unproven()), 20_000)),
    Case("resize", "HTTP, no latency, made 256x256, no originals kept", Contest(
        (ours("--resize", "fill_crop:256", "--save_original_images", "False"),
         img2dataset_cropped(), img2dataset_256(every=1)), 10_000)),
    Case("https", "HTTPS, no latency", Contest(
        (ours(), bound(), curl(16), img2dataset_like_for_like(every=20)), 20_000,
        is_secure=True)),
    Case("late", "150 ms before the first byte", Contest(
        (ours("--batch_size", str(MANY)), bound(MANY)), 20_000, LATE)),
    Case("ill", "150 ms, 30 % of the links dead, 2 % hang until a deadline of 5 s", Contest(
        (ours("--timeout", "5"), bound(MANY, wants_alive=True)), 20_000, LATE,
        Ills(dead=0.3, hanging=0.02), has_a_tail=True)),
    Case("thin", "80 Mbit/s, against one that proves nothing", Contest(
        (ours("--bandwidth", "80"), curl()), 2_500, THIN), wants_own_network=True),
    Case("wide", "800 Mbit/s, against one that proves nothing", Contest(
        (ours("--bandwidth", "800", "--verify", "header"), ours("--bandwidth", "800"), curl()),
        15_000, WIDE), wants_own_network=True),
    Case("batch", "The batch size that the script finds by itself", BatchCurve(12_000),
         wants_own_network=True, needs=(MATPLOTLIB,)),
    Case("refusing", "A host that answers 429 above 8 connections", Refusing(600)),
    Case("again", "A second run over pictures that are all there", Again(100_000),
         draw=thumbnails),
    Case("index", "The index of a list of ImageNet's size, against grep",
         IndexCost(ROWS, URL_LIST), needs=(GREP,), draw=nothing),
    Case("exports", "Exports of what is stored, held against cp of the same pictures",
         Exports(5_000, 100_000), draw=nothing),
    Case("box_index", "The index of the boxes of Open Images, against wc",
         IndexCost(BOXES, BOX_CSV), draw=nothing),
    Case("start", "From the start of the program to its first words and its first request",
         Start(1)),
    Case("memory", "The most memory of a run, all its processes together", Memory(5_000)),
    Case("old_table", "Minutes for all annotated images of three categories, and the old way's",
         OldTable(2_000), wants_own_network=True),
)}
