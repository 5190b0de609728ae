"""HTTP errors as exceptions that are also WSGI applications, and :func:`abort`, which raises them.

Every class stands for one status code (RFC 9110 section 15). Raised from a view, it becomes the
response: an HTML page, or the response that was handed to the constructor. The pages say what
Werkzeug's say, word for word, because clients and tests look for the words.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from .._cruet import CResponseHead
from ._grammar import http_date
from ._http_exception import HTTPException as HTTPException

if t.TYPE_CHECKING:
    from ._http_exception import _Environ, _Fields, _Response, _Scope
    from .datastructures import WWWAuthenticate
    from .sansio.response import Response as SansIOResponse


class BadRequest(HTTPException):
    """400: the request is malformed."""

    code = 400
    description = "The browser (or proxy) sent a request that this server could not understand."


class BadRequestKeyError(BadRequest, KeyError):
    """400 that is also a KeyError: a key of the request's data is missing.

    The key is told in the description only where ``show_exception`` is true, as in debug mode.
    """

    _description = BadRequest.description
    show_exception = False

    def __init__(self, arg: object | None = None, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.args = () if arg is None else (arg,)

    @property
    def description(self) -> str:
        if self.show_exception and self.args:
            return f"{self._description}\nKeyError: {KeyError.__str__(self)}"
        return self._description or ""

    @description.setter
    def description(self, value: str) -> None:
        self._description = value


class ClientDisconnected(BadRequest):
    """400: the client went away before its body was complete."""


class SecurityError(BadRequest):
    """400: something about the request is not to be trusted."""


class BadHost(BadRequest):
    """400: the Host field is malformed or not among the trusted hosts."""


class Unauthorized(HTTPException):
    """401: credentials are missing or wrong.

    :param www_authenticate: one challenge or several for the WWW-Authenticate field.
    """

    code = 401
    description = (
        "The server could not verify that you are authorized to access the URL requested. You "
        "either supplied the wrong credentials (e.g. a bad password), or your browser doesn't "
        "understand how to supply the credentials required."
    )

    def __init__(
        self,
        description: str | None = None,
        response: _Response = None,
        www_authenticate: WWWAuthenticate | t.Iterable[WWWAuthenticate] | None = None,
    ) -> None:
        super().__init__(description, response)
        # A string is one challenge too, though it can be iterated.
        if isinstance(www_authenticate, str) or hasattr(www_authenticate, "to_header"):
            www_authenticate = (t.cast("WWWAuthenticate", www_authenticate),)
        self.www_authenticate: tuple[WWWAuthenticate, ...] = tuple(www_authenticate or ())

    def get_headers(self, environ: _Environ = None, scope: _Scope = None) -> _Fields:
        headers = super().get_headers(environ, scope)
        headers.extend(("WWW-Authenticate", str(one)) for one in self.www_authenticate)
        return headers


class Forbidden(HTTPException):
    """403: the client may not have it, whoever it is."""

    code = 403
    description = (
        "You don't have the permission to access the requested resource. It is either read-"
        "protected or not readable by the server."
    )


class NotFound(HTTPException):
    """404: there is nothing under this URL."""

    code = 404
    description = (
        "The requested URL was not found on the server. If you entered the URL manually please"
        " check your spelling and try again."
    )


class MethodNotAllowed(HTTPException):
    """405: the URL exists, but not for this method.

    :param valid_methods: the methods that it has, for the Allow field (RFC 9110 section 15.5.6).
    """

    code = 405
    description = "The method is not allowed for the requested URL."

    def __init__(
        self,
        valid_methods: t.Iterable[str] | None = None,
        description: str | None = None,
        response: _Response = None,
    ) -> None:
        super().__init__(description=description, response=response)
        self.valid_methods = valid_methods

    def get_headers(self, environ: _Environ = None, scope: _Scope = None) -> _Fields:
        headers = super().get_headers(environ, scope)
        if self.valid_methods:
            headers.append(("Allow", ", ".join(self.valid_methods)))
        return headers


class NotAcceptable(HTTPException):
    """406: nothing that the Accept fields name can be given."""

    code = 406
    description = (
        "The resource identified by the request is only capable of generating response entities"
        " which have content characteristics not acceptable according to the accept headers "
        "sent in the request."
    )


class RequestTimeout(HTTPException):
    """408: the request did not arrive in time."""

    code = 408
    description = (
        "The server closed the network connection because the browser didn't finish the request"
        " within the specified time."
    )


class Conflict(HTTPException):
    """409: the request contradicts the resource's present state."""

    code = 409
    description = (
        "A conflict happened while processing the request. The resource might have been "
        "modified while the request was being processed."
    )


class Gone(HTTPException):
    """410: it was here and will not come back."""

    code = 410
    description = (
        "The requested URL is no longer available on this server and there is no forwarding "
        "address. If you followed a link from a foreign page, please contact the author of this"
        " page."
    )


class LengthRequired(HTTPException):
    """411: the server wants a Content-Length."""

    code = 411
    description = "A request with this method requires a valid <code>Content-Length</code> header."


class PreconditionFailed(HTTPException):
    """412: a condition such as If-Match does not hold."""

    code = 412
    description = "The precondition on the request for the URL failed positive evaluation."


class RequestEntityTooLarge(HTTPException):
    """413: the body is larger than the server takes."""

    code = 413
    description = "The data value transmitted exceeds the capacity limit."


class RequestURITooLarge(HTTPException):
    """414: the request target is longer than the server takes."""

    code = 414
    description = (
        "The length of the requested URL exceeds the capacity limit for this server. The "
        "request cannot be processed."
    )


class UnsupportedMediaType(HTTPException):
    """415: the body's media type is not one that the resource takes."""

    code = 415
    description = "The server does not support the media type transmitted in the request."


class RequestedRangeNotSatisfiable(HTTPException):
    """416: the Range field asks for parts that do not exist.

    :param length: the whole length, for the Content-Range field, in ``units``.
    """

    code = 416
    description = "The server cannot provide the requested range."

    def __init__(
        self,
        length: int | None = None,
        units: str = "bytes",
        description: str | None = None,
        response: _Response = None,
    ) -> None:
        super().__init__(description=description, response=response)
        self.length = length
        self.units = units

    def get_headers(self, environ: _Environ = None, scope: _Scope = None) -> _Fields:
        headers = super().get_headers(environ, scope)
        if self.length is not None:
            headers.append(("Content-Range", f"{self.units} */{self.length}"))
        return headers


class ExpectationFailed(HTTPException):
    """417: the Expect field asks for what the server cannot do."""

    code = 417
    description = "The server could not meet the requirements of the Expect header"


class ImATeapot(HTTPException):
    """418: RFC 2324 and its joke on later implementers."""

    code = 418
    description = "This server is a teapot, not a coffee machine"


class MisdirectedRequest(HTTPException):
    """421: the request went to a server that does not answer for this authority."""

    code = 421
    description = "The server is not able to produce a response."


class UnprocessableEntity(HTTPException):
    """422: the body is well-formed, but makes no sense."""

    code = 422
    description = (
        "The request was well-formed but was unable to be followed due to semantic errors."
    )


class Locked(HTTPException):
    """423: the resource is locked (RFC 4918)."""

    code = 423
    description = "The resource that is being accessed is locked."


class FailedDependency(HTTPException):
    """424: an action that this one depends on failed (RFC 4918)."""

    code = 424
    description = (
        "The method could not be performed on the resource because the requested action "
        "depended on another action and that action failed."
    )


class PreconditionRequired(HTTPException):
    """428: the request must be conditional (RFC 6585)."""

    code = 428
    description = (
        'This request is required to be conditional; try using "If-Match" or "If-Unmodified-Since".'
    )


class _RetryAfter(HTTPException):
    """What 429 and 503 share: a Retry-After field of seconds or a date."""

    def __init__(
        self,
        description: str | None = None,
        response: _Response = None,
        retry_after: datetime | int | None = None,
    ) -> None:
        super().__init__(description, response)
        self.retry_after = retry_after

    def get_headers(self, environ: _Environ = None, scope: _Scope = None) -> _Fields:
        headers = super().get_headers(environ, scope)
        if self.retry_after:
            is_date = isinstance(self.retry_after, datetime)
            value = http_date(self.retry_after) if is_date else str(self.retry_after)
            headers.append(("Retry-After", value))
        return headers


class TooManyRequests(_RetryAfter):
    """429: the client sends too much (RFC 6585).

    :param retry_after: when to try again, seconds from now or a moment.
    """

    code = 429
    description = "This user has exceeded an allotted request count. Try again later."


class RequestHeaderFieldsTooLarge(HTTPException):
    """431: header fields are larger than the server takes (RFC 6585)."""

    code = 431
    description = "One or more header fields exceeds the maximum size."


class UnavailableForLegalReasons(HTTPException):
    """451: the law forbids it (RFC 7725)."""

    code = 451
    description = "Unavailable for legal reasons."


class InternalServerError(HTTPException):
    """500: the application failed.

    :param original_exception: what it failed with; handlers of 500 look at it.
    """

    code = 500
    description = (
        "The server encountered an internal error and was unable to complete your request. Either"
        " the server is overloaded or there is an error in the application."
    )

    def __init__(
        self,
        description: str | None = None,
        response: _Response = None,
        original_exception: BaseException | None = None,
    ) -> None:
        self.original_exception = original_exception
        super().__init__(description=description, response=response)


class NotImplemented(HTTPException):
    """501: the server does not know the method."""

    code = 501
    description = "The server does not support the action requested by the browser."


class BadGateway(HTTPException):
    """502: a server behind this one answered with nonsense."""

    code = 502
    description = "The proxy server received an invalid response from an upstream server."


class ServiceUnavailable(_RetryAfter):
    """503: too busy, or down for maintenance.

    :param retry_after: when to try again, seconds from now or a moment.
    """

    code = 503
    description = (
        "The server is temporarily unable to service your request due to maintenance downtime "
        "or capacity problems. Please try again later."
    )


class GatewayTimeout(HTTPException):
    """504: a server behind this one did not answer in time."""

    code = 504
    description = "The connection to an upstream server timed out."


class HTTPVersionNotSupported(HTTPException):
    """505: the request's HTTP version is not one that the server speaks."""

    code = 505
    description = "The server does not support the HTTP protocol version used in the request."


# The class that a status code gives: of several, the one that defines the code itself.
default_exceptions: dict[int, type[HTTPException]] = {
    vars(value)["code"]: value
    for value in list(globals().values())
    if isinstance(value, type) and issubclass(value, HTTPException) and vars(value).get("code")
}


class Aborter:
    """Raises the exception of a status code.

    :param mapping: status codes and their exceptions; all of this module's where None.
    :param extra: further ones.
    """

    def __init__(
        self,
        mapping: dict[int, type[HTTPException]] | None = None,
        extra: dict[int, type[HTTPException]] | None = None,
    ) -> None:
        self.mapping = dict(default_exceptions if mapping is None else mapping)
        if extra is not None:
            self.mapping.update(extra)

    def __call__(self, code: int | SansIOResponse, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        """Raise the code's exception with the other arguments, or one that gives a response.

        :raises LookupError: the code has no exception.
        """
        if isinstance(code, CResponseHead):
            raise HTTPException(response=code)
        if code not in self.mapping:
            raise LookupError(f"no exception for {code!r}")
        raise self.mapping[code](*args, **kwargs)


_aborter: Aborter = Aborter()


def abort(status: int | SansIOResponse, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
    """Raise the exception of a status code, or one that gives the response.

    ``abort(404)`` and ``abort(404, "No such page")`` raise :class:`NotFound`.

    :raises LookupError: the code has no exception.
    """
    _aborter(status, *args, **kwargs)
