"""ck imports the repositories, searches, loads, updates and removes, in a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from truth import Picture, check, expect

Ck = Callable[..., str]


def read(place: Path, stored: dict[str, Picture]) -> str:
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home) / "export"
        shutil.copytree(place, copy)  # what ck changes is its own
        ck = ck_in(home)
        repositories = sorted(path.name for path in copy.iterdir() if path.is_dir())
        for name in repositories:
            ck("import", "repo", f"--path={copy / name}", "--quiet")
        entries = ck("search", "dataset:*", "--tags=imagenet").split()
        expect(len(entries), sum(len(picture.folders) for picture in stored.values()), "entries")
        for name in repositories:
            found = ck("search", "dataset:*", f"--tags=imagenet,{name.partition('-')[2]}").split()
            expect({entry.partition(":")[0] for entry in found}, {name}, "found by code")
            _use(ck, found[0], stored)
        ck("rm", f"{repositories[0]}:dataset:*", "--force")
        left = ck("search", "dataset:*", "--tags=imagenet").split()
        expect({entry.partition(":")[0] for entry in left}, set(repositories[1:]), "left")
        return (f"{len(entries)} entries in {len(repositories)} repositories found, loaded,"
                f" updated, removed (ck {ck('version').strip()})")


def _use(ck: Ck, entry: str, stored: dict[str, Picture]) -> None:
    """All that the older scripts' README shows of one."""
    meta = json.loads(ck("load", entry, "--min"))["dict"]
    (name,) = meta["dataset_files"]
    body = (Path(ck("find", entry).strip()) / name).read_bytes()
    expect(body, stored[name].path.read_bytes(), f"bytes of {name}")
    url = meta["tags"][-1]
    expect(entry in ck("search", "dataset:*", f"--tags=imagenet,{url}").split(), True, url)
    ck("update", entry, "@@dict", given='{"seen": "yes"}\n\n')
    expect(json.loads(ck("load", entry, "--min"))["dict"], {**meta, "seen": "yes"}, entry)


def ck_in(home: str) -> Ck:
    program = Path(sys.executable).with_name("ck")
    own = {"HOME": home, "CK_REPOS": f"{home}/repos", "CK_TOOLS": f"{home}/tools"}
    for folder in ("repos", "tools"):
        (Path(home) / folder).mkdir()

    def ck(*words: str, given: str = "") -> str:
        done = subprocess.run([program, *words], env={**os.environ, **own}, input=given,
                              capture_output=True, text=True)
        expect(done.returncode, 0, f"ck {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    return ck


check(read)
