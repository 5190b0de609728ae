"""Functions for views: responses, URLs, messages, files."""

from __future__ import annotations

import os
import sys
import typing as t
from collections.abc import Callable, Iterable, Iterator
from functools import cache, update_wrapper

from . import toolkit as werkzeug  # tests patch flask.helpers.werkzeug.utils
from .globals import _cv_app, _cv_request, current_app, request, request_ctx, session
from .signals import message_flashed
from .toolkit.exceptions import abort as _toolkit_abort
from .toolkit.utils import redirect as _toolkit_redirect

if t.TYPE_CHECKING:
    from datetime import datetime

    from .toolkit.wrappers import Response as BaseResponse
    from .wrappers import Response


def _env_flag(name: str) -> bool | None:
    """Read a boolean environment variable, ``CRUET_name`` before ``FLASK_name``; None if unset."""
    value = os.environ.get(f"CRUET_{name}") or os.environ.get(f"FLASK_{name}")
    return value.lower() not in {"0", "false", "no"} if value else None


def get_debug_flag() -> bool:
    """Tell whether the environment asks for debug mode (``FLASK_DEBUG``, ``CRUET_DEBUG``)."""
    return bool(_env_flag("DEBUG"))


def get_load_dotenv(default: bool = True) -> bool:
    """Tell whether dotenv files are loaded; ``FLASK_SKIP_DOTENV=1`` says no."""
    skip = _env_flag("SKIP_DOTENV")
    return default if skip is None else not skip


@t.overload
def stream_with_context(
    generator_or_function: Iterator[t.AnyStr],
) -> Iterator[t.AnyStr]: ...
@t.overload
def stream_with_context(
    generator_or_function: Callable[..., Iterator[t.AnyStr]],
) -> Callable[..., Iterator[t.AnyStr]]: ...
def stream_with_context(
    generator_or_function: Iterator[t.AnyStr] | Callable[..., Iterator[t.AnyStr]],
) -> Iterator[t.AnyStr] | Callable[..., Iterator[t.AnyStr]]:
    """Keep the request's context while a generator runs, after its view has returned.

    Takes a generator, or decorates a generator function. Outside of a request it is a
    ``RuntimeError`` when the generator is handed over.
    """
    try:
        generator = iter(generator_or_function)  # type: ignore[arg-type]
    except TypeError:
        function = t.cast("Callable[..., Iterator[t.AnyStr]]", generator_or_function)

        def decorator(*args: t.Any, **kwargs: t.Any) -> Iterator[t.AnyStr]:
            return stream_with_context(function(*args, **kwargs))

        return update_wrapper(decorator, function)

    closers = [getattr(generator, "close", None)]

    def close() -> None:
        function = closers.pop() if closers else None
        if function is not None:
            function()

    def generate() -> Iterator[t.AnyStr | None]:
        if (request_context := _cv_request.get(None)) is None:
            raise RuntimeError(
                "'stream_with_context' can only be used when a request context is active, such as"
                " in a view function."
            )
        app_context = _cv_app.get()
        try:
            # The start: the contexts are known from here on. They are pushed after it, since the
            # generator may be started in one contextvars.Context and read in another, as after an
            # async view.
            yield None
            # The application's first, so that the request's does not push one of its own.
            with app_context, request_context:
                try:
                    # Not `yield from`, which would close it once more.
                    for item in generator:  # noqa: UP028
                        yield item
                finally:
                    close()
        except GeneratorExit:
            # Closed before it was read.
            close()
            raise

    held = generate()
    next(held)
    return t.cast("Iterator[t.AnyStr]", held)


def make_response(*args: t.Any) -> Response:
    """Return what a view's return value would become, to add headers to it for instance.

    Several arguments are a tuple; none is an empty response.
    """
    if not args:
        return current_app.response_class()
    return current_app.make_response(args[0] if len(args) == 1 else args)


def url_for(
    endpoint: str,
    *,
    _anchor: str | None = None,
    _method: str | None = None,
    _scheme: str | None = None,
    _external: bool | None = None,
    **values: t.Any,
) -> str:
    """Return the URL of an endpoint with the given values; see :meth:`.Flask.url_for`."""
    return current_app.url_for(
        endpoint,
        _anchor=_anchor,
        _method=_method,
        _scheme=_scheme,
        _external=_external,
        **values,
    )


def redirect(
    location: str, code: int = 302, Response: type[BaseResponse] | None = None
) -> BaseResponse:
    """Return a redirect to a location; within an application, ``app.redirect`` makes it."""
    if current_app:
        return current_app.redirect(location, code=code)
    return _toolkit_redirect(location, code=code, Response=Response)


def abort(code: int | BaseResponse, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
    """Raise the HTTP exception for a status code, or one that carries a response.

    Within an application its ``aborter`` is asked, which may know further codes.
    """
    if current_app:
        current_app.aborter(code, *args, **kwargs)
    _toolkit_abort(code, *args, **kwargs)


def get_template_attribute(template_name: str, attribute: str) -> t.Any:
    """Return a macro or variable that a template exports, to use it from Python."""
    return getattr(current_app.jinja_env.get_template(template_name).module, attribute)


def flash(message: str, category: str = "message") -> None:
    """Keep a message in the session for the next request to show."""
    # Assigned and not appended to, so that the session notices the change.
    flashes = session.get("_flashes", [])
    flashes.append((category, message))
    session["_flashes"] = flashes
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    message_flashed.send(app, _async_wrapper=app.ensure_sync, message=message, category=category)


def get_flashed_messages(
    with_categories: bool = False, category_filter: Iterable[str] = ()
) -> list[str] | list[tuple[str, str]]:
    """Take the flashed messages out of the session.

    Further calls in one request give the same again. With categories, pairs of category and
    message; a filter keeps the given categories.
    """
    flashes = request_ctx.flashes
    if flashes is None:
        flashes = session.pop("_flashes") if "_flashes" in session else []
        request_ctx.flashes = flashes
    if category_filter:
        flashes = [pair for pair in flashes if pair[0] in category_filter]
    return flashes if with_categories else [pair[1] for pair in flashes]


def _prepare_send_file_kwargs(**kwargs: t.Any) -> dict[str, t.Any]:
    if kwargs["max_age"] is None:
        kwargs["max_age"] = current_app.get_send_file_max_age
    kwargs.update(
        environ=request.environ,
        use_x_sendfile=current_app.config["USE_X_SENDFILE"],
        response_class=current_app.response_class,
        _root_path=current_app.root_path,
    )
    return kwargs


def send_file(
    path_or_file: os.PathLike[t.AnyStr] | str | t.IO[bytes],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | int | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """Send a file, with validators and, where the request asks, a range or a 304 (RFC 9110).

    Relative paths start at ``app.root_path``. Never pass a path that a user gave: that is what
    :func:`send_from_directory` is for. A file object must be open in binary mode and stand at its
    start; it needs ``mimetype`` or ``download_name``. ``max_age`` is in seconds, or a function that
    gives it for a name; by default :meth:`.Flask.get_send_file_max_age`.
    """
    return werkzeug.utils.send_file(  # type: ignore[return-value]
        **_prepare_send_file_kwargs(
            path_or_file=path_or_file,
            environ=request.environ,
            mimetype=mimetype,
            as_attachment=as_attachment,
            download_name=download_name,
            conditional=conditional,
            etag=etag,
            last_modified=last_modified,
            max_age=max_age,
        )
    )


def send_from_directory(
    directory: os.PathLike[str] | str, path: os.PathLike[str] | str, **kwargs: t.Any
) -> Response:
    """Send a file from within a directory by a path that a user may have given.

    A path that leads out of the directory, or to no file, is a 404. A relative directory starts
    at ``app.root_path``. Keywords as for :func:`send_file`.
    """
    kwargs.setdefault("max_age", None)
    return werkzeug.utils.send_from_directory(  # type: ignore[return-value]
        directory, path, **_prepare_send_file_kwargs(**kwargs)
    )


def get_root_path(import_name: str) -> str:
    """Return the folder of a package or module; the working directory for ``__main__`` typed in.

    A namespace package has none: ``RuntimeError``.
    """
    module = sys.modules.get(import_name)
    file: str | None = getattr(module, "__file__", None)
    if file is not None:
        return os.path.dirname(os.path.abspath(file))

    # Not imported, or imported by a loader that sets no __file__.
    from importlib.util import find_spec

    try:
        spec = find_spec(import_name)
    except (ImportError, ValueError):
        spec = None
    loader = None if spec is None else spec.loader
    if loader is None:
        return os.getcwd()
    if hasattr(loader, "get_filename"):
        path: t.Any = loader.get_filename(import_name)
    else:
        __import__(import_name)
        path = getattr(sys.modules[import_name], "__file__", None)
        if path is None:
            raise RuntimeError(
                f"No root path can be found for the provided module {import_name!r}. This can"
                " happen because the module came from an import hook that does not provide file"
                " name information or because it's a namespace package. In this case the root path"
                " needs to be explicitly provided."
            )
    return str(os.path.dirname(os.path.abspath(path)))


@cache
def _split_blueprint_path(name: str) -> list[str]:
    """Return a blueprint's dotted name and those of its parents, innermost first."""
    names = [name]
    while "." in name:
        name = name.rpartition(".")[0]
        names.append(name)
    return names
