"""Several WSGI applications under one roof, each below a path."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class DispatcherMiddleware:
    """Calls the application that is mounted at the longest part of the request's path.

    :param app: called for all other paths.
    :param mounts: applications by their path, which has a leading slash and none at its end.
    """

    def __init__(
        self, app: WSGIApplication, mounts: dict[str, WSGIApplication] | None = None
    ) -> None:
        self.app = app
        self.mounts = mounts or {}

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> t.Iterable[bytes]:
        """Move the mount's path from PATH_INFO to SCRIPT_NAME and call its application."""
        path = environ.get("PATH_INFO", "")
        script = path
        while script and script not in self.mounts:
            script = script.rpartition("/")[0]
        app = self.mounts.get(script, self.app)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + script
        environ["PATH_INFO"] = path[len(script) :]
        return app(environ, start_response)
