"""500 static and 50 typed rules."""

from collections.abc import Callable

from benchmarks.apps.framework import make_app

app = make_app(__name__)


def static_view(number: int) -> Callable[[], str]:
    return lambda: f"route {number}"


def typed_view(number: int) -> Callable[[int, str], str]:
    return lambda item, name: f"typed {number}: {item} {name}"


for number in range(500):
    app.add_url_rule(f"/route/{number}", f"route_{number}", static_view(number))
for number in range(50):
    rule = f"/typed/{number}/<int:item>/<string:name>"
    app.add_url_rule(rule, f"typed_{number}", typed_view(number))
