"""Calibre-Web, unmodified: a walk whose answers are those under Flask and Gunicorn."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from twins import Application, Comparison
from walk import Walker

#: Starts as the command `cps` does, which would serve with a server of its own in the end.
MODULE = """\
import os
import sys

import calibreweb.__main__  # it puts cps on the path
from cps import app, main, web_server

sys.argv = ["cps", "-p", os.path.abspath("app.db"), "-o", os.path.abspath("calibre-web.log")]
web_server.start = lambda: True
try:
    main.main()
except SystemExit as end:
    assert end.code == 0
"""
#: Makes a Calibre library's empty tables.
TABLES = """\
import calibreweb.__main__
from cps import db
from sqlalchemy import Float, create_engine

db.Books.__table__.c.series_index.type = Float()  # as it is in Calibre itself
library = create_engine("sqlite:///library/metadata.db")
db.Base.metadata.create_all(library.execution_options(schema_translate_map={"calibre": None}))
"""
BOOKS = """\
INSERT INTO library_id VALUES (1, 'd2f1c8c4-9b5a-4b39-8a8e-0f3e1b7d6a55');
INSERT INTO authors VALUES (1, 'Ada Lovelace', 'Lovelace, Ada', ''),
  (2, 'Émilie du Châtelet', 'Châtelet, Émilie du', '');
INSERT INTO books VALUES
  (1, 'Notes on <engines>', 'Notes', 'Lovelace, Ada', '2020-01-02 03:04:05', '1843-10-01', '1.0',
   '2020-01-02 03:04:05', 'Ada Lovelace/Notes (1)', 1, 'a0000000-0000-4000-8000-000000000001'),
  (2, 'Institutions € physique', 'Institutions', 'Châtelet, Émilie du', '2020-02-02 03:04:05',
   '1740-01-01', '2.5', '2020-02-02 03:04:05', 'Emilie du Chatelet/Institutions (2)', 0,
   'a0000000-0000-4000-8000-000000000002');
INSERT INTO books_authors_link VALUES (1, 1), (2, 2);
INSERT INTO tags VALUES (1, 'Engines'), (2, 'Physics');
INSERT INTO books_tags_link VALUES (1, 1), (2, 2);
INSERT INTO series VALUES (1, 'Firsts', 'Firsts');
INSERT INTO books_series_link VALUES (1, 1), (2, 1);
INSERT INTO languages VALUES (1, 'eng'), (2, 'fra');
INSERT INTO books_languages_link VALUES (1, 1), (2, 2);
INSERT INTO comments VALUES (1, 1, '<p>With <b>diagrams</b>.</p>');
INSERT INTO data VALUES (1, 1, 'TXT', 20, 'Notes'), (2, 2, 'EPUB', 20, 'Institutions');
"""
#: Files of the library.
FILES = {
    "Ada Lovelace/Notes (1)/Notes.txt": b"The engine weaves.\n" * 500,
    "Ada Lovelace/Notes (1)/cover.jpg": bytes(range(256)) * 20,
    "Emilie du Chatelet/Institutions (2)/Institutions.epub": b"PK\5\6" + bytes(18),
}
#: When each of them was written, for ETags and Last-Modified.
WRITTEN = 1_600_000_000

JSON = {"Content-Type": "application/json"}

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(
        "CRUET_COMPAT" not in os.environ, reason="long to install and to start: ./dev compat"
    ),
]


def prepare(folder: Path, python: Path) -> None:
    (folder / "library").mkdir()
    (folder / "books.py").write_text(MODULE)
    subprocess.run([python, "-c", TABLES], cwd=folder, check=True)
    with closing(sqlite3.connect(folder / "library" / "metadata.db")) as database:
        database.executescript(BOOKS)
    for name, content in FILES.items():
        path = folder / "library" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (WRITTEN, WRITTEN))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    calibreweb = Application(
        *("calibreweb", ("calibreweb==0.6.27",), "books:app"),
        prepare=prepare,
        # Where it finds a compiler it asks that, dozens of times, for a library for pictures.
        variables={"PATH": str(Path(sys.executable).parent)},
    )
    masks = [
        (r'(?<="csrf_token":")[0-9a-f]{40}', "<csrf>"),
        (r'(?<=<signed ")[0-9a-f]{40}', "<csrf>"),
        (r'(?<="_random":")[0-9a-f]{20}', "<random>"),
        (r"(?<=c=)1\d{9}|^1\d{9}$", "<a time>"),  # of a cover, and until which a rate is limited
        (r"^(59|60)$", "<a minute>"),  # for which a rate is limited
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00(?=</updated>)", "<a time>"),
    ]
    folder = tmp_path_factory.mktemp("calibreweb")
    library = folder / "data" / "library"
    return Comparison(calibreweb, lambda visitor: walk(visitor, library), folder, masks)


@pytest.mark.parametrize("way", ["inline", "threads"])
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def walk(visitor: Walker, library: Path) -> None:
    starting(visitor, library)
    for part in (browsing, files, feeds, shelves, writing, refused):
        part(visitor)


def token(visitor: Walker) -> str:
    """The token of the last page's form."""
    return visitor.secret("token", r'name="csrf_token" value="(.*?)"')


def starting(visitor: Walker, library: Path) -> None:
    """From the empty installation to a library."""
    visitor.get("/", 302)
    visitor.follow(302)
    visitor.follow()
    csrf = token(visitor)
    visitor.post("/login", 400, username="admin", password="admin123")
    visitor.post("/login", 401, csrf_token=csrf, username="admin", password="wrong", next="/")
    visitor.post("/login", 302, csrf_token=csrf, username="admin", password="admin123", next="/")
    visitor.follow(302)
    visitor.follow()
    csrf = token(visitor)
    for folder in (library / "nowhere", library):
        visitor.post("/admin/ajaxdbconfig", 200, csrf_token=csrf, config_calibre_dir=str(folder))
    visitor.get("/me")
    # Everything is shown but books by chance.
    shown = {f"show_{1 << bit}": "on" for bit in range(1, 18) if bit != 5}
    user = {"csrf_token": token(visitor), "default_language": "all", "locale": "en"}
    visitor.post("/me", 200, **user, **shown, name="admin")


def browsing(visitor: Walker) -> None:
    visitor.get("/")
    visitor.head("/")
    for path in ("author", "series", "category", "language", "publisher", "ratings", "formats"):
        visitor.get(f"/{path}")
    for path in ("/page/9", "/book/1", "/book/2", "/table", "/me", "/basic", "/advsearch"):
        visitor.get(path)
    visitor.get("/book/9", 302)
    visitor.follow()
    visitor.get("/author/stored/1")
    visitor.get("/category/stored/2")
    visitor.get("/search?query=engine%20%3C&x=%C3%A9", 302)
    visitor.follow()
    visitor.get("/ajax/listbooks?sort=title&order=desc&offset=0&limit=1&search=")
    visitor.get("/get_authors_json?q=%C3%A9")
    visitor.get("/get_matching_tags?include_tag=1")
    visitor.get("/robots.txt", 404)


def files(visitor: Walker) -> None:
    for path in ("/static/css/style.css", "/cover/1", "/cover/2", "/show/1/txt", "/read/1/txt"):
        file = visitor.get(path)
        visitor.head(path)
        if "ETag" in file.headers:
            visitor.get(path, 304, if_none_match=file.headers["ETag"])
            visitor.get(path, 206, range="bytes=5-9")
    visitor.get("/download/1/txt/Notes.txt")
    visitor.get("/download/2/epub/Institutions%20%E2%82%AC.epub")
    visitor.get("/download/1/mobi/1.mobi", 404)
    visitor.get("/read/1/mobi", 302)
    visitor.follow()
    visitor.get("/static/none.css", 404)


def feeds(visitor: Walker) -> None:
    """OPDS, for reading devices: they sign in by HTTP's Basic scheme, and have no session."""
    mine = dict(visitor.cookies)
    visitor.cookies.clear()
    admin = "Basic YWRtaW46YWRtaW4xMjM="
    visitor.get("/opds", 401)
    visitor.get("/opds", 401, authorization="Basic YWRtaW46d3Jvbmc=")
    for path in ("", "/new", "/osd", "/author", "/author/1", "/books", "/series/1", "/stats"):
        visitor.get(f"/opds{path}", authorization=admin)
    visitor.get("/opds/search/engines", authorization=admin)
    visitor.get("/opds/cover/1", authorization=admin)
    visitor.get("/opds/download/1/txt/", authorization=admin)
    visitor.get("/ajax/book/a0000000-0000-4000-8000-000000000001", authorization=admin)
    visitor.cookies.update(mine)


def shelves(visitor: Walker) -> None:
    visitor.get("/shelf/create")
    csrf = token(visitor)
    visitor.post("/shelf/create", 302, csrf_token=csrf, title="To read, <soon> €")
    visitor.follow()
    script = {"X-Requested-With": "XMLHttpRequest", "X-CSRFToken": csrf}
    visitor.request("POST", "/shelf/add/1/1", 204, None, script)
    visitor.request("POST", "/shelf/add/1/9", 400, None, script)
    visitor.request("POST", "/shelf/add/1/2", 302, None, {"X-CSRFToken": csrf})
    visitor.get("/shelf/1")
    visitor.get("/shelf/order/1")
    visitor.post("/shelf/order/1", 200, csrf_token=csrf, **{"1": "2", "2": "1"})
    visitor.request("POST", "/ajax/toggleread/1", 200, None, script)
    visitor.request("POST", "/ajax/view", 200, b'{"author": {"dir": "asc"}}', {**JSON, **script})
    visitor.post("/shelf/delete/1", 302, csrf_token=csrf)
    visitor.follow()


def writing(visitor: Walker) -> None:
    visitor.get("/admin/book/1")
    csrf = token(visitor)
    fields = {"csrf_token": csrf, "title": "Notes, again", "authors": "Ada Lovelace & Émilie"}
    visitor.upload("/admin/book/1", 200, {}, **fields, comments="<p>ü<script>x</script></p>")
    visitor.get("/book/1")
    visitor.get("/admin/view")
    visitor.get("/admin/config")
    visitor.get("/admin/user/new")
    csrf = token(visitor)
    user = {"csrf_token": csrf, "name": "eve", "default_language": "all", "locale": "en"}
    visitor.post("/admin/user/new", 200, **user, email="no address", password="weak")
    file = {"btn-upload": ("Été.txt", b"A new book")}
    visitor.upload("/upload", 200, file, csrf_token=csrf)
    visitor.get("/book/3")
    visitor.get("/show/3/txt")


def refused(visitor: Walker) -> None:
    visitor.get("/nowhere", 404)
    visitor.request("POST", "/shelf/delete/1", 400)
    visitor.request("PUT", "/login", 405)
    visitor.request("OPTIONS", "/login")
    visitor.get("/logout", 302)
    visitor.follow()
    visitor.get("/admin/view", 302)
    headers = {"X-Script-Name": "/books", "X-Forwarded-Host": "example.org", "X-Scheme": "https"}
    visitor.request("GET", "/books/login", 200, None, headers)
