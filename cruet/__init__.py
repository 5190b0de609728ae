"""A Flask-compatible web framework, its HTTP toolkit and its server in one package."""

from __future__ import annotations

try:
    import cruet._cruet
except ModuleNotFoundError as error:
    if error.name != "cruet._cruet":
        raise
    raise ImportError(
        "cruet's extension module is not built. In a clone run `./dev serve` or `./dev test`, "
        "or see the README for the line that installs it."
    ) from None

import sys as _sys
import typing as _t

from . import json as json
from .app import Cruet as Cruet
from .app import Flask as Flask
from .blueprints import Blueprint as Blueprint
from .config import Config as Config
from .ctx import after_this_request as after_this_request
from .ctx import copy_current_request_context as copy_current_request_context
from .ctx import has_app_context as has_app_context
from .ctx import has_request_context as has_request_context
from .globals import current_app as current_app
from .globals import g as g
from .globals import request as request
from .globals import session as session
from .helpers import abort as abort
from .helpers import flash as flash
from .helpers import get_flashed_messages as get_flashed_messages
from .helpers import get_template_attribute as get_template_attribute
from .helpers import make_response as make_response
from .helpers import redirect as redirect
from .helpers import send_file as send_file
from .helpers import send_from_directory as send_from_directory
from .helpers import stream_with_context as stream_with_context
from .helpers import url_for as url_for
from .json import jsonify as jsonify
from .signals import appcontext_popped as appcontext_popped
from .signals import appcontext_pushed as appcontext_pushed
from .signals import appcontext_tearing_down as appcontext_tearing_down
from .signals import before_render_template as before_render_template
from .signals import got_request_exception as got_request_exception
from .signals import message_flashed as message_flashed
from .signals import request_finished as request_finished
from .signals import request_started as request_started
from .signals import request_tearing_down as request_tearing_down
from .signals import template_rendered as template_rendered
from .wrappers import Request as Request
from .wrappers import Response as Response

if _t.TYPE_CHECKING:
    from . import templating as templating
    from . import views as views
    from .templating import render_template as render_template
    from .templating import render_template_string as render_template_string
    from .templating import stream_template as stream_template
    from .templating import stream_template_string as stream_template_string

__all__ = [
    "Blueprint",
    "Config",
    "Cruet",
    "Flask",
    "Request",
    "Response",
    "abort",
    "after_this_request",
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "copy_current_request_context",
    "current_app",
    "flash",
    "g",
    "get_flashed_messages",
    "get_template_attribute",
    "got_request_exception",
    "has_app_context",
    "has_request_context",
    "json",
    "jsonify",
    "make_response",
    "message_flashed",
    "redirect",
    "render_template",
    "render_template_string",
    "request",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "send_file",
    "send_from_directory",
    "session",
    "stream_template",
    "stream_template_string",
    "stream_with_context",
    "template_rendered",
    "url_for",
]

# What needs Jinja, or is seldom needed, is imported when it is first asked for.
_LAZY_NAMES = frozenset(
    {"render_template", "render_template_string", "stream_template", "stream_template_string"}
)
_LAZY_MODULES = frozenset({"debughelpers", "templating", "testing", "views"})


def __getattr__(name: str) -> _t.Any:
    from importlib import import_module

    if name in _LAZY_NAMES:
        value = getattr(import_module(".templating", __name__), name)
    elif name in _LAZY_MODULES:
        value = import_module(f".{name}", __name__)
    elif name == "__version__":
        return _version()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Not globals(): the submodule of that name hides the function.
    setattr(_sys.modules[__name__], name, value)
    return value


def _version() -> str:
    """Return cruet's version; Flask's, and its warning, where the name flask stands for cruet."""
    if _sys.modules.get("flask") is not _sys.modules[__name__]:
        return cruet._cruet.version
    import warnings
    from importlib import metadata

    try:
        version = metadata.version("flask")
    except metadata.PackageNotFoundError:  # the name was given in this process alone
        return cruet._cruet.version
    warnings.warn(
        "The '__version__' attribute is deprecated and will be removed in Flask 3.2. Use feature"
        " detection or 'importlib.metadata.version(\"flask\")' instead.",
        DeprecationWarning,
        stacklevel=3,
    )
    return version


def __dir__() -> list[str]:
    return sorted({*vars(_sys.modules[__name__]), *_LAZY_NAMES, *_LAZY_MODULES})
