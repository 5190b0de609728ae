"""Rendering with Jinja, within the application's environment."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator

from jinja2 import BaseLoader, Template, TemplateNotFound
from jinja2 import Environment as BaseEnvironment

from ._string_templates import template_of
from ._template_context import _default_template_ctx_processor
from .globals import current_app, request
from .helpers import stream_with_context
from .signals import before_render_template, template_rendered

if t.TYPE_CHECKING:
    from .app import Flask
    from .sansio.app import App
    from .sansio.scaffold import Scaffold

    _Source = tuple[str, str | None, Callable[[], bool] | None]


__all__ = [
    "DispatchingJinjaLoader",
    "Environment",
    "_default_template_ctx_processor",
    "render_template",
    "render_template_string",
    "stream_template",
    "stream_template_string",
]


class Environment(BaseEnvironment):
    """A Jinja environment that knows its application and where blueprints keep templates."""

    def __init__(self, app: App, **options: t.Any) -> None:
        if "loader" not in options:
            options["loader"] = app.create_global_jinja_loader()
        super().__init__(**options)
        self.app = app


class DispatchingJinjaLoader(BaseLoader):
    """Asks the application's loader first, then those of the blueprints as registered."""

    def __init__(self, app: App) -> None:
        self.app = app

    def get_source(self, environment: BaseEnvironment, template: str) -> _Source:
        if self.app.config["EXPLAIN_TEMPLATE_LOADING"]:
            return self._get_source_explained(environment, template)
        return self._get_source_fast(environment, template)

    def _get_source_explained(self, environment: BaseEnvironment, template: str) -> _Source:
        attempts: list[tuple[BaseLoader, Scaffold, _Source | None]] = []
        found: _Source | None = None
        for source, loader in self._iter_loaders(template):
            answer: _Source | None
            try:
                answer = loader.get_source(environment, template)
                found = answer if found is None else found
            except TemplateNotFound:
                answer = None
            attempts.append((loader, source, answer))

        from .debughelpers import explain_template_loading_attempts

        explain_template_loading_attempts(self.app, template, attempts)
        if found is None:
            raise TemplateNotFound(template)
        return found

    def _get_source_fast(self, environment: BaseEnvironment, template: str) -> _Source:
        for _source, loader in self._iter_loaders(template):
            try:
                return loader.get_source(environment, template)
            except TemplateNotFound:
                continue
        raise TemplateNotFound(template)

    def _iter_loaders(self, template: str) -> Iterator[tuple[Scaffold, BaseLoader]]:
        for scaffold in (self.app, *self.app.iter_blueprints()):
            loader = scaffold.jinja_loader
            if loader is not None:
                yield scaffold, loader

    def list_templates(self) -> list[str]:
        names: set[str] = set()
        for _source, loader in self._iter_loaders(""):
            names.update(loader.list_templates())
        return list(names)


def _render(app: Flask, template: Template, context: dict[str, t.Any]) -> str:
    app.update_template_context(context)
    before_render_template.send(
        app, _async_wrapper=app.ensure_sync, template=template, context=context
    )
    text = template.render(context)
    template_rendered.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)
    return text


def render_template(
    template_name_or_list: str | Template | list[str | Template], **context: t.Any
) -> str:
    """Render a template by name; of several names, the first that exists."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    template = app.jinja_env.get_or_select_template(template_name_or_list)
    return _render(app, template, context)


def render_template_string(source: str, **context: t.Any) -> str:
    """Render a template given as its source, which is compiled at its first use and kept."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _render(app, template_of(app.jinja_env, source), context)


def _stream(app: Flask, template: Template, context: dict[str, t.Any]) -> Iterator[str]:
    app.update_template_context(context)
    before_render_template.send(
        app, _async_wrapper=app.ensure_sync, template=template, context=context
    )

    def generate() -> Iterator[str]:
        yield from template.generate(context)
        template_rendered.send(
            app, _async_wrapper=app.ensure_sync, template=template, context=context
        )

    # Templates may use the request while they are rendered, after the view has returned.
    return stream_with_context(generate()) if request else generate()


def stream_template(
    template_name_or_list: str | Template | list[str | Template], **context: t.Any
) -> Iterator[str]:
    """Render a template by name piece by piece; the iterator can be a response."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    template = app.jinja_env.get_or_select_template(template_name_or_list)
    return _stream(app, template, context)


def stream_template_string(source: str, **context: t.Any) -> Iterator[str]:
    """Render a template given as its source piece by piece."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return _stream(app, template_of(app.jinja_env, source), context)
