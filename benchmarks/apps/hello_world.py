"""One route, thirteen bytes."""

from benchmarks.apps.framework import make_app

app = make_app(__name__)


@app.route("/")
def hello() -> str:
    return "Hello, World!"
