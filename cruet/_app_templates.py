"""The application's Jinja environment."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

from .globals import _cv_request, g, request, session
from .helpers import get_flashed_messages

if t.TYPE_CHECKING:
    from .app import Flask
    from .templating import Environment


class Templates:
    """Mixed into Flask."""

    def create_jinja_environment(self: Flask) -> Environment:  # type: ignore[misc]
        """Make the Jinja environment from ``jinja_options``, with the globals that templates have.

        ``TEMPLATES_AUTO_RELOAD`` says whether changed templates are loaded anew; by default in
        debug mode.
        """
        options = dict(self.jinja_options)
        options.setdefault("autoescape", self.select_jinja_autoescape)
        if "auto_reload" not in options:
            auto_reload = self.config["TEMPLATES_AUTO_RELOAD"]
            options["auto_reload"] = self.debug if auto_reload is None else auto_reload
        env = self.jinja_environment(self, **options)
        env.globals.update(
            url_for=self.url_for,
            get_flashed_messages=get_flashed_messages,
            config=self.config,
            # Proxies, so that imported templates, which get no context, have them too.
            request=request,
            session=session,
            g=g,
        )
        env.policies["json.dumps_function"] = self.json.dumps
        return env

    def update_template_context(self: Flask, context: dict[str, t.Any]) -> None:  # type: ignore[misc]
        """Add to a context what the context processors give; what is in it already stays."""
        names: Iterable[str | None] = (None,)
        request_context = _cv_request.get(None)
        if request_context is not None:
            names = (None, *reversed(request_context.request.blueprints))
        given = context.copy()
        for name in names:
            for function in self.template_context_processors.get(name, ()):
                context.update(self.ensure_sync(function)())
        context.update(given)

    def make_shell_context(self: Flask) -> dict[str, t.Any]:  # type: ignore[misc]
        """Return the names that ``cruet shell`` starts with."""
        names: dict[str, t.Any] = {"app": self, "g": g}
        for processor in self.shell_context_processors:
            names.update(processor())
        return names
