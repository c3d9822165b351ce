"""SIGINT and SIGTERM."""

from __future__ import annotations

import signal

import pytest

from imagenet_utils.command_line.signals import interruptible
from imagenet_utils.errors import ExitCode, Interrupted


@pytest.mark.parametrize(("number", "code"), [
    (signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED),
])
def test_signal_raises(number: signal.Signals, code: ExitCode) -> None:
    """A signal ends the block, and a second one is too late to disturb the leaving."""
    with pytest.raises(Interrupted) as caught, interruptible():
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)

    assert caught.value.exit_code is code


def test_handlers_come_back() -> None:
    """Afterwards the signals are what they were."""
    before = signal.getsignal(signal.SIGINT)
    with interruptible():
        during = signal.getsignal(signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before is not during


def test_ignored_stays_ignored() -> None:
    """A script that was started with SIGINT ignored goes on ignoring it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            during = signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert during is signal.SIG_IGN
