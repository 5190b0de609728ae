"""Making responses of what views return."""

from __future__ import annotations

import sys
import typing as t
from collections.abc import Iterator, Mapping

from .globals import request
from .toolkit.datastructures import Headers
from .toolkit.wrappers import Response as BaseResponse

if t.TYPE_CHECKING:
    from .app import Flask
    from .wrappers import Response

_EXPECTED = (
    "The return type must be a string, dict, list, tuple with headers or status, Response instance,"
    " or WSGI callable"
)


def _take_apart(rv: tuple[t.Any, ...]) -> tuple[t.Any, t.Any, t.Any]:
    """Return body, status and headers of a tuple; a second element may be either of the two."""
    if len(rv) == 3:
        return rv
    if len(rv) == 2:
        second = rv[1]
        if isinstance(second, (Headers, Mapping, tuple, list)):
            return rv[0], None, second
        return rv[0], second, None
    raise TypeError(
        "The view function did not return a valid response tuple. The tuple must have the form"
        " (body, status, headers), (body, status), or (body, headers)."
    )


def _make_body(app: Flask, rv: t.Any, status: t.Any, headers: t.Any) -> tuple[t.Any, t.Any, t.Any]:
    """Return a response, with status and headers if those are still to be put on it."""
    if isinstance(rv, (str, bytes, bytearray, Iterator)):
        # The class sets both, the status with its own parsing.
        return app.response_class(rv, status=status, headers=headers), None, None
    if isinstance(rv, (dict, list)):
        return app.json.response(rv), status, headers
    if isinstance(rv, BaseResponse) or callable(rv):
        try:
            return app.response_class.force_type(rv, request.environ), status, headers
        except TypeError as e:
            raise TypeError(
                f"{e}\nThe view function did not return a valid response. {_EXPECTED}, but it was"
                f" a {type(rv).__name__}."
            ).with_traceback(sys.exc_info()[2]) from None
    raise TypeError(
        f"The view function did not return a valid response. {_EXPECTED}, but it was a"
        f" {type(rv).__name__}."
    )


def make_response(app: Flask, rv: t.Any) -> Response:
    """Return the response for any return value; see :meth:`.Flask.make_response`."""
    status: t.Any = None
    headers: t.Any = None
    if isinstance(rv, tuple):
        rv, status, headers = _take_apart(rv)
    if rv is None:
        raise TypeError(
            f"The view function for {request.endpoint!r} did not return a valid response. The"
            " function either returned None or ended without a return statement."
        )
    if not isinstance(rv, app.response_class):
        rv, status, headers = _make_body(app, rv, status, headers)
    response = t.cast("Response", rv)
    if status is not None:
        if isinstance(status, (str, bytes, bytearray)):
            response.status = t.cast(str, status)
        else:
            response.status_code = status
    if headers:
        response.headers.update(headers)
    return response
