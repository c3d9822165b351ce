"""MATLAB files, read without MATLAB: held against scipy's reader and writer."""

from __future__ import annotations

import io
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import loadmat, savemat

from imagenet_utils.ilsvrc import mat_file
from imagenet_utils.ilsvrc.mat_file import EMPTY, BrokenMat, Numbers, Structs, Value, read_variable
from tests import mat_writer
from tests.mat_writer import array, element, mat, packed, small_number, structs, text

ORDERS = pytest.mark.parametrize("order", ["<", ">"])

TYPES = st.sampled_from(["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8", "?"])
SHAPES = st.tuples(st.integers(0, 3), st.integers(0, 4))
LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"),
                                max_codepoint=0xFFFF), min_size=1, max_size=40)


@st.composite
def number_arrays(draw: st.DrawFn) -> numpy.ndarray[Any, Any]:
    """Of any type and of two dimensions."""
    rows, columns = draw(SHAPES)
    values = draw(st.lists(st.integers(0, 100), min_size=rows * columns, max_size=rows * columns))
    return numpy.array(values, draw(TYPES)).reshape(rows, columns)


ROWS = st.fixed_dictionaries({"WNID": LETTERS, "count": number_arrays(), "few": number_arrays()})


def array_of_structs(rows: list[dict[str, Any]], lies: bool) -> numpy.ndarray[Any, Any]:
    found = numpy.empty((1, len(rows)) if lies else (len(rows), 1), [(key, "O") for key in rows[0]])
    for at, row in enumerate(rows):
        found.flat[at] = tuple(row[key] for key in rows[0])
    return found


def expected(value: Any) -> Value:
    """What our reader makes of a value that savemat is given."""
    if isinstance(value, str):
        return value
    return Numbers(value.shape, tuple(value.flatten("F").tolist()))


def as_scipy_reads(data: bytes, name: str) -> list[dict[str, Value]]:
    """The structs, in our values."""
    found = loadmat(io.BytesIO(data))[name]
    return [{field: expected(str(one[field][0]) if one[field].dtype.kind == "U" else one[field])
             for field in found.dtype.names} for one in found.flatten("F")]


@settings(deadline=None)  # scipy takes its time to be imported
@given(st.lists(ROWS, min_size=1, max_size=4), st.booleans(), st.booleans())
def test_what_scipy_writes_is_read(
    rows: list[dict[str, Any]], lies: bool, is_packed: bool
) -> None:
    """Struct arrays, standing and lying, packed and not, of text and numbers of every type."""
    file = io.BytesIO()
    variables = {"other": numpy.ones(3), "synsets": array_of_structs(rows, lies)}
    savemat(file, variables, do_compression=is_packed)
    found = read_variable(file.getvalue(), "synsets")

    elements = tuple({key: expected(value) for key, value in row.items()} for row in rows)
    assert found == Structs((1, len(rows)) if lies else (len(rows), 1), elements)


@ORDERS
@pytest.mark.parametrize("pack", [bytes, packed])
def test_both_byte_orders_are_read_as_scipy_reads_them(order: str, pack: Any) -> None:
    """Small elements too, and numbers kept in fewer bytes than their class has."""
    rows = [{"WNID": text(wnid, order=order), "id": small_number(at, order=order)}
            for at, wnid in enumerate(["n02119789", "café"], 258)]
    variable = structs("synsets", rows, order=order)
    data = mat(variable if pack is bytes else packed(variable, order=order), order=order)
    found = read_variable(data, "synsets")

    assert isinstance(found, Structs)
    assert list(found.elements) == as_scipy_reads(data, "synsets")


@ORDERS
def test_text_in_two_byte_numbers_is_utf_16(order: str) -> None:
    """As MATLAB itself writes it, under the type of unsigned numbers."""
    row = {"words": text("café", order=order, kind=4)}
    found = read_variable(mat(structs("synsets", [row], order=order), order=order), "synsets")

    assert found == Structs((1, 1), ({"words": "café"},))


def test_structs_may_lie_within_structs() -> None:
    """A field may be a struct array itself."""
    file = io.BytesIO()
    savemat(file, {"a": {"b": {"c": "deep"}}})
    found = read_variable(file.getvalue(), "a")

    inner = Structs((1, 1), ({"c": "deep"},))
    assert found == Structs((1, 1), ({"b": inner},))


def test_rows_of_characters_are_lines() -> None:
    """Characters stand column after column in the file."""
    file = io.BytesIO()
    savemat(file, {"words": numpy.array(["kit", "fox"])})

    assert read_variable(file.getvalue(), "words") == "kit\nfox"


def test_a_field_that_was_never_set_is_empty() -> None:
    """MATLAB writes an array of no bytes at all for it."""
    data = mat(structs("synsets", [{"children": element(14, b"")}]))

    assert read_variable(data, "synsets") == Structs((1, 1), ({"children": EMPTY},))


SMALL = mat(packed(structs("synsets", [{"WNID": text("n02119789"), "id": small_number(1)}])),
            structs("plain", [{"WNID": text("n02119789"), "id": small_number(1)}]))


@given(st.data(), st.sampled_from(["synsets", "plain"]))
def test_a_cut_file_is_told(data: st.DataObject, name: str) -> None:
    """No part of a variable is taken for the whole."""
    cut = SMALL[: data.draw(st.integers(0, len(SMALL) - 1))]
    try:
        found = read_variable(cut, name)
    except BrokenMat:
        found = None

    assert found is None or found == read_variable(SMALL, name)


@given(st.data(), st.binary(min_size=1, max_size=12))
def test_no_damage_leads_to_another_error(data: st.DataObject, noise: bytes) -> None:
    """Any bytes anywhere: a value, or BrokenMat."""
    at = data.draw(st.integers(0, len(SMALL)))
    try:
        found: object = read_variable(SMALL[:at] + noise + SMALL[at + len(noise) :], "plain")
    except BrokenMat as error:
        found = error

    assert isinstance(found, (Structs, Numbers, str, BrokenMat))


@given(st.binary(max_size=400))
def test_nothing_is_found_in_noise(noise: bytes) -> None:
    """Behind a header that is right."""
    with pytest.raises(BrokenMat):

        read_variable(mat(noise), "synsets")


def nested(depth: int) -> bytes:
    inner = small_number(1)
    for _ in range(depth):
        inner = structs("", [{"a": inner}])
    return mat(structs("synsets", [{"a": inner}]))


COMPLEX_FLAGS = element(6, b"\x06\x08\0\0" + bytes(4)) + element(5, b"\1\0\0\0" * 2)
ONE_FIELD = (element(5, b"\x04\0\0\0", small=True), element(1, b"abc\0"))

BROKEN = {
    "not a MATLAB file of version 5": b"<!DOCTYPE html>".ljust(500),
    "version 7.3": mat().ljust(512) + mat_file.HDF5_MAGIC,
    "no variable 'synsets', only nothing": mat(),
    "no variable 'synsets', only other": mat(structs("other", [{"a": small_number(1)}])),
    "more than 8 arrays": nested(12),
    "doesn't unpack": mat(element(15, b"nothing packed")),
    "unpacks to more": mat(packed(element(14, bytes(mat_file.LIMIT)))),
    "larger than": mat().ljust(mat_file.LIMIT + 1),
    "complex": mat(element(14, COMPLEX_FLAGS + element(1, b"synsets"))),
    "class 1, which": mat(array(mat_writer.CELL, (1, 1), name="synsets")),
    "3 numbers where 1000000 belong": mat(
        array(mat_writer.DOUBLE, (1000, 1000), element(2, b"abc"), name="synsets")),
    "no whole count": mat(array(mat_writer.DOUBLE, (1, 1), element(9, b"abc"), name="synsets")),
    "3 characters where 4 belong": mat(
        array(mat_writer.CHAR, (2, 2), element(2, b"abc"), name="synsets")),
    "dimensions": mat(array(mat_writer.DOUBLE, (-1, 1), name="synsets")),
    "a field twice": mat(array(mat_writer.STRUCT, (1, 1), ONE_FIELD[0],
                               element(1, b"abc\0abc\0"), name="synsets")),
    "a small element of 9 bytes": mat(b"\x0e\0\x09\0" + bytes(12)),
}


@pytest.mark.parametrize("words", BROKEN)
def test_what_is_wrong_is_said(words: str) -> None:
    """In a few words."""
    with pytest.raises(BrokenMat, match=words):

        read_variable(BROKEN[words], "synsets")


@pytest.mark.parametrize("fields", [ONE_FIELD, (ONE_FIELD[0], element(1, b""))])
def test_structs_that_are_not_there_take_no_memory(fields: tuple[bytes, bytes]) -> None:
    """A billion of them are announced in a hundred bytes, with a field and without any."""
    data = mat(array(mat_writer.STRUCT, (2**30, 2**30), *fields, name="synsets"))
    with pytest.raises(BrokenMat, match="cut"):

        read_variable(data, "synsets")
