"""WSGI environs made of plain values; :mod:`cruet.toolkit.test` is where they are public."""

from __future__ import annotations

import collections.abc as cabc
import contextlib
import json as _json
import sys
import typing as t
from io import BytesIO
from urllib.parse import unquote, urlsplit, urlunsplit

from ._form_encoding import _iter_data, stream_encode_multipart
from ._internal import _wsgi_decoding_dance, _wsgi_encoding_dance
from .datastructures import (
    Authorization,
    CallbackDict,
    CombinedMultiDict,
    EnvironHeaders,
    FileMultiDict,
    Headers,
    MultiDict,
)
from .http import dump_options_header, parse_options_header
from .urls import _urlencode, iri_to_uri
from .utils import get_content_type
from .wrappers.request import Request

if t.TYPE_CHECKING:
    from typing import Self

    from _typeshed.wsgi import WSGIEnvironment

_urlencoded = "application/x-www-form-urlencoded"
_multipart = "multipart/form-data"


class EnvironBuilder:
    """Builds a WSGI environ, and so a request, of plain values, for tests.

    :param path: the URL's path; its query string, where it has one, is taken off it.
    :param base_url: scheme, host and the application's root, ``http://localhost/`` unless given.
    :param query_string: text, or a mapping of arguments.
    :param data: the body: bytes or text as it is; a mapping becomes a form, its file objects and
        ``(file, filename, content type)`` tuples uploads.
    :param json: a value to send as JSON.
    :param auth: (username, password), or an ``Authorization``.
    :param environ_base: what the environ starts with; ``environ_overrides`` is laid over it.

    The others are the environ's parts of those names. Files are closed by :meth:`close`.
    """

    # Where it is public, and where pickles look for it.
    __module__ = "cruet.toolkit.test"

    server_protocol = "HTTP/1.1"
    wsgi_version = (1, 0)
    request_class: type[Request] = Request
    json_dumps = staticmethod(_json.dumps)

    def __init__(
        self,
        path: str = "/",
        base_url: str | None = None,
        query_string: cabc.Mapping[str, str] | str | None = None,
        method: str = "GET",
        input_stream: t.IO[bytes] | None = None,
        content_type: str | None = None,
        content_length: int | None = None,
        errors_stream: t.IO[str] | None = None,
        multithread: bool = False,
        multiprocess: bool = False,
        run_once: bool = False,
        headers: Headers | cabc.Iterable[tuple[str, str]] | None = None,
        data: t.IO[bytes] | str | bytes | cabc.Mapping[str, t.Any] | None = None,
        environ_base: cabc.Mapping[str, t.Any] | None = None,
        environ_overrides: cabc.Mapping[str, t.Any] | None = None,
        mimetype: str | None = None,
        json: t.Any | None = None,
        auth: Authorization | tuple[str, str] | None = None,
    ) -> None:
        # What close() looks at, whatever fails below.
        self._form: MultiDict[str, t.Any] | None = None
        self._files: FileMultiDict | None = None
        self._input_stream: t.IO[bytes] | None = None
        self.closed = False
        self._set_url(path, base_url, query_string)
        self.method = method
        self.headers = headers if isinstance(headers, Headers) else Headers(headers or ())
        if content_type is not None:
            self.content_type = content_type
        self.errors_stream = sys.stderr if errors_stream is None else errors_stream
        self.multithread = multithread
        self.multiprocess = multiprocess
        self.run_once = run_once
        self.environ_base = environ_base
        self.environ_overrides = environ_overrides
        self.input_stream = input_stream
        self.content_length = content_length
        self._set_auth(auth)
        if json is not None:
            if data is not None:
                raise TypeError("can't provide both json and data")
            data = self.json_dumps(json)
            if self.content_type is None:
                self.content_type = "application/json"
        if data:
            self._set_data(data)
        if mimetype is not None:
            self.mimetype = mimetype

    def _set_url(
        self,
        path: str,
        base_url: str | None,
        query_string: cabc.Mapping[str, str] | str | None,
    ) -> None:
        if query_string is not None and "?" in path:
            raise ValueError("Query string is defined in the path and as an argument")
        parts = urlsplit(path)
        if query_string is None and "?" in path:
            query_string = parts.query
        self.path = iri_to_uri(parts.path)
        self.request_uri = path
        self.base_url = iri_to_uri(base_url) if base_url is not None else None
        self._args: MultiDict[str, str] | None = None
        self._query_string: str | None = None
        if isinstance(query_string, str):
            self.query_string = query_string
        else:
            self.args = MultiDict(query_string or ())

    def _set_auth(self, auth: Authorization | tuple[str, str] | None) -> None:
        if auth is None:
            return
        if isinstance(auth, tuple):
            auth = Authorization("basic", {"username": auth[0], "password": auth[1]})
        self.headers.set("Authorization", auth.to_header())

    def _set_data(self, data: t.Any) -> None:
        if self.input_stream is not None:
            raise TypeError("can't provide input stream and data")
        if hasattr(data, "read"):
            data = data.read()
        if isinstance(data, str):
            data = data.encode()
        if isinstance(data, bytes):
            self.input_stream = BytesIO(data)
            if self.content_length is None:
                self.content_length = len(data)
            return
        for key, value in _iter_data(data):
            if isinstance(value, (tuple, dict)) or hasattr(value, "read"):
                self._add_file_from_data(key, value)
            else:
                self.form.setlistdefault(key).append(value)

    def _add_file_from_data(self, key: str, value: t.Any) -> None:
        if isinstance(value, tuple):
            self.files.add_file(key, *value)
        else:
            self.files.add_file(key, value)

    @classmethod
    def from_environ(cls, environ: WSGIEnvironment, **kwargs: t.Any) -> Self:
        """The builder of an environ, which is not changed; keyword arguments go before it."""
        headers = Headers(EnvironHeaders(environ))
        values: dict[str, t.Any] = {
            "path": _wsgi_decoding_dance(environ["PATH_INFO"]),
            "base_url": cls._make_base_url(
                environ["wsgi.url_scheme"],
                headers.pop("Host"),
                _wsgi_decoding_dance(environ["SCRIPT_NAME"]),
            ),
            "query_string": _wsgi_decoding_dance(environ["QUERY_STRING"]),
            "method": environ["REQUEST_METHOD"],
            "input_stream": environ["wsgi.input"],
            "content_type": headers.pop("Content-Type", None),
            "content_length": headers.pop("Content-Length", None),
            "errors_stream": environ["wsgi.errors"],
            "multithread": environ["wsgi.multithread"],
            "multiprocess": environ["wsgi.multiprocess"],
            "run_once": environ["wsgi.run_once"],
            "headers": headers,
        }
        path = values.pop("path")
        builder = cls(**{"path": "/", **values, **kwargs})
        if "path" not in kwargs:
            # A decoded path may hold "?", which the constructor would take for a query's start.
            builder.path = iri_to_uri(path.replace("%", "%25").replace("?", "%3F"))
            builder.request_uri = path
        return builder

    @staticmethod
    def _make_base_url(scheme: str, host: str, script_root: str) -> str:
        return urlunsplit((scheme, host, script_root, "", "")).rstrip("/") + "/"

    # -- the URL

    @property
    def base_url(self) -> str:
        """Scheme, host and root, with a slash at the end; set to None it is localhost's."""
        return self._make_base_url(self.url_scheme, self.host, self.script_root)

    @base_url.setter
    def base_url(self, value: str | None) -> None:
        if value is None:
            self.url_scheme, self.host, self.script_root = "http", "localhost", ""
            return
        parts = urlsplit(value)
        if parts.query or parts.fragment:
            raise ValueError("base url must not contain a query string or fragment")
        self.script_root = parts.path.rstrip("/")
        self.host = parts.netloc
        self.url_scheme = parts.scheme

    @property
    def server_name(self) -> str:
        """The host without its port."""
        return self.host.split(":", 1)[0]

    @property
    def server_port(self) -> int:
        """The host's port, else the scheme's."""
        _, _, port = self.host.partition(":")
        if port.isascii() and port.isdigit():
            return int(port)
        return 443 if self.url_scheme == "https" else 80

    @property
    def query_string(self) -> str:
        """The query, made of ``args`` unless it was set."""
        if self._query_string is not None:
            return self._query_string
        return "" if self._args is None else _urlencode(self._args)

    @query_string.setter
    def query_string(self, value: str | None) -> None:
        self._query_string = value
        self._args = None

    @property
    def args(self) -> MultiDict[str, str]:
        """The query's arguments; AttributeError where the query is set as text."""
        if self._query_string is not None:
            raise AttributeError("a query string is defined")
        if self._args is None:
            self._args = MultiDict()
        return self._args

    @args.setter
    def args(self, value: MultiDict[str, str] | None) -> None:
        self._query_string = None
        self._args = value

    # -- the content

    @property
    def content_type(self) -> str | None:
        """The ``Content-Type``; without one, that of the form that there is."""
        content_type = self.headers.get("Content-Type")
        if content_type is None and not self._input_stream:
            if self._files:
                return _multipart
            if self._form:
                return _urlencoded
        return content_type

    @content_type.setter
    def content_type(self, value: str | None) -> None:
        if value is None:
            self.headers.pop("Content-Type", None)
        else:
            self.headers["Content-Type"] = value

    @property
    def mimetype(self) -> str | None:
        """The media type without parameters; set, it gains a charset where it is text's."""
        content_type = self.content_type
        return content_type.split(";")[0].strip() if content_type else None

    @mimetype.setter
    def mimetype(self, value: str) -> None:
        self.content_type = get_content_type(value, "utf-8")

    @property
    def mimetype_params(self) -> CallbackDict[str, str]:
        """The media type's parameters, which write their changes back."""

        def on_update(params: CallbackDict[str, str]) -> None:
            self.headers["Content-Type"] = dump_options_header(self.mimetype, params)

        params = parse_options_header(self.headers.get("Content-Type", ""))[1]
        return CallbackDict(params, on_update)

    @property
    def content_length(self) -> int | None:
        """The ``Content-Length`` in bytes."""
        return self.headers.get("Content-Length", type=int)

    @content_length.setter
    def content_length(self, value: int | None) -> None:
        if value is None:
            self.headers.pop("Content-Length", None)
        else:
            self.headers["Content-Length"] = str(value)

    def _no_stream(self) -> None:
        if self._input_stream is not None:
            raise AttributeError("an input stream is defined")

    @property
    def form(self) -> MultiDict[str, t.Any]:
        """The form's fields; AttributeError where there is an input stream."""
        self._no_stream()
        if self._form is None:
            self._form = MultiDict()
        return self._form

    @form.setter
    def form(self, value: MultiDict[str, t.Any]) -> None:
        self._input_stream = None
        self._form = value

    @property
    def files(self) -> FileMultiDict:
        """The form's files, which ``add_file`` adds to; AttributeError where there is an input
        stream."""
        self._no_stream()
        if self._files is None:
            self._files = FileMultiDict()
        return self._files

    @files.setter
    def files(self, value: FileMultiDict) -> None:
        self._input_stream = None
        self._files = value

    @property
    def input_stream(self) -> t.IO[bytes] | None:
        """The body as a stream; set, it takes the form's place."""
        return self._input_stream

    @input_stream.setter
    def input_stream(self, value: t.IO[bytes] | None) -> None:
        self._input_stream = value
        self._form = None
        self._files = None

    # -- the outcome

    def close(self) -> None:
        """Close the files."""
        if self.closed:
            return
        files = () if self._files is None else self._files.values()
        for file in files:
            with contextlib.suppress(OSError):
                file.close()
        self.closed = True

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError):
            self.close()

    def _body(self) -> tuple[t.IO[bytes], int | None, str | None]:
        """(stream, its length from where it stands, content type)."""
        stream, length, content_type = self.input_stream, self.content_length, self.content_type
        mimetype = self.mimetype
        if stream is not None:
            with contextlib.suppress(OSError, AttributeError):
                start = stream.tell()
                stream.seek(0, 2)
                length = stream.tell() - start
                stream.seek(start)
            return stream, length, content_type
        if mimetype == _multipart:
            stream, length, boundary = stream_encode_multipart(
                CombinedMultiDict([self.form, self.files])
            )
            return stream, length, f'{_multipart}; boundary="{boundary}"'
        if mimetype == _urlencoded:
            encoded = _urlencode(self.form).encode("ascii")
            return BytesIO(encoded), len(encoded), content_type
        return BytesIO(), length, content_type

    def get_environ(self) -> WSGIEnvironment:
        """A new environ of what was given."""
        stream, length, content_type = self._body()
        environ: WSGIEnvironment = dict(self.environ_base or ())
        request_uri = _wsgi_encoding_dance(self.request_uri)
        environ.update(
            {
                "REQUEST_METHOD": self.method,
                "SCRIPT_NAME": _path_encode(self.script_root),
                "PATH_INFO": _path_encode(self.path),
                "QUERY_STRING": _wsgi_encoding_dance(self.query_string),
                # What servers call the target as it came, Gunicorn and uWSGI first.
                "REQUEST_URI": request_uri,
                "RAW_URI": request_uri,
                "SERVER_NAME": self.server_name,
                "SERVER_PORT": str(self.server_port),
                "HTTP_HOST": self.host,
                "SERVER_PROTOCOL": self.server_protocol,
                "wsgi.version": self.wsgi_version,
                "wsgi.url_scheme": self.url_scheme,
                "wsgi.input": stream,
                "wsgi.errors": self.errors_stream,
                "wsgi.multithread": self.multithread,
                "wsgi.multiprocess": self.multiprocess,
                "wsgi.run_once": self.run_once,
            }
        )
        if content_type is not None:
            environ["CONTENT_TYPE"] = content_type
        if length is not None:
            environ["CONTENT_LENGTH"] = str(length)
        environ.update(self._header_keys())
        if self.environ_overrides:
            environ.update(self.environ_overrides)
        return environ

    def _header_keys(self) -> cabc.Iterator[tuple[str, str]]:
        joined: dict[str, list[str]] = {}
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                joined.setdefault(f"HTTP_{key}", []).append(value)
        for key, values in joined.items():
            yield key, ", ".join(values)

    def get_request(self, cls: type[Request] | None = None) -> Request:
        """A request of the environ, of ``request_class`` unless another class is given."""
        return (self.request_class if cls is None else cls)(self.get_environ())


def _path_encode(path: str) -> str:
    return _wsgi_encoding_dance(unquote(path))


def create_environ(*args: t.Any, **kwargs: t.Any) -> WSGIEnvironment:
    """An environ of the values that :class:`EnvironBuilder` takes."""
    builder = EnvironBuilder(*args, **kwargs)
    try:
        return builder.get_environ()
    finally:
        builder.close()
