"""A measurement is a favour that may fail; the run never does because of it."""

from __future__ import annotations

import pytest
from imagenet_utils.network.bandwidth import measured_mbit


def test_without_a_network_there_is_a_reason_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service cannot be reached: no number, and one line why."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    mbit, problem = measured_mbit()

    assert mbit is None
    assert problem and "\n" not in problem
