"""Where worker processes come from, and what they bring along."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from imagenet_utils.engine import nursery

ROOT = Path(__file__).resolve().parent.parent
forks_alone = pytest.mark.skipif(not nursery.HAS_FORK_SERVER, reason="workers are spawned here")

STARTING = """
import json, os, sys
from imagenet_utils.engine.nursery import process_context, start_ahead

def look(answer):
    answer.send([sorted(sys.modules), sys.modules["wave"].__file__, os.getcwd()])

if __name__ == "__main__":
    start_ahead(["wave", "no_such_module"])
    mine, theirs = process_context().Pipe()
    process = process_context().Process(target=look, args=(theirs,))
    process.start()
    modules, place, folder = mine.recv()
    process.join()
    print(json.dumps({
        "way": process_context().get_start_method(), "is_there": "wave" in modules,
        "is_here": "wave" in sys.modules, "place": place, "folder": folder,
    }))
"""


def started(script: Path, **further: str) -> dict[str, object]:
    """What a worker of the script tells, which runs in its own folder."""
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60,
                          cwd=script.parent, env={**os.environ, **further})
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{STARTING}")
    return path


@forks_alone
def test_a_worker_finds_its_modules_imported(script: Path) -> None:
    """By the process that it is forked from, not by the main one; what can't be imported there is
    left to the worker, which works where the main process does."""
    told = started(script)

    assert (told["way"], told["is_there"], told["is_here"]) == ("forkserver", True, False)
    assert told["folder"] == str(script.parent)


@forks_alone
def test_nothing_is_imported_from_the_current_folder(script: Path) -> None:
    """A file of the user's may have the name of a library."""
    (script.parent / "wave.py").write_text("raise SystemExit('a stranger')")

    assert started(script)["place"] == wave.__file__


@forks_alone
def test_a_folder_for_sockets_that_is_too_deep(script: Path, tmp_path: Path) -> None:
    """The path of a socket has some hundred characters at most; workers are spawned then."""
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    script.write_text(script.read_text().replace('sys.modules["wave"].__file__', '""'))
    told = started(script, TMPDIR=str(deep))

    assert (told["way"], told["is_there"], told["folder"]) == ("spawn", False, str(script.parent))


@forks_alone
def test_a_module_of_the_project_is_found_from_anywhere(script: Path) -> None:
    """Cron starts a script in a folder where nothing of ours is."""
    script.write_text(script.read_text().replace("wave", "imagenet_utils.proof.placeholders"))
    told = started(script)

    assert (told["is_there"], told["is_here"]) == (True, False)
    assert Path(str(told["place"])).parent == ROOT / "imagenet_utils/proof"


def test_elsewhere_each_worker_is_spawned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where forks are not to be trusted, no process is started ahead."""
    asked: list[list[str]] = []
    monkeypatch.setattr(nursery, "HAS_FORK_SERVER", False)
    monkeypatch.setattr(multiprocessing, "set_forkserver_preload", asked.append)
    nursery.process_context.cache_clear()
    nursery.start_ahead(["wave"])
    way = nursery.process_context().get_start_method()
    nursery.process_context.cache_clear()

    assert (way, asked) == ("spawn", [])
