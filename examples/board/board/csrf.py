"""A token in the session that every form that changes something must send back."""

from __future__ import annotations

import hmac
import secrets

from markupsafe import Markup

from cruet import Flask, abort, request, session

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def token() -> str:
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    kept: str = session["csrf"]
    return kept


def field() -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(token())


def protect() -> None:
    """Refuse a change without the session's token.

    The JSON API authenticates each call itself; a request that no view takes changes nothing.
    """
    if request.method in _SAFE_METHODS or "api" in request.blueprints or not request.endpoint:
        return
    sent = request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode(), session.get("csrf", "").encode()) or not sent:
        abort(400, "This form has expired. Go back, reload the page and send it again.")


def init_app(app: Flask) -> None:
    app.before_request(protect)
    app.jinja_env.globals["csrf_field"] = field
