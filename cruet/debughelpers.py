"""Errors and explanations that are only given in debug mode."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator

from .blueprints import Blueprint
from .globals import request_ctx
from .sansio.app import App
from .toolkit.routing import RequestRedirect as RequestRedirect

if t.TYPE_CHECKING:
    from jinja2.loaders import BaseLoader

    from .sansio.scaffold import Scaffold
    from .wrappers import Request

    _Source = tuple[str, str | None, Callable[[], bool] | None]


class UnexpectedUnicodeError(AssertionError, UnicodeError):
    """Text where bytes were needed, or the reverse."""


class DebugFilesKeyError(KeyError, AssertionError):
    """``request.files`` was asked for a field that the browser sent as plain text."""

    def __init__(self, request: Request, key: str) -> None:
        lines = [
            f"You tried to access the file {key!r} in the request.files dictionary but it does not"
            f" exist. The mimetype for the request is {request.mimetype!r} instead of"
            " 'multipart/form-data' which means that no file contents were transmitted. To fix"
            ' this error you should provide enctype="multipart/form-data" in your form.'
        ]
        matches = [repr(name) for name in request.form.getlist(key)]
        if matches:
            lines.append(
                "\n\nThe browser instead transmitted some file names. This was submitted:"
                f" {', '.join(matches)}"
            )
        self.msg = "".join(lines)

    def __str__(self) -> str:
        return self.msg


class FormDataRoutingRedirect(AssertionError):
    """Routing would redirect a request whose body the redirect loses."""

    def __init__(self, request: Request) -> None:
        exc: t.Any = request.routing_exception
        message = [
            f"A request was sent to '{request.url}', but routing issued a redirect to the"
            f" canonical URL '{exc.new_url}'."
        ]
        if f"{request.base_url}/" == exc.new_url.partition("?")[0]:
            message.append(
                " The URL was defined with a trailing slash. Flask will redirect to the URL with a"
                " trailing slash if it was accessed without one."
            )
        message.append(
            " Send requests to the canonical URL, or use 307 or 308 for routing redirects."
            " Otherwise, browsers will drop form data.\n\n"
            "This exception is only raised in debug mode."
        )
        super().__init__("".join(message))


def attach_enctype_error_multidict(request: Request) -> None:
    """Make ``request.files`` explain a missing key whose name is in ``request.form``."""
    base = type(request.files)

    class ExplainingFiles(base):  # type: ignore[valid-type, misc]
        def __getitem__(self, key: str) -> t.Any:
            try:
                return super().__getitem__(key)
            except KeyError as e:
                if key not in request.form:
                    raise
                raise DebugFilesKeyError(request, key).with_traceback(e.__traceback__) from None

    ExplainingFiles.__name__ = base.__name__
    ExplainingFiles.__module__ = base.__module__
    request.files = ExplainingFiles(request.files)


def _dump_loader_info(loader: BaseLoader) -> Iterator[str]:
    yield f"class: {type(loader).__module__}.{type(loader).__name__}"
    for key, value in sorted(loader.__dict__.items()):
        if key.startswith("_"):
            continue
        if isinstance(value, (tuple, list)):
            if all(isinstance(item, str) for item in value):
                yield f"{key}:"
                yield from (f"  - {item}" for item in value)
        elif isinstance(value, (str, int, float, bool)):
            yield f"{key}: {value!r}"


def explain_template_loading_attempts(
    app: App, template: str, attempts: list[tuple[BaseLoader, Scaffold, _Source | None]]
) -> None:
    """Log which loaders were asked for a template and what each of them found."""
    info = [f"Locating template {template!r}:"]
    total_found = 0
    blueprint = None
    if request_ctx and request_ctx.request.blueprint is not None:
        blueprint = request_ctx.request.blueprint

    for index, (loader, source, found) in enumerate(attempts, 1):
        if isinstance(source, App):
            origin = f"application {source.import_name!r}"
        elif isinstance(source, Blueprint):
            origin = f"blueprint {source.name!r} ({source.import_name})"
        else:
            origin = repr(source)
        info.append(f"{index:5d}: trying loader of {origin}")
        info.extend(f"       {line}" for line in _dump_loader_info(loader))
        if found is None:
            detail = "no match"
        else:
            total_found += 1
            detail = f"found ({found[1] or '<string>'!r})"
        info.append(f"       -> {detail}")

    seems_fishy = total_found != 1
    if total_found == 0:
        info.append("Error: the template could not be found.")
    elif total_found > 1:
        info.append("Warning: multiple loaders returned a match for the template.")
    if blueprint is not None and seems_fishy:
        info.append(
            "  The template was looked up from an endpoint that belongs to the blueprint"
            f" {blueprint!r}."
        )
        info.append("  Maybe you did not place a template in the right folder?")
        info.append("  See https://flask.palletsprojects.com/blueprints/#templates")
    app.logger.info("\n".join(info))
