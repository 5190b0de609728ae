from __future__ import annotations

import io
import os

import pytest
from conftest import Visitor

from cruet import Flask
from cruet.testing import FlaskClient

PNG = b"\x89PNG\r\n\x1a\n" + b"the rest of a picture"


def test_an_empty_board_invites(client: FlaskClient) -> None:
    assert "Nothing pinned yet" in client.get("/").text


def test_pin_change_comment_and_take_down(member: Visitor) -> None:
    page = member.pin(title="Ladder <b>", body="Six rungs.\n\nOne & only.")
    assert page.request.path == "/notices/1"
    assert "<h1>Ladder &lt;b&gt;</h1>" in page.text
    assert "<p>One &amp; only.</p>" in page.text

    page = member.send("/notices/1/comments", page="/notices/1", body="Is it still there?")
    assert "1 comment" in page.text and "Is it still there?" in page.text

    page = member.send("/notices/1/edit", kind="wanted", title="A saw", body="A sharp one.")
    assert "Your notice is changed." in page.text and "<h1>A saw</h1>" in page.text

    page = member.send("/notices/1/delete", page="/notices/1")
    assert "“A saw” is taken down." in page.text
    assert member.get("/notices/1").status_code == 404


def test_a_wrong_form_comes_back_filled(member: Visitor) -> None:
    page = member.pin(kind="gossip", title="", body="Keep this text")
    assert page.status_code == 422
    assert "Choose what kind" in page.text and "Give it a title" in page.text
    assert "Keep this text" in page.text


def test_only_members_pin_and_only_authors_change(app: Flask, member: Visitor) -> None:
    member.pin()
    stranger = Visitor(app.test_client())
    page = stranger.get("/notices/new", follow_redirects=True)
    assert page.request.path == "/auth/login" and "Log in first" in page.text
    stranger.enter("bob")
    assert stranger.get("/notices/1/edit").status_code == 403
    page = stranger.send("/notices/1/delete", page="/notices/1")
    assert page.status_code == 403 and "That is not yours to change" in page.text


def test_search_kinds_and_pages(member: Visitor, app: Flask) -> None:
    app.config["PAGE_SIZE"] = 2
    for title in ("A ladder", "100% wool", "A saw"):
        member.pin(title=title)
    member.pin(kind="event", title="Street party")
    assert "Street party" in member.get("/").text and "A ladder" not in member.get("/").text
    assert "A ladder" in member.get("/notices/?page=2").text
    page = member.get("/notices/?q=0%25+w").text
    assert "100% wool" in page and "A saw" not in page and "1 notice for" in page
    page = member.get("/notices/?kind=event").text
    assert "Street party" in page and "A saw" not in page
    assert member.get("/notices/?kind=gossip").status_code == 404


def test_a_picture_is_kept_served_and_replaced(member: Visitor, app: Flask) -> None:
    page = member.pin(picture=(io.BytesIO(PNG), "../ladder.exe"))
    kept = [name for name in os.listdir(app.config["PICTURES"]) if name.endswith(".png")]
    assert len(kept) == 1 and f"/pictures/{kept[0]}" in page.text

    with member.get(f"/pictures/{kept[0]}") as answer:
        assert answer.data == PNG and answer.mimetype == "image/png"
        assert answer.cache_control.max_age == 31_536_000
        etag = answer.headers["ETag"]
    with member.get(f"/pictures/{kept[0]}", headers={"If-None-Match": etag}) as answer:
        assert answer.status_code == 304
    with member.get(f"/pictures/{kept[0]}", headers={"Range": "bytes=0-7"}) as answer:
        assert answer.status_code == 206 and answer.data == PNG[:8]

    member.send(
        "/notices/1/edit",
        kind="offer",
        title="A ladder",
        body="Now with another picture",
        picture=(io.BytesIO(b"GIF89a" + bytes(20)), "ladder.gif"),
    )
    left = [name for name in os.listdir(app.config["PICTURES"]) if name.endswith((".png", ".gif"))]
    assert len(left) == 1 and left[0].endswith(".gif")


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"MZ executable"])
def test_what_is_no_picture_is_refused(member: Visitor, content: bytes) -> None:
    page = member.pin(picture=(io.BytesIO(content), "cat.png"))
    assert page.status_code == 422
    assert "cat.png is not a PNG, JPEG, GIF or WebP picture." in page.text


def test_a_huge_upload_is_refused(member: Visitor, app: Flask) -> None:
    member.get("/notices/new")
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = member.client.post("/notices/new", data={"body": "x" * 2000})
    assert answer.status_code == 413 and "That file is too large" in answer.text


def test_pictures_cannot_leave_their_folder(client: FlaskClient) -> None:
    assert client.get("/pictures/..%2fboard.sqlite").status_code == 404
    assert client.get("/pictures/%2e%2e/board.sqlite").status_code == 404
