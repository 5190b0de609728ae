"""Warnings for what applications and servers do against WSGI (PEP 3333) and HTTP."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit
from warnings import warn

from ..datastructures import Headers
from ..http import is_entity_header
from ..wsgi import FileWrapper

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class WSGIWarning(Warning):
    """Something is against WSGI."""


class HTTPWarning(Warning):
    """Something is against HTTP."""


def _wsgi(message: str, stacklevel: int = 3) -> None:
    warn(message, WSGIWarning, stacklevel=stacklevel + 1)


def _http(message: str, stacklevel: int = 3) -> None:
    warn(message, HTTPWarning, stacklevel=stacklevel + 1)


def check_type(context: str, obj: object, need: type = str) -> None:
    """Warn where an object's class is not exactly the one that WSGI wants."""
    if type(obj) is not need:
        _wsgi(f"{context!r} requires {need.__name__!r}, got {type(obj).__name__!r}.")


class InputStream:
    """``wsgi.input``, watched."""

    def __init__(self, stream: t.IO[bytes]) -> None:
        self._stream = stream

    def read(self, *args: t.Any) -> bytes:
        if not args:
            _wsgi("WSGI does not guarantee an EOF marker on the input stream: 'read()' may hang.")
        elif len(args) != 1:
            _wsgi("Too many parameters passed to 'read()'.")
        return self._stream.read(*args)

    def readline(self, *args: t.Any) -> bytes:
        if not args:
            _wsgi("Calls to 'readline()' without a size may hang.")
        elif len(args) > 1:
            raise TypeError("'readline()' takes one size.")
        return self._stream.readline(*args)

    def __iter__(self) -> t.Iterator[bytes]:
        return iter(self._stream)

    def close(self) -> None:
        _wsgi("The application closed the input stream!")
        self._stream.close()


class ErrorStream:
    """``wsgi.errors``, watched."""

    def __init__(self, stream: t.IO[str]) -> None:
        self._stream = stream

    def write(self, s: str) -> None:
        check_type("wsgi.error.write()", s, str)
        self._stream.write(s)

    def flush(self) -> None:
        self._stream.flush()

    def writelines(self, seq: t.Iterable[str]) -> None:
        for line in seq:
            self.write(line)

    def close(self) -> None:
        _wsgi("The application closed the error stream!")
        self._stream.close()


class GuardedWrite:
    """What ``start_response`` gives, watched; ``chunks`` gets the sizes in bytes."""

    def __init__(self, write: t.Callable[[bytes], object], chunks: list[int]) -> None:
        self._write = write
        self._chunks = chunks

    def __call__(self, s: bytes) -> None:
        check_type("write()", s, bytes)
        self._write(s)
        self._chunks.append(len(s))


class GuardedIterator:
    """A response's body, watched; ``headers_set`` gets (status code, headers) once they are set."""

    def __init__(
        self,
        iterator: t.Iterable[bytes],
        headers_set: list[t.Any],
        chunks: list[int],
    ) -> None:
        self._iterable = iterator
        self._next = iter(iterator).__next__
        self.closed = False
        self.headers_set = headers_set
        self.chunks = chunks

    def __iter__(self) -> t.Self:
        return self

    def __next__(self) -> bytes:
        if self.closed:
            _wsgi("Iterated over closed 'app_iter'.")
        item = self._next()
        if not self.headers_set:
            _wsgi("The application returned before it started the response.")
        check_type("application iterator items", item, bytes)
        self.chunks.append(len(item))
        return item

    def close(self) -> None:
        self.closed = True
        close = getattr(self._iterable, "close", None)
        if close is not None:
            close()
        if self.headers_set:
            self._check_length(*self.headers_set)

    def _check_length(self, status_code: int, headers: Headers) -> None:
        sent = sum(self.chunks)
        length = headers.get("content-length", type=int)
        if status_code == 304:
            for name, _ in headers:
                if name.lower() not in {"expires", "content-location"} and is_entity_header(name):
                    _http(f"Entity header {name!r} found in 304 response.")
            if sent:
                _http("304 responses must not have a body.")
        elif 100 <= status_code < 200 or status_code == 204:
            if length:
                _http(f"{status_code} responses must have an empty content length.")
            if sent:
                _http(f"{status_code} responses must not have a body.")
        elif length is not None and length != sent:
            _wsgi("Content-Length and the number of bytes sent to the client do not match.")

    def __del__(self) -> None:
        if not self.closed:
            _wsgi("Iterator was garbage collected before it was closed.")


class LintMiddleware:
    """Warns, with :class:`WSGIWarning` and :class:`HTTPWarning`, of what the server hands to the
    application and the application gives back against the rules."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def check_environ(self, environ: WSGIEnvironment) -> None:
        """Warn of what is wrong with an environ."""
        if type(environ) is not dict:
            _wsgi("WSGI environment is not a standard Python dict.", stacklevel=4)
        for key in (
            "REQUEST_METHOD",
            "SERVER_NAME",
            "SERVER_PORT",
            "wsgi.version",
            "wsgi.input",
            "wsgi.errors",
            "wsgi.multithread",
            "wsgi.multiprocess",
            "wsgi.run_once",
        ):
            if key not in environ:
                _wsgi(f"Required environment key {key!r} not found", stacklevel=3)
        if environ["wsgi.version"] != (1, 0):
            _wsgi("Environ is not a WSGI 1.0 environ.", stacklevel=3)
        for key in ("SCRIPT_NAME", "PATH_INFO"):
            value = environ.get(key, "")
            if value and value[0] != "/":
                _wsgi(f"{key!r} does not start with a slash: {value!r}", stacklevel=3)

    def check_start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: t.Any
    ) -> tuple[int, Headers]:
        """Warn of wrong arguments of ``start_response``; gives status code and headers."""
        check_type("status", status, str)
        code_text, _, _ = status.partition(" ")
        if len(code_text) != 3 or not (code_text.isascii() and code_text.isdigit()):
            _wsgi("Status code must be three digits.")
        if len(status) < 4 or status[3] != " ":
            _wsgi(f"Invalid value for status {status!r}. Expected 'NNN reason'.")
        try:
            code = int(code_text)
        except ValueError:
            code = 0
        if code < 100:
            _wsgi("Status code < 100 detected.")
        if type(headers) is not list:
            _wsgi("Header list is not a list.")
        good = [item for item in headers if self._check_item(item)]
        if exc_info is not None and not isinstance(exc_info, tuple):
            _wsgi("Invalid value for exc_info.")
        checked = Headers(good)
        self.check_headers(checked)
        return code, checked

    def _check_item(self, item: t.Any) -> bool:
        if type(item) is not tuple or len(item) != 2:
            _wsgi("Header items must be 2-item tuples.", stacklevel=5)
            return False
        name, value = item
        if type(name) is not str or type(value) is not str:
            _wsgi("Header keys and values must be strings.", stacklevel=5)
            return False
        if name.lower() == "status":
            _wsgi(
                "The status header is not supported. It stands in 'start_response'.", stacklevel=5
            )
        return True

    def check_headers(self, headers: Headers) -> None:
        """Warn of wrong values of header fields."""
        etag = headers.get("etag")
        if etag is not None:
            if etag.startswith(("W/", "w/")):
                if etag.startswith("w/"):
                    _http("Weak etag indicator should be upper case.", stacklevel=4)
                etag = etag[2:]
            if not (etag[:1] == etag[-1:] == '"'):
                _http("Unquoted etag emitted.", stacklevel=4)
        location = headers.get("location")
        if location is not None and not urlsplit(location).netloc:
            _http("Absolute URLs required for location header.", stacklevel=4)

    def check_iterator(self, app_iter: object) -> None:
        """Warn of a body that goes out byte by byte."""
        if isinstance(app_iter, (str, bytes)):
            _wsgi("The application returned a string: it is sent character by character.")

    def __call__(self, *args: t.Any, **kwargs: t.Any) -> t.Iterable[bytes]:
        """Call the application, watched."""
        if len(args) != 2:
            _wsgi("A WSGI app takes two arguments.", stacklevel=2)
        if kwargs:
            _wsgi("A WSGI app does not take keyword arguments.", stacklevel=2)
        environ: WSGIEnvironment = args[0]
        start_response: StartResponse = args[1]
        self.check_environ(environ)
        environ["wsgi.input"] = InputStream(environ["wsgi.input"])
        environ["wsgi.errors"] = ErrorStream(environ["wsgi.errors"])
        # Servers may look for their own wrapper, which a guarded body is not.
        environ["wsgi.file_wrapper"] = FileWrapper
        headers_set: list[t.Any] = []
        chunks: list[int] = []

        def checking(*args: t.Any, **kwargs: t.Any) -> t.Callable[[bytes], object]:
            if len(args) not in {2, 3}:
                _wsgi(f"Invalid number of arguments: {len(args)}, expected 2 or 3.", stacklevel=2)
            if kwargs:
                _wsgi("'start_response' does not take keyword arguments.", stacklevel=2)
            status, headers, *rest = args
            headers_set[:] = self.check_start_response(status, headers, rest[0] if rest else None)
            return GuardedWrite(start_response(status, headers, *rest), chunks)

        body = self.app(environ, t.cast("StartResponse", checking))
        self.check_iterator(body)
        return GuardedIterator(body, headers_set, chunks)
