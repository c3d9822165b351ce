"""Csv files as Open Images has them, made by hand, and what a plain reader finds in them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path

BOX_HEADER = (b"ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,"
              b"IsGroupOf,IsDepiction,IsInside")
LABEL_HEADER = b"ImageID,Source,LabelName,Confidence"
IMAGE_HEADER = (b"ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,"
                b"Title,OriginalSize,OriginalMD5,Thumbnail300KURL,Rotation")
DOG, CAT, TULIP = "/m/0bt9lr", "/m/01yrx", "/m/0100nhbf"  # the last one has no boxes
MD5 = "XKWUMkcNib71Ge6Yq1/0/g=="


def id_of(number: int) -> str:
    return f"{number:016x}"


def box_line(number: int, mid: str = DOG, *, sides: str = "0.1,0.5,0.25,0.75") -> bytes:
    return f"{id_of(number)},xclick,{mid},1,{sides},0,1,0,-1,0".encode()


def label_line(number: int, mid: str, confidence: str = "1", source: str = "verification") -> bytes:
    return f"{id_of(number)},{source},{mid},{confidence}".encode()


def image_line(number: int, *, title: str = "A dog", size: str = "123", md5: str = MD5,
               rotation: str = "0.0") -> bytes:
    url = f"https://c1.example/{number}_o.jpg"
    return (f'{id_of(number)},train,{url},https://www.example/{number},'
            f'https://creativecommons.org/licenses/by/2.0/,https://www.example/people,'
            f'"O&#x27;Neil, Ann","{title}",{size},{md5},,{rotation}').encode()


def write_csv(path: Path, header: bytes, lines: Iterable[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join([header, *lines, b""]))
    return path


def write_tar(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path
