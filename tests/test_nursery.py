"""Where worker processes come from, and what they bring along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from imagenet_utils.engine import nursery

ROOT = Path(__file__).resolve().parent.parent
forks_alone = pytest.mark.skipif(not nursery.HAS_FORK_SERVER, reason="workers are spawned here")

STARTING = """
import json, os, sys
from imagenet_utils.engine.nursery import process_context, start_ahead

def look(answer):
    answer.send([sorted(sys.modules), dict(os.environ)])

if __name__ == "__main__":
    start_ahead(["wave", "no_such_module"])
    mine, theirs = process_context().Pipe()
    process = process_context().Process(target=look, args=(theirs,))
    process.start()
    modules, environment = mine.recv()
    process.join()
    print(json.dumps(["wave" in modules, "wave" in sys.modules, os.environ.get("PYTHONPATH")]))
"""


def started(script: Path, environment: dict[str, str]) -> object:
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True,
                          cwd=script.parent, env=environment, timeout=60)
    return json.loads(done.stdout)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{STARTING}")
    return path


@forks_alone
def test_a_worker_finds_its_modules_imported(script: Path) -> None:
    """Imported by the process that it is forked from, not by the main one; what can't be imported
    there is left to the worker."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    assert started(script, environment) == [True, False, None]


@forks_alone
def test_what_the_user_says_of_python_stays(script: Path) -> None:
    """The path on which modules are found is ours for a moment only."""
    assert started(script, {**os.environ, "PYTHONPATH": "elsewhere"}) == [True, False, "elsewhere"]


@forks_alone
def test_modules_of_the_project_are_found_from_anywhere(tmp_path: Path) -> None:
    """Cron starts a script in a folder where nothing of ours is."""
    script = tmp_path / "script.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
                      + STARTING.replace("wave", "imagenet_utils.proof.placeholders"))

    found, is_here, _ = started(script, dict(os.environ))  # type: ignore[misc]

    assert found and not is_here


def test_elsewhere_each_worker_is_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where forks are not to be trusted, starting ahead does nothing."""
    monkeypatch.setattr(nursery, "HAS_FORK_SERVER", False)
    nursery.start_ahead(["no_such_module"])

    assert nursery.process_context().get_start_method() == "spawn"
