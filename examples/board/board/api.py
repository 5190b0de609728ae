"""The JSON API, version 1. Writing calls carry HTTP Basic credentials of an account."""

from __future__ import annotations

import sqlite3
from typing import Any

from cruet import Blueprint, abort, current_app, g, jsonify, request, url_for
from cruet.toolkit.datastructures import WWWAuthenticate
from cruet.toolkit.exceptions import Unauthorized
from cruet.toolkit.security import check_password_hash
from cruet.typing import ResponseReturnValue
from cruet.views import MethodView

from . import notices, pictures
from .db import get_db

bp = Blueprint("api", __name__, url_prefix="/api")
v1 = Blueprint("v1", __name__, url_prefix="/v1")


def _as_json(row: sqlite3.Row) -> dict[str, Any]:
    picture = row["picture"] and url_for("pictures.show", name=row["picture"], _external=True)
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": row["title"],
        "body": row["body"],
        "author": row["author"],
        "created": row["created"].replace(" ", "T") + "Z",
        "comments": row["comments"],
        "picture": picture,
        "url": url_for("notices.show", notice_id=row["id"], _external=True),
    }


def _log_in() -> None:
    """Take the caller's account from the Authorization header, or ask for it with a 401."""
    sent = request.authorization
    if sent is not None and sent.type == "basic" and sent.username and sent.password:
        user = get_db().execute("SELECT * FROM user WHERE name = ?", (sent.username,)).fetchone()
        if user and check_password_hash(user["password"], sent.password):
            g.user = user
            return
    raise Unauthorized(
        "Send the name and password of an account.",
        www_authenticate=WWWAuthenticate("basic", {"realm": "board"}),
    )


def _sent_fields() -> dict[str, str]:
    sent = request.get_json()
    if not isinstance(sent, dict):
        abort(400, "Send a JSON object with kind, title and body.")
    fields, problems = notices.checked(sent)
    if problems:
        abort(422, " ".join(problems))
    return fields


class Notices(MethodView):
    def get(self) -> ResponseReturnValue:
        kind = request.args.get("kind")
        page = max(request.args.get("page", 1, type=int), 1)
        size = current_app.config["PAGE_SIZE"]
        rows, total = notices.page_of(kind, request.args.get("q", ""), page, size)
        return jsonify(notices=[_as_json(row) for row in rows], total=total, page=page)

    def post(self) -> ResponseReturnValue:
        _log_in()
        notice_id = notices.insert(_sent_fields())
        row = notices.one(notice_id)
        where = url_for("api.v1.notice", notice_id=notice_id)
        return _as_json(row), 201, {"Location": where}


class Notice(MethodView):
    def get(self, notice_id: int) -> ResponseReturnValue:
        return _as_json(notices.one(notice_id))

    def put(self, notice_id: int) -> ResponseReturnValue:
        _log_in()
        notices.own(notice_id)
        fields = _sent_fields()
        with get_db() as db:
            db.execute(
                "UPDATE notice SET kind = :kind, title = :title, body = :body WHERE id = :id",
                {**fields, "id": notice_id},
            )
        return _as_json(notices.one(notice_id))

    def delete(self, notice_id: int) -> ResponseReturnValue:
        _log_in()
        notice = notices.own(notice_id)
        with get_db() as db:
            db.execute("DELETE FROM notice WHERE id = ?", (notice_id,))
        pictures.remove(notice["picture"])
        return "", 204


v1.add_url_rule("/notices", view_func=Notices.as_view("notices"))
v1.add_url_rule("/notices/<int:notice_id>", view_func=Notice.as_view("notice"))
bp.register_blueprint(v1)
