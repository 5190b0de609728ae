"""Serving an application from its own module, and making clients for tests."""

from __future__ import annotations

import os
import typing as t

import click

from .helpers import get_debug_flag, get_load_dotenv

if t.TYPE_CHECKING:
    from .app import Flask
    from .testing import FlaskClient, FlaskCliRunner


class Running:
    """Mixed into Flask."""

    def run(  # type: ignore[misc]
        self: Flask,
        host: str | None = None,
        port: int | None = None,
        debug: bool | None = None,
        load_dotenv: bool = True,
        **options: t.Any,
    ) -> None:
        """Serve the application until interrupted; for development.

        ``host`` and ``port`` are by default those of ``SERVER_NAME``, else 127.0.0.1:5000. With
        debug mode come the reloader and the debugger. Options are those of
        :func:`.toolkit.serving.run_simple`. Does nothing where a command imports the module.
        """
        from .toolkit import serving

        app: Flask = self
        if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
            if not serving.is_running_from_reloader():
                click.secho(
                    " * Ignoring a call to 'app.run()' that would block the current 'cruet' CLI"
                    " command.\n"
                    "   Only call 'app.run()' in an 'if __name__ == \"__main__\"' guard.",
                    fg="red",
                )
            return

        from . import cli

        if get_load_dotenv(load_dotenv):
            cli.load_dotenv()
            # The file may have set it.
            if "FLASK_DEBUG" in os.environ or "CRUET_DEBUG" in os.environ:
                app.debug = get_debug_flag()
        if debug is not None:
            app.debug = bool(debug)

        name, _, name_port = (self.config["SERVER_NAME"] or "").partition(":")
        if not host:
            host = name or "127.0.0.1"
        if port is None:
            port = int(name_port) if name_port else 5000
        options.setdefault("use_reloader", self.debug)
        options.setdefault("use_debugger", self.debug)
        options.setdefault("threaded", True)

        cli.show_server_banner(self.debug, self.name)
        try:
            serving.run_simple(host, int(port), self, **options)
        finally:
            # Interactive sessions may go on to register views, and run it again.
            app._got_first_request = False

    def test_client(  # type: ignore[misc]
        self: Flask, use_cookies: bool = True, **kwargs: t.Any
    ) -> FlaskClient:
        """Return a client that makes requests to the application without a server.

        Set ``app.testing = True`` for exceptions to reach the test. Keywords go to
        ``test_client_class``.
        """
        from .testing import FlaskClient

        cls = self.test_client_class or FlaskClient
        return cls(self, self.response_class, use_cookies=use_cookies, **kwargs)

    def test_cli_runner(self: Flask, **kwargs: t.Any) -> FlaskCliRunner:  # type: ignore[misc]
        """Return a runner that invokes commands of the application."""
        from .testing import FlaskCliRunner

        cls = self.test_cli_runner_class or FlaskCliRunner
        return cls(self, **kwargs)
