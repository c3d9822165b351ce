"""What every kind of source promises, whatever form it is had in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from imagenet_utils.model import Category, Wnid
from imagenet_utils.options import RunOptions
from imagenet_utils.sources import choose
from tests.small_archives import image_ids
from tests.sourcing import GOLDFISH, TENCH, category, opened

COUNTS = {TENCH: 3, GOLDFISH: 2}
IDS = {code: sorted(image_ids(code, count)) for code, count in COUNTS.items()}


class SourceContract:
    """A source of three tenches and two goldfish, or of as many cats and dogs."""

    name = ""
    split = ""
    small_print = ""  # in what is remarked of so small a set
    ids: Mapping[str, list[str]] = IDS  # by code: three, then two
    absent = Wnid("n02119789")  # known to the catalogue, and not here
    unknown = Wnid("n00000001")

    @property
    def three(self) -> Category:
        return category(next(iter(self.ids)))

    @property
    def both(self) -> list[Category]:
        return [category(code) for code in self.ids]

    @contextmanager
    def laid_out(self, folder: Path) -> Iterator[RunOptions]:
        raise NotImplementedError
        yield

    def test_is_taken_by_name(self, tmp_path: Path) -> None:
        """--source finds it."""
        with self.laid_out(tmp_path) as options:
            kind, why = choose(self.name, options)

        assert (kind.name, why) == (self.name, "as --source says")
        assert kind.where(options)

    def test_is_taken_by_itself(self, tmp_path: Path) -> None:
        """Where nothing else was laid out, `auto` comes to it and says why."""
        with self.laid_out(tmp_path) as options:
            kind, why = choose("auto", options)

        assert kind.name == self.name and why

    def test_categories(self, tmp_path: Path) -> None:
        """It knows its categories, and about how large they are."""
        with self.laid_out(tmp_path) as options, opened(options, self.three) as run_of:
            source = run_of.source
            known = [source.has(Wnid(code)) for code in (*self.ids, self.unknown)]
            counts = [source.count(each) for each in run_of.categories]

        assert known == [True, True, False]
        assert [each.key for each in run_of.categories] == [self.split + self.three.code]
        assert all(count >= 3 for count in counts)

    def test_records(self, tmp_path: Path) -> None:
        """Each category's pictures come, all of them, in the order they are listed in."""
        with self.laid_out(tmp_path) as options, opened(options, *self.both) as run_of:
            found = run_of.gathered()

        assert {key: each.ids for key, each in found.items()} == {
            self.split + code: ids for code, ids in self.ids.items()}
        assert all(record.code == key and len(record.locations) == 1
                   for key, each in found.items() for record in [*each.known, *each.arrived])
        assert [each.problem for each in found.values()] == [None, None]

    def test_records_come_again(self, tmp_path: Path) -> None:
        """A second run finds the same ones at the same places."""
        places = []
        with self.laid_out(tmp_path) as options:
            for _ in range(2):
                with opened(options, *self.both) as run_of:
                    found = run_of.gathered()
                places.append({record.image_id: record.locations[0].url for each in found.values()
                               for record in [*each.known, *each.arrived]})

        assert len(places[0]) == 5 and places[0] == places[1]

    def test_a_category_that_is_not_there(self, tmp_path: Path) -> None:
        """It has no pictures, and a line says so."""
        with self.laid_out(tmp_path) as options, opened(options, category(self.absent)) as run_of:
            listing = run_of.source.listing(run_of.categories[0], ())
            supply = listing.supply
            found = run_of.gathered() if supply else {}

        assert not listing.records and listing.why_empty
        assert all(each.ids == [] for each in found.values())

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        """It lists what is known, and leaves nothing behind."""
        with self.laid_out(tmp_path) as options:
            with opened(options, self.three, is_draft=True) as run_of:
                run_of.listings()
            left = sorted(path.name for path in options.places.save_dir.iterdir())

        assert left == []

    def test_is_in_good_order(self, tmp_path: Path) -> None:
        """Nothing is remarked of it, nothing warned, but that there is so little of it."""
        with self.laid_out(tmp_path) as options, opened(options, self.three) as run_of:
            run_of.gathered()

        assert list(run_of.source.remarks()) == []
        assert all(self.small_print in line for line in run_of.told.warned)
        assert len(run_of.told.warned) == bool(self.small_print)

    def test_closes_before_it_has_begun(self, tmp_path: Path) -> None:
        """A run may end between the opening of its source and its begin."""
        with self.laid_out(tmp_path) as options:
            kind, _why = choose(self.name, options)
            source = kind.open(options, lambda done, total: None)
            source.close()

        assert source.received == 0
