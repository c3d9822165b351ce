"""From the bytes of a line to what goes over the wire."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imagenet_utils.url_lists.wire import text_of, url_location, wire_form

WIRE = re.compile(r"[a-z][a-z0-9+.-]*://[\x21-\x7e]+")


@pytest.mark.parametrize(
    "line, wire",
    [
        (b"http://a.example/1.jpg", "http://a.example/1.jpg"),
        (b"HTTP://A.Example/Big.JPG", "http://a.example/Big.JPG"),
        (b"http://a.example", "http://a.example/"),
        (b"http://a.example?x=1", "http://a.example/?x=1"),
        (b"http://a.example/kit fox.jpg", "http://a.example/kit%20fox.jpg"),
        (b"http://a.example/a\tb.jpg", "http://a.example/a%09b.jpg"),
        (b"http://a.example/a%20b%zz%.jpg", "http://a.example/a%20b%25zz%25.jpg"),
        (b"http://a.example/(1)[2],3'4.jpg", "http://a.example/(1)[2],3'4.jpg"),
        (b'http://a.example/"q".jpg', "http://a.example/%22q%22.jpg"),
        (b"http://a.example/x.php?a=1&amp;b=2", "http://a.example/x.php?a=1&amp;b=2"),
        (b"http://a.example/1.jpg#top", "http://a.example/1.jpg"),
        ("http://a.example/Xàtiva.jpg".encode("utf-8"), "http://a.example/X%C3%A0tiva.jpg"),
        ("http://a.example/Xàtiva.jpg".encode("latin-1"), "http://a.example/X%E0tiva.jpg"),
        ("http://bücher.example/1.jpg".encode("utf-8"), "http://xn--bcher-kva.example/1.jpg"),
        (b"http://a.example:8080/1.jpg", "http://a.example:8080/1.jpg"),
        (b"http://[::1]:80/1.jpg", "http://[::1]:80/1.jpg"),
        (b"http://me:p@ss@a.example/1.jpg", "http://me:p%40ss@a.example/1.jpg"),
        (b"ftp://a.example/1.jpg", "ftp://a.example/1.jpg"),
    ],
)
def test_wire_form_keeps_what_may_stand_and_encodes_the_rest(line: bytes, wire: str) -> None:
    """Every byte that a URL may hold stays, every other one is percent-encoded."""
    found = wire_form(line)

    assert found == wire


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"www.example.org/1.jpg",
        b"//example.org/1.jpg",
        b"javascript:alert(1)",
        b"file:///etc/passwd",
        b"http://",
        b"http:///1.jpg",
        b"http://a b.example/1.jpg",
        b"http://a.example:port/1.jpg",
        b"http://a.example:99999/1.jpg",
        b"http://" + b"a" * 300 + b"/1.jpg",
        "http://".encode() + "ü".encode() * 300 + b"/1.jpg",
        b"http://\xff..\xff/1.jpg",
    ],
)
def test_wire_form_is_empty_where_no_url_can_be_made(line: bytes) -> None:
    """Without a scheme and a host there is nothing that a fetcher could be given."""
    found = wire_form(line)

    assert found == ""


def test_wire_form_of_a_backslash_names_no_other_host() -> None:
    """Programs disagree on what a backslash ends; here it never becomes part of a host."""
    found = wire_form(b"http://a.example\\@b.example/1.jpg")

    assert found == "http://a.example/%5C@b.example/1.jpg"


ANY_STARTS = st.sampled_from([b"", b"http://", b"http://a.example/", b"https://u@"])
URL_STARTS = st.sampled_from([b"http://a.example/", b"https://u:p@[::1]", b"http://\xc3\xbc"])


@given(st.binary(max_size=80), ANY_STARTS)
@example(b"\xc2\x85", b"http://a.example/")
def test_wire_form_is_visible_ascii_or_empty(rest: bytes, start: bytes) -> None:
    """Whatever the bytes, nothing but visible ASCII behind a scheme leaves this machine."""
    wire = wire_form(start + rest)

    assert wire == "" or WIRE.fullmatch(wire)


@given(st.binary(max_size=80), URL_STARTS)
def test_wire_form_of_a_wire_form_is_itself(rest: bytes, start: bytes) -> None:
    """What is encoded once stays as it is."""
    wire = wire_form(start + rest)

    assert wire_form(wire.encode("ascii")) == wire


@given(st.binary(max_size=80))
def test_text_can_always_be_written(line: bytes) -> None:
    """No surrogate comes out, so that any report can hold the text."""
    text = url_location(line).url

    assert text == text.encode("utf-8").decode("utf-8") == text_of(line)
