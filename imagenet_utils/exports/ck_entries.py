"""What Collective Knowledge keeps of repositories and entries, in the bytes that it writes itself.

    imagenet-n02119789/.ckr.json
                       .cm/alias-a-dataset  alias-u-8a7141c59cd335f5
                       dataset/.cm/alias-a-122  alias-u-<uid>
                               122/.cm/meta.json  info.json  desc.json
                                   n02119789_122.jpg

A uid is made of the names, so that it is always the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

Files = Iterator[tuple[str, bytes]]  # path below the repository, with `/`, and content

MODULE, MODULE_UID = "dataset", "8a7141c59cd335f5"  # CK's own

# CK takes such names for uids, and digits alone are the numbers of a category's own pictures.
_LIKE_UID = re.compile(r"[0-9a-f.]+")
_NUMBER = re.compile(r"[0-9]{1,15}")
_NO_ALIAS = re.compile(r"[^A-Za-z0-9_.-]")
_PLAIN = "!#$%&'()*+/:;=?@[]~"  # what a tag may have beside letters, digits and -._


def repository_name(folder: str) -> str:
    """
    >>> repository_name("n02119789")
    'imagenet-n02119789'
    """
    return f"imagenet-{_NO_ALIAS.sub('_', folder)}"


def entry_name(stem: str, code: str) -> str:
    """The number of a category's own picture, else the whole name.

    >>> entry_name("n02119789_122", "n02119789"), entry_name("n02083346_9", "n02119789")
    ('122', 'n02083346_9')
    >>> entry_name("0123456789abcdef", "/m/01g317")
    'id.0123456789abcdef'
    """
    number = stem.removeprefix(f"{code}_")
    if number != stem and _NUMBER.fullmatch(number):
        return number
    name = _NO_ALIAS.sub("_", stem)
    return f"id.{name}" if _LIKE_UID.fullmatch(name) else name


def tag(text: str) -> str:
    """CK splits tags at commas and strips them: what it would mistake is percent-encoded.

    >>> tag("http://a.example/kit fox,1.jpg?b=%20")
    'http://a.example/kit%20fox%2C1.jpg?b=%20'
    """
    return quote(text.encode("utf-8", "surrogatepass"), safe=_PLAIN)


def repository_files(name: str) -> Files:
    """Of the repository itself."""
    uid = _uid_of(name)
    yield ".ckr.json", _json({"data_alias": name, "data_name": name, "data_uid": uid,
                              "data_uoa": name, "dict": {}})
    yield from _alias_files("", MODULE, MODULE_UID)


def entry_files(
    repository: str, name: str, *, tags: Sequence[str], files: Sequence[str], words: Sequence[str]
) -> Files:
    """All but the pictures that it holds."""
    uid = _uid_of(f"{repository}:{MODULE}:{name}")
    yield from _alias_files(f"{MODULE}/", name, uid)
    meta = {"dataset_files": files, "dataset_words": words, "tags": [MODULE, *map(tag, tags)]}
    info = {"backup_data_uid": uid, "backup_module_uid": MODULE_UID, "backup_module_uoa": MODULE,
            "data_name": name}
    for what, content in ("meta", meta), ("info", info), ("desc", {}):
        yield f"{MODULE}/{name}/.cm/{what}.json", _json(content)


def _alias_files(folder: str, alias: str, uid: str) -> Files:
    yield f"{folder}.cm/alias-a-{alias}", f"{uid}\n".encode()
    yield f"{folder}.cm/alias-u-{uid}", f"{alias}\n".encode()


def _uid_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _json(content: object) -> bytes:
    return json.dumps(content, indent=2, sort_keys=True).encode() + b"\n"
