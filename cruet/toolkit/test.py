"""A client for WSGI applications without a server, for tests."""

from __future__ import annotations

import collections.abc as cabc
import dataclasses
import typing as t
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import urljoin, urlsplit

from ._elsewhere import names_from_elsewhere
from ._environ_builder import EnvironBuilder as EnvironBuilder
from ._environ_builder import create_environ as create_environ
from ._form_encoding import encode_multipart as encode_multipart
from ._form_encoding import stream_encode_multipart as stream_encode_multipart
from ._internal import _get_environ
from .datastructures import Headers
from .http import dump_cookie, parse_cookie, parse_date
from .wrappers.request import Request
from .wrappers.response import Response
from .wsgi import ClosingIterator, get_current_url

if t.TYPE_CHECKING:
    from typing import Self

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class ClientRedirectError(Exception):
    """Redirects that are followed lead in a circle."""


def take_request(builder: EnvironBuilder) -> Request:
    """The builder's request; the builder is closed."""
    try:
        return builder.get_request()
    finally:
        builder.close()


def run_wsgi_app(
    app: WSGIApplication, environ: WSGIEnvironment, buffered: bool = False
) -> tuple[cabc.Iterable[bytes], str, Headers]:
    """Run an application on a copy of ``environ`` into (iterable, status line, headers).

    The iterable is run until ``start_response`` was called; with ``buffered`` to its end, and
    closed. What the application raises is raised.
    """
    environ = _get_environ(environ).copy()
    started: tuple[str, list[tuple[str, str]]] | None = None
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: t.Any = None
    ) -> cabc.Callable[[bytes], t.Any]:
        nonlocal started
        if exc_info:
            try:
                raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        started = (status, headers)
        return written.append

    result = app(environ, t.cast(t.Any, start_response))
    close = getattr(result, "close", None)
    app_iter: cabc.Iterable[bytes] = result
    try:
        if buffered:
            app_iter = list(result)
        else:
            iterator = iter(result)
            for item in iterator:
                written.append(item)
                if started is not None:
                    break
            app_iter = chain(written, iterator) if written else iterator
            if close is not None and app_iter is not result:
                app_iter = ClosingIterator(app_iter, close)
    finally:
        if buffered and close is not None:
            close()
    if started is None:
        raise RuntimeError("The application did not call start_response.")
    if buffered and written:
        app_iter = [*written, *app_iter]
    return app_iter, started[0], Headers(started[1])


class TestResponse(Response):
    """A response that tells of the request that it answers.

    ``request`` is the request as it was sent, ``history`` the responses of the redirects that were
    followed, the oldest first.
    """

    default_mimetype = None
    # Its name makes pytest take it for tests.
    __test__ = False

    request: Request
    history: tuple[TestResponse, ...]

    def __init__(
        self,
        response: cabc.Iterable[bytes],
        status: str,
        headers: Headers,
        request: Request,
        history: tuple[TestResponse, ...] = (),
        **kwargs: t.Any,
    ) -> None:
        super().__init__(response, status, headers, **kwargs)
        self.request = request
        self.history = history

    @property
    def text(self) -> str:
        """The body as text."""
        return self.get_data(as_text=True)


@dataclasses.dataclass
class Cookie:
    """A cookie that the client holds (RFC 6265 section 5.3).

    ``key`` and ``value`` are as they are sent, ``decoded_key`` and ``decoded_value`` as an
    application sees them. ``max_age`` is in seconds. With ``origin_only`` the domain's subdomains
    are not sent it.
    """

    key: str
    value: str
    decoded_key: str
    decoded_value: str
    expires: datetime | None
    max_age: int | None
    domain: str
    origin_only: bool
    path: str
    secure: bool | None
    http_only: bool | None
    same_site: str | None

    def _matches_request(self, server_name: str, path: str) -> bool:
        domain_fits = server_name == self.domain or (
            not self.origin_only and server_name.endswith(f".{self.domain}")
        )
        if not domain_fits or not path.startswith(self.path):
            return False
        return (
            len(path) == len(self.path) or self.path.endswith("/") or (path[len(self.path)] == "/")
        )

    def _to_request_header(self) -> str:
        return f"{self.key}={self.value}"

    @classmethod
    def _from_response_header(cls, server_name: str, path: str, header: str) -> Self:
        pair, _, rest = header.partition(";")
        key, _, value = pair.partition("=")
        decoded_key, decoded_value = next(iter(parse_cookie(pair).items()))
        params: dict[str, str | None] = {}
        for item in rest.split(";"):
            name, sep, text = item.strip().partition("=")
            params[name.strip().lower()] = text.strip() if sep else None
        return cls(
            key=key.strip(),
            value=value.strip(),
            decoded_key=decoded_key,
            decoded_value=decoded_value,
            expires=parse_date(params.get("expires")),
            max_age=_max_age(params.get("max-age")),
            domain=(params.get("domain") or server_name).lstrip("."),
            origin_only="domain" not in params,
            path=params.get("path") or path.rpartition("/")[0] or "/",
            secure="secure" in params,
            http_only="httponly" in params,
            same_site=params.get("samesite"),
        )

    @property
    def _storage_key(self) -> tuple[str, str, str]:
        return self.domain, self.path, self.decoded_key

    @property
    def _should_delete(self) -> bool:
        if self.max_age is not None:
            return self.max_age <= 0
        return self.expires is not None and self.expires <= datetime.now(UTC)


def _max_age(text: str | None) -> int | None:
    # RFC 6265 section 5.2.2: what is no number is as if it were not there; it may be negative.
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


class Client:
    """Sends requests to an application and keeps its cookies.

    :param response_wrapper: the class of responses, :class:`TestResponse` or one that is combined
        with it.
    :param use_cookies: keep cookies between requests.
    :param allow_subdomain_redirects: follow redirects to subdomains of the request's host.
    """

    def __init__(
        self,
        application: WSGIApplication,
        response_wrapper: type[Response] | None = None,
        use_cookies: bool = True,
        allow_subdomain_redirects: bool = False,
    ) -> None:
        self.application = application
        if response_wrapper is None or response_wrapper is Response:
            response_wrapper = TestResponse
        elif not issubclass(response_wrapper, TestResponse):
            response_wrapper = type("WrapperTestResponse", (TestResponse, response_wrapper), {})
        self.response_wrapper = t.cast("type[TestResponse]", response_wrapper)
        self._cookies: dict[tuple[str, str, str], Cookie] | None = {} if use_cookies else None
        self.allow_subdomain_redirects = allow_subdomain_redirects

    # -- cookies

    def _cookie_jar(self) -> dict[tuple[str, str, str], Cookie]:
        if self._cookies is None:
            raise TypeError("Cookies are disabled. Create a client with 'use_cookies=True'.")
        return self._cookies

    def get_cookie(self, key: str, domain: str = "localhost", path: str = "/") -> Cookie | None:
        """The cookie of that name, domain and path, None where the client holds none."""
        return self._cookie_jar().get((domain, path, key))

    def set_cookie(
        self,
        key: str,
        value: str = "",
        *,
        domain: str = "localhost",
        origin_only: bool = True,
        path: str = "/",
        **kwargs: t.Any,
    ) -> None:
        """Hold a cookie; the keyword arguments are those of ``dump_cookie``."""
        jar = self._cookie_jar()
        header = dump_cookie(key, value, domain=domain, path=path, **kwargs)
        cookie = Cookie._from_response_header(domain, "/", header)
        cookie.origin_only = origin_only
        self._keep(jar, cookie)

    def delete_cookie(self, key: str, *, domain: str = "localhost", path: str = "/") -> None:
        """Forget a cookie; none is no error."""
        self._cookie_jar().pop((domain, path, key), None)

    @staticmethod
    def _keep(jar: dict[tuple[str, str, str], Cookie], cookie: Cookie) -> None:
        if cookie._should_delete:
            jar.pop(cookie._storage_key, None)
        else:
            jar[cookie._storage_key] = cookie

    def _add_cookies_to_wsgi(self, environ: WSGIEnvironment) -> None:
        if self._cookies is None:
            return
        url = urlsplit(get_current_url(environ))
        server_name = url.hostname or "localhost"
        value = "; ".join(
            cookie._to_request_header()
            for cookie in self._cookies.values()
            if cookie._matches_request(server_name, url.path)
        )
        if value:
            environ["HTTP_COOKIE"] = value
        else:
            environ.pop("HTTP_COOKIE", None)

    def _update_cookies_from_response(
        self, server_name: str, path: str, headers: list[str]
    ) -> None:
        if self._cookies is not None:
            for header in headers:
                self._keep(self._cookies, Cookie._from_response_header(server_name, path, header))

    # -- requests

    def run_wsgi_app(
        self, environ: WSGIEnvironment, buffered: bool = False
    ) -> tuple[cabc.Iterable[bytes], str, Headers]:
        """As the function of that name, with the client's cookies."""
        self._add_cookies_to_wsgi(environ)
        answer = run_wsgi_app(self.application, environ, buffered=buffered)
        url = urlsplit(get_current_url(environ))
        self._update_cookies_from_response(
            url.hostname or "localhost", url.path, answer[2].getlist("Set-Cookie")
        )
        return answer

    def _request_of(self, args: tuple[t.Any, ...], kwargs: dict[str, t.Any]) -> Request:
        if len(args) == 1 and not kwargs:
            (value,) = args
            if isinstance(value, EnvironBuilder):
                return value.get_request()
            if isinstance(value, dict):
                return EnvironBuilder.from_environ(value).get_request()
            if isinstance(value, Request):
                return value
        return take_request(EnvironBuilder(*args, **kwargs))

    def open(
        self,
        *args: t.Any,
        buffered: bool = False,
        follow_redirects: bool = False,
        **kwargs: t.Any,
    ) -> TestResponse:
        """Send a request: an ``EnvironBuilder``'s, an environ's, a ``Request``, or one made of the
        values that ``EnvironBuilder`` takes.

        With ``buffered`` the answer is read to its end and closed. With ``follow_redirects`` the
        answer is the last one's, which has the others as its ``history``; ClientRedirectError is
        raised for a circle, RuntimeError for other hosts.
        """
        request = self._request_of(args, kwargs)
        answer = self.run_wsgi_app(request.environ, buffered=buffered)
        response = self.response_wrapper(*answer, request=request)
        if not follow_redirects:
            return response
        seen: set[tuple[str | None, int]] = set()
        history: tuple[TestResponse, ...] = ()
        while response.status_code in {301, 302, 303, 305, 307, 308}:
            if not buffered:
                # What the application does after its last piece comes before the next request.
                response.make_sequence()
                response.close()
            step = (response.location, response.status_code)
            if step in seen:
                raise ClientRedirectError(
                    f"Loop detected: A {step[1]} redirect to {step[0]} was already made."
                )
            seen.add(step)
            response.history = history
            history = (*history, response)
            response = self.resolve_redirect(response, buffered=buffered)
        response.history = history
        response.call_on_close(request.input_stream.close)
        return response

    def resolve_redirect(self, response: TestResponse, buffered: bool = False) -> TestResponse:
        """Send the request that a redirecting response asks for.

        307 and 308 keep method and body; after others it is a GET, or a HEAD still.
        """
        environ = response.request.environ
        target = urlsplit(urljoin(get_current_url(environ), response.location or ""))
        builder = EnvironBuilder.from_environ(environ, query_string=target.query)
        self._check_host(builder.server_name, target.hostname or "")
        builder.url_scheme = target.scheme
        builder.host = target.netloc
        root = builder.script_root
        if root and (target.path == root or target.path.startswith(f"{root}/")):
            builder.path = target.path[len(root) :]
        else:
            builder.path = target.path
            builder.script_root = ""
        builder.request_uri = target._replace(scheme="", netloc="", fragment="").geturl()
        if response.status_code in {307, 308}:
            self._rewind(builder)
        else:
            if builder.method != "HEAD":
                builder.method = "GET"
            if builder.input_stream is not None:
                builder.input_stream.close()
                builder.input_stream = None
            builder.content_type = None
            builder.content_length = None
            builder.headers.pop("Transfer-Encoding", None)
        return self.open(builder, buffered=buffered)

    def _check_host(self, server_name: str, target: str) -> None:
        if target == server_name:
            return
        if not target.endswith(f".{server_name}"):
            raise RuntimeError("Following external redirects is not supported.")
        if not self.allow_subdomain_redirects:
            raise RuntimeError("Following subdomain redirects is not enabled.")

    @staticmethod
    def _rewind(builder: EnvironBuilder) -> None:
        stream, length = builder.input_stream, builder.content_length
        if stream is not None and length is not None:
            try:
                stream.seek(0, 2)
                stream.seek(max(0, stream.tell() - length))
            except (OSError, AttributeError):
                # What cannot be read twice goes on where it stands.
                return

    def get(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method GET."""
        return self.open(*args, **{**kw, "method": "GET"})

    def post(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method POST."""
        return self.open(*args, **{**kw, "method": "POST"})

    def put(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method PUT."""
        return self.open(*args, **{**kw, "method": "PUT"})

    def delete(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method DELETE."""
        return self.open(*args, **{**kw, "method": "DELETE"})

    def patch(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method PATCH."""
        return self.open(*args, **{**kw, "method": "PATCH"})

    def options(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method OPTIONS."""
        return self.open(*args, **{**kw, "method": "OPTIONS"})

    def head(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method HEAD."""
        return self.open(*args, **{**kw, "method": "HEAD"})

    def trace(self, *args: t.Any, **kw: t.Any) -> TestResponse:
        """:meth:`open` with the method TRACE."""
        return self.open(*args, **{**kw, "method": "TRACE"})

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.application!r}>"
