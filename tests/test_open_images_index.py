"""The index of a csv of Open Images: as right as a plain reader, and never trusted too far."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.open_images import class_numbers, index_build
from imagenet_utils.open_images.index import CsvIndex, open_csv_index
from imagenet_utils.open_images.rows import (
    BadRow, cells_of, confidence_of, image_id_of, mid_of, read_header,
)
from imagenet_utils.url_lists import blocks
from tests.open_images_csvs import (
    BOX_HEADER, CAT, DOG, IMAGE_HEADER, LABEL_HEADER, box_line, id_of, image_line, label_line,
    write_csv,
)

LABELS = ("ImageID", "LabelName", "Confidence")
BOXES = ("ImageID", "LabelName", "XMin")
MIDS = (DOG, CAT, "/m/0", "/m/012345678", "/g/11b5_9rh", "/m/a_very_long_one_0123456")


def opened(path: Path, needed: tuple[str, ...] = LABELS) -> CsvIndex:
    return open_csv_index(path, needed=needed, fallback_dir=path.parent / "elsewhere")


def ids(index: CsvIndex, mid: str, least: int = 0) -> list[str]:
    return [id_of(number) for number in index.pictures(mid, least)]


def plainly_read(path: Path) -> tuple[dict[str, list[str]], int, int]:
    """Pictures of each class in order, rows, bad lines: a line at a time, as anybody would."""
    pictures: dict[str, list[str]] = {}
    rows = bad = 0
    with open(path, "rb") as stream:
        header = read_header(stream, path, LABELS)
        for line in stream.read().split(b"\n"):
            if not line.strip():
                continue
            try:
                cells = cells_of(line, header)
                image_id = image_id_of(header.cell(cells, "ImageID"))
                mid = mid_of(header.cell(cells, "LabelName"))
                confidence = confidence_of(header.cell(cells, "Confidence"))
            except BadRow:
                bad += 1
                continue
            rows += 1
            of_class = pictures.setdefault(mid, []) if round(100 * confidence) else []
            if image_id not in of_class:
                of_class.append(image_id)
    return pictures, rows, bad


good_lines = some.builds(
    label_line, some.integers(0, 5), some.sampled_from(MIDS),
    some.sampled_from(["1", "0", "0.7", "1.0", "", "0.123456789"]),
    some.sampled_from(["verification", "crowdsource-verification", "m" * 40, ""]))


@some.composite
def hostile_lines(draw: some.DrawFn) -> bytes:
    line = draw(good_lines)
    at = draw(some.integers(0, len(line)))
    put = draw(some.sampled_from([b",", b'"', b"\r", b"\0", b" ", b"\xff", b"/", b"\xc3\xa9", b""]))
    return line[:at] + put + line[at + draw(some.integers(0, 3)):]


@settings(max_examples=60)
@given(some.lists(good_lines | hostile_lines() | some.just(b"") | some.binary(max_size=30).map(
    lambda junk: junk.replace(b"\n", b"")), max_size=30), some.sampled_from([b"\n", b"\r\n"]))
def test_index_finds_what_a_plain_reader_finds(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], end: bytes
) -> None:
    """Pictures of every class in the csv's order, rows and bad lines, however blocks fall."""
    path = tmp_path_factory.mktemp("csv") / "labels.csv"
    path.write_bytes(end.join([LABEL_HEADER, label_line(9, DOG), *lines]))
    pictures, rows, bad = plainly_read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CHUNK", 150)
        patch.setattr(index_build, "SEGMENT_SIZE", 7)
        with opened(path) as index:
            found = {mid: ids(index, mid) for mid in index.codes()}
            counts = {mid: index.count(mid) for mid in index.codes()}

            assert found == {mid: there for mid, there in pictures.items() if there}
            assert counts == {mid: len(there) for mid, there in found.items()}
            assert (index.rows, index.bad_lines.count) == (rows, bad)


@settings(max_examples=40)
@given(some.permutations([*range(6), *range(6)]))
def test_lines_of_a_picture_are_found_wherever_they_stand(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    """Grouped or not, in order or not; each of its lines, and no other picture's."""
    path = write_csv(tmp_path_factory.mktemp("csv") / "boxes.csv", BOX_HEADER,
                     [box_line(number, sides=f"0.{at},1,0,1") for at, number in enumerate(numbers)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_build, "SEGMENT_SIZE", 5)
        with opened(path, BOXES) as index:
            lines = {number: b"".join(index.lines_of(number)).split(b"\n")[:-1]
                     for number in range(6)}

    assert lines == {number: [box_line(number, sides=f"0.{at},1,0,1")
                              for at, each in enumerate(numbers) if each == number]
                     for number in range(6)}


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "labels.csv", LABEL_HEADER, [
        label_line(1, DOG, "0.5", "machine"), label_line(1, CAT, "0"), label_line(2, DOG, "0.9"),
        b"nonsense", label_line(3, CAT)])


def test_a_no_is_no_picture(labels: Path) -> None:
    """People have looked, and there was no cat."""
    with opened(labels) as index:

        assert ids(index, CAT) == [id_of(3)]


def test_confidence_has_a_least(labels: Path) -> None:
    """In hundredths; counts go by it, too."""
    with opened(labels) as index:

        assert ids(index, DOG, least=50) == [id_of(1), id_of(2)]
        assert ids(index, DOG, least=51) == [id_of(2)]
        assert index.count(DOG, least=51) == 1


def test_bad_lines_are_counted_and_named(labels: Path) -> None:
    """With the file, and the number that an editor shows."""
    with opened(labels) as index:

        assert index.bad_lines.count == 1
        assert str(index.bad_lines.examples[0]) == "labels.csv line 5: 1 cells under 4 columns"


def test_unknown_class_and_picture_have_nothing(labels: Path) -> None:
    """And are no fault."""
    with opened(labels) as index:

        assert (index.count("/m/0zzz"), ids(index, "/m/0zzz")) == (0, [])
        assert list(index.lines_of(77)) == []


def test_columns_go_by_their_names(tmp_path: Path) -> None:
    """Whatever their order, case and number."""
    path = write_csv(tmp_path / "boxes.csv", b"\xef\xbb\xbfextra,LABELNAME,Confidence,imageid", [
        f"a,{DOG},1,{id_of(4)}".encode(), f'"b,c",{CAT},1,{id_of(5)}'.encode()])
    with opened(path) as index:

        assert (ids(index, DOG), ids(index, CAT)) == ([id_of(4)], [id_of(5)])


def test_a_title_may_have_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    """What is asked for is the whole row, and the next picture is found behind it."""
    lines = [image_line(1, title='a ""b"", c\nd'), image_line(2)]
    path = write_csv(tmp_path / "images.csv", IMAGE_HEADER, lines)
    with opened(path, ("ImageID", "OriginalURL")) as index:

        assert [*index.lines_of(1), *index.lines_of(2)] == [line + b"\n" for line in lines]


def test_an_index_that_holds_is_used_again(
    labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read anew."""
    opened(labels).close()
    monkeypatch.setattr(index_build, "build_index", lambda *_, **__: pytest.fail("built again"))

    with opened(labels) as index:
        assert index.rows == 4


def test_a_csv_that_changed_is_indexed_again(labels: Path) -> None:
    """By its size, date and samples of its content."""
    opened(labels).close()
    write_csv(labels, LABEL_HEADER, [label_line(8, DOG)])
    with opened(labels) as index:

        assert ids(index, DOG) == [id_of(8)]


@pytest.mark.parametrize("damage", [
    lambda content: content[:-1], lambda content: content[:20], lambda content: b"",
    lambda content: content[:-9] + b"x" + content[-8:],
], ids=["cut", "a piece", "empty", "a byte in its footer"])
def test_a_damaged_index_is_built_again(labels: Path, damage: object) -> None:
    """Whatever a power cut left of it."""
    opened(labels).close()
    index_path = labels.with_name("labels.csv.index")
    index_path.write_bytes(damage(index_path.read_bytes()))  # type: ignore[operator]
    with opened(labels) as index:

        assert ids(index, CAT) == [id_of(3)]


def test_damaged_entries_are_told(labels: Path) -> None:
    """And what to do about them."""
    opened(labels).close()
    index_path = labels.with_name("labels.csv.index")
    with opened(labels) as index:
        at = index._footer.segments[0].numbers
    content = bytearray(index_path.read_bytes())
    content[at] ^= 1
    index_path.write_bytes(content)

    with opened(labels) as index, pytest.raises(LocalFault, match="its index is damaged"):
        list(index.pictures(CAT))


def test_a_file_of_the_users_is_left_alone(labels: Path, tmp_path: Path) -> None:
    """The index goes elsewhere then."""
    mine = labels.with_name("labels.csv.index")
    mine.write_text("my own notes")
    opened(labels).close()

    assert mine.read_text() == "my own notes"
    assert (tmp_path / "elsewhere" / "labels.csv.index").exists()


def test_no_csv_of_open_images(tmp_path: Path) -> None:
    """One line with the column that is missing, and those that are there."""
    path = write_csv(tmp_path / "other.csv", b"name,age", [b"Ann,7"])

    with pytest.raises(UsageError, match=r"lacks the column ImageID \(there are: 'name, age'\)"):
        opened(path)


def test_a_csv_without_a_row(tmp_path: Path) -> None:
    """Nothing is left behind, not even a part of an index."""
    path = write_csv(tmp_path / "labels.csv", LABEL_HEADER, [b"<html>"])

    with pytest.raises(UsageError, match="holds no row of Open Images .labels.csv line 2: 1 cells"):
        opened(path)
    assert [file.name for file in tmp_path.iterdir()] == ["labels.csv"]


def test_too_many_classes(labels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile csv does not fill the memory."""
    monkeypatch.setattr(class_numbers, "MOST_CLASSES", 1)

    with pytest.raises(UsageError, match="too many different classes"):
        opened(labels)


def test_a_line_without_end_is_one_bad_line(tmp_path: Path) -> None:
    """Its neighbours are found all the same."""
    path = write_csv(tmp_path / "labels.csv", LABEL_HEADER, [
        label_line(1, DOG), b"x" * 200_000, label_line(2, DOG)])
    with opened(path) as index:

        assert ids(index, DOG) == [id_of(1), id_of(2)]
        assert str(index.bad_lines.examples[0]).startswith("labels.csv line 3: ")
