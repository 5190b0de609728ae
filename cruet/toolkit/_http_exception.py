"""The base of all HTTP errors."""

from __future__ import annotations

import typing as t

from markupsafe import Markup, escape

from ._grammar import HTTP_STATUS_CODES
from ._internal import _get_environ

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from .sansio.response import Response as SansIOResponse
    from .wrappers.request import Request as WSGIRequest
    from .wrappers.response import Response as WSGIResponse

    _Environ: t.TypeAlias = WSGIEnvironment | None
    _Source: t.TypeAlias = WSGIEnvironment | WSGIRequest | None
    _Scope: t.TypeAlias = dict[str, t.Any] | None
    _Body: t.TypeAlias = t.Iterable[bytes]
    _Fields: t.TypeAlias = list[tuple[str, str]]
    _Response: t.TypeAlias = SansIOResponse | None


class HTTPException(Exception):
    """Base of all HTTP errors; ``code`` and ``description`` come from the subclasses.

    :param description: text for the page instead of the class's; ``Markup`` is not escaped.
    :param response: a response to be given as it is.
    """

    # Where it is public, and where pickles look for it.
    __module__ = "cruet.toolkit.exceptions"

    code: int | None = None
    description: str | None = None

    def __init__(self, description: str | None = None, response: _Response = None) -> None:
        super().__init__()
        if description is not None:
            self.description = description
        self.response = response

    @property
    def name(self) -> str:
        """The status code's reason phrase."""
        return HTTP_STATUS_CODES.get(self.code, "Unknown Error")  # type: ignore[arg-type]

    def get_description(self, environ: _Environ = None, scope: _Scope = None) -> str:
        """The description as an HTML paragraph, line breaks kept."""
        text = escape(self.description or "").replace("\n", Markup("<br>"))
        return f"<p>{text}</p>"

    def get_body(self, environ: _Environ = None, scope: _Scope = None) -> str:
        """The HTML page."""
        return (
            "<!doctype html>\n"
            "<html lang=en>\n"
            f"<title>{self.code} {escape(self.name)}</title>\n"
            f"<h1>{escape(self.name)}</h1>\n"
            f"{self.get_description(environ, scope)}\n"
        )

    def get_headers(self, environ: _Environ = None, scope: _Scope = None) -> _Fields:
        """The response's header fields."""
        return [("Content-Type", "text/html; charset=utf-8")]

    @t.overload
    def get_response(self, environ: _Source = ..., scope: None = None) -> WSGIResponse: ...
    @t.overload
    def get_response(self, environ: None = None, scope: _Scope = ...) -> SansIOResponse: ...
    def get_response(self, environ: _Source = None, scope: _Scope = None) -> SansIOResponse:
        """The response: the one given to the constructor, else the HTML page."""
        if self.response is not None:
            return self.response
        # The wrappers raise these exceptions, so they stand above this module.
        from .wrappers.response import Response

        if environ is not None:
            environ = _get_environ(environ)
        return Response(self.get_body(environ, scope), self.code, self.get_headers(environ, scope))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> _Body:
        """Answer as a WSGI application."""
        return self.get_response(environ)(environ, start_response)

    def __str__(self) -> str:
        code = self.code if self.code is not None else "???"
        return f"{code} {self.name}: {self.description}"

    def __repr__(self) -> str:
        code = self.code if self.code is not None else "???"
        return f"<{type(self).__name__} '{code}: {self.name}'>"
