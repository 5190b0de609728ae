"""Five hooks before and five after each request."""

from collections.abc import Callable
from typing import Any

from benchmarks.apps.framework import make_app, web

app = make_app(__name__)


def before(number: int) -> Callable[[], None]:
    def hook() -> None:
        setattr(web.g, f"step_{number}", number)

    return hook


def after(number: int) -> Callable[[Any], Any]:
    def hook(response: Any) -> Any:
        response.headers[f"X-Step-{number}"] = str(getattr(web.g, f"step_{number}"))
        return response

    return hook


for number in range(5):
    app.before_request(before(number))
    app.after_request(after(number))


@app.route("/")
def index() -> str:
    return "through the chain"
