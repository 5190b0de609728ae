"""What happens to exceptions of views and hooks."""

from __future__ import annotations

import logging
import sys
import typing as t
from types import TracebackType

from . import typing as ft
from .globals import request
from .signals import got_request_exception
from .toolkit.exceptions import BadRequestKeyError, HTTPException, InternalServerError
from .toolkit.routing import RequestRedirect, RoutingException

if t.TYPE_CHECKING:
    from .app import Flask
    from .wrappers import Request, Response


class ErrorHandling:
    """Mixed into Flask."""

    def raise_routing_exception(self: Flask, request: Request) -> t.NoReturn:  # type: ignore[misc]
        """Raise what matching a request raised.

        In debug mode a redirect that would lose a body is an error that says so.
        """
        exception = request.routing_exception
        if (
            not self.debug
            or not isinstance(exception, RequestRedirect)
            or exception.code in {307, 308}
            or request.method in {"GET", "HEAD", "OPTIONS"}
        ):
            raise exception  # type: ignore[misc]
        from .debughelpers import FormDataRoutingRedirect

        raise FormDataRoutingRedirect(request)

    def handle_http_exception(  # type: ignore[misc]
        self: Flask, e: HTTPException
    ) -> HTTPException | ft.ResponseReturnValue:
        """Return the answer of the handler for an HTTP exception, or the exception itself."""
        # Proxy exceptions have no code, and answer by themselves.
        if e.code is None:
            return e
        # Redirects of routing are no errors.
        if isinstance(e, RoutingException):
            return e
        handler = self._find_error_handler(e, request.blueprints)
        return e if handler is None else self.ensure_sync(handler)(e)

    def handle_user_exception(  # type: ignore[misc]
        self: Flask, e: Exception
    ) -> HTTPException | ft.ResponseReturnValue:
        """Return the answer of the handler for an exception, or raise it where there is none."""
        if isinstance(e, BadRequestKeyError) and (
            self.debug or self.config["TRAP_BAD_REQUEST_ERRORS"]
        ):
            e.show_exception = True
        if isinstance(e, HTTPException) and not self.trap_http_exception(e):
            return self.handle_http_exception(e)
        handler = self._find_error_handler(e, request.blueprints)
        if handler is None:
            raise
        return self.ensure_sync(handler)(e)  # type: ignore[no-any-return]

    def handle_exception(self: Flask, e: Exception) -> Response:  # type: ignore[misc]
        """Answer an exception that nothing has handled: log it, and a 500.

        Raises it instead where ``PROPAGATE_EXCEPTIONS`` says so, by default in tests and in debug
        mode. A handler of 500 gets an ``InternalServerError`` with ``original_exception``.
        """
        exc_info = sys.exc_info()
        got_request_exception.send(self, _async_wrapper=self.ensure_sync, exception=e)
        propagate = self.config["PROPAGATE_EXCEPTIONS"]
        if propagate is None:
            propagate = self.testing or self.debug
        if propagate:
            # Raised as it is where it is being handled, to keep its traceback.
            if exc_info[1] is e:
                raise
            raise e
        self.log_exception(exc_info)
        error: t.Any = InternalServerError(original_exception=e)
        handler = self._find_error_handler(error, request.blueprints)
        if handler is not None:
            error = self.ensure_sync(handler)(error)
        return self.finalize_request(error, from_error_handler=True)

    def log_exception(  # type: ignore[misc]
        self: Flask,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log an exception of a request as an error of the application's logger."""
        self.logger.log(
            logging.ERROR, f"Exception on {request.path} [{request.method}]", exc_info=exc_info
        )

    def make_default_options_response(self: Flask) -> Response:  # type: ignore[misc]
        """Answer OPTIONS with the methods that the URL allows (RFC 9110, section 9.3.7)."""
        from .globals import request_ctx

        response = self.response_class()
        adapter = request_ctx.url_adapter
        assert adapter is not None, "only a matched request is answered"
        response.allow.update(adapter.allowed_methods())
        return response
