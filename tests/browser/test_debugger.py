"""The debugger in a real browser: frames unfold, the PIN unlocks, commands run in their frame."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from chromium import chromium, look
from running import Running, running

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

pytestmark = pytest.mark.heavy

SHOP = """\
import json

from cruet import Flask, request

app = Flask(__name__)


def price_of(basket, rates):
    total = 0
    for name, amount in basket.items():
        total += amount * rates[name]["net"] * (1 + rates[name].get("vat", 0.19))
    return total


@app.route("/basket/<int:number>")
def basket(number):
    fruits = {"apples": 3, "pears": 2, "fruits with names longer than a telephone is wide": 1}
    rates = {"apples": {"net": 1.2}, "pears": {"net": None}}
    try:
        return json.loads("{")
    except ValueError:
        return str(price_of(fruits, rates))


if __name__ == "__main__":
    app.run(debug=True, use_reloader=False, port=0)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(SHOP)
    env = {"WERKZEUG_DEBUG_PIN": "123-456"}
    with running(cwd=folder, argv=[sys.executable, "shop.py"], env=env) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    driver = chromium()
    yield driver
    driver.quit()


def wait(browser: webdriver.Chrome, selector: str, text: str = "") -> object:
    """Wait for an element that is shown and holds a text."""

    def found(driver: webdriver.Chrome) -> object:
        elements = driver.find_elements(By.CSS_SELECTOR, selector)
        return next((e for e in elements if e.is_displayed() and text in e.text), None)

    return WebDriverWait(browser, 10).until(found)


def run(browser: webdriver.Chrome, console: webdriver.remote.webelement, command: str) -> None:
    field = console.find_element(By.CSS_SELECTOR, "input")
    field.send_keys(command, Keys.ENTER)


def test_a_visit(shop: Running, browser: webdriver.Chrome) -> None:
    browser.get(f"http://localhost:{shop.port}/basket/7")
    assert "unsupported operand" in browser.find_element(By.CSS_SELECTOR, "h1").text
    assert browser.find_element(By.CSS_SELECTOR, ".expanded mark").text.startswith("amount * rates")
    look(browser, "debugger-traceback")

    # Frames of libraries come and go; other frames unfold.
    folded = browser.find_elements(By.CSS_SELECTOR, "li.library")
    assert folded and not folded[0].is_displayed()
    browser.find_element(By.CSS_SELECTOR, "nav .libraries").click()
    assert folded[0].is_displayed()
    browser.find_element(By.CSS_SELECTOR, "nav .libraries").click()
    first = browser.find_element(By.CSS_SELECTOR, "li:not(.library) > .frame")
    before = first.find_element(By.CSS_SELECTOR, ".line.before")
    assert not before.is_displayed()
    first.find_element(By.CSS_SELECTOR, "h4").click()
    assert before.is_displayed()

    # The text, as one would paste it.
    browser.find_element(By.CSS_SELECTOR, "[data-view=plain]").click()
    wait(browser, ".plaintext", "Traceback (most recent call last)")
    browser.find_element(By.CSS_SELECTOR, "[data-view=traceback]").click()


def test_a_console_in_a_frame(shop: Running, browser: webdriver.Chrome) -> None:
    browser.get(f"http://localhost:{shop.port}/basket/7")
    frame = browser.find_elements(By.CSS_SELECTOR, "li:not(.library) > .frame")[-1]
    frame.find_element(By.CSS_SELECTOR, ".open-console").click()

    # The PIN first, a wrong one and the right one.
    field = wait(browser, "dialog input")
    look(browser, "debugger-pin")
    shop.await_line(r"Debugger pin code: 123-456")
    field.send_keys("999", Keys.ENTER)
    wait(browser, ".pin-answer", "That is not the PIN.")
    field.clear()
    field.send_keys("123456", Keys.ENTER)
    console = wait(browser, ".console")

    run(browser, console, "name, amount")
    wait(browser, ".console .output", "('pears', 2)")
    run(browser, console, "for fruit in list(basket)[:2]:")
    WebDriverWait(browser, 10).until(
        lambda _: console.find_element(By.CSS_SELECTOR, ".prompt").text.strip() == "..."
    )
    run(browser, console, "    print(fruit.upper())")
    run(browser, console, "")
    wait(browser, ".console .output", "APPLES\nPEARS")
    run(browser, console, "1 / 0")
    wait(browser, ".console .output blockquote", "ZeroDivisionError")
    run(browser, console, "list(range(30))")
    more = wait(browser, ".console .more")
    run(browser, console, "__name__")
    wait(browser, ".console .output", "'__main__'")
    look(browser, "debugger-console")
    more.click()
    wait(browser, ".console .output", "28, 29]")

    # The page that comes next needs no PIN.
    browser.refresh()
    frame = browser.find_elements(By.CSS_SELECTOR, "li:not(.library) > .frame")[0]
    frame.find_element(By.CSS_SELECTOR, ".open-console").click()
    run(browser, wait(browser, ".console"), "request.path, number")
    wait(browser, ".console .output", "('/basket/7', 7)")
    run(browser, wait(browser, ".console"), "dump()")
    wait(browser, ".console .box", "Local variables in frame")
    look(browser, "debugger-dump")
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [e for e in severe if "500" not in e["message"]] == []


def test_the_console_of_its_own(shop: Running, browser: webdriver.Chrome) -> None:
    browser.get(f"http://localhost:{shop.port}/console")
    run(browser, wait(browser, ".console"), "app.name")
    wait(browser, ".console .output", "shop")
    look(browser, "debugger-own-console")
    browser.execute_script("SECRET = 'of a server that was restarted'")
    run(browser, wait(browser, ".console"), "1")
    wait(browser, ".console .trouble", "This frame is gone")
