"""Which archive or tree serves which split."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.archives.known import KNOWN, Known, Role
from imagenet_utils.errors import UsageError
from imagenet_utils.ilsvrc.first_members import role_by_members
from imagenet_utils.ilsvrc.shelf import Form, Shelf, SynsetTars
from tests import small_archives
from tests.main_job import FOX, SETTER

AT = "https://archives.example/"
BUILDERS = {
    Role.TRAIN: lambda path: small_archives.train_tar(path, {FOX: 1}),
    Role.VAL: lambda path: small_archives.val_tar(path, 2),
    Role.TEST: lambda path: small_archives.test_tar(path, 1),
    Role.DEVKIT: lambda path: small_archives.devkit_tar(path, [FOX], truth=[1]),
    Role.BBOX_TRAIN: lambda path: small_archives.bbox_train_tgz(path, {FOX: 1}),
    Role.BBOX_VAL: lambda path: small_archives.bbox_val_tgz(path, [FOX]),
}


def where(shelf: Shelf, role: Role = Role.TRAIN) -> str:
    place = shelf.place_of(role)
    return place.where if place else ""


def lay(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("role", Role)
def test_a_local_archive_is_known_by_what_it_holds(tmp_path: Path, role: Role) -> None:
    """Whatever it is called."""
    path = tmp_path / "archive.tar"
    BUILDERS[role](path)
    place = Shelf.of(None, [str(path)]).place_of(role)

    assert place and (place.form, place.where) == (Form.ARCHIVE, str(path))


def test_what_an_archive_holds_counts_for_more_than_its_name(tmp_path: Path) -> None:
    """Somebody has exchanged the names."""
    small_archives.val_tar(tmp_path / "train.tar", 2)
    shelf = Shelf.of(None, [str(tmp_path / "train.tar")])

    assert [place.role for place in shelf.places] == [Role.VAL]


@pytest.mark.parametrize(("address", "role"), [
    (f"{AT}ILSVRC2012_img_train.tar", Role.TRAIN),
    (f"{AT}data/our-validation.tar?signed=abc", Role.VAL),
    (f"{AT}get?file=ILSVRC2012%5Fimg_test_v10102019.tar&key=train", Role.TEST),
    (f"{AT}ilsvrc2012_BBOX_val_v3.tgz", Role.BBOX_VAL),
])
def test_an_address_is_known_by_its_name(address: str, role: Role) -> None:
    """Nobody is asked for that."""
    place = Shelf.of(None, [address]).place_of(role)

    assert place and (place.form, place.where) == (Form.REMOTE, address)


@pytest.mark.parametrize(("name", "told"), [
    ("nowhere/x.tar", "no such file"),
    (f"{AT}images.tar", "DOWNLOAD_URL_train"),
    (f"{AT}{FOX}.tar", "<wnid>"),
    (f"{AT}winter21_whole/", "<wnid>"),
    (f"{AT}wnid.tar", "<wnid>"),
    ("tars/wnid.tar", "<wnid>"),
    ("ftp://archives.example/<wnid>.tar", "ftp://"),
    ("ftp://archives.example/ILSVRC2012_img_train.tar", "ftp://"),
    ("https://[archives.example/train.tar", "no address"),
    (f"{AT}ILSVRC2012_img_train_t3.tar", "dogs"),
])
def test_what_cannot_be_made_out_is_said(name: str, told: str) -> None:
    """With what to do about it."""
    with pytest.raises(UsageError) as caught:
        Shelf.of(None, [name])

    assert told in str(caught.value)
    assert caught.value.cure


def test_passwords_are_not_shown() -> None:
    """An address may have one before the host."""
    shelf = Shelf.of(None, ["https://me:secret@archives.example/train.tar", f"{AT}train.tar"])
    with pytest.raises(UsageError) as caught:
        Shelf.of(None, ["https://me:secret@archives.example/images.tar"])

    assert "secret" not in str(caught.value)
    assert "secret" not in "".join(shelf.choices())


@pytest.mark.parametrize("known", [known for known in KNOWN if not known.role],
                         ids=lambda known: known.name)
def test_official_archives_of_no_use(tmp_path: Path, known: Known) -> None:
    """Named they are refused with advice; where they merely lie about, they are remarked on."""
    path = lay(tmp_path / known.name)
    shelf = Shelf.of(tmp_path, [])
    with pytest.raises(UsageError, match=known.instead):
        Shelf.of(None, [str(path)])

    assert (shelf.places, shelf.remarks) == ((), (f"{path} is passed over. {known.instead}",))


def test_a_file_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    """Neither by its name nor by its first members."""
    path = lay(tmp_path / "pictures.tar", "no tar at all")
    with pytest.raises(UsageError, match="neither its name nor its first members"):
        Shelf.of(None, [str(path)])


@pytest.mark.parametrize("name", ["ILSVRC2012_img_train.tar", "ilsvrc2012_IMG_TRAIN.TAR",
                                  "deeper/ILSVRC2012_img_train.tgz"])
def test_archives_are_found_by_their_official_names(tmp_path: Path, name: str) -> None:
    """In any case of letters, zipped or not."""
    path = lay(tmp_path / name)

    assert where(Shelf.of(tmp_path, [])) == str(path)


def test_found_archives_of_other_names_must_hold_what_they_say(tmp_path: Path) -> None:
    """`train.tar` may be anything."""
    small_archives.val_tar(tmp_path / "val.tar", 2)
    lay(tmp_path / "train.tar", "the timetable")
    shelf = Shelf.of(tmp_path, [])

    assert [(place.role, place.where) for place in shelf.places] == [
        (Role.VAL, str(tmp_path / "val.tar"))]


def test_the_named_one_wins_then_the_disk_then_addresses(tmp_path: Path) -> None:
    """A remote archive is used where it is named, or where nothing else is there."""
    path = lay(tmp_path / "ILSVRC2012_img_train.tar")
    addresses = {"train": f"{AT}a.tar", "val": f"{AT}b.tar"}
    found = Shelf.of(tmp_path, []).with_addresses(addresses)
    named = Shelf.of(tmp_path, [f"{AT}train.tar"]).with_addresses(addresses)

    assert (where(found), where(found, Role.VAL)) == (str(path), f"{AT}b.tar")
    assert [place.where for place in named.places_of(Role.TRAIN)] == [
        f"{AT}train.tar", str(path), f"{AT}a.tar"]
    assert named.choices() == [
        f"train: {AT}train.tar is taken, not {path}, {AT}a.tar"]
    assert found.choices() == []


def test_a_plain_tar_before_a_tree_before_a_zipped_tar(tmp_path: Path) -> None:
    """Of what lies in one folder."""
    lay(tmp_path / "ILSVRC2012_img_train.tar.gz")
    lay(tmp_path / "train" / FOX / f"{FOX}_1.JPEG")
    lay(tmp_path / "ILSVRC2012_img_train.tar")
    places = Shelf.of(tmp_path, []).places_of(Role.TRAIN)

    assert [Path(place.where).name for place in places] == [
        "ILSVRC2012_img_train.tar", "train", "ILSVRC2012_img_train.tar.gz"]
    assert [place.form for place in places] == [Form.ARCHIVE, Form.TREE, Form.ARCHIVE]


def test_a_named_folder_is_looked_through(tmp_path: Path) -> None:
    """As the folder of archives is; and what lies in both is there once."""
    lay(tmp_path / "val" / "ILSVRC2012_val_00000001.JPEG")
    place, = Shelf.of(tmp_path, [str(tmp_path)]).places

    assert (place.role, place.form, place.where) == (Role.VAL, Form.TREE, str(tmp_path / "val"))
    assert place.tree and place.tree.flat().names == ("ILSVRC2012_val_00000001.JPEG",)


def test_a_named_folder_of_nothing_is_refused(tmp_path: Path) -> None:
    """A folder of archives may be empty; one that is named was meant."""
    lay(tmp_path / "readme.txt")
    with pytest.raises(UsageError, match="no archive of ILSVRC2012"):
        Shelf.of(None, [str(tmp_path)])

    assert Shelf.of(tmp_path, []) == Shelf()
    assert Shelf.of(tmp_path / "missing", []) == Shelf()


def test_one_file_under_two_names_is_one(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path names what lies in the folder of archives."""
    small_archives.val_tar(tmp_path / "ILSVRC2012_img_val.tar", 1)
    monkeypatch.chdir(tmp_path)
    shelf = Shelf.of(tmp_path, ["ILSVRC2012_img_val.tar"])

    assert [place.where for place in shelf.places] == ["ILSVRC2012_img_val.tar"]


@pytest.mark.parametrize("mark", ["<wnid>", "{wnid}", "<WNID>", "{Wnid}"])
@pytest.mark.parametrize(("above", "is_remote"), [(AT, True), ("tars/", False)])
def test_a_template_of_synset_tars(mark: str, above: str, is_remote: bool) -> None:
    """On the web or on the disk."""
    tars, = Shelf.of(None, [f"{above}{mark}.tar"]).synset_tars

    assert tars.place_of(FOX) == f"{above}{FOX}.tar"
    assert tars.is_remote == is_remote


def test_a_folder_of_synset_tars_is_a_template(tmp_path: Path) -> None:
    """So is one tar out of it; several folders are tried in turn."""
    path = tmp_path / f"{FOX}.tar"
    small_archives.synset_tar(path, FOX, 1)
    other = lay(tmp_path / "others" / f"{SETTER}.tar")
    expected = SynsetTars(str(tmp_path / "<wnid>.tar"))

    assert Shelf.of(None, [str(path)]).synset_tars == (expected,)
    assert Shelf.of(tmp_path, [str(path)]).synset_tars == (
        expected, SynsetTars(str(other.parent / "<wnid>.tar")))


def test_files_of_addresses_are_recognised(tmp_path: Path) -> None:
    """Where they lie by name and content, where they are named by either."""
    urls = lay(tmp_path / "urls.sh", 'export DOWNLOAD_URL_train="https://a.example/x"')
    lay(tmp_path / "build.sh", "make all")
    lay(tmp_path / "urls.txt", f"{FOX}_1\thttps://b.example/1.jpg")
    other = lay(tmp_path / "mine", "DOWNLOAD_URL_val=https://a.example/y")

    assert Shelf.of(tmp_path, []).addresses_files == (urls,)
    assert Shelf.of(tmp_path, [str(other)]).addresses_files == (other, urls)
    assert Shelf.of(None, [str(tmp_path / "build.sh")]).addresses_files == (tmp_path / "build.sh",)


def test_a_file_that_was_to_have_addresses_and_has_none_is_told_of(tmp_path: Path) -> None:
    """By the name that they are mostly kept under; other scripts are none of our business."""
    urls = lay(tmp_path / "urls.sh", "export TRAIN_URL=https://a.example/x")
    lay(tmp_path / "build.sh", "make all")
    line, = Shelf.of(tmp_path, []).remarks

    assert line.startswith(f"{urls}: no DOWNLOAD_URL_train")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """With all that might have been in it."""
    with pytest.raises(UsageError, match="ILSVRC2012.*<wnid>.tar"):
        Shelf.of(None, [str(tmp_path)])


def test_kaggles_solution_and_the_devkit_are_found(tmp_path: Path) -> None:
    """Either tells what the validation pictures show; both may be named, too."""
    solution = lay(tmp_path / "LOC_val_solution.csv")
    meta = lay(tmp_path / "kit" / "data" / "meta.mat")
    found, named = Shelf.of(tmp_path, []), Shelf.of(None, [str(solution), str(meta)])

    assert found.val_solutions == named.val_solutions == (solution,)
    assert where(found, Role.DEVKIT) == where(named, Role.DEVKIT) == str(meta.parent)


@given(st.binary(max_size=2000))
def test_any_bytes_may_be_looked_at(
        tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """A file that is no tar holds no members that tell."""
    path = tmp_path_factory.mktemp("bytes") / "x.tar"
    path.write_bytes(content)

    assert role_by_members(path) is None


@given(st.one_of(st.text(max_size=60), st.sampled_from(["<wnid>", "val", "devkit"])))
def test_any_text_may_follow_the_host(text: str) -> None:
    """It has a role, or is a template, or is refused with a cure."""
    assert made_of(f"https://archives.example/{text}") == 1


def made_of(name: str) -> int:
    """How many things a value of --archive leads to, a piece of advice among them."""
    try:
        shelf = Shelf.of(None, [name])
    except UsageError as error:
        return len([error.cure] if error.cure else [])
    return len(shelf.places) + len(shelf.synset_tars)
