"""sqlite-web, unmodified: a walk whose answers are those under Flask and Gunicorn."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from twins import Application, Comparison
from walk import Walker

#: Configures the application as its command does.
MODULE = """\
import sys

from sqlite_web.sqlite_web import app, configure_app

sys.argv = ["sqlite_web", "-P", "-L", "-U", "uploads", "-R", "4", "library.db", "second.db"]
configure_app()
"""
TABLES = """\
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born INTEGER, picture BLOB);
CREATE TABLE book (
  id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER REFERENCES author (id), price REAL
);
CREATE TABLE tag (book_id INTEGER, word TEXT, PRIMARY KEY (book_id, word));
CREATE TABLE "odd name/slash" (value TEXT);
CREATE INDEX book_title ON book (title);
CREATE TRIGGER book_ad AFTER DELETE ON book BEGIN DELETE FROM tag WHERE book_id = OLD.id; END;
CREATE VIEW cheap AS SELECT title, price FROM book WHERE price < 10;
INSERT INTO author VALUES (1, 'Ada <Lovelace>', 1815, x'00ff10'), (2, 'Émilie', NULL, NULL);
INSERT INTO book VALUES (1, 'Notes', 1, 9.5), (2, 'Foundations', 2, 12), (3, 'Letters', 1, 3),
  (4, 'Dissertation', 2, 7), (5, 'Sketch', 1, NULL), (6, 'Discours', 2, 20.25);
INSERT INTO tag VALUES (1, 'engine'), (2, 'physics');
"""

pytestmark = pytest.mark.heavy


def prepare(folder: Path, python: Path) -> None:
    (folder / "library.py").write_text(MODULE)
    for name, script in (("library", TABLES), ("second", "CREATE TABLE only (id INTEGER)")):
        with closing(sqlite3.connect(folder / f"{name}.db")) as database:
            database.executescript(script)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    sqlite_web = Application(
        *("sqlite_web", ("sqlite-web==0.8.2",), "library:app"),
        prepare=prepare,
        variables={"SQLITE_WEB_PASSWORD": "löve&lace"},
    )
    spent = [(r"\d+(\.\d+)? ?ms", "<milliseconds>")]
    return Comparison(sqlite_web, walk, tmp_path_factory.mktemp("sqlite_web"), spent)


# It keeps what it knows of tables in the process, so several workers would disagree.
@pytest.mark.parametrize("way", ["inline", "threads"])
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def key(*values: object) -> str:
    """How sqlite-web names a row in a path."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def walk(visitor: Walker) -> None:
    for part in (signing_in, looking, rows, columns, queries, exchange, databases, refused):
        part(visitor)


def signing_in(visitor: Walker) -> None:
    visitor.get("/book/content/?page=2", 302)
    visitor.follow()
    visitor.post("/login/", 200, password="wrong")
    visitor.post("/login/", 302, password="löve&lace")
    visitor.follow()
    for path in ("css/sqlbrowse.css", "js/app.js", "img/insert.png"):
        file = visitor.get(f"/static/{path}")
        visitor.get(f"/static/{path}", 304, if_none_match=file.headers["ETag"])
        visitor.get(f"/static/{path}", 206, range="bytes=-100")


def looking(visitor: Walker) -> None:
    visitor.get("/")
    for table in ("author", "book", "tag", "cheap", "odd%20name%2Fslash"):
        visitor.get(f"/{table}/", 404 if "%2F" in table else 200)
    visitor.get("/book", 308)
    visitor.follow()
    for query in ("", "?page=2", "?page=last&ordering=-2", "?ordering=99", "?page=x&ordering=x"):
        visitor.get(f"/book/content/{query}")
    for table in ("author", "tag", "cheap"):
        visitor.get(f"/{table}/content/?ordering=1")
        visitor.head(f"/{table}/content/")
    visitor.get(f"/author/row/{key(1)}/")
    visitor.get(f"/tag/row/{key(1, 'engine')}/")
    visitor.get(f"/author/row/{key(99)}/", 302)
    visitor.follow()
    visitor.get("/author/row/no-key/", 404)


def rows(visitor: Walker) -> None:
    visitor.get("/book/insert/")
    visitor.post("/book/insert/", 200, title="", price="dear")
    visitor.post("/book/insert/", 302, title="Ça & <là> €", author_id="2", price="1e3")
    visitor.follow()
    visitor.get(f"/book/update/{key(7)}/")
    visitor.post(f"/book/update/{key(7)}/", 302, title="Other", price="null")
    visitor.follow()
    visitor.post(f"/author/update/{key(1)}/", 302, picture="cafe")
    visitor.get(f"/book/delete/{key(7)}/")
    visitor.post(f"/book/delete/{key(7)}/", 302)
    visitor.follow()
    visitor.post("/book/content/?page=2", 302, action="bulk-delete", pk=key(6))
    visitor.follow()
    visitor.post("/tag/content/", 302, action="bulk-delete", pk=key(1))
    visitor.follow()


def columns(visitor: Walker) -> None:
    for form in ("add-column", "drop-column", "rename-column", "add-index", "drop-index"):
        visitor.get(f"/book/{form}/?name=price")
        visitor.post(f"/book/{form}/", 200)
    visitor.post("/book/add-column/", 302, name="a note", type="TEXT")
    visitor.follow()
    visitor.post("/book/rename-column/", 302, rename="a_note", rename_to="remark")
    visitor.post("/book/add-index/", 302, indexed_columns="remark", unique="1")
    visitor.follow()
    visitor.post("/book/drop-index/", 302, name="book_remark")
    visitor.post("/book/drop-column/", 302, name="remark")
    visitor.get("/book/drop-trigger/")
    visitor.post("/book/drop-trigger/", 302, name="book_ad")
    visitor.follow()


def queries(visitor: Walker) -> None:
    visitor.get("/query/")
    visitor.get("/query/?sql=SELECT+*+FROM+book+WHERE+title+LIKE+%27%25s%25%27&ordering=-2")
    visitor.get("/book/query/?sql=DELETE+FROM+book")
    select = "SELECT id, title || ' €' AS shown FROM book ORDER BY id"
    for button in ("export_json", "export_csv", "explain", "count"):
        visitor.post("/book/query/", 200, sql=select, **{button: ""})
    visitor.post("/query/", 200, sql="SELECT * FROM nowhere")
    visitor.post("/query/", 200, sql="SELECT 1; INSERT INTO tag VALUES (9, 'x'); SELECT 2;")
    visitor.get("/none/query/?sql=SELECT+1", 302)
    visitor.follow()


def exchange(visitor: Walker) -> None:
    """What is written out, and read in again."""
    visitor.get("/book/export/")
    for kind in ("json", "csv"):
        visitor.post("/book/export/", 200, columns="title", export_format=kind)
    visitor.get("/download/")
    visitor.head("/download/")
    visitor.get("/book/import/")
    visitor.post("/book/import/", 200, strip="1")
    books = b'[{"title": "From JSON", "price": 5}, {"title": "\xc3\x89", "author_id": 1}]'
    visitor.upload("/book/import/", 302, {"file": ("b\u00f6\u00f6ks.json", books)})
    visitor.upload("/book/import/", 302, {"file": ("books.csv", b"title,price\r\nCSV,1.5\r\n")})
    visitor.upload("/book/import/", 200, {"file": ("books.txt", b"?")})
    visitor.get("/book/content/?page=last")
    visitor.post("/create-table/", 302, table_name="")
    visitor.post("/create-table/", 302, table_name="made", redirect="//example.org/")
    visitor.follow()
    visitor.get("/made/drop/")
    visitor.post("/made/drop/", 302)
    visitor.follow()


def databases(visitor: Walker) -> None:
    visitor.get("/select-dataset/?name=none", 302)
    visitor.follow()
    visitor.get("/load/")
    visitor.upload("/load/", 200, {}, mode="upload")
    visitor.upload("/load/", 200, {"database": ("no.db", b"x" * 5000)}, mode="upload")
    visitor.upload("/load/", 302, {"database": ("../em pty.db", b"")}, mode="upload")
    visitor.follow()
    visitor.get("/unload/")
    visitor.post("/unload/", 302, dataset="none")
    visitor.follow()


def refused(visitor: Walker) -> None:
    visitor.get("/nowhere/at/all", 404)
    visitor.get("/nowhere/", 404)
    visitor.request("PUT", "/query/", 405)
    visitor.request("POST", "/query/", 403, headers={"Sec-Fetch-Site": "cross-site"})
    visitor.request("OPTIONS", "/book/content/")
    visitor.get("/logout/", 302)
    visitor.follow()
    visitor.get("/", 302)
