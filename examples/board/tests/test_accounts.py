from __future__ import annotations

import pytest
from conftest import Visitor

from cruet import Flask
from cruet.testing import FlaskClient


def test_register_log_in_and_out(visitor: Visitor) -> None:
    assert "Welcome!" in visitor.send("/auth/register", name="ada", password="correct horse").text
    page = visitor.send("/auth/login", name="ada", password="correct horse")
    assert "Hello, ada." in page.text and "Pin a notice" in page.text
    assert "You are logged out." in visitor.send("/auth/logout", page="/").text
    assert "Log in" in visitor.get("/").text


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", "correct horse", "Choose a name"),
        ("x" * 41, "correct horse", "Choose a name"),
        ("ada", "short", "Choose a password"),
    ],
)
def test_bad_accounts_are_refused(visitor: Visitor, name: str, password: str, said: str) -> None:
    assert said in visitor.send("/auth/register", name=name, password=password).text


def test_a_name_is_taken_once_whatever_its_case(visitor: Visitor) -> None:
    visitor.send("/auth/register", name="Ada", password="correct horse")
    page = visitor.send("/auth/register", name="ada", password="correct horse")
    assert "The name ada is taken." in page.text


def test_a_wrong_password_and_an_unknown_name_look_alike(visitor: Visitor) -> None:
    visitor.send("/auth/register", name="ada", password="correct horse")
    for name in ("ada", "bob"):
        page = visitor.send("/auth/login", name=name, password="wrong horse")
        assert "Name and password do not match." in page.text


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/notices/new", "/notices/new"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
    ],
)
def test_log_in_goes_on_to_a_page_of_this_site_only(
    visitor: Visitor, target: str, lands: str
) -> None:
    visitor.send("/auth/register", name="ada", password="correct horse")
    page = visitor.send(f"/auth/login?next={target}", name="ada", password="correct horse")
    assert page.request.path == lands


def test_staying_logged_in_gives_the_cookie_a_date(client: FlaskClient) -> None:
    visitor = Visitor(client)
    visitor.enter()
    cookie = client.get_cookie("session")
    assert cookie is not None and cookie.expires is None
    visitor.send("/auth/login", name="ada", password="correct horse", remember="on")
    cookie = client.get_cookie("session")
    assert cookie is not None and cookie.expires is not None


def test_a_form_without_its_token_changes_nothing(app: Flask, member: Visitor) -> None:
    for sent in ({}, {"csrf": ""}, {"csrf": "made up"}, {"csrf": "gemacht für"}):
        answer = member.client.post("/auth/logout", data=sent)
        assert answer.status_code == 400
        assert "This form has expired" in answer.text
    assert "Log out" in member.get("/").text
