"""The notices: the board itself, one notice with its comments, pin, change and take down."""

from __future__ import annotations

import sqlite3
from typing import Any

from cruet import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from cruet.toolkit.datastructures import FileStorage
from cruet.typing import ResponseReturnValue

from . import pictures
from .auth import login_required
from .db import get_db

bp = Blueprint("notices", __name__, url_prefix="/notices")

KINDS = {
    "offer": "For grabs",
    "wanted": "Wanted",
    "event": "Event",
    "lost": "Lost & found",
    "help": "Helping hands",
}
TITLE_LENGTH = 120
BODY_LENGTH = 10_000

_SELECT = """
    SELECT notice.*, user.name AS author,
           (SELECT count(*) FROM comment WHERE notice_id = notice.id) AS comments
    FROM notice JOIN user ON user.id = notice.author_id
"""


def page_of(kind: str | None, search: str, page: int, size: int) -> tuple[list[sqlite3.Row], int]:
    """A page of notices, the newest first, and how many there are in all."""
    where, values = ["1"], []
    if kind:
        where.append("kind = ?")
        values.append(kind)
    if search:
        where.append("(title LIKE ? ESCAPE '\\' OR body LIKE ? ESCAPE '\\')")
        values += [f"%{_escape_like(search)}%"] * 2
    condition = " AND ".join(where)
    db = get_db()
    total = db.execute(f"SELECT count(*) FROM notice WHERE {condition}", values).fetchone()[0]
    rows = db.execute(
        f"{_SELECT} WHERE {condition} ORDER BY notice.id DESC LIMIT ? OFFSET ?",
        [*values, size, (page - 1) * size],
    ).fetchall()
    return rows, total


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def one(notice_id: int) -> sqlite3.Row:
    """A notice with its author's name; 404 where there is none."""
    row: sqlite3.Row | None = (
        get_db().execute(f"{_SELECT} WHERE notice.id = ?", (notice_id,)).fetchone()
    )
    if row is None:
        abort(404, f"There is no notice {notice_id}. It may have been taken down.")
    return row


def own(notice_id: int) -> sqlite3.Row:
    """A notice of the logged-in user; 403 where it is somebody else's."""
    row = one(notice_id)
    if row["author_id"] != g.user["id"]:
        abort(403, "Only who pinned a notice can change it or take it down.")
    return row


def checked(form: Any) -> tuple[dict[str, str], list[str]]:
    """The fields of a notice from a form or JSON object, trimmed, and what is wrong with them."""
    fields = {name: str(form.get(name) or "").strip() for name in ("kind", "title", "body")}
    problems = []
    if fields["kind"] not in KINDS:
        problems.append("Choose what kind of notice it is.")
    if not 0 < len(fields["title"]) <= TITLE_LENGTH:
        problems.append(f"Give it a title of 1 to {TITLE_LENGTH} characters.")
    if not 0 < len(fields["body"]) <= BODY_LENGTH:
        problems.append(f"Write a text of 1 to {BODY_LENGTH:,} characters.")
    return fields, problems


def insert(fields: dict[str, str], picture: str | None = None) -> int:
    with get_db() as db:
        cursor = db.execute(
            "INSERT INTO notice (author_id, kind, title, body, picture) VALUES (?, ?, ?, ?, ?)",
            (g.user["id"], fields["kind"], fields["title"], fields["body"], picture),
        )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


@bp.route("/")
def index() -> ResponseReturnValue:
    kind = request.args.get("kind")
    if kind and kind not in KINDS:
        abort(404, f"There is no kind of notice called {kind}.")
    search = request.args.get("q", "").strip()
    page = max(request.args.get("page", 1, type=int), 1)
    size = current_app.config["PAGE_SIZE"]
    rows, total = page_of(kind, search, page, size)
    pages = max((total + size - 1) // size, 1)
    return render_template(
        "notices/index.html",
        notices=rows,
        total=total,
        kind=kind,
        search=search,
        page=page,
        pages=pages,
    )


@bp.route("/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    notice = one(notice_id)
    comments = (
        get_db()
        .execute(
            "SELECT comment.*, user.name AS author FROM comment"
            " JOIN user ON user.id = comment.author_id WHERE notice_id = ? ORDER BY comment.id",
            (notice_id,),
        )
        .fetchall()
    )
    return render_template("notices/show.html", notice=notice, comments=comments)


def submitted() -> tuple[dict[str, str], FileStorage | None, list[str]]:
    """The fields and the picture of the form that was sent, and what is wrong with them."""
    fields, problems = checked(request.form)
    upload = request.files.get("picture")
    return fields, upload, problems + pictures.problems(upload)


def form_again(problems: list[str], notice: sqlite3.Row | None) -> ResponseReturnValue:
    """The form as it was filled in, with what is wrong above it."""
    for problem in problems:
        flash(problem, "error")
    return render_template("notices/form.html", notice=notice), 422


@bp.route("/new", methods=["GET", "POST"])
@login_required
def create() -> ResponseReturnValue:
    if request.method == "GET":
        return render_template("notices/form.html", notice=None)
    fields, upload, problems = submitted()
    if problems:
        return form_again(problems, None)
    notice_id = insert(fields, pictures.save(upload))
    flash("Your notice is pinned.", "done")
    return redirect(url_for("notices.show", notice_id=notice_id))


@bp.route("/<int:notice_id>/edit", methods=["GET", "POST"])
@login_required
def edit(notice_id: int) -> ResponseReturnValue:
    notice = own(notice_id)
    if request.method == "GET":
        return render_template("notices/form.html", notice=notice)
    fields, upload, problems = submitted()
    if problems:
        return form_again(problems, notice)
    picture = pictures.save(upload) or notice["picture"]
    with get_db() as db:
        db.execute(
            "UPDATE notice SET kind = ?, title = ?, body = ?, picture = ? WHERE id = ?",
            (fields["kind"], fields["title"], fields["body"], picture, notice_id),
        )
    if picture != notice["picture"]:
        pictures.remove(notice["picture"])
    flash("Your notice is changed.", "done")
    return redirect(url_for("notices.show", notice_id=notice_id))


@bp.post("/<int:notice_id>/delete")
@login_required
def delete(notice_id: int) -> ResponseReturnValue:
    notice = own(notice_id)
    with get_db() as db:
        db.execute("DELETE FROM notice WHERE id = ?", (notice_id,))
    pictures.remove(notice["picture"])
    flash(f"“{notice['title']}” is taken down.", "done")
    return redirect(url_for("index"))


@bp.post("/<int:notice_id>/comments")
@login_required
def comment(notice_id: int) -> ResponseReturnValue:
    one(notice_id)
    body = request.form["body"].strip()
    if not 0 < len(body) <= BODY_LENGTH:
        flash("Write something first.", "error")
    else:
        with get_db() as db:
            db.execute(
                "INSERT INTO comment (notice_id, author_id, body) VALUES (?, ?, ?)",
                (notice_id, g.user["id"], body),
            )
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor="comments"))
