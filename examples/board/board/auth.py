"""Accounts: register, log in, log out, and the decorator that asks for a log-in."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import ParamSpec
from urllib.parse import urlsplit

from cruet import Blueprint, flash, g, redirect, render_template, request, session, url_for
from cruet.toolkit.security import check_password_hash, generate_password_hash
from cruet.typing import ResponseReturnValue

from .db import get_db

bp = Blueprint("auth", __name__, url_prefix="/auth")

P = ParamSpec("P")

NAME_LENGTH = 40
PASSWORD_LENGTH = 8

# Compared with when the name is unknown, so that the time taken does not tell which names exist.
_NOBODY = generate_password_hash("nobody has this password")


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    @functools.wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if g.user is None:
            flash("Log in first, then you can go on.", "hint")
            return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))
        return view(*args, **kwargs)

    return wrapped


@bp.before_app_request
def load_user() -> None:
    """Put the row of the logged-in user into `g.user`; the static files and pictures need none."""
    user_id = session.get("user_id")
    g.user = user_id and get_db().execute("SELECT * FROM user WHERE id = ?", (user_id,)).fetchone()


def _problem(name: str, password: str) -> str | None:
    if not name or len(name) > NAME_LENGTH:
        return f"Choose a name of 1 to {NAME_LENGTH} characters."
    if len(password) < PASSWORD_LENGTH:
        return f"Choose a password of {PASSWORD_LENGTH} characters or more."
    return None


@bp.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    if request.method == "POST":
        name, password = request.form["name"].strip(), request.form["password"]
        problem = _problem(name, password)
        if problem is None:
            try:
                with get_db() as db:
                    db.execute(
                        "INSERT INTO user (name, password) VALUES (?, ?)",
                        (name, generate_password_hash(password)),
                    )
            except sqlite3.IntegrityError:
                problem = f"The name {name} is taken."
            else:
                flash("Welcome! Now log in with your new account.", "done")
                return redirect(url_for("auth.login"))
        flash(problem, "error")
    return render_template("auth/register.html")


@bp.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if request.method == "POST":
        name, password = request.form["name"].strip(), request.form["password"]
        user = get_db().execute("SELECT * FROM user WHERE name = ?", (name,)).fetchone()
        matches = check_password_hash(user["password"] if user else _NOBODY, password)
        if user and matches:
            session.clear()
            session["user_id"] = user["id"]
            session.permanent = "remember" in request.form
            flash(f"Hello, {user['name']}.", "done")
            return redirect(_local(request.args.get("next")))
        flash("Name and password do not match.", "error")
    return render_template("auth/login.html")


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    session.clear()
    flash("You are logged out.", "done")
    return redirect(url_for("index"))


def _local(target: str | None) -> str:
    """The page to go on to: a path of this site, never another host."""
    if target and target.startswith("/") and not target.startswith(("//", "/\\")):
        parts = urlsplit(target)
        if not parts.scheme and not parts.netloc:
            return target
    return url_for("index")
