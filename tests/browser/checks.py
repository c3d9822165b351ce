"""The contact sheet as a person uses it; each check is a function from the stage to nothing.

`python -m tests.browser.checks [--pictures] [NAME ...]`, by way of `tests/browser/run`
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from PIL import Image
from selenium.webdriver.common.keys import Keys

from imagenet_utils.contact_sheet.live import LiveSheet
from imagenet_utils.results.exclusions import read_exclusions
from imagenet_utils.results.layout import CONTACT_SHEET
from tests.browser.chromium import PHONE, Browser, chromium
from tests.browser.results import (
    CORNERS,
    MANY,
    OF_EACH,
    of_markup,
    of_many,
    of_turned,
    with_all_ills,
)
from tests.main_job import FOX
from tests.test_contact_sheet import live_moment

HERE = Path(__file__).parent
LARGEST_PICTURE = 300_000  # bytes
CARTON = "n02971356"
TILES = "return document.querySelectorAll('.tile').length"
SHOWN = "return state.shown.length"
PAPER = "return getComputedStyle(document.documentElement).backgroundColor"
MOST_TILES = 200  # in the page at once, of ten thousand

Check = Callable[["Stage"], None]


class Stage:
    """A browser, and results that are made when they are first asked for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.folder = folder

    @cached_property
    def ills(self) -> Path:
        return with_all_ills(self.folder / "my_pictures").save_dir

    @cached_property
    def markup(self) -> Path:
        return of_markup(self.folder / "markup <b>").save_dir

    @cached_property
    def turned(self) -> Path:
        return of_turned(self.folder / "turned").save_dir

    @cached_property
    def many(self) -> Path:
        return of_many(self.folder / "many").save_dir

    def open_start(self) -> Browser:
        self.browser.open(self.ills / CONTACT_SHEET)
        return self.browser

    def open_cartons(self, fragment: str = "") -> Browser:
        self.browser.open(self.ills / "report_files/pages/carton/1.html", fragment)
        self.browser.wait_for_pictures()
        return self.browser


def start_page_is_whole(stage: Stage) -> None:
    """Totals, plots, thumbnails and categories are drawn, and the console has nothing to say."""
    browser = stage.open_start()
    browser.wait_for_pictures()
    sizes = browser.run("return [...document.images].map((image) => image.naturalWidth)")
    bars = browser.run("return [...document.querySelectorAll('svg.columns rect')]"
                       ".map((rect) => rect.getBoundingClientRect().height)")

    assert len(sizes) > 30 and all(sizes[:8])
    assert bars and max(bars) > 100
    assert browser.run("return document.querySelector('.totals dd').textContent") == "53"
    assert browser.complaints() == []


def suspects_lead_to_their_pictures(stage: Stage) -> None:
    """A click on one opens its page with the picture shown."""
    browser = stage.open_start()
    browser.click(".strip a[title*='another shape']")
    browser.wait_for("return document.querySelector('#picture')?.open")

    assert browser.run("return byId('picture-odd').textContent") == "its boxes are of another shape"
    assert browser.complaints() == []


def suspects_come_first(stage: Stage) -> None:
    """Each kind of suspicion is there, the gravest first."""
    browser = stage.open_cartons()
    first = browser.run("return document.querySelector('.tile .badge').textContent")
    kinds = browser.run("return [...new Set(all.flatMap((tile) => Object.keys(tile.suspicions)))]")

    assert first == "Boxes of another shape"
    assert sorted(kinds) == ["clamped", "duplicate", "mismatch", "near_duplicate", "odd_aspect",
                             "rescaled", "tiny"]


def filters_and_search(stage: Stage) -> None:
    """By suspicion, by reason, by words; their numbers are right."""
    browser = stage.open_cartons()
    shown = {}
    for name in ("pictures", "suspects", "duplicate", "gone", "everything"):
        browser.click(f"button[data-filter={name}]")
        shown[name] = browser.run(SHOWN)
    browser.press("/")
    browser.press(f"{CARTON}_2")

    assert shown == {"pictures": OF_EACH + 8, "suspects": 8, "duplicate": 2, "gone": 2,
                     "everything": OF_EACH + 13}
    assert browser.wait_for(f"{SHOWN} === 9")  # 2, and 20 to 27
    assert browser.complaints() == []


def a_click_shows_the_whole_picture(stage: Stage) -> None:
    """From the stored file, with the names of its boxes."""
    browser = stage.open_cartons("#show=rescaled")
    browser.click(".tile .open")
    browser.wait_for("return document.querySelector('#frame img').naturalWidth === 500")
    source = browser.run("return document.querySelector('#frame img').src")
    names = browser.run("return [...document.querySelectorAll('.box-name')]"
                        ".map((name) => name.textContent)")

    assert source == (stage.ills / f"carton/Images/{CARTON}_25.jpg").as_uri()
    assert names and set(names) == {"carton"}
    assert browser.complaints() == []


def boxes_lie_where_they_belong(stage: Stage) -> None:
    """On the screen, each is as far from the picture's edges as in its pixels."""
    browser = stage.open_cartons("#show=rescaled&picture=" + f"{CARTON}_25")
    browser.wait_for("return document.querySelector('#frame img').naturalWidth === 500")
    places = browser.run("""
        const picture = document.querySelector('#frame img').getBoundingClientRect();
        const scale = picture.width / 500;
        return [...document.querySelectorAll('#frame rect.over')].map((rect) => {
          const box = rect.getBoundingClientRect();
          return [(box.x - picture.x) / scale, (box.y - picture.y) / scale,
                  box.width / scale, box.height / scale];
        });""")
    boxes = browser.run("return state.shown[state.current].boxes.map((box) => box.slice(0, 4))")

    assert places and len(places) == len(boxes)
    assert max(abs(one - other) for place, box in zip(places, boxes)
               for one, other in zip(place, box)) < 2.5  # a stroke's width


def pictures_are_shown_as_stored(stage: Stage) -> None:
    """Not turned as their EXIF says, for boxes are counted on what is stored: all eight ways."""
    browser = stage.browser
    browser.open(stage.turned / "report_files/pages/kit_fox/1.html")
    for number in range(1, 9):
        browser.run(f"show(state.shown.findIndex((tile) => tile.id === '{FOX}_{number}'))")
        browser.wait_for("const image = document.querySelector('#frame img');"
                         "return image.complete && image.naturalWidth > 0")
        corners = browser.colours("#frame", [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)])

        assert corners == list(CORNERS), number


def keys(stage: Stage) -> None:
    """From picture to picture, boxes, ticks, help, theme."""
    browser = stage.open_cartons()
    browser.run("ticks.clear()")
    browser.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT)
    columns = browser.run("return state.columns")
    at = browser.run("return [state.current, document.activeElement.className]")
    browser.press("b", "x")
    ticked = browser.run("return [document.body.className, ticks.rows().length]")
    browser.press(Keys.ENTER)
    browser.wait_for("return byId('picture').open")
    browser.press(Keys.ARROW_RIGHT)
    after = browser.run("return state.current")
    browser.press(Keys.ESCAPE)
    browser.wait_for("return !byId('picture').open")
    browser.press("x", "b", "?")

    assert at == [columns, "open"]
    assert ticked == ["category no-boxes", 1]
    assert after == columns + 1
    assert browser.run("return byId('help').open && document.body.className") == "category"
    assert browser.run("return ticks.rows().length") == 2
    browser.press(Keys.ESCAPE)
    assert browser.complaints() == []


def ticks_are_saved_as_a_list(stage: Stage) -> None:
    """Over all pages of a result; the next run reads the file."""
    browser = stage.open_cartons()
    browser.run("ticks.clear()")
    browser.click(".tile .tick input")
    browser.open(stage.ills / "report_files/pages/balloon/1.html")
    browser.press("x")
    browser.open(stage.ills / CONTACT_SHEET)
    told = browser.run("return byId('tick-count').textContent")
    browser.click("#save-ticks")
    path = browser.downloads / "exclude_images.csv"
    browser.wait_for_file(path)
    excluded = read_exclusions(path)
    path.unlink()
    browser.click("#clear-ticks")

    assert told == "2 ticked."
    assert {category for category, _image_id in excluded} == {CARTON, "n02782093"}
    assert browser.run("return byId('ticks').hidden")
    assert browser.complaints() == []


def markup_stays_text(stage: Stage) -> None:
    """Nothing of the list runs, and no link leads anywhere but to the web and to files of ours."""
    browser = stage.browser
    pages = sorted((stage.markup / "report_files/pages").rglob("1.html"))
    links: list[str] = []
    for path in [stage.markup / CONTACT_SHEET, *pages]:
        browser.open(path)
        if path.name == "1.html":
            browser.click("button[data-filter=everything]")
            for place in range(browser.run(SHOWN)):
                browser.run(f"show({place})")
                links += browser.run("return [...document.links].map((link) => link.href)")
        assert browser.run("return window.pwned ?? 'no'") == "no"

    assert len(pages) == 2
    assert links and all(link.startswith(("http://", "file:///")) for link in links)
    assert [line for line in browser.complaints() if "Content Security" in line] == []


def nothing_else_is_let_in(stage: Stage) -> None:
    """Scripts, styles, frames and requests that somebody smuggled in are refused by the policy."""
    browser = stage.open_start()
    browser.complaints()
    browser.run("""
        window.pwned = 'no';
        const frame = document.createElement('iframe');
        frame.src = 'data:text/html,x';
        const script = document.createElement('script');
        script.textContent = "window.pwned = 'yes'";
        const image = document.createElement('img');
        image.src = 'http://127.0.0.1:9/x.png';
        const style = document.createElement('style');
        style.textContent = 'body { display: none }';
        document.body.append(frame, script, image, style);
        fetch('http://127.0.0.1:9/').catch(() => {});""")
    refused = browser.wait_for("return document.images.length > 0") and "\n".join(
        browser.complaints())

    assert browser.run("return window.pwned") == "no"
    assert browser.run("return getComputedStyle(document.body).display") == "block"
    for kind in ("script-src", "style-src", "img-src", "default-src"):
        assert kind in refused, kind


def ten_thousand_pictures(stage: Stage) -> None:
    """Only those near the window are in the page, wherever it is scrolled to."""
    browser, many = stage.browser, stage.many
    begun = time.monotonic()
    browser.open(many / "report_files/pages/kit_fox/1.html")
    opened = time.monotonic() - begun
    count = browser.run("return all.length * data.pages")
    tiles = [browser.run(TILES)]
    for part in (0.3, 0.7, 1.0):
        browser.run(f"scrollTo(0, {part} * document.body.scrollHeight)")
        browser.wait_for("return [...grid.tiles.keys()].some((place) => grid.tiles.get(place)"
                         ".getBoundingClientRect().top < innerHeight)")
        tiles.append(browser.run(TILES))
    slowest = browser.driver.execute_async_script(SLOWEST_FRAME)
    drawn = browser.run("const begun = performance.now(); choose();"
                        "return performance.now() - begun")
    print(f"    opened in {opened:.1f} s, filtered in {drawn:.0f} ms, slowest of 120 frames while"
          f" scrolling {slowest:.0f} ms, at most {max(tiles)} tiles in the page")

    assert count == MANY
    assert 0 < min(tiles) and max(tiles) < MOST_TILES
    assert browser.complaints() == []


SLOWEST_FRAME = """
    const done = arguments[arguments.length - 1];
    scrollTo(0, 0);
    let last = performance.now(), slowest = 0, frames = 0;
    const step = () => {
      const now = performance.now();
      slowest = Math.max(slowest, now - last);
      last = now;
      scrollBy(0, 400);
      if ((frames += 1) < 120) requestAnimationFrame(step); else done(slowest);
    };
    requestAnimationFrame(step);"""


def both_themes(stage: Stage) -> None:
    """As the system has it, until somebody chooses; and that is remembered."""
    browser = stage.open_start()
    browser.run("localStorage.removeItem(theme.key)")
    paper = {}
    for dark in (False, True):
        browser.look(dark=dark)
        stage.open_start()
        paper[dark] = browser.run(PAPER)
    browser.press("t")
    chosen = browser.run(PAPER)
    stage.open_cartons()
    kept = browser.run(PAPER)
    browser.run("localStorage.removeItem(theme.key)")
    browser.look()

    assert paper[False] != paper[True]
    assert chosen == kept == paper[False]


def readable_on_a_phone(stage: Stage) -> None:
    """Nothing is wider than the screen; what is pressed is large enough."""
    browser = stage.browser
    browser.look(size=PHONE)
    wide = []
    for open_page in (stage.open_start, stage.open_cartons):
        open_page()
        wide.append(browser.run("return document.documentElement.scrollWidth > innerWidth"))
    browser.click(".tile .open")
    dialog = browser.run("return byId('picture').getBoundingClientRect().width")
    small = browser.run("return [...document.querySelectorAll('button, select, .tick')]"
                        ".filter((each) => each.offsetHeight && each.offsetHeight < 24).length")
    browser.look()

    assert wide == [False, False]
    assert 300 < dialog <= PHONE[0]
    assert small == 0


def a_running_page_loads_itself_anew(stage: Stage) -> None:
    """Until the run has ended; the banner says which."""
    browser = stage.browser
    folder = stage.folder / "running"
    folder.mkdir(exist_ok=True)
    LiveSheet(folder).write(live_moment())
    browser.open(folder / CONTACT_SHEET)
    running = browser.run("return document.querySelector('.banner').dataset.running")
    LiveSheet(folder).write(live_moment("Ended with exit code 0"))
    browser.run("reload()")
    browser.wait_for("return document.querySelector('.banner')?.dataset.running === 'no'")

    assert running == "yes"
    assert "Ended with exit code 0" in browser.run("return document.body.textContent")


def everything_has_a_name(stage: Stage) -> None:
    """What Chromium tells a screen reader: no button, link, picture or field without words."""
    browser = stage.browser
    nameless = []
    for open_page in (stage.open_start, stage.open_cartons):
        open_page()
        tree = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        nameless += [node["role"]["value"] for node in tree if not node.get("ignored")
                     and node.get("role", {}).get("value") in {
                         "button", "link", "image", "checkbox", "searchbox", "combobox"}
                     and not node.get("name", {}).get("value")]

    assert nameless == []


CHECKS: tuple[Check, ...] = (
    start_page_is_whole, suspects_lead_to_their_pictures, suspects_come_first, filters_and_search,
    a_click_shows_the_whole_picture, boxes_lie_where_they_belong, pictures_are_shown_as_stored,
    keys, ticks_are_saved_as_a_list, markup_stays_text, nothing_else_is_let_in,
    ten_thousand_pictures, both_themes, readable_on_a_phone, a_running_page_loads_itself_anew,
    everything_has_a_name,
)


def draw_for_the_readme(stage: Stage) -> None:
    """The first page, and a picture of the cartons: light and dark, below 300 kB each."""
    browser = stage.browser
    browser.look(size=(1280, 960))
    stage.open_start()
    _save(browser, HERE / "start_page.png")
    browser.look(dark=True, size=(1280, 900))
    stage.open_cartons(f"#show=pictures&picture={CARTON}_26")
    browser.wait_for("return document.querySelector('#frame img').naturalWidth === 500")
    _save(browser, HERE / "picture.png")
    browser.look()


def _save(browser: Browser, path: Path) -> None:
    browser.picture(path)
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    assert path.stat().st_size < LARGEST_PICTURE, path


def main(words: list[str]) -> int:
    wanted = [word for word in words if not word.startswith("--")]
    checks = [check for check in CHECKS
              if not wanted or any(word in check.__name__ for word in wanted)]
    failed = 0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        stage = Stage(browser, Path(folder))
        if "--pictures" in words:
            draw_for_the_readme(stage)
        for check in checks:
            try:
                check(stage)
                print(f"ok      {check.__name__}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {check.__name__}: {check.__doc__}", flush=True)
                traceback.print_exc()
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 0 if checks and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
