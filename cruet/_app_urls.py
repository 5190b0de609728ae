"""Building URLs, and the adapters that match and build them."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .globals import _cv_app, _cv_request
from .toolkit.routing import BuildError

if t.TYPE_CHECKING:
    from .app import Flask
    from .ctx import RequestContext


class Urls:
    """Mixed into Flask."""

    def url_for(  # type: ignore[misc]
        self: Flask,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: t.Any,
    ) -> str:
        """Return the URL of an endpoint.

        ``values`` fill the rule's variables, the rest becomes the query. An endpoint that begins
        with a dot is of the current blueprint. Outside of a request URLs are external unless
        ``_external=False``, and need ``SERVER_NAME``. ``_scheme`` makes the URL external too.

        An endpoint that cannot be built raises ``BuildError`` unless one of
        ``url_build_error_handlers`` gives a URL.
        """
        request_context = _cv_request.get(None)
        if request_context is not None:
            adapter = request_context.url_adapter
            endpoint = _in_blueprint(request_context, endpoint)
            if _external is None:
                _external = _scheme is not None
        else:
            # The application context's adapter only if it is this application's.
            app_context = _cv_app.get(None)
            if app_context is not None and app_context.app is self:
                adapter = app_context.url_adapter
            else:
                adapter = self.create_url_adapter(None)
            if adapter is None:
                raise RuntimeError(
                    "Unable to build URLs outside an active request without 'SERVER_NAME'"
                    " configured. Also configure 'APPLICATION_ROOT' and 'PREFERRED_URL_SCHEME' as"
                    " needed."
                )
            if _external is None:
                _external = True
        # A scheme without an external URL could not be honoured.
        if _scheme is not None and not _external:
            raise ValueError("When specifying '_scheme', '_external' must be True.")

        self.inject_url_defaults(endpoint, values)
        try:
            url = adapter.build(  # type: ignore[union-attr]
                endpoint,
                values,
                method=_method,
                url_scheme=_scheme,
                force_external=_external,
            )
        except BuildError as error:
            values.update(_anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external)
            return self.handle_url_build_error(error, endpoint, values)
        if _anchor is not None:
            return f"{url}#{quote(_anchor, safe='%!#$&()*+,/:;=?@~')}"
        return url


def _in_blueprint(context: RequestContext, endpoint: str) -> str:
    """Return the full name of an endpoint that may be relative to the current blueprint."""
    if endpoint[:1] != ".":
        return endpoint
    blueprint = context.request.blueprint
    return f"{blueprint}{endpoint}" if blueprint is not None else endpoint[1:]
