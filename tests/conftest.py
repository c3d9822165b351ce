"""What holds for all tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault; and where one run decides, all runs try the same.
settings.register_profile(
    "ours", deadline=None, suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("ours")

# A shell starts what is in its background deaf to Ctrl-C; processes that tests start are not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Any]:
    """An empty result, to be filled and exported."""
    from tests.small_results import Results

    results = Results(tmp_path)
    yield results
    results.ledger.close()
