"""WSGI (PEP 3333): what an environ says, bodies read with a limit, iterables that get closed."""

from __future__ import annotations

import io
import typing as t
from functools import update_wrapper

from ._internal import _wsgi_decoding_dance
from .exceptions import ClientDisconnected, RequestEntityTooLarge
from .sansio import utils as _sansio_utils
from .sansio.utils import host_is_trusted as host_is_trusted

if t.TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def responder(f: t.Callable[..., WSGIApplication]) -> WSGIApplication:
    """Make a WSGI application of a function that gives one, a response for example.

    The function gets ``environ`` and ``start_response``; what it gives is called with both.
    """

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> t.Iterable[bytes]:
        return f(environ, start_response)(environ, start_response)

    return update_wrapper(application, f)


def get_current_url(
    environ: WSGIEnvironment,
    root_only: bool = False,
    strip_querystring: bool = False,
    host_only: bool = False,
    trusted_hosts: t.Collection[str] | None = None,
) -> str:
    """The request's URL, as an IRI.

    :param root_only: only as far as the application's root.
    :param strip_querystring: without the query.
    :param host_only: only scheme and host.
    :param trusted_hosts: see :func:`get_host`.
    :raises SecurityError: the host is not among the trusted ones.
    """
    host = get_host(environ, trusted_hosts)
    parts: dict[str, t.Any] = {"scheme": environ["wsgi.url_scheme"], "host": host}
    if not host_only:
        parts["root_path"] = _wsgi_decoding_dance(environ.get("SCRIPT_NAME", ""))
        if not root_only:
            parts["path"] = get_path_info(environ)
            if not strip_querystring:
                parts["query_string"] = environ.get("QUERY_STRING", "").encode("latin1")
    return _sansio_utils.get_current_url(**parts)


def _get_server(environ: WSGIEnvironment) -> tuple[str, int | None] | None:
    """(name, port) that the server listens on; the port is None for a UNIX socket."""
    name = environ.get("SERVER_NAME")
    if name is None:
        return None
    try:
        return name, int(environ["SERVER_PORT"])
    except (KeyError, TypeError, ValueError):
        return name, None


def get_host(environ: WSGIEnvironment, trusted_hosts: t.Collection[str] | None = None) -> str:
    """The host that the request is for, with its port where that is not the scheme's own.

    It is taken from the Host field, else from the server's address. Behind a proxy see
    :class:`cruet.toolkit.middleware.proxy_fix.ProxyFix`.

    :param trusted_hosts: names that may stand there; ``.example.org`` means subdomains too.
    :raises SecurityError: the host is not among them.
    """
    return _sansio_utils.get_host(
        environ["wsgi.url_scheme"], environ.get("HTTP_HOST"), _get_server(environ), trusted_hosts
    )


def get_content_length(environ: WSGIEnvironment) -> int | None:
    """The body's length in bytes; None where it is not known, 0 where the field is malformed."""
    return _sansio_utils.get_content_length(
        http_content_length=environ.get("CONTENT_LENGTH"),
        http_transfer_encoding=environ.get("HTTP_TRANSFER_ENCODING"),
    )


def get_path_info(environ: WSGIEnvironment) -> str:
    """The path below the application's root, as text."""
    return _wsgi_decoding_dance(environ.get("PATH_INFO", ""))


def get_input_stream(
    environ: WSGIEnvironment,
    safe_fallback: bool = True,
    max_content_length: int | None = None,
) -> t.IO[bytes]:
    """The request's body as a stream that ends where the body ends.

    A server that says ``wsgi.input_terminated`` sees to that itself; otherwise reading stops
    after as many bytes as Content-Length says.

    :param safe_fallback: give an empty stream where neither is known, rather than one that may
        never end.
    :param max_content_length: bytes that the body may have.
    :raises RequestEntityTooLarge: it has more; now, or when the limit is passed in reading.
    """
    stream = t.cast("t.IO[bytes]", environ["wsgi.input"])
    length = get_content_length(environ)
    if length is not None and max_content_length is not None and length > max_content_length:
        raise RequestEntityTooLarge()
    if "wsgi.input_terminated" in environ:
        if max_content_length is None:
            return stream
        return t.cast("t.IO[bytes]", LimitedStream(stream, max_content_length, is_max=True))
    if length is None:
        return io.BytesIO() if safe_fallback else stream
    return t.cast("t.IO[bytes]", LimitedStream(stream, length))


class ClosingIterator:
    """An iterable of a response's body whose :meth:`close` also calls functions.

    :param callbacks: one or several; the iterable's own ``close`` is called before them.
    """

    def __init__(
        self,
        iterable: t.Iterable[bytes],
        callbacks: t.Callable[[], None] | t.Iterable[t.Callable[[], None]] | None = None,
    ) -> None:
        self._next = iter(iterable).__next__
        if callbacks is None:
            functions: list[t.Callable[[], t.Any]] = []
        elif callable(callbacks):
            functions = [callbacks]
        else:
            functions = list(callbacks)
        close = getattr(iterable, "close", None)
        if close is not None:
            functions.insert(0, close)
        self._callbacks = functions

    def __iter__(self) -> t.Self:
        return self

    def __next__(self) -> bytes:
        return self._next()

    def close(self) -> None:
        """Call the functions in their order."""
        for callback in self._callbacks:
            callback()


def wrap_file(
    environ: WSGIEnvironment, file: t.IO[bytes], buffer_size: int = 8192
) -> t.Iterable[bytes]:
    """An iterable over a file, the server's own ``wsgi.file_wrapper`` where it has one.

    The response must pass it through as it is (``direct_passthrough``).
    """
    wrapper = environ.get("wsgi.file_wrapper", FileWrapper)
    return t.cast("t.Iterable[bytes]", wrapper(file, buffer_size))


class FileWrapper:
    """Yields a file in blocks of ``buffer_size`` bytes and closes it."""

    def __init__(self, file: t.IO[bytes], buffer_size: int = 8192) -> None:
        self.file = file
        self.buffer_size = buffer_size

    def close(self) -> None:
        """Close the file, if it can be."""
        if hasattr(self.file, "close"):
            self.file.close()

    def seekable(self) -> bool:
        """Whether the file has positions."""
        if hasattr(self.file, "seekable"):
            return self.file.seekable()
        return hasattr(self.file, "seek")

    def seek(self, *args: t.Any) -> None:
        """Set the file's position, if it can be."""
        if hasattr(self.file, "seek"):
            self.file.seek(*args)

    def tell(self) -> int | None:
        """The file's position in bytes, None where it has none."""
        return self.file.tell() if hasattr(self.file, "tell") else None

    def __iter__(self) -> t.Self:
        return self

    def __next__(self) -> bytes:
        data = self.file.read(self.buffer_size)
        if data:
            return data
        raise StopIteration


class _RangeWrapper:
    """Yields a part of an iterable of bytes, and goes there at once where the iterable can.

    :param start_byte: bytes to be skipped.
    :param byte_range: bytes to be given at most; all where None.
    """

    def __init__(
        self,
        iterable: t.Iterable[bytes] | t.IO[bytes],
        start_byte: int = 0,
        byte_range: int | None = None,
    ) -> None:
        self.iterable = iter(iterable)
        self.byte_range = byte_range
        self.start_byte = start_byte
        self.end_byte = None if byte_range is None else start_byte + byte_range
        self.read_length = 0
        self.seekable = hasattr(iterable, "seekable") and iterable.seekable()
        self.end_reached = False

    def __iter__(self) -> t.Self:
        return self

    def _skip(self) -> None:
        """Go to the first byte wanted."""
        if self.seekable:
            self.iterable.seek(self.start_byte)  # type: ignore[attr-defined]
            self.read_length = self.iterable.tell()  # type: ignore[attr-defined]

    def __next__(self) -> bytes:
        if self.read_length == 0 and self.start_byte:
            self._skip()
        while not self.end_reached:
            if self.end_byte is not None and self.read_length >= self.end_byte:
                break
            chunk = next(self.iterable)
            begin = self.read_length
            self.read_length += len(chunk)
            first = max(self.start_byte - begin, 0)
            last = len(chunk) if self.end_byte is None else self.end_byte - begin
            if first < min(last, len(chunk)):
                return chunk[first:last]
        self.end_reached = True
        raise StopIteration

    def close(self) -> None:
        """Close the iterable, if it can be."""
        if hasattr(self.iterable, "close"):
            self.iterable.close()


class LimitedStream(io.RawIOBase):
    """A stream that gives no more than ``limit`` bytes of another.

    :param limit: where the body ends or, with ``is_max``, what it may not exceed.
    :param is_max: a body that is shorter is in order, one that is longer raises.
    :raises ClientDisconnected: in reading, where the other stream ends before the body does.
    :raises RequestEntityTooLarge: in reading, where there is more than the maximum.
    """

    def __init__(self, stream: t.IO[bytes], limit: int, is_max: bool = False) -> None:
        self._stream = stream
        self._pos = 0
        self.limit = limit
        self._limit_is_max = is_max

    @property
    def is_exhausted(self) -> bool:
        """Whether the limit is reached."""
        return self._pos >= self.limit

    def on_exhausted(self) -> None:
        """Called when more is read than the limit; raises where the limit is a maximum and the
        stream has more."""
        if self._limit_is_max and self._stream.read(1):
            raise RequestEntityTooLarge()

    def on_disconnect(self, error: Exception | None = None) -> None:
        """Called when the stream ends too early, or reading from it raises ``error``."""
        raise ClientDisconnected()

    def exhaust(self) -> bytes:
        """Read all that is left."""
        return self.readall() if not self.is_exhausted else b""

    def _take(self, size: int) -> bytes:
        """Up to ``size`` bytes from the stream; b"" at its end, or where on_disconnect agrees."""
        try:
            data = self._stream.read(size)
        except (OSError, ValueError) as error:
            self.on_disconnect(error=error)
            return b""
        if not data and not self._limit_is_max:
            self.on_disconnect()
        self._pos += len(data)
        return data

    def _read_past_maximum(self) -> None:
        if self._limit_is_max:
            self.on_exhausted()

    def read(self, size: int | None = -1, /) -> bytes | None:
        """Read up to ``size`` bytes, all that is left where it is None or negative."""
        if size is None or size < 0 or type(self).readinto is not LimitedStream.readinto:
            return super().read(-1 if size is None else size)
        if not size:
            return b""
        if self.is_exhausted:
            self.on_exhausted()
            return b""
        # What the stream gives is given on: readinto would copy it twice.
        return bytes(self._take(min(size, self.limit - self._pos)))

    def readinto(self, b: t.Any) -> int | None:
        """Read into a buffer."""
        size = len(b)
        if not size:
            return 0
        if self.is_exhausted:
            self.on_exhausted()
            return 0
        data = self._take(min(size, self.limit - self._pos))
        b[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """Read all that is left, up to the limit."""
        if self.is_exhausted:
            self.on_exhausted()
            return b""
        chunks = []
        while self._pos < self.limit:
            data = self._take(min(65536, self.limit - self._pos))
            if not data:
                break
            chunks.append(data)
        else:
            self._read_past_maximum()
        return b"".join(chunks)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read up to the end of a line, with the stream's own ``readline`` where it has one."""
        readline: t.Callable[[int], bytes] | None = getattr(self._stream, "readline", None)
        if readline is None:
            return super().readline(size)
        if self.is_exhausted:
            self.on_exhausted()
            return b""
        limit = self.limit - self._pos
        if size is not None and size >= 0:
            limit = min(limit, size)
        if not limit:
            return b""
        try:
            line = readline(limit)
        except (OSError, ValueError) as error:
            self.on_disconnect(error=error)
            return b""
        if not line and not self._limit_is_max:
            self.on_disconnect()
        self._pos += len(line)
        return line

    def tell(self) -> int:
        """Bytes read up to now."""
        return self._pos

    def readable(self) -> bool:
        return True
