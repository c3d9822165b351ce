"""Who the user is, is told to one place and to nobody else."""

from __future__ import annotations

import io
import pickle
from http.cookiejar import Cookie
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.access import Access, Accesses, Prompt, access_to, cookies_of
from imagenet_utils.errors import UsageError
from imagenet_utils.obtaining.answers import Asking
from imagenet_utils.obtaining.obtain import fetch_file
from tests.archive_server import Served, serving_archives

ARCHIVE = "https://image-net.org/data/train.tar"
BASIC = "Basic bWU6c2VjcmV0"  # me:secret
ACCOUNT = {"IMAGENET_USERNAME": "me", "IMAGENET_ACCESS_KEY": "secret"}
COOKIE = "image-net.org\tFALSE\t/\tTRUE\t0\tsession\tsecret-crumb\n"


@pytest.fixture(autouse=True)
def no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home is empty, whoever runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    return home


def cookie_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cookies.txt"
    path.write_text(text, encoding="utf-8")
    return path


def with_cookies(tmp_path: Path, text: str, named: str = ARCHIVE) -> Access:
    return access_to(named, environment={}, cookie_file=cookie_file(tmp_path, text))


def test_the_account_of_the_environment() -> None:
    """As name and key, by RFC 7617."""
    access = access_to(ARCHIVE, environment=ACCOUNT)

    assert access.headers_for(ARCHIVE) == {"Authorization": BASIC}


@pytest.mark.parametrize("name", ACCOUNT)
def test_half_an_account_is_none(name: str) -> None:
    """Both are needed."""
    access = access_to(ARCHIVE, environment={name: "me"})

    assert access.headers_for(ARCHIVE) == {}


def test_the_account_within_an_address() -> None:
    """It goes before any other, and may be percent-encoded."""
    named = "https://m%65:secret@image-net.org/data/train.tar"
    access = access_to(named, environment={**ACCOUNT, "IMAGENET_USERNAME": "other"})

    assert access.headers_for(ARCHIVE) == {"Authorization": BASIC}


def test_the_account_of_a_netrc(tmp_path: Path) -> None:
    """That of the host, from the file NETRC names."""
    path = tmp_path / "netrc"
    path.write_text("machine other.example login you password x\n"
                    "machine image-net.org login me password secret\n")
    access = access_to(ARCHIVE, environment={"NETRC": str(path)})

    assert access.headers_for(ARCHIVE) == {"Authorization": BASIC}


def test_the_default_of_a_netrc_is_for_no_host(no_netrc: Path) -> None:
    """Who named no host did not mean this one."""
    (no_netrc / ".netrc").write_text("default login me password secret\n")

    assert access_to(ARCHIVE, environment={}).headers_for(ARCHIVE) == {}


def test_a_broken_netrc_that_is_named_is_told(tmp_path: Path) -> None:
    """With its line, and without its words, which may be passwords."""
    path = tmp_path / "netrc"
    path.write_text("machine a.example login me\nhunter2 hunter3\n")
    with pytest.raises(UsageError, match="netrc, line [12]: cannot be understood") as caught:
        access_to(ARCHIVE, environment={"NETRC": str(path)})

    assert "hunter" not in str(caught.value)


def test_a_broken_netrc_at_home_is_passed_over(no_netrc: Path) -> None:
    """Nobody named it, and most archives need no account."""
    (no_netrc / ".netrc").write_text("what is this\n")

    assert access_to(ARCHIVE, environment=ACCOUNT).authorization == BASIC


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://other.example/data/train.tar",
        "https://www.image-net.org/data/train.tar",
        "https://image-net.org.evil.example/",
        "https://image-net.org@evil.example/",
        "https://image-net.org:8443/data/train.tar",
        "http://image-net.org/data/train.tar",
        "ftp://image-net.org/data/train.tar",
        "https://image-net.org\\@evil.example/",
        "",
    ],
)
def test_nobody_else_is_told(tmp_path: Path, elsewhere: str) -> None:
    """Another host, another port, a scheme that all can read."""
    cookies = cookies_of(cookie_file(tmp_path, COOKIE.replace("TRUE", "FALSE")))

    assert Access(ARCHIVE, BASIC, cookies).headers_for(elsewhere) == {}


def test_a_key_goes_over_no_plain_http() -> None:
    """Not even where the user's own address is one; to this machine it may."""
    far, near = "http://image-net.org/a.tar", "http://127.0.0.1:8000/a.tar"

    assert access_to(far, environment=ACCOUNT).headers_for(far) == {}
    assert access_to(near, environment=ACCOUNT).headers_for(near) == {"Authorization": BASIC}


def test_imagenets_account_is_not_for_mirrors() -> None:
    """Whoever gives a copy out has no business with the user's key."""
    mirror = "https://mirror.example/data/train.tar"

    assert access_to(mirror, environment=ACCOUNT).headers_for(mirror) == {}


def test_http_that_becomes_https_is_the_same_place() -> None:
    """The one redirect that nearly every server sends."""
    access = access_to("http://image-net.org/a.tar", environment=ACCOUNT)

    assert access.headers_for(ARCHIVE) == {"Authorization": BASIC}


def test_nothing_secret_is_shown(tmp_path: Path) -> None:
    """Neither by itself nor within what holds it."""
    named = "https://me:secret@image-net.org/"
    access = with_cookies(tmp_path, COOKIE, named)

    assert access.headers_for(ARCHIVE) == {"Authorization": BASIC, "Cookie": "session=secret-crumb"}
    assert "secret" not in repr(Asking(credentials=access))
    assert BASIC not in repr(access)


def test_an_access_travels(tmp_path: Path) -> None:
    """To the processes that ask as well."""
    access = with_cookies(tmp_path, COOKIE)
    travelled = pickle.loads(pickle.dumps(access))

    assert travelled.headers_for(ARCHIVE) == {"Cookie": "session=secret-crumb"}


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        (COOKIE, "session=secret-crumb"),
        ("#HttpOnly_" + COOKIE, "session=secret-crumb"),
        (".image-net.org\tTRUE\t/data\tFALSE\t99999999999\ta\tb", "a=b"),
        (".image-net.org\tTRUE\t/\tFALSE\t99999999999.5\ta\t", "a="),
        (".image-net.org\tTRUE\t/\tFALSE\t0\ta", "a="),
        ("image-net.org\tFALSE\t/\tTRUE\t0\ta\tö", "a=Ã¶"),
        ("image-net.org\tFALSE\t/\tTRUE\t1\told\tb", None),
        ("image-net.org\tFALSE\t/other\tTRUE\t0\ta\tb", None),
        (".example\tFALSE\t/\tTRUE\t0\ta\tb", None),
        ("net.org\tTRUE\t/\tTRUE\t0\ta\tb", None),
        ("# " + COOKIE, None),
    ],
)
def test_a_cookie_goes_where_it_belongs(tmp_path: Path, line: str, sent: str | None) -> None:
    """As its domain, path, date and scheme have it."""
    access = with_cookies(tmp_path, "# Netscape HTTP Cookie File\n\n" + line)

    assert access.headers_for(ARCHIVE).get("Cookie") == sent


def test_a_cookie_of_a_host_is_not_for_those_below(tmp_path: Path) -> None:
    """The second field says so."""
    below = "https://data.image-net.org/a.tar"

    assert with_cookies(tmp_path, COOKIE, below).headers_for(below) == {}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("image-net.org\tFALSE\tsecret", "expected 7 fields between tabs, found 3"),
        ("a b c", "expected 7 fields between tabs, found 1"),
        ("a\tyes\t/\tTRUE\t0\ta\tsecret", "expected TRUE or FALSE in the second and the fourth"),
        ("a\tTRUE\t/\tTRUE\tsoon\ta\tsecret", "expected seconds since 1970 in the fifth field"),
        ("a\tTRUE\t/\tTRUE\t-\ta\tsecret", "expected seconds since 1970 in the fifth field"),
        ("a\tTRUE\t/\tTRUE\t0\ta\tsecret\x01", "expected no control characters"),
        ("a\tTRUE\t/\tTRUE\t0\t\tsecret", "expected a domain and a name"),
    ],
)
def test_a_line_that_is_no_cookie_is_told(tmp_path: Path, line: str, problem: str) -> None:
    """With file and line, and without what stands there."""
    path = cookie_file(tmp_path, f"# head\n{line}\n")
    with pytest.raises(UsageError) as caught:
        cookies_of(path)

    assert caught.value.problem.startswith(f"{path}, line 2: {problem}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"), [(None, "No such file"), (b"\xff\xfe\x00s", "not a text file")],
)
def test_a_cookie_file_that_cannot_be_read(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    """It was named, so it is the user's to mend."""
    path = tmp_path / "cookies.txt"
    if content:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=told):
        cookies_of(path)


@given(st.lists(st.one_of(st.text(), st.sampled_from(
    ["TRUE", "FALSE", "/", "0", "1e9", "a.example", "#HttpOnly_a"])), max_size=9))
def test_any_cells_are_cookies_or_told(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    """Nothing in a file of strangers raises anything else, then or later."""
    text = "\t".join(cells).encode("utf-8", "replace").decode()
    path = cookie_file(tmp_path_factory.getbasetemp(), text)
    try:
        cookies = cookies_of(path)
    except UsageError:
        cookies = ()
    headers = Access("https://a.example/", "", cookies).headers_for("https://a.example/")

    assert all(isinstance(cookie, Cookie) for cookie in cookies)
    assert set(headers) <= {"Cookie"}


def test_a_person_is_asked_once() -> None:
    """Archives at one place have one account; at another, nobody is asked again."""
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return ["me", "secret"][len(questions) - 1]

    prompt = Prompt({}, ask=ask)
    answers = [prompt.access_to(Access(named))
               for named in (ARCHIVE, "https://image-net.org/val.tar", "https://a.example/")]

    assert [answer and answer.authorization for answer in answers] == [BASIC, BASIC, None]
    assert questions == ["User name for image-net.org (not shown): ",
                         "Access key for image-net.org (not shown): "]


def test_a_name_that_is_known_is_not_asked_for() -> None:
    """Only the key is."""
    prompt = Prompt({"IMAGENET_USERNAME": "me"}, ask=lambda question: "secret")
    answer = prompt.access_to(Access(ARCHIVE))

    assert answer == Access(ARCHIVE, BASIC)


@pytest.mark.parametrize("error", [EOFError, OSError])
def test_nobody_answers(error: type[Exception]) -> None:
    """An input that has ended is no account."""
    def ask(question: str) -> str:
        raise error

    assert Prompt({}, ask=ask).access_to(Access(ARCHIVE)) is None


def test_without_a_terminal_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that is a file, or closed, would be read for an answer."""
    monkeypatch.setattr("sys.stdin", io.StringIO("me\nsecret\n"))
    answer = Prompt({}).access_to(Access(ARCHIVE))

    assert answer is None


def test_a_whole_download_says_who_asks(tmp_path: Path) -> None:
    """With the account of the environment, a cookie, the name of the tool."""
    served = Served(bytes(600), authorization=BASIC, cookie="session=secret-crumb")
    cookies = cookie_file(tmp_path, "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret-crumb\n")
    with serving_archives({"/a.tar": served}) as server:
        address = server.url("/a.tar")
        access = access_to(address, environment=ACCOUNT, cookie_file=cookies)
        asking = Asking(credentials=access, user_agent="a tool")
        fetch_file(address, tmp_path / "a.tar", asking=asking)

    assert (tmp_path / "a.tar").read_bytes() == bytes(600)
    assert server.asked[0].user_agent == "a tool"


def test_archives_at_several_places() -> None:
    """Each place is shown what is its own, and no other's."""
    near, far = "https://me:near@a.example/train.tar", "https://me:far@b.example/val.tar"
    both = Accesses(tuple(access_to(named, environment={}) for named in (near, far)))

    for named in (near, far):
        assert both.headers_for(named) == access_to(named, environment={}).headers_for(named)
    assert both.headers_for(near) != both.headers_for(far)
    assert both.headers_for("https://c.example/test.tar") == {}
