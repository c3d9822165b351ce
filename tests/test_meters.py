"""How far a download is, where nobody watches a bar."""

from __future__ import annotations

import pytest

from imagenet_utils.command_line import meters


def test_a_log_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half a minute apart, and with the total where it is known."""
    clock = iter([0.0, 1.0, 31.0, 31.0, 40.0, 61.0, 61.0])
    monkeypatch.setattr("imagenet_utils.command_line.meters.time.monotonic", lambda: next(clock))
    with meters.meter("list.tgz") as show:
        for done, total in ((10, None), (2000, 4000), (2500, 4000), (3000, None)):
            show(done, total)

    assert capsys.readouterr().err == "list.tgz: 2,000 of 4,000\nlist.tgz: 3,000\n"


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bar takes its total from what is told."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with meters.meter("list.tgz") as show:
        show(5, 10)

    assert "list.tgz" in capsys.readouterr().err
