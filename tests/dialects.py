"""Every way in which a spreadsheet may write a table, for properties to draw from."""

from __future__ import annotations

from hypothesis import strategies as some

from imagenet_utils.categories.dialect import QUOTINGS, Dialect

ENCODINGS = (("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"),
             ("utf-16-be", b"\xfe\xff"))


@some.composite
def dialects(draw: some.DrawFn) -> Dialect:
    dialect = Dialect(
        *draw(some.sampled_from(ENCODINGS)),
        newline=draw(some.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(some.sampled_from(QUOTINGS)),
        wrapped=draw(some.booleans()),
        preamble=draw(some.sampled_from(["", "sep=;\r\n", '"sep=;"\n'])),
    )
    return dialect.with_separator(draw(some.sampled_from(",;\t|")))
