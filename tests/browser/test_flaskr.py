"""flaskr, unmodified, under the drop-in and `cruet run`, in headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chromium import chromium, flashed, leave
from flaskr import FLASKR
from twins import Stage

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.common.by import By  # noqa: E402

pytestmark = pytest.mark.heavy


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """flaskr with two workers; gives its address."""
    with Stage(FLASKR, tmp_path_factory.mktemp("flaskr")).cruet("workers") as address:
        yield address


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    driver = chromium()
    yield driver
    driver.quit()


def fill(browser: webdriver.Chrome, **fields: str) -> None:
    """Fill the page's first form and send it."""
    form = browser.find_element(By.TAG_NAME, "form")
    for name, value in fields.items():
        field = form.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    leave(browser, form.find_element(By.CSS_SELECTOR, "input[type=submit]").click)


def follow(browser: webdriver.Chrome, text: str) -> None:
    leave(browser, browser.find_element(By.LINK_TEXT, text).click)


def posts(browser: webdriver.Chrome) -> list[tuple[str, str]]:
    """Title and text of each post on the page."""
    articles = browser.find_elements(By.TAG_NAME, "article")
    return [
        (
            article.find_element(By.TAG_NAME, "h1").text,
            article.find_element(By.CLASS_NAME, "body").text,
        )
        for article in articles
    ]


def test_a_visit(site: str, browser: webdriver.Chrome) -> None:
    browser.get(f"{site}/create")
    assert browser.current_url == f"{site}/auth/login"

    follow(browser, "Register")
    fill(browser, username="ada", password="lovelace")
    assert browser.current_url == f"{site}/auth/login"
    browser.back()
    assert browser.current_url == f"{site}/auth/register"
    fill(browser, username="ada", password="lovelace")
    assert flashed(browser) == "User ada is already registered."

    follow(browser, "Log In")
    fill(browser, username="eve", password="lovelace")
    assert flashed(browser) == "Incorrect username."
    fill(browser, username="ada", password="byron")
    assert flashed(browser) == "Incorrect password."
    assert browser.get_cookies() == []
    fill(browser, username="ada", password="lovelace")
    assert (browser.current_url, flashed(browser)) == (f"{site}/", "")
    assert browser.find_element(By.CSS_SELECTOR, "nav span").text == "ada"
    (cookie,) = browser.get_cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["path"]) == ("session", True, "/")
    nav = browser.find_element(By.TAG_NAME, "nav")
    assert nav.value_of_css_property("display") == "flex", "the style sheet is not applied"

    follow(browser, "New")
    title, text = "On <engines> & “looms”", "They weave\nalgebraical patterns, 織物."
    fill(browser, title=title, body=text)
    assert browser.current_url == f"{site}/"
    assert posts(browser) == [(title, text)]
    # The form that was sent led elsewhere, so that neither of these sends it again.
    browser.refresh()
    browser.back()
    assert browser.current_url == f"{site}/create"
    browser.forward()
    assert posts(browser) == [(title, text)]

    follow(browser, "Edit")
    assert browser.find_element(By.NAME, "title").get_attribute("value") == title
    fill(browser, title="On engines", body=text)
    assert posts(browser) == [("On engines", text)]

    follow(browser, "Edit")
    delete = browser.find_element(By.CSS_SELECTOR, "input.danger")
    delete.click()
    browser.switch_to.alert.dismiss()
    assert browser.current_url == f"{site}/1/update"

    def agree() -> None:
        delete.click()
        browser.switch_to.alert.accept()

    leave(browser, agree)
    assert (browser.current_url, posts(browser)) == (f"{site}/", [])
    browser.back()
    browser.refresh()
    assert "Post id 1 doesn't exist." in browser.page_source

    browser.get(site)
    follow(browser, "Log Out")
    assert browser.get_cookies() == []
    browser.get(f"{site}/create")
    assert browser.current_url == f"{site}/auth/login"
    wrong = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert [text for text in wrong if "/favicon.ico" not in text and "/1/update" not in text] == []
