"""The variables that every template gets, apart from templating so as not to import Jinja."""

from __future__ import annotations

import typing as t

from .globals import _cv_app, _cv_request


def _default_template_ctx_processor() -> dict[str, t.Any]:
    """Give templates ``g`` and ``request`` where there are such.

    The session stays what it is among the globals, a proxy: to take it here would mark it as
    accessed, and every page would vary with the cookie.
    """
    names: dict[str, t.Any] = {}
    app_context = _cv_app.get(None)
    request_context = _cv_request.get(None)
    if app_context is not None:
        names["g"] = app_context.g
    if request_context is not None:
        names["request"] = request_context.request
    return names
