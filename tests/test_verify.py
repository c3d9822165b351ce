"""What counts as a picture, and what is said of the rest."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import sys
import warnings
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagenet_utils.proof import placeholders
from imagenet_utils.proof.jpeg import MOST_SCANS, MOST_SEGMENTS
from imagenet_utils.proof.layouts import MOST_PNG_CHUNKS
from imagenet_utils.model import Failure, Picture, Reason
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect

WIDTH, HEIGHT = 40, 30

# name: (mode of the picture, Pillow's options, what the proof shall find)
SAMPLES: dict[str, tuple[str, dict[str, Any], str]] = {
    "jpeg": ("RGB", {"format": "JPEG"}, "JPEG jpg"),
    "jpeg progressive": ("RGB", {"format": "JPEG", "progressive": True}, "JPEG jpg"),
    "jpeg gray": ("L", {"format": "JPEG"}, "JPEG jpg"),
    "jpeg cmyk": ("CMYK", {"format": "JPEG"}, "JPEG jpg"),
    "jpeg restarts": ("RGB", {"format": "JPEG", "restart_marker_blocks": 1}, "JPEG jpg"),
    "jpeg broken exif": ("RGB", {"format": "JPEG", "exif": b"Exif\0\0MM\0*\xff\xff"}, "JPEG jpg"),
    "mpo": ("RGB", {"format": "MPO", "save_all": True}, "MPO jpg"),
    "png": ("RGB", {"format": "PNG"}, "PNG png"),
    "png palette": ("P", {"format": "PNG"}, "PNG png"),
    "png 1 bit": ("1", {"format": "PNG"}, "PNG png"),
    "gif": ("P", {"format": "GIF"}, "GIF gif"),
    "gif animated": ("P", {"format": "GIF", "save_all": True}, "GIF gif"),
    "webp": ("RGB", {"format": "WEBP"}, "WEBP webp"),
    "webp lossless": ("RGB", {"format": "WEBP", "lossless": True}, "WEBP webp"),
    "webp animated": ("RGBA", {"format": "WEBP", "save_all": True}, "WEBP webp"),
    "bmp": ("RGB", {"format": "BMP"}, "BMP bmp"),
    "bmp palette": ("P", {"format": "BMP"}, "BMP bmp"),
    "tiff": ("RGB", {"format": "TIFF"}, "TIFF tif"),
    "tiff lzw": ("RGB", {"format": "TIFF", "compression": "tiff_lzw"}, "TIFF tif"),
    "tiff jpeg": ("RGB", {"format": "TIFF", "compression": "jpeg"}, "TIFF tif"),
    "tiff big": ("RGB", {"format": "TIFF", "big_tiff": True}, "TIFF tif"),
}
NOT_MPO = sorted(set(SAMPLES) - {"mpo"})  # what follows its first picture is no part of the proof


@lru_cache(maxsize=None)
def sample(name: str) -> bytes:
    mode, options, _ = SAMPLES[name]
    if options.get("save_all"):
        options = {**options, "append_images": [drawn(mode, seed=2)]}
    return saved(drawn(mode), **options)


def drawn(mode: str, seed: int = 1) -> Image.Image:
    """A picture that no codec can make tiny."""
    pixels = random.Random(seed).randbytes(WIDTH * HEIGHT // 4)
    small = Image.frombytes("L", (WIDTH // 2, HEIGHT // 2), pixels)
    return small.resize((WIDTH, HEIGHT)).convert("RGB").convert(mode)


def saved(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, **options)
    return file.getvalue()


def prove(body: bytes, **options: Any) -> Picture | Failure:
    found = inspect(body, ProofOptions(**options))
    if isinstance(found, Failure):
        return found
    return decode_failure(body, found) or found


def reason_of(body: bytes, **options: Any) -> Reason | None:
    found = prove(body, **options)
    return found.reason if isinstance(found, Failure) else None


def description_of(body: bytes) -> str:
    found = prove(body)
    return found.description if isinstance(found, Failure) else ""


def replaced(body: bytes, offset: int, value: int) -> bytes:
    return body[:offset] + bytes([value]) + body[offset + 1 :]


def scrambled(body: bytes) -> bytes:
    """Half of the entropy data of a JPEG is noise, without a byte that begins a marker."""
    first, last = body.index(b"\xff\xda") + 14, len(body) - 2
    middle = (first + last) // 2
    noise = random.Random(5).randbytes(last - middle).replace(b"\xff", b"\xfe")
    return body[:middle] + noise + body[last:]


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.fixture(params=["simplejpeg", "Pillow alone"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fast decoder, and where it has no wheel."""
    if request.param == "Pillow alone":
        monkeypatch.setitem(sys.modules, "simplejpeg", None)


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("name", SAMPLES)
def test_whole_pictures(name: str) -> None:
    """Each format and variant is known by its content, with its size."""
    found = prove(sample(name))

    assert isinstance(found, Picture)
    assert f"{found.format} {found.extension}" == SAMPLES[name][2]
    assert (found.width, found.height) == (WIDTH, HEIGHT)


def test_digest_and_length() -> None:
    """A picture carries the digest of its bytes."""
    found = prove(sample("jpeg"))

    assert isinstance(found, Picture)
    assert found.byte_count == len(sample("jpeg"))
    assert found.sha256 == hashlib.sha256(sample("jpeg")).hexdigest()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("view", [bytearray, memoryview, lambda body: memoryview(body + b"!")[:-1]])
def test_every_kind_of_buffer(name: str, view: Callable[[bytes], Any]) -> None:
    """Bytes need not be copied to be proven, and a slice is only itself."""

    assert prove(view(sample(name))) == prove(sample(name))


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("name", NOT_MPO)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_cut_fails(name: str, data: st.DataObject) -> None:
    """A body cut anywhere is no picture, and this is seen before anything is decoded."""
    body = sample(name)
    length = data.draw(st.integers(0, len(body) - 1))

    assert isinstance(inspect(body[:length], ProofOptions(decode=False)), Failure)


@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "webp", "bmp", "tiff"])
def test_the_last_byte_counts(name: str) -> None:
    """A body that lacks its last byte only is cut."""

    assert reason_of(sample(name)[:-1]) is Reason.DAMAGED


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=10, deadline=None)
@given(trailing=st.binary(min_size=1))
def test_trailing_bytes_pass(name: str, trailing: bytes) -> None:
    """What a server adds behind the end does no harm."""

    assert reason_of(sample(name) + trailing) is None


def test_an_mpo_cut_behind_its_first_picture_passes() -> None:
    """The first picture is what counts."""

    assert reason_of(sample("mpo")[:-50]) is None


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    """No bytes raise."""

    assert isinstance(prove(body), (Picture, Failure))


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_damage(name: str, data: st.DataObject) -> None:
    """A picture with bytes overwritten anywhere passes or fails in one line, without a warning."""
    body = bytearray(sample(name))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = prove(bytes(body), max_pixels=1_000_000)

    assert isinstance(found, Picture) or len(found.description.splitlines()) == 1
    assert isinstance(found, Picture) or len(found.description) <= 200


@pytest.mark.parametrize(
    ("body", "look"),
    [
        (b"", "empty"),
        (b"\xff\xd8", "2 bytes"),
        (b"\n<!DOCTYPE html><html><body>gone</body></html>", "HTML page"),
        (b"\xef\xbb\xbf<!-- moved --><HTML><head></head></HTML>", "HTML page"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?><error/>", "XML"),
        (b'{"error": "not found"}', "JSON"),
        (b"BMW makes cars, and this is a text", "text"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0", "icon"),
        (b"8BPS\0\1" + bytes(20), "Photoshop"),
        (b"%PDF-1.4 " + bytes(20), "PDF"),
        (bytes(range(1, 30)), "no format"),
    ],
)
def test_what_is_no_picture_is_described(body: bytes, look: str) -> None:
    """The report says what came instead."""
    found = prove(body)

    assert isinstance(found, Failure) and found.reason is Reason.NOT_AN_IMAGE
    assert look in found.description


def test_hostile_markup_is_looked_at_quickly() -> None:
    """Many comments are not tried in all combinations: the test would not end."""

    assert reason_of(b"<!---->" * 1000 + b"!") is Reason.NOT_AN_IMAGE


@pytest.mark.parametrize("name", ["jpeg", "png", "gif", "webp", "tiff"])
def test_a_header_alone_is_damaged(name: str) -> None:
    """The beginning of a known format is a picture that was cut, not something else."""

    assert reason_of(sample(name)[:20]) is Reason.DAMAGED


def test_too_small() -> None:
    """The shorter side decides."""

    assert reason_of(sample("jpeg"), min_side=HEIGHT + 1) is Reason.TOO_SMALL
    assert reason_of(sample("jpeg"), min_side=HEIGHT) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_too_many_pixels(name: str) -> None:
    """The limit holds for every format, and the limit itself is allowed."""

    assert reason_of(sample(name), max_pixels=WIDTH * HEIGHT - 1) is Reason.TOO_LARGE
    assert reason_of(sample(name), max_pixels=WIDTH * HEIGHT) is None


def test_bombs_are_refused_by_their_header() -> None:
    """900 megapixels in a few bytes need neither memory nor Pillow's own limit."""
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    body = png_of((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))

    assert reason_of(body) is Reason.TOO_LARGE


def test_a_webp_canvas_is_refused_before_it_is_made() -> None:
    """The canvas of a WebP without a frame is held against the limit too."""
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\x3f\0" * 2
    body = b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk

    assert reason_of(body) is Reason.TOO_LARGE


def test_limits_beyond_those_of_pillow() -> None:
    """A user who allows more pixels than Pillow does gets them."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    body = png_of((b"IHDR", header), (b"IEND", b""))

    assert isinstance(inspect(body, ProofOptions(max_pixels=10**9)), Picture)


@pytest.mark.parametrize("chunk", [b"zTXt", b"iCCP"])
def test_metadata_bombs(chunk: bytes) -> None:
    """Metadata that inflate to 50 MB never do."""
    bomb = b"name\0\0" + zlib.compress(bytes(50_000_000), 9)
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    body = png_of((b"IHDR", header), (chunk, bomb), (b"IDAT", pixels), (b"IEND", b""))

    assert reason_of(body) is Reason.DAMAGED


@pytest.mark.parametrize("exception", [MemoryError, OSError, struct.error, RecursionError])
def test_whatever_a_decoder_raises(
    exception: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decoder's exception is a verdict on the picture."""

    def refuse(image: object) -> None:
        raise exception("a decoder's words\nin two lines")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", refuse)
    expected = Reason.TOO_LARGE if exception is MemoryError else Reason.DAMAGED

    assert reason_of(sample("png")) is expected


def test_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that stands in for another says whose it is."""
    digest = hashlib.md5(sample("gif")).hexdigest()
    monkeypatch.setitem(placeholders.PLACEHOLDERS, digest, "a sign")

    assert prove(sample("gif"), min_side=5000) == Failure(Reason.PLACEHOLDER, "a sign")


def test_png_checksum_of_the_pixels() -> None:
    """A wrong checksum fails even where the pixels would decode."""
    body = sample("png")
    offset = body.index(b"IEND") - 5

    assert "checksum" in description_of(replaced(body, offset, body[offset] ^ 1))


def test_png_cut_after_its_first_chunk_of_pixels() -> None:
    """A PNG that goes from the first half of its pixels to a proper end lacks the rest."""
    header = struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, 0)
    pixels = zlib.compress(random.Random(1).randbytes(10_100))
    body = png_of((b"IHDR", header), (b"IDAT", pixels[:5000]), (b"IEND", b""))

    assert reason_of(body) is Reason.DAMAGED


def test_tiff_orientation() -> None:
    """Width and height are those stored, whatever the orientation asks for."""
    found = prove(saved(drawn("RGB"), format="TIFF", tiffinfo={274: 6}))

    assert isinstance(found, Picture) and (found.width, found.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("name", ["jpeg", "jpeg progressive", "jpeg gray", "jpeg cmyk"])
def test_scrambled_jpeg(name: str) -> None:
    """Entropy data over which a decoder would draw gray fail."""

    assert reason_of(scrambled(sample(name))) is Reason.DAMAGED


def test_scrambled_jpeg_decodes_for_the_lenient() -> None:
    """The scrambled sample is one that Pillow alone lets pass: strictness is what finds it."""
    Image.open(io.BytesIO(scrambled(sample("jpeg")))).load()

    assert "Corrupt JPEG data" in description_of(scrambled(sample("jpeg")))


def with_bytes_between_segments(body: bytes) -> bytes:
    offset = body.index(b"\xff\xdb")
    return body[:offset] + b"abc" + body[offset:]


def with_unknown_jfif(body: bytes) -> bytes:
    return replaced(body, body.index(b"JFIF\0") + 5, 9)


def with_odd_scan_parameters(body: bytes) -> bytes:
    return replaced(body, body.index(b"\xff\xda") + 12, 5)


ODDITIES = [with_bytes_between_segments, with_unknown_jfif, with_odd_scan_parameters]


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("odd", ODDITIES)
def test_oddities_of_the_header_pass(odd: Callable[[bytes], bytes]) -> None:
    """What libjpeg warns of, but what changes no pixel, does no harm."""

    assert reason_of(odd(sample("jpeg"))) is None


@pytest.mark.parametrize("odd", ODDITIES)
def test_oddities_hide_no_damage(odd: Callable[[bytes], bytes]) -> None:
    """libjpeg says only its first, harmless warning; the damage behind it is found all the same."""

    assert "Corrupt JPEG data" in description_of(odd(scrambled(sample("jpeg"))))


@pytest.mark.usefixtures("decoder")
def test_a_thumbnail_is_not_the_end() -> None:
    """The end marker of a thumbnail in the header does not stand for that of the picture."""
    exif = b"Exif\0\0" + sample("jpeg gray")
    body = saved(drawn("RGB"), format="JPEG", exif=exif)

    assert reason_of(body) is None
    assert "no end marker" in description_of(body[:-2])


def test_scan_bomb() -> None:
    """Each scan costs a pass over all pixels: hundreds of empty ones are refused unread."""
    body = sample("jpeg progressive")
    scan = body[body.rindex(b"\xff\xda") :][:10]

    assert "scans" in description_of(body[:-2] + scan * MOST_SCANS + body[-2:])


def test_segment_bomb() -> None:
    """A header of countless empty segments is given up."""
    body = sample("jpeg")

    assert "segments" in description_of(body[:2] + b"\xff\xe1\0\2" * MOST_SEGMENTS + body[2:])


def test_fill_bytes_are_read_once() -> None:
    """A body of markers' first bytes only is given up at once: else the test would not end."""

    assert "cut within the header" in description_of(b"\xff\xd8" + b"\xff" * 2_000_000)


def test_fill_bytes_pass() -> None:
    """Any number of them may stand before a marker."""
    body = sample("jpeg")

    assert reason_of(body[:2] + b"\xff" * 1000 + body[2:]) is None


def test_chunk_bomb() -> None:
    """A PNG of countless empty chunks is given up."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = png_of((b"IHDR", header), *[(b"tEXt", b"")] * MOST_PNG_CHUNKS, (b"IEND", b""))

    assert "chunks" in description_of(body)


@pytest.mark.parametrize("code", [0xC3, 0xC9])
def test_what_no_decoder_here_knows(code: int) -> None:
    """Lossless and arithmetic JPEGs get a verdict, not a traceback."""
    body = sample("jpeg gray")

    assert reason_of(replaced(body, body.index(b"\xff\xc0") + 1, code)) is Reason.DAMAGED


def test_pillow_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """A JPEG that the fast decoder does not know passes if Pillow decodes it."""

    def refuse(*args: object, **options: object) -> None:
        raise ValueError("Could not determine subsampling level of JPEG image")

    monkeypatch.setattr("simplejpeg.decode_jpeg_header", refuse)

    assert reason_of(sample("jpeg")) is None


def test_tiff_with_directories_in_a_circle() -> None:
    """A chain of directories that never ends is followed once."""
    body = sample("tiff")
    (first,) = struct.unpack_from("<I", body, 4)
    (count,) = struct.unpack_from("<H", body, first)
    following = first + 2 + 12 * count
    circle = body[:following] + struct.pack("<I", first) + body[following + 4 :]

    assert isinstance(inspect(circle, ProofOptions()), Picture)


def test_gif_without_a_frame() -> None:
    """A header and a trailer are no picture."""

    assert reason_of(b"GIF89a\x01\0\x01\0\0\0\0;" + bytes(10)) is Reason.DAMAGED
