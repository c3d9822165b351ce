"""The values that travel through a run, all frozen; this module opens nothing.

    Category -> ImageRecord -> ImageTask -> Outcome
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NewType, TypeVar

from imagenet_utils.transform.asked import Resized, Resizing

T = TypeVar("T")
Wnid = NewType("Wnid", str)  # "n02119789": WordNet 3.0 offset of a noun
ImageId = NewType("ImageId", str)  # "n02119789_122": unique within a source
LONGEST_DESCRIPTION = 200  # characters
SPLITS = ("train", "val", "test")  # of ILSVRC and Open Images


def travels(kind: type[T]) -> type[T]:
    """A named tuple that is pickled as the arguments of its constructor, the quickest way.

    Values that come by the million are named tuples: a frozen dataclass takes four times as long
    to make.
    """
    kind.__reduce__ = lambda self: (kind, tuple(self))  # type: ignore
    return kind


class Status(str, Enum):
    """The words of the report's column `status`, as the older tools spelt them."""

    DONE = "done"
    ERROR = "Error"
    SAVE_ERROR = "SaveError"


class Follow(Enum):
    """What later runs make of a reason."""

    KEPT = "nothing to do while the file proves"
    SETTLED = "not tried again for 30 days"
    AGAIN = "tried again in the run and in the next"


class Reason(Enum):
    """The closed list of what can become of one URL: (word, status, what follows)."""

    DOWNLOADED = ("downloaded", Status.DONE, Follow.KEPT)
    ALREADY_PRESENT = ("already_present", Status.DONE, Follow.KEPT)

    GONE = ("gone", Status.ERROR, Follow.SETTLED)
    REFUSED = ("refused", Status.ERROR, Follow.SETTLED)
    PLACEHOLDER = ("placeholder", Status.ERROR, Follow.SETTLED)
    NOT_AN_IMAGE = ("not_an_image", Status.ERROR, Follow.SETTLED)
    DAMAGED = ("damaged", Status.ERROR, Follow.SETTLED)
    TOO_LARGE = ("too_large", Status.ERROR, Follow.SETTLED)
    TOO_SMALL = ("too_small", Status.ERROR, Follow.SETTLED)
    MISMATCH = ("mismatch", Status.ERROR, Follow.SETTLED)
    OPTED_OUT = ("opted_out", Status.ERROR, Follow.SETTLED)
    REMOVED = ("removed", Status.ERROR, Follow.SETTLED)

    THROTTLED = ("throttled", Status.ERROR, Follow.AGAIN)
    TIMEOUT = ("timeout", Status.ERROR, Follow.AGAIN)
    UNREACHABLE = ("unreachable", Status.ERROR, Follow.AGAIN)
    SERVER_ERROR = ("server_error", Status.ERROR, Follow.AGAIN)
    LOST = ("lost", Status.ERROR, Follow.AGAIN)
    NOT_TRIED = ("not_tried", Status.ERROR, Follow.AGAIN)

    SAVE_FAILED = ("save_failed", Status.SAVE_ERROR, Follow.AGAIN)

    def __init__(self, word: str, status: Status, follow: Follow) -> None:
        self.word = word
        self.status = status
        self.follow = follow

    def __reduce_ex__(self, _protocol: object) -> tuple:
        """By its name: its value, which has two more enums in it, is long."""
        return getattr, (Reason, self.name)


REASON_BY_WORD = {reason.word: reason for reason in Reason}


class Verdict(str, Enum):
    """How an annotation's boxes sit on the stored picture (the report's column `annotation`)."""

    AS_IS = "as_is"
    RESCALED = "rescaled"
    MISMATCH = "mismatch"
    EDITED = "edited"  # the user changed the XML: it is theirs now
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Category:
    """One marked row of ncodes.csv, or what one split of a challenge has of it."""

    code: Wnid
    label: str  # the word for folder and boxes, safe on every file system
    how_many: int | None  # None: all
    split: str = ""  # train, val or test; empty where a source knows no splits

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return f"{self.split}/{self.code}" if self.split else self.code


@travels
class UrlLocation(NamedTuple):
    """An image on the web."""

    url: str  # as the list has it, for people and the report
    wire: str  # what goes over the network: ASCII, percent-encoded bytes of the line


@travels
class MemberLocation(NamedTuple):
    """A member of a plain tar on this disk."""

    url: str  # `<archive>#<member>`, for people and the report
    path: str  # of the archive
    header: int  # offset of the block that describes it; its bytes begin 512 further on
    size: int  # bytes
    member: str  # its name, as that block has it


@travels
class RangeLocation(NamedTuple):
    """A member of a plain tar on the web: so many bytes at a known offset."""

    url: str  # `<archive>#<member>`, for people and the report
    wire: str  # the archive's address, as it goes over the network
    header: int  # offset of the block that describes it; its bytes begin 512 further on
    size: int  # bytes
    member: str  # its name, as that block has it


@travels
class PassingLocation(NamedTuple):
    """A member of an archive that is only read from end to end: its bytes come by, or are gone."""

    url: str  # `<archive>#<member>`
    size: int  # bytes


@travels
class TreeLocation(NamedTuple):
    """A picture in a tree of the user's: proven there, then linked or copied."""

    url: str  # its path, for people and the report
    path: str


@travels
class CarriedLocation(NamedTuple):
    """The bytes themselves, out of an archive that was read on the way here."""

    url: str  # of where they came from
    body: bytes


@travels
class FileLocation(NamedTuple):
    """An image that lies in its place and has yet to be proven there."""

    path: str
    url: str = ""  # that it came from, or is taken to have come from


# What a source may say of a record; a worker may be handed the last two besides.
Listed = UrlLocation | MemberLocation | RangeLocation | PassingLocation | TreeLocation
Location = Listed | CarriedLocation | FileLocation


class Expected(NamedTuple):
    """What a source knows of a picture's bytes before they come; None: it does not."""

    byte_count: int | None = None
    md5: str | None = None  # hex
    sha256: str | None = None  # hex
    is_md5_in_etag: bool = False  # of the answer, where that looks like one: so S3 has it


class ImageRecord(NamedTuple):
    """One image of a category, as its source lists it."""

    code: str  # key of the category it is listed for, not always the one its id names
    image_id: ImageId
    locations: tuple[Listed, ...]  # the first, then second chances in list order
    expected: tuple[Expected | None, ...] = ()  # at each location; empty: nothing is known

    def expected_at(self, location: int) -> Expected | None:
        return self.expected[location] if self.expected else None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an image does not count; data, not an exception."""

    reason: Reason
    description: str  # one line for people, at most LONGEST_DESCRIPTION

    @classmethod
    def of(cls, reason: Reason, text: str) -> Failure:
        """Whatever a server, a decoder or a body put into the text.

        >>> Failure.of(Reason.REFUSED, " redirected\\nto \\x07").description
        'redirected to ?'
        """
        line = " ".join(text[:2 * LONGEST_DESCRIPTION].split())
        line = "".join(letter if letter.isprintable() else "?" for letter in line)
        return cls(reason, line[:LONGEST_DESCRIPTION])


@travels
class Picture(NamedTuple):
    """What the proof found in the bytes."""

    format: str  # Pillow's name: JPEG, MPO, PNG, GIF, WEBP, BMP, TIFF
    extension: str  # "jpg", without the dot
    width: int  # pixels as stored, EXIF orientation not applied
    height: int
    sha256: str  # hex, of the stored bytes
    byte_count: int


@travels
class ImageTask(NamedTuple):
    """What a worker gets: one location of one image, and where its picture and boxes belong."""

    number: int
    location: Location
    image_id: ImageId
    folder: str  # of the category
    place: str  # below its Images and its Annotation, without extension
    annotation: bytes | None  # the XML of the user's archive
    labels: Mapping[str, str]  # of the categories that the annotation names, by code
    drops_misfits: bool  # a picture that its boxes don't fit is not kept
    may_replace: bool  # what lies there is ours and broken
    known_xml: str | None  # sha256 of the XML we wrote; any other belongs to the user
    places: int  # how many of its process may be on the line at once
    expected: Expected | None = None  # other bytes are not kept
    resizing: Resizing | None = None  # what is to be made of it besides


@travels
class Boxes(NamedTuple):
    """What became of an image's annotation."""

    verdict: Verdict = Verdict.NONE
    written: int = 0
    clamped: int = 0
    dropped: int = 0
    xml_sha256: str | None = None  # of the XML we wrote


@travels
class Stored(NamedTuple):
    """A proven picture in its place."""

    file_name: str | None  # None: only resized ones are kept
    mtime_ns: int
    picture: Picture
    boxes: Boxes
    resized: tuple[Resized, ...] = ()


@travels
class Outcome(NamedTuple):
    """What became of a task, or of a URL that was never asked."""

    number: int
    reason: Reason
    description: str
    stored: Stored | None = None
    http_status: int = 0  # 0: none was seen
    is_connected: bool = False  # somebody was reached, whatever was said
    seconds: float = 0.0
    connect_seconds: float = 0.0  # 0: a connection was there
    first_byte_seconds: float = 0.0
    retry_after_seconds: float | None = None
    received: int = 0  # bytes of the body
    ends_run: bool = False  # this machine fails, not the picture

    def instead(self, reason: Reason, description: str) -> Outcome:
        return self._replace(reason=reason, description=description, stored=None)
