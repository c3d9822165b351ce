"""A host that has answered before tells a dead network from dead hosts."""

from __future__ import annotations

import socket

import pytest
from imagenet_utils.demo.origin import closed_port
from imagenet_utils.network.sign_of_life import ASKED_AGAIN_SECONDS, SignOfLife


def test_a_host_that_accepts_is_a_sign() -> None:
    """Nothing is sent: a connection is enough."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        sign = SignOfLife(*server.getsockname()[:2])
        sign.look()

    assert sign.is_there


def test_a_host_that_is_away_proves_nothing() -> None:
    """Neither a refusal nor a name that no one knows is a sign."""
    with closed_port() as port:
        signs = [SignOfLife("127.0.0.1", port), SignOfLife("x" * 300, 80)]
        for sign in signs:
            sign.look()

    assert not any(sign.is_there for sign in signs)


def test_it_is_asked_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the run looks, the host is asked once in a while only."""
    asked = []
    sign = SignOfLife("127.0.0.1", 9)
    monkeypatch.setattr(sign, "look", lambda: asked.append(1))
    moments = [0.0, 1.0, ASKED_AGAIN_SECONDS - 0.1, ASKED_AGAIN_SECONDS + 0.1]
    for moment in moments:
        sign.ask(100 + moment)

    while len(asked) < 2:
        pass
    assert len(asked) == 2
