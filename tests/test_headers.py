"""What headers say, whoever wrote them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.network.headers import has_opted_out, seconds_until


@pytest.mark.parametrize(("retry_after", "seconds"), [
    ("0", 0), ("7", 7), ("Thu, 01 Jan 1970 00:02:00 GMT", 60), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Thu, 01 Jan 1970 00:02:00 -0000", 60), ("Thursday, 01-Jan-70 00:02:00 GMT", 60),
    ("Thu Jan  1 00:02:00 1970", 60), ("Thu, 01 Jan 1970 01:02:00 +0100", 60),
    ("-5", None), ("1.5", None), ("", None), ("9" * 5000, None), ("soon", None), ("\u0667", None),
])
def test_retry_after(retry_after: str, seconds: float | None) -> None:
    """Seconds, or a date in any form that HTTP has known; the past is now."""
    assert seconds_until(retry_after, now=60) == seconds


@given(st.one_of(
    st.text(st.characters(max_codepoint=255)),
    st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,9} [0-9:]{1,12} [+-][0-9]{0,9}",
                  fullmatch=True),
))
def test_any_retry_after(retry_after: str) -> None:
    """Whatever a server writes is a time to wait, or nothing."""
    seconds = seconds_until(retry_after, now=1.6e9)

    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


@pytest.mark.parametrize(("tags", "is_out"), [
    ([], False), ([""], False), (["all"], False), (["noindex"], False), (["noaiindex"], False),
    (["noai"], True), (["NoImageAI"], True), (["noindex , noai"], True), (["all", "noai"], True),
    (["unavailable_after: 25 Jun 2030, noai"], True), (["max-snippet: 5, noimageai"], True),
    (["otherbot: noai"], False), (["otherbot: noindex, noai"], False), (["*: noai"], True),
    (["otherbot: none, our-bot: noai"], True), (["noai, otherbot: all"], True),
    (["Our-Bot: noai"], True),
])
def test_robots_tag(tags: list[str], is_out: bool) -> None:
    """It counts when it is said to everyone or to us, not when it is said to another robot."""
    assert has_opted_out(tags, "our-bot") is is_out


@given(st.lists(st.text(st.characters(max_codepoint=255))))
def test_any_robots_tag(tags: list[str]) -> None:
    """No tag without the words opts out, however it is written."""
    is_out = has_opted_out(tags)

    assert not is_out or any("ai" in tag.lower() for tag in tags)
