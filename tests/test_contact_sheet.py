"""`report.html` and its pages, as files; `tests/browser/run` looks at them in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies
from lxml import html as lxml_html

from imagenet_utils.contact_sheet import pages, plots
from imagenet_utils.contact_sheet.elements import element, html, speakable
from imagenet_utils.contact_sheet.live import LiveSheet, Moment, UnderWay
from imagenet_utils.contact_sheet.places import page_of, refuse_what_is_not_ours, way_up
from imagenet_utils.contact_sheet.survey import last_stretch
from imagenet_utils.contact_sheet.suspects import NO_KIN, SUSPICIONS, Kin, suspicions_of
from imagenet_utils.contact_sheet.thumbnails import Thumbnails, Wanted
from imagenet_utils.errors import UsageError
from imagenet_utils.model import ImageId, Reason, Verdict
from imagenet_utils.results.layout import CONTACT_SHEET, CONTACT_SHEET_FILES
from imagenet_utils.results.row import Row
from imagenet_utils.results.summary import CategoryResult
from tests.main_job import FOX, SETTER, Job, picture, pictures, site_files
from tests.results_to_show import NOON, SmallResult

MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u2028"
PLAIN = Row(FOX, f"{FOX}_1", "http://pictures.example.org/1.jpg", 0, Reason.DOWNLOADED, "Success",
            width=500, height=375, file_name="a.jpg", boxes=2)

# What is odd about a picture, and about no other one here.
ODD = {
    "mismatch": (PLAIN._replace(verdict=Verdict.MISMATCH), NO_KIN,
                 "its boxes are of another shape"),
    "clamped": (PLAIN._replace(boxes_clamped=1, boxes_dropped=1), NO_KIN,
                "of 3 boxes 1 reached beyond the picture and 1 lay outside"),
    "rescaled": (PLAIN._replace(verdict=Verdict.RESCALED), NO_KIN, "its boxes were scaled to it"),
    "duplicate": (PLAIN, Kin(same=2), "the same bytes 2 times more"),
    "near_duplicate": (PLAIN, Kin(near=1), "1 that looks alike"),
    "tiny": (PLAIN._replace(width=63, height=80), NO_KIN, "only 63 × 80 pixels"),
    "odd_aspect": (PLAIN._replace(width=1600), NO_KIN, "4.3 times as long as wide"),
}


@pytest.fixture
def result(tmp_path: Path) -> SmallResult:
    return SmallResult(tmp_path / "result")


def tree_of(page: Path | bytes) -> lxml_html.HtmlElement:
    data = page.read_bytes() if isinstance(page, Path) else page
    return lxml_html.document_fromstring(data.decode())


def data_of(page: Path) -> dict:
    return json.loads(tree_of(page).get_element_by_id("data").text)


def text_of(tree: lxml_html.HtmlElement) -> str:
    """What is read, without scripts and styles."""
    for hidden in tree.xpath("//script | //style"):
        hidden.drop_tree()
    return " ".join(tree.text_content().split())


class TestSuspicions:
    """Each row of the table is tried on a picture that bears it."""

    @pytest.mark.parametrize("name", [suspicion.name for suspicion in SUSPICIONS])
    def test_what_is_odd(self, name: str) -> None:
        """It bears this suspicion and no other, and says why."""
        row, kin, why = ODD[name]

        assert list(suspicions_of(row, kin)) == [(name, why)]

    def test_what_is_not(self) -> None:
        """A picture as most are."""
        assert list(suspicions_of(PLAIN)) == []

    def test_the_gravest_comes_first(self) -> None:
        """Where a picture bears several."""
        row = PLAIN._replace(verdict=Verdict.MISMATCH, width=10, height=10)

        assert [name for name, _why in suspicions_of(row)] == ["mismatch", "tiny"]


def test_the_first_page(result: SmallResult) -> None:
    """Totals, what became of the URLs, where they come from, categories with their pages."""
    for number in range(3):
        result.store(number, boxes=[(1, 2, 30, 40, "kit_fox")])
    result.fail(3, Reason.GONE)
    result.store(1, folder="setter", code=SETTER)
    result.show()
    tree = tree_of(result.save_dir / CONTACT_SHEET)
    bars = [" ".join(bar.itertext()) for bar in tree.xpath("//ul[@class='bars']/li")]
    lines = [[cell.text_content() for cell in row][:4] for row in tree.xpath("//tbody/tr")]

    assert tree.xpath("//dl[@class='totals']//dd/text()")[:3] == ["4", "1", "3"]
    assert bars == ["downloaded 4 stored 4", "gone 1 not to be had 1",
                    "pictures.example.org 4 stored, 1 not to be had 5"]
    assert lines == [["kit_fox", "3", "4", ""], ["setter", "1", "1", ""]]


def test_pages_of_categories(result: SmallResult) -> None:
    """What a tile needs: names of files, pixels, boxes from 0 with the last pixel included."""
    result.store(7, boxes=[(1, 2, 30, 40, "kit_fox")], size=(160, 120))
    (tile,) = data_of(result.show() / "kit_fox" / "1.html")["tiles"]

    assert tile.items() >= {
        "id": f"{FOX}_7", "category": FOX, "reason": "downloaded", "file": f"{FOX}_7.jpg",
        "width": 160, "height": 120, "annotation": "as_is",
        "boxes": [[1, 2, 30, 39, "kit_fox"]], "finished": "2026-12-01 12:00:01 UTC",
    }.items()


def test_links_lead_to_files(result: SmallResult) -> None:
    """Whatever the folder is called, and however deep it lies."""
    folder = "val/wild cat#1 50%"
    result.store(1, folder=folder, code=f"val/{FOX}")
    pages_folder = result.show()
    links = tree_of(result.save_dir / CONTACT_SHEET).xpath("//a/@href | //img/@src")
    page = pages_folder / folder / "1.html"

    assert all((result.save_dir / lxml_unquote(link)).exists() for link in links)
    assert (page.parent / data_of(page)["root"] / folder / "Images").is_dir()
    assert (page.parent / tree_of(page).xpath("//header//a/@href")[0]).exists()


def lxml_unquote(link: str) -> str:
    from urllib.parse import unquote

    return unquote(link.partition("#")[0])


def test_way_up() -> None:
    """As many steps as the page lies deep."""
    steps = way_up("val/kit_fox")

    assert steps.count("../") == f"report_files/pages/{page_of('val/kit_fox')}".count("/")


def test_duplicates_point_to_each_other(result: SmallResult) -> None:
    """Over categories, by the bytes; copies that were compressed anew by how they look."""
    body = picture(1, (200, 150))
    result.store(1, body=body)
    result.store(2, body=body, folder="setter", code=SETTER)
    result.store(3)
    pages_folder = result.show()
    first, other = data_of(pages_folder / "kit_fox" / "1.html")["tiles"]

    assert first["suspicions"] == {"duplicate": "the same bytes once more"}
    assert first["kin"] == [["setter/1.html", f"{SETTER}_2"]]
    assert "suspicions" not in other


def test_annotations_that_cannot_be_read(result: SmallResult) -> None:
    """The picture is shown without boxes."""
    row = result.store(1, boxes=[(1, 2, 30, 40, "kit_fox")])
    (result.save_dir / "kit_fox" / "Annotation" / f"{row.image_id}.xml").write_text("<!DOCTYPE x>")
    (tile,) = data_of(result.show() / "kit_fox" / "1.html")["tiles"]

    assert "boxes" not in tile and tile["thumbnail"]


def test_pictures_that_cannot_be_read(result: SmallResult) -> None:
    """One that the user has deleted or changed since has no thumbnail, and nothing fails."""
    result.store(1, body=b"no picture")
    row = result.store(2)
    (result.save_dir / "kit_fox" / "Images" / str(row.file_name)).unlink()
    tiles = data_of(result.show() / "kit_fox" / "1.html")["tiles"]

    assert ["thumbnail" in tile for tile in tiles] == [False, False]


def test_many_rows_have_several_pages(
    result: SmallResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each names how many there are; pictures know each other over all of them."""
    monkeypatch.setattr("imagenet_utils.contact_sheet.category_page.ROWS_A_PAGE", 2)
    body = picture(0)
    for number in range(5):
        result.store(number, body=body)
    pages_folder = result.show()
    found = [data_of(path) for path in sorted((pages_folder / "kit_fox").glob("*.html"))]

    assert [(page["page"], page["pages"], len(page["tiles"])) for page in found] == [
        (1, 3, 2), (2, 3, 2), (3, 3, 1)]
    assert ["kit_fox/3.html", f"{FOX}_4"] in found[0]["tiles"][0]["kin"]


def test_markup_stays_text(result: SmallResult) -> None:
    """In ids, URLs, labels, descriptions and folders: no element comes of it."""
    result.store(1, url=f"http://x/{MARKUP}", boxes=[(0, 0, 9, 9, MARKUP)], folder="a<b>'&b")
    result.fail(2, Reason.GONE, MARKUP, url=f"javascript:{MARKUP}")
    pages_folder = result.show()
    first = tree_of(result.save_dir / CONTACT_SHEET)
    (page,) = pages_folder.rglob("1.html")
    tree = tree_of(page)

    assert [len(each.xpath("//script")) for each in (first, tree)] == [2, 2]
    assert [each.xpath("//@onerror") for each in (first, tree)] == [[], []]
    assert data_of(page)["tiles"][0]["boxes"][0][4] == MARKUP.strip()
    assert data_of(page)["tiles"][1]["description"] == MARKUP


@settings(max_examples=100)
@given(strategies.text(max_size=30).filter(lambda text: "\r" not in text))  # HTML has none
def test_any_text_survives(text: str) -> None:
    """In elements and attributes, and in the data; what HTML cannot hold is replaced."""
    shown = speakable(text)
    (made,) = lxml_html.fragments_fromstring(html(element("p", text, title=text)))
    embedded = pages.embedded([text])

    assert (made.get("title"), made.text or "") == (shown, shown)
    assert speakable(json.loads(embedded)[0]) == shown
    assert not set("<>&\u2028\u2029") & set(embedded)


@pytest.mark.parametrize("name", ["start", "category"])
def test_the_policy_names_what_is_there(result: SmallResult, name: str) -> None:
    """The only script and the only styles by their hashes, pictures of this disk, else nothing."""
    result.store(1)
    page = result.show() / "kit_fox" / "1.html"
    tree = tree_of(result.save_dir / CONTACT_SHEET if name == "start" else page)
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    (script,) = tree.xpath("//script[not(@type)]/text()")

    assert parts == {
        "default-src": "'none'", "img-src": "'self' file: data:", "base-uri": "'none'",
        "form-action": "'none'", "script-src": f"'{digest(script)}'",
        "style-src": f"'{digest(tree.xpath('//style/text()')[0])}'",
    }


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_nothing_is_loaded_from_elsewhere(result: SmallResult) -> None:
    """No address of a foreign host stands where a browser would follow it by itself."""
    result.store(1)
    page = result.show() / "kit_fox" / "1.html"
    loaded = [link for path in (page, result.save_dir / CONTACT_SHEET)
              for link in tree_of(path).xpath("//@src | //link/@href | //@srcset | //@action")]

    assert loaded and not [link for link in loaded if re.match(r"(?!data:,)\w+:|//", link)]


def test_thumbnails_are_made_once(result: SmallResult) -> None:
    """And go when nothing shows them any more."""
    result.store(1)
    row = result.store(2)
    result.show()
    before = thumbnails_of(result)
    result.ledger.forget(row)
    result.store(3)
    result.show()
    after = thumbnails_of(result)

    assert (len(before), len(after), len(before.items() & after.items())) == (2, 2, 1)


def thumbnails_of(result: SmallResult) -> dict[str, int]:
    folder = result.save_dir / CONTACT_SHEET_FILES / "thumbnails"
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("??/*.jpg")}


def test_thumbnails_show_what_is_stored(tmp_path: Path) -> None:
    """Not turned as a camera would have it, for boxes are counted on what is stored."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("RGB", (300, 100), "red").save(tmp_path / "a.jpg", exif=exif)
    thumbnails = Thumbnails(tmp_path / "small")
    assert list(thumbnails.make([Wanted(str(tmp_path / "a.jpg"), "ab" * 32, 30_000)])) == [1]
    with Image.open(tmp_path / "small" / str(thumbnails.place_of("ab" * 32))) as small:
        width, height = small.size

    assert width > height and not small.getexif()
    assert thumbnails.orientation_of("ab" * 32) == 6  # as a browser will turn the whole one


def test_pages_of_folders_that_are_gone(result: SmallResult) -> None:
    """They go too; nothing else in the folder does."""
    row = result.store(1)
    result.store(2, folder="setter", code=SETTER)
    pages_folder = result.show()
    (pages_folder / "notes.txt").write_text("mine")
    result.ledger.forget(row)
    result.show()

    assert not (pages_folder / "kit_fox" / "1.html").exists()
    assert (pages_folder / "notes.txt").exists() and (pages_folder / "setter" / "1.html").exists()


@pytest.mark.parametrize("path", [CONTACT_SHEET, f"{CONTACT_SHEET_FILES}/mine.txt"])
def test_what_is_not_ours_stays(result: SmallResult, path: str) -> None:
    """A file or a folder of that name which this tool did not write."""
    target = result.save_dir / path
    target.parent.mkdir(exist_ok=True)
    target.write_text("mine")
    with pytest.raises(UsageError, match="no contact sheet of this tool"):
        refuse_what_is_not_ours(result.save_dir)

    assert target.read_text() == "mine"


def test_ours_is_known_again(result: SmallResult) -> None:
    """A second sheet takes the place of the first."""
    result.store(1)
    result.show()
    result.show()

    assert (result.save_dir / CONTACT_SHEET).stat().st_size > 0


def test_the_last_run_is_told_from_others() -> None:
    """By the pause between them."""
    assert last_stretch([NOON + 5000, NOON, NOON + 5001, NOON + 1]) == [NOON + 5000, NOON + 5001]


def test_plots_say_in_words_what_they_show() -> None:
    """For those who do not see them."""
    plot = lxml_html.fromstring(html(plots.bars([plots.Bar("a", (("kept", 3), ("again", 1)))])))

    assert plot.xpath("//svg/@aria-label | //svg/title/text()") == [
        "3 stored, 1 worth another run"] * 2
    assert plot.xpath("//rect/@width") == ["75.000", "25.000"]


@pytest.mark.parametrize("sides", [[1], [5000], [300, 301, 640], []])
def test_plot_of_sides(sides: list[int]) -> None:
    """Each picture is in one column, however small or large."""
    plot = plots.sides_plot(sides)
    told = "" if plot is None else lxml_html.fromstring(html(plot)).xpath("string(//title)")

    assert told.endswith("pixels and more" if sides == [5000] else "pixels" if sides else "")


def live_moment(ended: str = "") -> Moment:
    result = CategoryResult(FOX, FOX, "kit_fox", "kit_fox", 9, 1, 1, 1, 7, {"gone": 1}, False)
    gone = PLAIN._replace(reason=Reason.GONE, description=MARKUP)
    return Moment([result], [PLAIN], [gone], [UnderWay("kit_fox", ImageId("n_5"), "http://x/5")],
                  1, 1000, ended)


def test_news_of_a_run(tmp_path: Path) -> None:
    """The latest stored and failed, what is under way, and that the page is to load itself anew."""
    LiveSheet(tmp_path).write(live_moment())
    page = tmp_path / CONTACT_SHEET
    told = text_of(tree_of(page))

    assert data_of(page)["running"] and abs(data_of(page)["written"] - time.time()) < 60
    assert tree_of(page).xpath("//details//img/@src") == ["kit_fox/Images/a.jpg"]
    for words in (f"{FOX}_1", "gone: </script>", "http://x/5", "1 URL under way"):
        assert words in told


def test_news_end_with_the_run(tmp_path: Path) -> None:
    """Then the page stays as it is, and says how it ended."""
    LiveSheet(tmp_path).write(live_moment("Ended with exit code 130"))
    page = tmp_path / CONTACT_SHEET

    assert not data_of(page)["running"]
    assert "Ended with exit code 130" in text_of(tree_of(page))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    from imagenet_utils.demo.origin import Origin, Site

    with Origin(Site(site_files(4))) as origin:
        job = Job(tmp_path, origin)
        job.mark(f"{FOX},kit fox,True,-1")
        job.list_urls(*pictures(4), "/faults/gone/x.jpg")
        yield job


def test_a_run_with_a_contact_sheet(job: Job) -> None:
    """It ends with the whole one, and says where it is."""
    done = job.run("--contact_sheet")
    page = job.save_dir / CONTACT_SHEET

    assert f"{page}: 4 pictures to look at, 0 of them first" in done.out
    assert not data_of(page)["running"]
    assert len(data_of(job.save_dir / "report_files/pages/kit_fox/1.html")["tiles"]) == 5


def test_alone_on_a_result(job: Job) -> None:
    """Asked for as an export is: nothing is fetched, and no table needed."""
    job.run()
    (job.folder / "ncodes.csv").unlink()
    asked = job.origin.counts().requests
    done = job.run_alone("--export_only", "--contact_sheet")

    assert (done.code, done.err) == (0, "")
    assert (job.save_dir / CONTACT_SHEET).exists()
    assert job.origin.counts().requests == asked


@pytest.mark.parametrize(("options", "told"), [
    (["--contact_sheet", "--dry_run"], "--contact_sheet: --dry_run fetches nothing to look at"),
    (["--export_only"], "--export_only needs --export"),
])
def test_what_does_not_go_together(job: Job, options: list[str], told: str) -> None:
    """One line says so, before any work."""
    done = job.run_alone(*options)

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert told in done.err


# Text on what it stands on, as the styles use them; and what is drawn without words (WCAG 2.2 AA).
TEXTS = [("ink", "paper"), ("ink", "card"), ("ink", "well"), ("quiet", "paper"), ("quiet", "card"),
         ("quiet", "well"), ("accent", "paper"), ("accent", "card"), ("on-accent", "accent"),
         ("on-odd", "odd")]
DRAWN = [("kept", "card"), ("again", "card"), ("settled", "card"), ("kept", "well"),
         ("settled", "well"), ("again", "well"), ("edge", "paper"), ("edge", "card"),
         ("accent", "paper")]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("pair", "least"), [(pair, 4.5) for pair in TEXTS]
                         + [(pair, 3.0) for pair in DRAWN])
def test_contrast(pair: tuple[str, str], least: float, dark: bool) -> None:
    """Of the styles' own colours, in both themes."""
    styles = (Path(pages.__file__).parent / "page.css").read_text(encoding="utf-8")
    colours = {name: (light, black) for name, light, black in re.findall(
        r"--([\w-]+): light-dark\(#(\w{6}), #(\w{6})\)", styles)}
    brighter, darker = sorted((luminance(colours[name][dark]) for name in pair), reverse=True)

    assert (brighter + 0.05) / (darker + 0.05) >= least


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[place:place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def test_every_colour_is_tried() -> None:
    """None is left out of the pairs but those of lines that say nothing."""
    styles = (Path(pages.__file__).parent / "page.css").read_text(encoding="utf-8")
    named = set(re.findall(r"--([\w-]+): light-dark", styles))

    assert named - {name for pair in (*TEXTS, *DRAWN) for name in pair} == {"line"}


@pytest.mark.parametrize("name", ["start", "category"])
def test_pages_can_be_read_by_all(name: str) -> None:
    """A language, a title, one main heading, names for what has no words."""
    source = (Path(pages.__file__).parent / f"{name}.html").read_text(encoding="utf-8")
    tree = lxml_html.document_fromstring(source)
    unnamed = [each for each in tree.xpath("//input | //select | //dialog") if not (
        each.get("aria-label") or each.get("aria-labelledby") or each.xpath("ancestor::label"))]

    assert tree.get("lang") == "en" and tree.xpath("//title/text()")
    assert len(tree.xpath("//h1")) == 1 and len(tree.xpath("//main")) == 1
    assert unnamed == []
    assert escape("$title") in source
