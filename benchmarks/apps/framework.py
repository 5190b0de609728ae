"""Which framework the benchmark applications stand on, chosen by the environment.

``CRUET_BENCH_FRAMEWORK`` is ``cruet`` (default) or ``flask``. ``CRUET_BENCH_WSGI=1`` puts a
middleware that only passes on before the application, so that cruet serves it over plain WSGI.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

if os.environ.get("CRUET_BENCH_FRAMEWORK", "cruet") == "flask":
    import flask as web
else:
    import cruet as web  # type: ignore[no-redef]

__all__ = ["make_app", "web"]


def make_app(name: str) -> Any:
    """Return an application of the chosen framework, over plain WSGI where that is asked for."""
    app = web.Flask(name)
    if os.environ.get("CRUET_BENCH_WSGI") == "1":
        inner = app.wsgi_app

        def pass_on(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            return inner(environ, start_response)

        app.wsgi_app = pass_on  # type: ignore[method-assign]
    return app
