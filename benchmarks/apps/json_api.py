"""Fifty rows as JSON."""

from typing import Any

from benchmarks.apps.framework import make_app, web

app = make_app(__name__)

ROWS = [
    {"id": n, "name": f"row {n}", "price": n * 1.25, "tags": ["a", "b"], "active": n % 2 == 0}
    for n in range(50)
]


@app.route("/api/rows")
def rows() -> Any:
    return web.jsonify(rows=ROWS, total=len(ROWS))
