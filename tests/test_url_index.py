"""The index of a URL list: what it finds, when it is built again, what it leaves behind."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imagenet_utils.url_lists import files as url_files
from imagenet_utils.url_lists import index_build as url_index_build
from imagenet_utils.url_lists import blocks as url_blocks
from imagenet_utils.url_lists import scan as url_scan
from imagenet_utils.errors import LocalFault, UsageError
from imagenet_utils.model import ImageId, Wnid
from imagenet_utils.url_lists.index import UrlIndex, open_url_index
from imagenet_utils.url_lists.rows import BadLine, parse_line, recognise

FOX, TENCH = Wnid("n02119789"), Wnid("n01440764")
LIST = (
    b"n01440764_3\thttp://a.example/tench/3.jpg\n"
    b"n02119789_1\thttp://a.example/fox/number/1.jpg\n"
    b"n02119789_2\thttp://b.example/kit fox\xe9.jpg\n"
    b"\n"
    b"n02119789_\thttp://b.example/no-serial.jpg\n"
    b"n02119789_1\thttp://c.example/second/chance/1.jpg\n"
    b"n02119789_1\thttp://a.example/fox/number/1.jpg\n"
)


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Callable[..., UrlIndex]]:
    """Writes a list of that name and content, and opens its index."""
    opened = []

    def write_and_open(content: bytes = LIST, name: str = "urls.txt") -> UrlIndex:
        (tmp_path / name).write_bytes(content)
        opened.append(open_url_index(tmp_path / name, fallback_dir=tmp_path / "fallback"))
        return opened[-1]

    yield write_and_open
    for index in opened:
        index.close()


def urls_of(index: UrlIndex, code: Wnid) -> list[tuple[str, list[str]]]:
    return [
        (record.image_id, [location.url for location in record.locations])
        for record in index.records(code)
    ]


def test_records_come_in_list_order_with_second_chances(indexed: Callable[..., UrlIndex]) -> None:
    """An id that comes again is a further location; an identical row is nothing new."""
    index = indexed()

    assert urls_of(index, FOX) == [
        (
            "n02119789_1",
            ["http://a.example/fox/number/1.jpg", "http://c.example/second/chance/1.jpg"],
        ),
        ("n02119789_2", ["http://b.example/kit foxé.jpg"]),
    ]


def test_the_directory_counts_rows(indexed: Callable[..., UrlIndex]) -> None:
    """Counts and codes come without a look at the list."""
    index = indexed()

    assert (index.codes(), index.row_count(FOX), index.row_total) == ([TENCH, FOX], 4, 5)


def test_an_unknown_code_has_no_records(indexed: Callable[..., UrlIndex]) -> None:
    """Asking for what is not there is no error."""
    index = indexed()
    code = Wnid("n00000001")

    assert (code in index, index.row_count(code), index.records(code)) == (False, 0, [])


def test_bad_lines_are_counted_and_named(indexed: Callable[..., UrlIndex]) -> None:
    """The first five stand with file and line number, all are counted."""
    index = indexed(LIST + b"no url\n" * 7)
    bad = index.bad_lines

    assert (bad.count, [example.line for example in bad.examples]) == (8, [5, 8, 9, 10, 11])


def test_pictures_of_other_synsets_are_found_by_their_owner(
    indexed: Callable[..., UrlIndex],
) -> None:
    """They are listed for the code that asks, in the order it asks in; what is not there lacks."""
    index = indexed()
    ids = [ImageId(name) for name in ("n02119789_2", "n01440764_3", "n02119789_99", "odd")]

    found = index.records_of(ids, Wnid("n00015388"))

    assert [(record.code, record.image_id) for record in found] == [
        ("n00015388", "n02119789_2"),
        ("n00015388", "n01440764_3"),
    ]


ROW_PIECES = st.sampled_from(
    [b"n02119789", b"n0211978", b"_", b"_12", b"_1234567", b"_123456789012345", b"x", b"0"]
    + [b",", b"\t", b" ", b";", b'"', b"\r", b"\0", b"\xff", b"http://a.example/0123456789.jpg"]
    + [b",n02119789", b",n01440764", b'"",', b"," * 30, b" " * 30, b'"' + b" " * 30 + b'"']
)
HEADERS = [
    b"n02119789_1\thttp://a.example/first/line/of/all.jpg\n",
    b"n02119789_1 http://a.example/first/line/of/all.jpg\r\n",
    b"img_code,img_url,code\nn02119789_1,http://a.example/first/line.jpg,n02119789\n",
    b"img_code,img_url,code\r\nn02119789_1,http://a.example/first/line.jpg,n02119789\r\n",
    b"id,url\nn02119789_1,http://a.example/first/line.jpg\n",
    b"code;url;id\nn02119789;http://a.example/first/line.jpg;n02119789_1\n",
]
ROW_STARTS = st.sampled_from(
    [b"", b"n02119789_77\thttp://a.example/some/fox", b"n02119789_77,http://a.example/some/fox"]
    + [b"n02119789_77\t", b"n02119789_77,", b"n02119789", b"n01440764_9876543"]
)
LINES = st.lists(
    st.builds(
        lambda start, pieces, end: start + b"".join(pieces) + end,
        ROW_STARTS,
        st.lists(ROW_PIECES, max_size=6),
        st.sampled_from([b"\n", b"\r\n", b",n02119789\n", b",n02119789\r\n"]),
    ),
    max_size=8,
)


HEADS = (
    [b"n02119789_77", b"n01440764_9876543", b"n0211978x_12", b"n02119789-12", b"n02119789_", b""]
    + [b"n02119789_1x", b"n02119789_1:3", b"n02119789", b"x02119789_5", b"n02119789_123456x"]
    + [b"n02119789_123456789012345", b"n02119789_123456", b'"n02119789_1"']
)
URLS = (
    [b"http://a.example/some/kit_fox.jpg", b"http://a/b", b" " * 30, b"," * 30, b'""']
    + [b'"' + b" " * 30 + b'"', b'"http://a.example/1,2.jpg"', b'http://a.example/4"x5"/fox.jpg']
    + [b"", b"http://a.example/a\rb/fox.jpg", b"http://a.example/fox.jpg;" + b" " * 30]
)
TAILS = (
    [b"", b",n02119789", b",n01440764", b";n02119789", b"xn02119789", b",zxn02119789"]
    + [b",x02119789", b",", b" "]
)


@pytest.mark.parametrize("header", HEADERS)
def test_every_kind_of_line_is_placed_as_if_parsed(header: bytes) -> None:
    """Each head with each separator, URL, tail and line end."""
    kinds = product(HEADS, [b"\t", b",", b" ", b";"], URLS, TAILS, [b"\n", b"\r\n"])
    content = header + b"".join(b"".join(kind) for kind in kinds)

    assert _placed(header, content) == _parsed(content)


@settings(max_examples=200, deadline=None)
@example(HEADERS[3], [b"n02119789_77,http://a.example/some/fox,n02119789_\n"])
@given(st.sampled_from(HEADERS), LINES)
def test_any_line_is_placed_as_if_parsed(header: bytes, lines: list[bytes]) -> None:
    """The quick look at a chunk and the parser agree on every line, good, bad or blank."""
    content = header + b"".join(lines)

    assert _placed(header, content) == _parsed(content)


def _placed(header: bytes, content: bytes) -> tuple[list[tuple[int, int]], list[int]]:
    """Line and number of code of each row, and the numbers of the bad lines."""
    form = recognise(content, "list")
    assert form
    bad: list[int] = []
    scanner = url_scan.PartScanner(
        form,
        url_scan.usual_layout(header, form),
        numbers=url_scan.CodeNumbers(),
        on_bad=lambda line, _: bad.append(line),
    )
    placed = [
        (int(extent["line"]) + at, int(extent["code"]))
        for extents in scanner.extents(io.BytesIO(content), len(content))
        for extent in extents
        for at in range(int(extent["rows"]))
    ]
    return placed, sorted(bad)


def _parsed(content: bytes) -> tuple[list[tuple[int, int]], list[int]]:
    form = recognise(content, "list")
    assert form
    placed, bad = [], []
    numbers = url_scan.CodeNumbers()
    for number, line in enumerate(content.split(form.end_of_line), 1):
        try:
            row = parse_line(line, number, form)
        except BadLine:
            bad.append(number)
            continue
        if row:
            placed.append((number, numbers.of(row.code)))
    return placed, bad


@settings(max_examples=30, deadline=None)
@given(st.permutations([(code, row) for code in (FOX, TENCH) for row in range(6)]))
def test_shuffled_rows_are_found_in_list_order(rows: list[tuple[Wnid, int]]) -> None:
    """Whatever the order and however many segments, each category keeps the list's order."""
    content = b"".join(
        f"{code}_{row}\thttp://a.example/some/picture/{row}.jpg\n".encode() for code, row in rows
    )
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(url_blocks, "CHUNK", 100)
        patch.setattr(url_index_build, "SEGMENT_EXTENTS", 3)
        path = Path(folder) / "urls.txt"
        path.write_bytes(content)
        with open_url_index(path, fallback_dir=path.parent) as index:
            found = [record.image_id for record in index.records(FOX)]

    assert found == [f"{FOX}_{row}" for code, row in rows if code == FOX]


@pytest.mark.parametrize("chunk", [50, 97, 9000, 1 << 20])
def test_an_endless_line_is_one_bad_line(
    indexed: Callable[..., UrlIndex], monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """It is dropped piece by piece, and the lines behind it keep their numbers."""
    monkeypatch.setattr(url_blocks, "CHUNK", chunk)
    endless = b"n02119789_9\thttp://a.example/" + b"x" * 50_000 + b"\n"
    index = indexed(LIST + endless + b"no url\n" + b"n02119789_7\thttp://a.example/7.jpg")
    bad = index.bad_lines

    assert (bad.count, [example.line for example in bad.examples]) == (3, [5, 8, 9])
    assert [record.image_id for record in index.records(FOX)][-1] == "n02119789_7"


@pytest.mark.parametrize(
    "content, name",
    [
        (LIST.replace(b"\n", b"\r\n"), "urls.txt"),
        (LIST.replace(b"\n", b"\r"), "urls.txt"),
        (b"\xef\xbb\xbf" + LIST, "urls.txt"),
        (LIST[:-1], "urls.txt"),
        (LIST.decode("latin-1").encode("utf-16"), "urls.txt"),
        (b"img_code,img_url\n" + LIST.replace(b"\t", b","), "imageNetUrls.csv"),
        (LIST.replace(b"\t", b" "), "mapping"),
        (gzip.compress(LIST), "urls.txt.gz"),
    ],
)
def test_every_dress_of_a_list_gives_the_same_records(
    indexed: Callable[..., UrlIndex], content: bytes, name: str
) -> None:
    """Line ends, byte order marks, encodings, separators and compression make no difference."""
    index = indexed(content, name)

    assert [record.image_id for record in index.records(FOX)] == ["n02119789_1", "n02119789_2"]
    assert [len(record.locations) for record in index.records(FOX)] == [2, 1]


BARE = b"http://a.example/1.jpg\r\n\r\nhttp://a.example/2.jpg\r\n"


def test_a_folder_of_synset_lists_is_one_list(tmp_path: Path) -> None:
    """Bare URLs take category and id from the name of their file and their line."""
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "n01440764_urls.txt").write_bytes(BARE)
    (folder / "n02119789_urls.txt").write_bytes(b"http://b.example/1.jpg\n")
    (folder / "n00000002_urls.txt").write_bytes(b"")
    (folder / "README.md").write_bytes(BARE)

    with open_url_index(folder, fallback_dir=tmp_path) as index:
        found = [(code, urls_of(index, code)) for code in index.codes()]

    assert found == [
        (
            TENCH,
            [
                ("n01440764_1", ["http://a.example/1.jpg"]),
                ("n01440764_3", ["http://a.example/2.jpg"]),
            ],
        ),
        (FOX, [("n02119789_1", ["http://b.example/1.jpg"])]),
    ]


def _zip_of(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _tgz_of(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("n00000001_urls.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("pack, name", [(_zip_of, "lists.zip"), (_tgz_of, "lists.tgz")])
def test_members_of_an_archive_are_lists_of_their_own(
    indexed: Callable[..., UrlIndex],
    tmp_path: Path,
    pack: Callable[[dict[str, bytes]], bytes],
    name: str,
) -> None:
    """What is no list is passed over, and no file ever gets a member's name."""
    members = {
        "../../n01440764_urls.txt": BARE.rstrip(),
        "deep/fall11.txt": LIST,
        "__MACOSX/._fall11.txt": LIST,
        "fox.jpg": LIST,
        "notes.txt": b"nothing here\n",
    }

    index = indexed(pack(members), name)

    assert index.row_count(TENCH) == 3 and index.row_count(FOX) == 4
    assert [record.image_id for record in index.records(TENCH)] == [
        "n01440764_1",
        "n01440764_3",
    ]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        name,
        f"{name}.index",
        f"{name}.index.lines",
    ]


def test_unpacked_lines_that_went_are_unpacked_again(
    indexed: Callable[..., UrlIndex], tmp_path: Path
) -> None:
    """An index without its lines is no index."""
    content = gzip.compress(LIST)
    indexed(content, "urls.txt.gz").close()
    (tmp_path / "urls.txt.gz.index.lines").unlink()

    with open_url_index(tmp_path / "urls.txt.gz", fallback_dir=tmp_path) as index:
        found = len(index.records(FOX))

    assert found == 2


def test_an_archive_that_inflates_without_end_is_refused(
    indexed: Callable[..., UrlIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bomb is named before it fills the disk."""
    monkeypatch.setattr(url_files, "_ALWAYS_ALLOWED", 1000)
    row = b"n02119789_1\thttp://a.example/1.jpg\n"

    with pytest.raises(UsageError, match="unpacks to more than"):
        indexed(gzip.compress(row * 300_000), "urls.txt.gz")


@pytest.mark.parametrize(
    "content, name",
    [
        (b"", "urls.txt"),
        (b"\n\n", "urls.txt"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "urls.txt"),
        (b"<html>404</html>", "urls.csv"),
        (gzip.compress(LIST * 99)[:-40], "urls.txt.gz"),
        (_zip_of({"fox.jpg": b"\xff\xd8\xff"}), "urls.zip"),
    ],
)
def test_what_is_no_list_is_one_clear_error(
    indexed: Callable[..., UrlIndex], tmp_path: Path, content: bytes, name: str
) -> None:
    """It names the file and leaves nothing beside it."""
    with pytest.raises(UsageError, match=name):
        indexed(content, name)

    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_missing_list_is_a_usage_error(tmp_path: Path) -> None:
    """The message says which options and forms there are."""
    with pytest.raises(UsageError) as caught:
        open_url_index(tmp_path / "none.csv", fallback_dir=tmp_path)

    assert "--url_data" in str(caught.value)


def test_a_folder_without_lists_is_a_usage_error(tmp_path: Path) -> None:
    """An empty folder is no empty list."""
    with pytest.raises(UsageError, match="holds no URL list"):
        open_url_index(tmp_path, fallback_dir=tmp_path)


def _count_builds(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    built: list[Path] = []
    build = url_index_build.build_index

    def counted(*args, **options):  # type: ignore[no-untyped-def]
        built.append(options["target"])
        build(*args, **options)

    monkeypatch.setattr(url_index_build, "build_index", counted)
    return built


def test_an_index_that_holds_is_not_built_again(
    indexed: Callable[..., UrlIndex], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run starts at once."""
    indexed().close()
    built = _count_builds(monkeypatch)
    open_url_index(tmp_path / "urls.txt", fallback_dir=tmp_path).close()

    assert not built


def test_a_list_of_the_same_size_and_date_is_told_by_its_content(
    indexed: Callable[..., UrlIndex], tmp_path: Path
) -> None:
    """Samples of the content belong to the fingerprint."""
    path = tmp_path / "urls.txt"
    indexed().close()
    facts = path.stat()
    path.write_bytes(LIST.replace(b"n01440764_3", b"n02119789_8"))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    with open_url_index(path, fallback_dir=tmp_path) as index:
        found = index.codes()

    assert found == [FOX]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_index_is_never_believed(data: st.DataObject) -> None:
    """Any byte changed, or any length cut off: the records are those of the list."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "urls.txt"
        path.write_bytes(LIST)
        open_url_index(path, fallback_dir=path.parent).close()
        index_path = Path(folder) / "urls.txt.index"
        content = bytearray(index_path.read_bytes())
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        index_path.write_bytes(content[: data.draw(st.sampled_from([len(content), at]))])
        # Damaged in its first bytes it can't be told from a user's file, and stays.
        with open_url_index(path, fallback_dir=path.parent / "elsewhere") as index:
            found = [record.image_id for record in index.records(FOX)]

    assert found == ["n02119789_1", "n02119789_2"]


def test_a_list_that_changes_under_an_open_index_is_indexed_again(
    indexed: Callable[..., UrlIndex], tmp_path: Path
) -> None:
    """Rows that are not where they were lead to a new index, not to fewer records."""
    index = indexed()
    row = b"n01440764_9\thttp://a.example/9.jpg\n"
    (tmp_path / "urls.txt").write_bytes(row + LIST)

    found = index.records(FOX)

    assert [record.image_id for record in found] == ["n02119789_1", "n02119789_2"]


def test_an_index_goes_elsewhere_where_it_may_not_stand_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list on a read-only disk is indexed in the fallback folder, which is made."""
    path, fallback = tmp_path / "urls.txt", tmp_path / "results" / "here"
    path.write_bytes(LIST)
    build = url_index_build.build_index

    def refused_beside(*args, **options):  # type: ignore[no-untyped-def]
        if options["target"].parent == tmp_path:
            raise PermissionError(13, "Permission denied", str(tmp_path))
        build(*args, **options)

    monkeypatch.setattr(url_index_build, "build_index", refused_beside)
    open_url_index(path, fallback_dir=fallback).close()

    assert [file.name for file in fallback.iterdir()] == ["urls.txt.index"]


def test_a_full_disk_is_a_local_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other place is tried for want of space."""

    def full(*args, **options):  # type: ignore[no-untyped-def]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(url_index_build, "build_index", full)
    (tmp_path / "urls.txt").write_bytes(LIST)

    with pytest.raises(LocalFault, match="No space left"):
        open_url_index(tmp_path / "urls.txt", fallback_dir=tmp_path / "fallback")


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    """Whatever is raised in the middle, no half index and no temporary file remain."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "urls.txt").write_bytes(LIST)

    with pytest.raises(KeyboardInterrupt):
        open_url_index(tmp_path / "urls.txt", fallback_dir=tmp_path, progress=interrupt)
    assert [file.name for file in tmp_path.iterdir()] == ["urls.txt"]


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    """Bytes done reach the bytes in all."""
    told: list[tuple[int, int]] = []
    (tmp_path / "urls.txt").write_bytes(LIST)
    open_url_index(
        tmp_path / "urls.txt",
        fallback_dir=tmp_path,
        progress=lambda done, total: told.append((done, total)),
    ).close()

    assert told[-1] == (len(LIST), len(LIST))


def test_codes_of_another_source_are_kept_apart(indexed: Callable[..., UrlIndex]) -> None:
    """A category need not be a wnid."""
    index = indexed(
        b"image_id,url,code\n"
        b"000a1249af2bc5f0,http://a.example/1.jpg,/m/01g317\n"
        b"000a1249af2bc5f1,http://a.example/2.jpg,/m/0cgh4\n"
        b"000a1249af2bc5f2,http://a.example/3.jpg,/m/01g317\n"
    )
    found = [record.image_id for record in index.records(Wnid("/m/01g317"))]

    assert found == ["000a1249af2bc5f0", "000a1249af2bc5f2"]


def test_too_many_categories_are_refused(
    indexed: Callable[..., UrlIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong column taken for the category must not fill the memory."""
    monkeypatch.setattr(url_scan, "MOST_OTHER_CODES", 50)
    rows = b"".join(b"id%d,http://a.example/1.jpg,c%d\n" % (row, row) for row in range(60))

    with pytest.raises(UsageError, match="too many different categories"):
        indexed(b"id,url,code\n" + rows)


@pytest.mark.parametrize("name", ["urls.txt.index", "urls.txt.index.lines"])
def test_a_file_of_the_users_by_that_name_stays(tmp_path: Path, name: str) -> None:
    """The index goes to the other folder instead."""
    list_path = tmp_path / "urls.txt"
    list_path.write_text("n02119789_1\thttp://example.org/a.jpg\n")
    (tmp_path / name).write_text("mine, not an index")
    elsewhere = tmp_path / "elsewhere"

    with open_url_index(list_path, fallback_dir=elsewhere) as index:
        assert index.row_total == 1
    assert (tmp_path / name).read_text() == "mine, not an index"
