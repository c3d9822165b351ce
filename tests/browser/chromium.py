"""Headless Chromium, with what a check asks of it."""

from __future__ import annotations

import io
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 60  # a busy machine is no fault
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--force-device-scale-factor=1",
)
DESKTOP, PHONE = (1400, 1000), (390, 844)


class Browser:
    """One window; `downloads` is where it saves to."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def open(self, path: Path, fragment: str = "") -> None:
        self.driver.get("about:blank")
        self.driver.get(path.as_uri() + fragment)
        self.wait_for("return document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def wait_for(self, script: str) -> Any:
        """What the script gives, when that is no longer false."""
        return WebDriverWait(self.driver, PATIENCE_SECONDS, 0.1).until(
            lambda driver: driver.execute_script(script))

    def wait_for_file(self, path: Path) -> bytes:
        WebDriverWait(self.driver, PATIENCE_SECONDS, 0.1).until(lambda _driver: path.exists())
        return path.read_bytes()

    def press(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def click(self, selector: str) -> None:
        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def look(self, *, dark: bool = False, size: tuple[int, int] = DESKTOP) -> None:
        """As this theme and this screen have it."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})

    def wait_for_pictures(self) -> None:
        """All that are in the window are drawn."""
        self.wait_for("return [...document.images].every((image) => image.complete ||"
                      " image.getBoundingClientRect().top > innerHeight)")

    def colours(self, selector: str, places: Sequence[tuple[float, float]]) -> list[str]:
        """What is seen there, as Pillow calls it; places are parts of width and height."""
        data = self.driver.find_element(By.CSS_SELECTOR, selector).screenshot_as_png
        with Image.open(io.BytesIO(data)) as image:
            seen = [image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
                    for x, y in places]
        names = {name: ImageColor.getrgb(name) for name in ("red", "lime", "blue", "white")}
        return [min(names, key=lambda name: math.dist(names[name], each)) for each in seen]

    def complaints(self) -> list[str]:
        """What the console was told since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, path: Path) -> None:
        self.wait_for_pictures()
        self.driver.save_screenshot(str(path))


@contextmanager
def chromium() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory() as home:
        downloads = Path(home) / "downloads"
        downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in (*FLAGS, f"--user-data-dir={home}/profile"):
            options.add_argument(flag)
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(downloads)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"), log_output=os.devnull)
        driver = webdriver.Chrome(options=options, service=service)
        driver.set_page_load_timeout(5 * PATIENCE_SECONDS)
        driver.set_script_timeout(5 * PATIENCE_SECONDS)
        try:
            browser = Browser(driver, downloads)
            browser.look()
            yield browser
        finally:
            driver.quit()
