"""What a run works with, made when the first image is to be fetched: processes and batch size."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import cached_property

from imagenet_utils.network.bandwidth import VALID_SECONDS, measured_mbit
from imagenet_utils.network.batch import Batch, first_guess
from imagenet_utils.network.byte_budget import shared_bytes
from imagenet_utils.engine.executors import EXECUTORS, Executor
from imagenet_utils.network.descriptors import raise_descriptor_limit
from imagenet_utils.options import EngineOptions
from imagenet_utils.results.layout import LARGE_PICTURE_GATE
from imagenet_utils.results.ledger import Ledger
from imagenet_utils.results.summary import RunFacts
from imagenet_utils.results.workplace import Workplace
from imagenet_utils.engine.worker import WorkerMaker

IMAGES_WORTH_MEASURING = 1000  # a shorter run is over before the measurement pays
SPARES_FROM = 8  # images of a process; fewer are not divided
GRACE_SECONDS = 60.0  # beyond the time-outs, before a silent worker is taken for stuck
TIME_OUTS = 2  # of an image, and of the one whose place it waits for
WNID = re.compile(rb"n[0-9]{8}")
BANDWIDTH_NOTE = "bandwidth_mbit"


class Engine:
    """A context manager: what was started is ended."""

    def __init__(
        self, options: EngineOptions, labels: Mapping[str, str], workplace: Workplace, *,
        facts: RunFacts, still_expected: Callable[[], int],
    ) -> None:
        self._options = options
        self._labels = labels
        self._save_dir = workplace.save_dir
        self._ledger = workplace.ledger
        self._teller = workplace.teller
        self._facts = facts
        self._still_expected = still_expected

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        if "executor" in self.__dict__:
            self.executor.close()

    @property
    def most_image_bytes(self) -> int:
        return self._options.transfer.max_image_bytes

    def labels_in(self, xml: bytes | None) -> dict[str, str]:
        """The labels of the categories that an annotation names; all 21,844 need not travel."""
        if xml is None:
            return {}
        codes = {code.decode() for code in WNID.findall(xml)}
        return {code: self._labels[code] for code in codes if code in self._labels}

    @cached_property
    def executor(self) -> Executor:
        options = self._options
        raise_descriptor_limit()
        make_worker = WorkerMaker(
            options.transfer, options.proof, shared_bytes(options.processes),
            str(self._save_dir / LARGE_PICTURE_GATE), options.repairs_colours,
        )
        kind = EXECUTORS["pool" if options.is_parallel else "series"]
        executor: Executor = kind(make_worker, options.processes,
                                  patience_seconds=TIME_OUTS * options.transfer.timeout_seconds
                                  + GRACE_SECONDS)
        return executor

    @cached_property
    def batch(self) -> Batch:
        options = self._options
        if options.batch_size:
            batch = Batch(options.batch_size, is_fixed=True)
            self._facts.batch_why = options.batch_why if options.is_parallel else "one by one"
        else:
            guess = first_guess(self._bandwidth(), options.max_bandwidth_mbit, options.processes)
            batch = Batch(guess.size, is_fixed=False)
            self._facts.batch_why = guess.why
        self._facts.batch_first = batch.size
        self._teller.say(f"Downloading {batch.size} images at a time ({self._facts.batch_why})")
        return batch

    @property
    def spares(self) -> int:
        """Images handed out beyond the batch: where one ends, the next begins at once, and not
        when this process has seen the end."""
        has_some = self.batch.size >= SPARES_FROM * self._options.processes
        return self.batch.size // 4 if has_some and not self._options.manners.sleep_seconds else 0

    @property
    def places(self) -> int:
        """How many each process may have on the line; together no more than the batch."""
        return self.batch.size // self._options.processes if self.spares else self.batch.size

    def _bandwidth(self) -> float | None:
        """Megabits a second: given, remembered, measured, or unknown."""
        known = self._options.bandwidth_mbit or remembered_mbit(self._ledger)
        if (known or self._options.max_bandwidth_mbit
                or self._still_expected() < IMAGES_WORTH_MEASURING):
            return known
        mbit, problem = measured_mbit()
        if mbit is None:
            self._teller.warn(f"Bandwidth could not be measured ({problem}): the run finds its"
                              " batch size by itself. --bandwidth MBIT spares the try.")
        else:
            self._teller.log(f"bandwidth measured: {mbit:.1f} Mbit/s")
            self._ledger.write_note(BANDWIDTH_NOTE, f"{mbit:.1f} {time.time():.0f}")
        return mbit


def remembered_mbit(ledger: Ledger) -> float | None:
    """What a run of the last day measured."""
    mbit, _, moment = (ledger.note(BANDWIDTH_NOTE) or "").partition(" ")
    if not moment or time.time() - float(moment) > VALID_SECONDS:
        return None
    return float(mbit)
