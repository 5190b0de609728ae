"""isso, an application on Werkzeug alone, unmodified: it answers as under Werkzeug and Gunicorn."""

from __future__ import annotations

from pathlib import Path

import pytest
from twins import WAYS, Application, Comparison
from walk import Walker

#: No website is there to be asked for a title, and comments follow each other faster than people's.
SETTINGS = """\
[general]
dbpath = comments.db
host = http://127.0.0.1:1
latest-enabled = true
gravatar = true
[admin]
enabled = true
password = löve&lace
[guard]
enabled = false
[rss]
base = http://example.org
"""

pytestmark = pytest.mark.heavy


def prepare(folder: Path, python: Path) -> None:
    (folder / "isso.cfg").write_text(SETTINGS, encoding="utf-8")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    isso = Application(
        *("isso", ("isso==0.14.0",), "isso.run:application"),
        prepare=prepare,
        variables={"ISSO_SETTINGS": "isso.cfg"},
    )
    times = [
        (r"(?<=\": )\d{10}\.\d+", "<a time>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<a time>"),
        (r"(?<=at )\d\d:\d\d / \d\d-\d\d-\d{4}", "<a time>"),
    ]
    return Comparison(isso, walk, tmp_path_factory.mktemp("isso"), times)


@pytest.mark.parametrize("way", WAYS)
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def walk(visitor: Walker) -> None:
    for part in (commenting, reading, changing, administering, files, refused):
        part(visitor)


def commenting(visitor: Walker) -> None:
    visitor.get("/?uri=/a/")
    for number, author in ((1, None), (2, "Ada <Lovelace>"), (3, "Émilie")):
        comment = {
            "text": f"Comment {number} *with* <b>markup</b> & é €",
            "author": author,
            "email": author and f"{number}@example.org",
            "website": author and "example.org/?a=b&c",
            "title": "A title",
            "parent": 1 if number == 3 else None,
            "unknown": "dropped",
        }
        visitor.json("POST", "/new?uri=/a/%C3%A9?b=c", 201, comment, origin="http://127.0.0.1:1")
    visitor.json("POST", "/new?uri=/b/", 400, {"text": "No title, and no website to ask"})
    visitor.json("POST", "/new?uri=/b/", 400, {"text": "x", "title": "x"})
    visitor.json("POST", "/new?uri=/b/", 400, {"title": "No text"})
    visitor.json("POST", "/new", 400, {"text": "No address", "title": "x"})
    visitor.json("POST", "/preview", 200, {"text": "~~one~~\n\n```\ntwo\n```"})
    visitor.json("POST", "/preview", 400, {})


def reading(visitor: Walker) -> None:
    visitor.get("/?uri=/a/%C3%A9?b=c")
    visitor.get("/?uri=/a/%C3%A9?b=c&parent=1&plain=1&limit=1&nested_limit=1&after=0")
    visitor.get("/?uri=/a/%C3%A9?b=c&limit=many", 400)
    visitor.json("POST", "/count", 200, ["/a/é?b=c", "/b/"])
    visitor.json("POST", "/count", 200, {"not": "a list"})
    visitor.json("POST", "/count", 500, None)
    visitor.get("/latest?limit=2")
    visitor.get("/latest?limit=x", 400)
    visitor.get("/config")
    visitor.get("/id/1")
    visitor.get("/id/1?plain=1")
    visitor.get("/id/9", 404)
    visitor.get("/id/x", 404)
    feed = visitor.get("/feed?uri=/a/%C3%A9?b=c")
    visitor.get("/feed?uri=/a/%C3%A9?b=c", 304, if_none_match=feed.headers["ETag"])
    visitor.get("/feed?uri=/none/")


def changing(visitor: Walker) -> None:
    visitor.json("PUT", "/id/1", 200, {"text": "Changed, at last", "website": "http://é.example"})
    visitor.json("PUT", "/id/1", 400, {"text": ""})
    visitor.json("PUT", "/id/9", 403, {"text": "Nobody's"})
    visitor.post("/id/1/like", 403, a="b")
    visitor.json("POST", "/id/2/like", 200, {})
    visitor.json("POST", "/id/2/dislike", 200, {})
    visitor.json("DELETE", "/id/1", 200, {})
    visitor.json("DELETE", "/id/1", 403, {})
    visitor.json("DELETE", "/id/3", 200, {})
    mine = visitor.cookies["2"]
    visitor.cookies["2"] = f"{mine}x"
    visitor.json("DELETE", "/id/2", 403, {})
    visitor.get("/id/2/moderate/x", 404)
    visitor.get("/id/2/delete/no-key", 403)
    visitor.get("/id/2/unsubscribe/a%40example.org/no-key", 403)


def administering(visitor: Walker) -> None:
    visitor.get("/admin/")
    visitor.post("/login/", 200, password="wrong")
    visitor.post("/login/", 302, password="löve&lace")
    visitor.follow()
    visitor.get("/admin/?order_by=author&mode=1&page=0&asc=1")
    visitor.get("/admin/?comment_search_url=http://example.org/a/%23isso-2")
    visitor.request("POST", "/login/", 400, b"a=b", {"Content-Type": "multipart/form-data"})


def files(visitor: Walker) -> None:
    for path in ("/css/isso.css", "/js/embed.min.js", "/img/isso.svg", "/demo/index.html"):
        file = visitor.get(path)
        visitor.head(path)
        visitor.get(path, 304, if_none_match=file.headers["ETag"])
        visitor.get(path, 304, if_modified_since=file.headers["Last-Modified"])
        visitor.get(path, range="bytes=1-2")
    visitor.get("/demo", 308)
    visitor.get("/demo/")
    visitor.get("/css/none.css", 404)
    visitor.get("/css/../isso.cfg", 404)
    visitor.get("/css/", 404)
    visitor.request("POST", "/css/isso.css")


def refused(visitor: Walker) -> None:
    for accept in ("application/json", "text/html"):
        visitor.get("/nowhere", 404, accept=accept)
        visitor.request("PATCH", "/id/2", 405, None, {"Accept": accept})
        visitor.get("/", 400, accept=accept)
        visitor.request("POST", "/new?uri=/b/", 400, b"{", {"Accept": accept})
    big = b'{"title": "x", "text": "' + b"x" * 300_000 + b'"}'
    visitor.request("POST", "/new?uri=/b/", 413, big, {"Content-Type": "application/json"})
    visitor.close()
    visitor.request("OPTIONS", "/new?uri=/b/", headers={"Origin": "http://example.org"})
    visitor.request("HEAD", "/config")
    headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Prefix": "/isso"}
    visitor.request("GET", "/config", headers=headers)
    visitor.get("/sub/config", x_script_name="/sub")
