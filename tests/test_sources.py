"""What every kind of source promises; each row of SOURCES brings its own data."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagenet_utils.errors import Unobtainable
from imagenet_utils.model import ImageId, Wnid
from imagenet_utils.options import Places
from imagenet_utils.sources import SOURCES, Source, choose
from tests.small_web import CAT, FOX


class SourceContract:
    """A source of two foxes and one cat; the name and `lay_out` are the subclass's."""

    name = ""

    def lay_out(self, folder: Path) -> Places:
        raise NotImplementedError

    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        kind, _why = choose(self.name, self.lay_out(tmp_path))
        return kind.open(self.lay_out(tmp_path), lambda done, total: None)

    def test_is_found(self, tmp_path: Path) -> None:
        """It is there once it is laid out, and not before."""
        nothing = Places(*[tmp_path / "nothing"] * 4)
        kind = next(kind for kind in SOURCES if kind.name == self.name)

        assert not kind.is_there(nothing)
        assert kind.is_there(self.lay_out(tmp_path))

    def test_categories(self, source: Source) -> None:
        """It knows its categories and how large they are."""
        counts = [source.count(code) for code in (FOX, CAT, Wnid("n00000001"))]
        known = [source.has(code) for code in (FOX, CAT, Wnid("n00000001"))]
        source.close()

        assert counts == [2, 1, 0]
        assert known == [True, True, False]

    def test_records(self, source: Source) -> None:
        """A category's own images come first, then those it annotates of another's."""
        records = source.records(CAT, [ImageId(f"{FOX}_2"), ImageId(f"{FOX}_99")])
        source.close()

        assert [(one.code, one.image_id) for one in records] == [
            (CAT, f"{CAT}_7"), (CAT, f"{FOX}_2")]
        assert all(one.locations for one in records)

    def test_remarks(self, source: Source) -> None:
        """Nothing is remarked of a source in good order."""
        remarks = source.remarks()
        source.close()

        assert list(remarks) == []


class TestUrlList(SourceContract):
    name = "url_list"

    def lay_out(self, folder: Path) -> Places:
        path = folder / "urls.txt"
        path.write_text("".join(f"{image_id}\thttp://web.example/{image_id}.jpg\n"
                                for image_id in (f"{FOX}_1", f"{FOX}_2", f"{CAT}_7")))
        return Places(folder / "ncodes.csv", path, folder, folder)

    def test_bad_lines_are_told(self, tmp_path: Path) -> None:
        """Lines without a URL are counted and named."""
        places = self.lay_out(tmp_path)
        places.url_data.write_text(places.url_data.read_text() + f"{CAT}_8\n")
        source = SOURCES[0].open(places, lambda done, total: None)
        remarks = source.remarks()
        source.close()

        assert remarks[0].startswith("1 line")


def test_every_source_is_tried() -> None:
    """Each row of the table has its class here."""

    assert {kind.name for kind in SOURCES} == {
        contract.name for contract in SourceContract.__subclasses__()}


def test_no_source(tmp_path: Path) -> None:
    """Where nothing is there, the message names the place and the command that helps."""

    with pytest.raises(Unobtainable, match="no URL list at .*download_ncodes_imagenet.py"):
        choose("auto", Places(*[tmp_path / "nothing"] * 4))
