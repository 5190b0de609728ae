"""The whole board as a CSV file, streamed row by row: memory stays flat however long it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cruet import Blueprint, current_app, stream_with_context
from cruet.typing import ResponseReturnValue

from .db import get_db

bp = Blueprint("export", __name__, url_prefix="/export")

_COLUMNS = ("id", "kind", "title", "body", "author", "created")


def _rows() -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow(_COLUMNS)
    cursor = get_db().execute(
        "SELECT notice.id, kind, title, body, user.name, created FROM notice"
        " JOIN user ON user.id = notice.author_id ORDER BY notice.id"
    )
    for row in cursor:
        writer.writerow([_harmless(value) for value in row])
        if line.tell() > 16_384:
            yield line.getvalue()
            line.seek(0)
            line.truncate()
    yield line.getvalue()


def _harmless(value: object) -> object:
    """Keep a spreadsheet from taking text for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


@bp.route("/board.csv")
def board_csv() -> ResponseReturnValue:
    return current_app.response_class(
        stream_with_context(_rows()),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=board.csv"},
    )
