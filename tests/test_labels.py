"""Labels: safe on every file system, and the same whatever is marked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagenet_utils.categories.labels import MAX_LABEL_BYTES, Labels, Named, folded, safe_label

CATALOGUE = {
    "n00000001": "kit fox, Vulpes macrotis",
    "n00000002": "crane",
    "n00000003": "Crane, lifting device",
    "n00000004": "on/off switch",
}
ANY_TEXT = st.text(st.characters(), max_size=150)  # lone surrogates too


def label_of(code: str, *rows: Named) -> str:
    return Labels(CATALOGUE, rows).label_of(code)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("kit fox", "kit_fox"),
        ("  kit \t\n fox ", "kit_fox"),
        ("on/off", "on_off"),
        ('a\\b:c*d?e"f<g>h|i', "a_b_c_d_e_f_g_h_i"),
        ("a\x00b\x7fc", "a_b_c"),
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("..", "_"),
        ("-rf", "_rf"),
        (".hidden", "_hidden"),
        ("R.V.", "R.V"),
        ("name. . .", "name._._"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1", "_com1"),
        ("LPT³", "_LPT³"),
        ("console", "console"),
        ("a\u202eb\u200bc", "abc"),
        ("cafe\u0301", "café"),
        ("\ud800", "_"),
        ("", "_"),
        ("лиса", "лиса"),
    ],
)
def test_a_text_becomes_a_safe_label(text: str, label: str) -> None:
    """Each thing that some file system refuses, or that a shell takes for something else."""
    assert safe_label(text) == label


def test_a_long_label_is_cut_between_characters() -> None:
    """100 bytes hold 33 characters of three bytes, and not a third of another."""
    assert safe_label("狐" * 60) == "狐" * 33


@given(ANY_TEXT)
def test_no_label_can_leave_its_folder_or_be_refused(text: str) -> None:
    """Whatever the text, the label is one name, not empty, not too long, not special."""
    label = safe_label(text)

    assert 0 < len(label.encode()) <= MAX_LABEL_BYTES
    assert not set(label) & set('/\\:*?"<>|\0') and not any(map(str.isspace, label))
    assert not label.startswith((".", "-")) and not label.endswith((".", " "))
    assert unicodedata.is_normalized("NFC", label)


@given(ANY_TEXT)
def test_a_label_is_its_own_label(text: str) -> None:
    """Making it safe twice changes nothing."""
    label = safe_label(text)

    assert safe_label(label) == label


def test_a_name_of_one_category_is_its_label() -> None:
    """The first name, with blanks as `_`."""
    assert label_of("n00000001") == "kit_fox"


def test_a_name_of_several_categories_carries_the_code() -> None:
    """Case doesn't part them: some file systems ignore it."""
    assert [label_of("n00000002"), label_of("n00000003")] == ["crane_n00000002", "Crane_n00000003"]


def test_a_name_that_the_table_shares_carries_the_code() -> None:
    """A row of another source takes a name of the catalogue: both carry their codes."""
    row = Named("/m/0306r", "kit  fox", "")

    labels = [label_of(code, row) for code in ("/m/0306r", "n00000001")]
    assert labels == ["kit_fox_m_0306r", "kit_fox_n00000001"]


def test_the_tables_own_name_counts() -> None:
    """A user who renames a category in the table sees the new name."""
    assert label_of("n00000001", Named("n00000001", "swift fox, Vulpes", "")) == "swift_fox"


def test_a_blank_name_leaves_the_catalogues() -> None:
    """Tables without names still give labels."""
    assert label_of("n00000001", Named("n00000001", " ", "")) == "kit_fox"


def test_the_tables_label_is_taken_as_given() -> None:
    """Two rows with one label become one class, shared names or not."""
    rows = (Named("n00000002", "crane", "crane"), Named("n00000003", "Crane", "crane"))

    assert [label_of(row.code, *rows) for row in rows] == ["crane", "crane"]


def test_labels_that_differ_in_case_are_one() -> None:
    """They would share a folder on Windows, so they share it everywhere."""
    rows = (Named("n00000001", "", "Fox"), Named("n00000002", "", "fox"))

    assert [label_of(row.code, *rows) for row in rows] == ["Fox", "Fox"]


def test_a_given_label_and_an_equal_name_are_one() -> None:
    """Who labels the crane `Kit_Fox` means the class of the kit fox, in that spelling."""
    assert label_of("n00000001", Named("n00000002", "", "Kit_Fox")) == "Kit_Fox"


def test_a_code_without_a_name_is_its_own_label() -> None:
    """Made safe as everything else."""
    assert label_of("/m/01abc", Named("/m/01abc", "", "")) == "_m_01abc"


def test_a_code_that_is_a_name_carries_itself() -> None:
    """Another source calls a category `kit_fox` and gives no name: the folders still differ."""
    row = Named("kit_fox", "", "")

    labels = [label_of(code, row) for code in ("kit_fox", "n00000001")]
    assert labels == ["kit_fox_kit_fox", "kit_fox_n00000001"]


def test_long_names_that_are_equal_at_first_still_differ() -> None:
    """The cut leaves room for the code, and what is equal after it carries the code."""
    names = {"n00000001": "x" * 120 + "a", "n00000002": "x" * 120 + "b"}

    labels = [Labels(names, ()).label_of(code) for code in names]
    assert labels == ["x" * 90 + "_n00000001", "x" * 90 + "_n00000002"]


@given(st.lists(st.sampled_from(["crane", "Crane ", "CRANE", "fox", "a/b", "a:b", "con"]),
                min_size=1, max_size=8))
def test_without_given_labels_no_two_categories_share_a_folder(names: list[str]) -> None:
    """Also where case is ignored."""
    by_code = {f"n{number:08}": name for number, name in enumerate(names)}
    labels = Labels(by_code, ())

    assert len({folded(labels.label_of(code)) for code in by_code}) == len(by_code)
