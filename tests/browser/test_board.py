"""The board in a real browser, headless Chromium, at a desktop and a phone width.

Needs chromium and its driver (Debian: chromium, chromium-driver) and selenium; `./dev test`
installs them. Screenshots of each page are left in `build/screenshots` for a person to look at.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import chromium, flashed, leave, look
from fetched import ROOT
from served import served

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.by import By  # noqa: E402

pytestmark = pytest.mark.heavy


def picture(path: Path, hue: int) -> Path:
    """A PNG of 480 x 300 pixels: a field below a sky, so that cropping shows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = []
    for y in range(300):
        sky = bytes((170 + y // 5, 200 + y // 8, 235))
        field = bytes((90 + hue, 130 + hue // 2, 70 + y // 6))
        rows.append(b"\0" + (sky if y < 180 else field) * 480)
    header = struct.pack(">IIBBBBB", 480, 300, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The board under `cruet run` with two workers; gives its address."""
    data = {"BOARD_INSTANCE": str(tmp_path_factory.mktemp("instance"))}
    folder = ROOT / "examples" / "board"
    with served("board:create_app()", "--workers", "2", cwd=folder, env=data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    driver = chromium()
    yield driver
    driver.quit()


def fill(browser: webdriver.Chrome, **fields: str) -> None:
    """Fill the page's last form and send it; waits until the next page is there."""
    form = browser.find_elements(By.CSS_SELECTOR, "main form")[-1]
    for name, value in fields.items():
        if name == "kind":
            browser.execute_script(
                "arguments[0].click()",
                form.find_element(By.CSS_SELECTOR, f"input[value={value}]"),
            )
        else:
            form.find_element(By.NAME, name).send_keys(value)
    leave(browser, form.find_element(By.CSS_SELECTOR, "button[type=submit]").click)


def test_a_visit(site: str, browser: webdriver.Chrome, tmp_path: Path) -> None:
    browser.get(site)
    look(browser, "board-empty")

    browser.get(f"{site}/auth/register")
    look(browser, "board-register")
    fill(browser, name="Ada", password="correct horse")
    assert browser.current_url == f"{site}/auth/login"
    assert "Welcome!" in flashed(browser)
    fill(browser, name="Ada", password="wrong horse")
    assert "Name and password do not match." in flashed(browser)

    browser.get(f"{site}/notices/new")
    assert browser.current_url == f"{site}/auth/login?next=/notices/new"
    assert "Log in first" in flashed(browser)
    fill(browser, name="Ada", password="correct horse")
    assert browser.current_url == f"{site}/notices/new"
    assert "Hello, Ada." in flashed(browser)
    browser.refresh()
    assert flashed(browser) == ""

    notices = [
        ("offer", "A ladder, six rungs", "Too long for the new flat. Come and fetch it.", 0),
        (
            "event",
            "Street party on Saturday",
            "Bring a chair, a cake and your neighbours. " * 6,
            60,
        ),
        ("lost", "Grey cat with one white paw", "Answers to Turing, or to tuna.", None),
        ("wanted", "Afewverylongwordwithoutanybreak" * 3, "Does it stay inside the card?", None),
        ("help", "Who can prune an apple tree?", "We have the saw.\n\nWe lack the nerve.", 110),
    ]
    for kind, title, body, hue in notices:
        browser.get(f"{site}/notices/new")
        fields = {"kind": kind, "title": title, "body": body}
        if hue is not None:
            fields["picture"] = str(picture(tmp_path / f"{hue}.png", hue))
        fill(browser, **fields)
        assert "Your notice is pinned." in flashed(browser)
    picture_of_it = browser.find_element(By.CSS_SELECTOR, "main img[src*=pictures]")
    assert browser.execute_script("return arguments[0].naturalWidth", picture_of_it) > 0
    fill(browser, body="I can, on Sunday.")
    assert "1 comment" in browser.page_source
    look(browser, "board-notice")
    # A form that was sent led elsewhere, so that neither of these sends it again.
    browser.refresh()
    browser.back()
    browser.forward()
    assert "1 comment" in browser.page_source

    browser.get(f"{site}/notices/new")
    look(browser, "board-form")
    browser.get(site)
    look(browser, "board-index")
    assert len(browser.find_elements(By.CLASS_NAME, "card")) == len(notices)

    browser.find_element(By.LINK_TEXT, "Who can prune an apple tree?").click()
    browser.back()
    assert browser.current_url == f"{site}/"
    leave(browser, browser.find_element(By.CSS_SELECTOR, "nav button").click)
    assert "You are logged out." in flashed(browser)
    assert browser.current_url == f"{site}/"

    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    browser.get(f"{site}/notices/99")
    look(browser, "board-missing")
    assert "Nothing is pinned here" in browser.page_source
