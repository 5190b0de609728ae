from __future__ import annotations

import csv

import pytest
from conftest import Visitor

from cruet import Flask
from cruet.testing import FlaskClient

ADA = ("ada", "correct horse")
LADDER = {"kind": "offer", "title": "A ladder", "body": "Six rungs."}


def test_write_read_change_and_delete(member: Visitor, client: FlaskClient) -> None:
    answer = client.post("/api/v1/notices", json=LADDER, auth=ADA)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/notices/1"
    assert answer.json is not None and answer.json["author"] == "ada"

    assert client.get("/api/v1/notices").json == {
        "notices": [answer.json],
        "total": 1,
        "page": 1,
    }
    changed = client.put("/api/v1/notices/1", json={**LADDER, "title": "A saw"}, auth=ADA)
    assert changed.json is not None and changed.json["title"] == "A saw"
    assert client.delete("/api/v1/notices/1", auth=ADA).status_code == 204
    assert client.get("/api/v1/notices/1").status_code == 404


def test_errors_are_json(member: Visitor, client: FlaskClient) -> None:
    missing = client.get("/api/v1/notices/7")
    assert missing.json is not None and missing.json["error"]["code"] == 404
    assert "no notice 7" in missing.json["error"]["detail"]

    for auth in (None, ("ada", "wrong horse"), ("bob", "correct horse")):
        refused = client.post("/api/v1/notices", json=LADDER, auth=auth)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].lower().startswith("basic realm=")

    for sent, code in (("no json", 400), ("[1]", 400), ('{"kind": "offer"}', 422)):
        answer = client.post(
            "/api/v1/notices", data=sent, content_type="application/json", auth=ADA
        )
        assert answer.status_code == code and answer.is_json
    assert client.post("/api/v1/notices", data="plain", auth=ADA).status_code == 415
    wrong = client.patch("/api/v1/notices/1")
    assert wrong.status_code == 405 and "PUT" in wrong.headers["Allow"]


def test_the_export_is_complete_and_streamed(app: Flask, member: Visitor) -> None:
    for number in range(40):
        member.pin(title=f"Notice, “{number}”", body="=SUM(A1)" + "x" * 900)
    answer = member.get("/export/board.csv")
    assert answer.mimetype == "text/csv" and "Content-Length" not in answer.headers
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["title"] for row in rows] == [f"Notice, “{number}”" for number in range(40)]
    assert rows[0]["body"].startswith("'=SUM")
    with member.client.get("/export/board.csv", buffered=False) as answer:
        assert len(list(answer.response)) > 1


def test_init_db_command_keeps_rows(app: Flask, member: Visitor) -> None:
    member.pin()
    result = app.test_cli_runner().invoke(args=["init-db"])
    assert result.exit_code == 0 and "Database ready" in result.output
    assert "A ladder" in member.get("/").text


@pytest.mark.parametrize("path", ["/nowhere", "/notices/99", "/notices/x"])
def test_the_404_page_has_the_boards_look(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Nothing is pinned here" in answer.text and "Back to the board" in answer.text
