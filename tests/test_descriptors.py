"""More connections at once than the system's first word."""

from __future__ import annotations

import subprocess
import sys

import pytest

from imagenet_utils.network import descriptors


def test_a_low_limit_is_raised_for_the_children_too() -> None:
    """macOS begins with 256 descriptors, which a wide batch would use up."""
    pytest.importorskip("resource", reason="Windows has no such limit")
    program = (
        "import resource, subprocess, sys\n"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))\n"
        "from imagenet_utils.network.descriptors import raise_descriptor_limit\n"
        "raise_descriptor_limit()\n"
        "told = 'import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])'\n"
        "subprocess.run([sys.executable, '-c', told], check=True)\n"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert int(told.stdout) > 256


@pytest.mark.parametrize(("most", "connections"), [(64, 16), (3, 1), (100_000, 256), (None, 256)])
def test_a_process_leaves_descriptors_for_all_else(
    most: int | None, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter is for connections under way, of which the system may allow few."""
    monkeypatch.setattr(descriptors, "most_descriptors", lambda: most)

    assert descriptors.connections_at_most(256) == connections
