"""One run at a time on a save_dir."""

from __future__ import annotations

from pathlib import Path

import filelock
import pytest

from imagenet_utils.errors import LocalFault, Locked
from imagenet_utils.job.lock import only_run_on


def test_second_run_is_kept_out(tmp_path: Path) -> None:
    """While one run is at work, another is refused at once; afterwards it may begin."""
    entered = []
    with only_run_on(tmp_path):
        with pytest.raises(Locked, match="another run"), only_run_on(tmp_path):
            entered.append("during")
    with only_run_on(tmp_path):
        entered.append("afterwards")

    assert entered == ["afterwards"]


def test_leftover_lock_file(tmp_path: Path) -> None:
    """The file of a dead owner is no lock."""
    (tmp_path / ".lock").touch()

    with only_run_on(tmp_path):
        assert (tmp_path / ".lock").exists()


def test_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that can't lock is a fault of this machine, and is named."""
    def refuse(*_args: object, **_options: object) -> None:
        raise NotImplementedError("no flock here")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)

    with pytest.raises(LocalFault, match="no flock here"), only_run_on(tmp_path):
        pass
