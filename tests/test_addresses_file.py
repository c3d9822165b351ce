"""Addresses of archives, from the environment and from files that no shell runs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.addresses_file import ROLES, archive_addresses

TRAIN, VAL = "https://example.org/train.tar?key=1&user=2", "http://example.org/val.tar"


def addresses_in(folder: Path, text: str | bytes) -> dict[str, str]:
    path = folder / "urls.sh"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return archive_addresses({}, [path])


@pytest.mark.parametrize("line", [
    f'export DOWNLOAD_URL_train="{TRAIN}"',
    f"export DOWNLOAD_URL_train='{TRAIN}'",
    f"DOWNLOAD_URL_train='{TRAIN}'",
    f'   export   DOWNLOAD_URL_train=" {TRAIN} "  # 138 GB',
    f"#!/bin/sh\n\n# of 2012\nOTHER=1\nexport DOWNLOAD_URL_train='{TRAIN}'\n",
    f"DOWNLOAD_URL_train='{VAL}'\r\nDOWNLOAD_URL_train='{TRAIN}'\r\nDOWNLOAD_URL_val=''\r\n",
    f"\ufeffDOWNLOAD_URL_train='{TRAIN}'",
])
def test_an_address_is_read_in_any_spelling(tmp_path: Path, line: str) -> None:
    """Quotes, blanks, comments, line ends; the last one counts, an empty one doesn't."""
    assert addresses_in(tmp_path, line) == {"train": TRAIN}


def test_an_address_needs_no_quotes_where_a_shell_needs_none(tmp_path: Path) -> None:
    """Nothing in it but itself."""
    assert addresses_in(tmp_path, f"DOWNLOAD_URL_val={VAL} # small") == {"val": VAL}


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """And of the files the last."""
    first, last = tmp_path / "a.sh", tmp_path / "b.sh"
    first.write_text(f"DOWNLOAD_URL_train={VAL}1\nDOWNLOAD_URL_val={VAL}1\n")
    last.write_text(f"DOWNLOAD_URL_train={VAL}2\nDOWNLOAD_URL_test={VAL}2\n")
    found = archive_addresses({"DOWNLOAD_URL_train": TRAIN}, [first, last])

    assert found == {"train": TRAIN, "val": f"{VAL}1", "test": f"{VAL}2"}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_variable(role: str) -> None:
    """In capitals, too, as Windows has all its variables."""
    upper = archive_addresses({f"DOWNLOAD_URL_{role}".upper(): TRAIN}, [])

    assert archive_addresses({f"DOWNLOAD_URL_{role}": TRAIN}, []) == upper == {role: TRAIN}


ALIVE = {
    '"$(touch ran)"': "$", '"`touch ran`"': "`", "$HOME": "$", '"$BASE/train.tar"': "$",
    f"'{TRAIN}'; touch ran": ";", f"'{TRAIN}' | sh": "|", f'"{TRAIN}" && touch ran': "&",
    TRAIN: "&", f"'{TRAIN}' \\": "\\", f'"{VAL}\\"': "\\", f"{VAL} > ran": ">",
    "(touch ran)": "(", f"'{VAL}'$(touch ran)": "$",
}


@pytest.mark.parametrize("value", ALIVE)
def test_what_a_shell_would_act_upon_is_refused(tmp_path: Path, value: str) -> None:
    """With file and line and the character, and without the value, which may be secret."""
    with pytest.raises(UsageError) as error:
        addresses_in(tmp_path, f"# mine\nexport DOWNLOAD_URL_train={value}\n")

    where = f"{tmp_path / 'urls.sh'}, line 2"
    assert str(error.value) == (
        f"{where}: DOWNLOAD_URL_train has {ALIVE[value]!r}, which a shell would act upon. "
        "Put the address between single quotes, with nothing behind it but a comment")


@pytest.mark.parametrize("line, words", [
    ("set -e", "line 1: expected NAME=VALUE"),
    ("export DOWNLOAD_URL_train", "line 1: expected NAME=VALUE"),
    ("DOWNLOAD_URL_train = 'x'", "line 1: expected NAME=VALUE"),
    ("touch ran", "line 1: expected NAME=VALUE"),
    ("DOWNLOAD_URL_train='x' 'y'", "line 1: expected one quoted value for DOWNLOAD_URL_train"),
    ("DOWNLOAD_URL_train=\"x", "line 1: expected one quoted value for DOWNLOAD_URL_train"),
    ("DOWNLOAD_URL_train=/data/train.tar", "line 1: DOWNLOAD_URL_train: expected an address"),
    ("DOWNLOAD_URL_train='https://a b'", "line 1: DOWNLOAD_URL_train: expected an address"),
    ("DOWNLOAD_URL_trian=''\nDOWNLOAD_URL_trian='http://x'", "line 2: DOWNLOAD_URL_trian is not"),
    (b"\xff\xfeD\0", "line 1: expected UTF-8"),
    (b"#" * 70_000, "larger than 65,536 bytes"),
])
def test_other_lines_are_refused(tmp_path: Path, line: str | bytes, words: str) -> None:
    """With file and line."""
    with pytest.raises(UsageError, match=words):

        addresses_in(tmp_path, line)


def test_passwords_are_not_shown(tmp_path: Path) -> None:
    """Neither from the file nor from the environment."""
    told = []
    for value in ("ftp://me:secret@example.org", "https://me:secret@example.org/a b"):
        with pytest.raises(UsageError) as from_file:
            addresses_in(tmp_path, f"DOWNLOAD_URL_val='{value}'")
        with pytest.raises(UsageError) as from_environment:
            archive_addresses({"DOWNLOAD_URL_val": value}, [])
        told += [str(from_file.value), str(from_environment.value)]

    assert not any("secret" in each for each in told)


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, line: str) -> None:
    """Never another error, and never an address that was not there."""
    text = f"DOWNLOAD_URL_val={line}".encode("utf-8", "replace")
    try:
        found = addresses_in(tmp_path_factory.getbasetemp(), text)
    except UsageError:
        found = {}

    assert all(address in line for address in found.values())


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell to compare with")
def test_what_is_read_is_what_a_shell_reads(tmp_path: Path) -> None:
    """Each value that is not refused, in each kind of quotes."""
    values = [f"{quote}https://x/{middle}{quote}{tail}" for quote in ("", "'", '"')
              for middle in ("a", "a?b=c", "a#b", "a%20b", "a$b", "a`b`", "a\\b", "a;b", "a~b")
              for tail in ("", " ", " # c", "#c", "d")]
    read = {}
    for value in values:
        try:
            read[value] = addresses_in(tmp_path, f"DOWNLOAD_URL_val={value}").get("val", "")
        except UsageError:
            continue
    script = "".join(f"X={value}\nprintf '%s\\n' \"$X\"\n" for value in read)
    done = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)

    assert len(read) > 20
    assert list(read.values()) == done.stdout.splitlines()
