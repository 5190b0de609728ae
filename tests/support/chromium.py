"""Headless Chromium for tests: how it is started, and a look at a page at two widths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fetched import ROOT

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

#: Screenshots for a person to look at.
SHOTS = ROOT / "build" / "screenshots"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


def chromium() -> webdriver.Chrome:
    """Start Chromium; whoever asks for it quits it. The test is skipped where there is none."""
    if not Path("/usr/bin/chromedriver").exists():
        pytest.skip("chromium-driver is not installed")
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options, webdriver.ChromeService("/usr/bin/chromedriver"))


def leave(browser: webdriver.Chrome, act: Callable[[], None]) -> None:
    """Do what leads to another page; returns when that is there."""
    # The next page has a window object of its own, so it lacks the mark that this one gets.
    browser.execute_script("window.left = true")
    act()
    arrived = "return !window.left && document.readyState === 'complete'"
    WebDriverWait(browser, 20).until(lambda _: browser.execute_script(arrived))


def flashed(browser: webdriver.Chrome) -> str:
    """What the page says in elements of the class `flash`."""
    return " ".join(element.text for element in browser.find_elements("class name", "flash"))


def look(browser: webdriver.Chrome, name: str) -> None:
    """Check at each width that nothing sticks out and every picture is there; keep a screenshot."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width, (wide, high) in WIDTHS.items():
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": wide, "height": high, "deviceScaleFactor": 1, "mobile": width == "phone"},
        )
        spare = browser.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert spare == 0, f"{name} is {spare} pixels too wide on a {width}"
        broken = browser.execute_script(
            "for (const i of document.images) i.loading = 'eager';"
            "return [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )
        assert broken == [], f"{name} has broken pictures"
        browser.save_screenshot(str(SHOTS / f"{name}-{width}.png"))
