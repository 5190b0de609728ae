"""Typed use of the toolkit's functions, middleware, servers and bare requests. It is not run."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any, assert_type

from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

from cruet import Flask
from cruet.toolkit import run_simple, security, urls, utils, wsgi
from cruet.toolkit.datastructures import FileStorage, Headers, MultiDict
from cruet.toolkit.debug import DebuggedApplication
from cruet.toolkit.exceptions import NotFound
from cruet.toolkit.formparser import FormDataParser, parse_form_data
from cruet.toolkit.local import Local, LocalManager, LocalProxy, LocalStack, release_local
from cruet.toolkit.middleware.dispatcher import DispatcherMiddleware
from cruet.toolkit.middleware.http_proxy import ProxyMiddleware
from cruet.toolkit.middleware.lint import LintMiddleware
from cruet.toolkit.middleware.profiler import ProfilerMiddleware
from cruet.toolkit.middleware.proxy_fix import ProxyFix
from cruet.toolkit.middleware.shared_data import SharedDataMiddleware
from cruet.toolkit.sansio.multipart import Data, File, MultipartDecoder, NeedData
from cruet.toolkit.sansio.request import Request as SansIORequest
from cruet.toolkit.sansio.response import Response as SansIOResponse
from cruet.toolkit.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from cruet.toolkit.user_agent import UserAgent
from cruet.toolkit.utils import cached_property, header_property
from cruet.toolkit.wrappers import Request, Response

app = Flask(__name__)


class Thing:
    @cached_property
    def slow(self) -> int:
        return 1

    @cached_property
    def named(self) -> dict[str, int]:
        return {"a": self.slow}


class OwnRequest(Request):
    token = header_property[str]("X-Token", default="none", read_only=True)
    count = header_property("X-Count", None, int, str)


def kept(request: OwnRequest) -> int:
    thing = Thing()
    assert_type(thing.slow, int)
    assert_type(thing.named, dict[str, int])
    print(request.token.lower())
    return thing.slow


def various() -> None:
    assert_type(utils.secure_filename("../a.txt"), str)
    assert_type(utils.redirect("/", code=303), Response)
    assert_type(utils.append_slash_redirect({}), Response)
    assert_type(utils.get_content_type("text/html", "utf-8"), str)
    assert_type(utils.import_string("os:path", silent=True), Any)
    for name in utils.find_modules("cruet", include_packages=True, recursive=True):
        assert_type(name, str)
    assert_type(security.generate_password_hash("a", method="scrypt", salt_length=8), str)
    assert_type(security.check_password_hash("a", "b"), bool)
    assert_type(security.gen_salt(8), str)
    assert_type(security.safe_join("/srv", "a", "b"), str | None)
    assert_type(urls.iri_to_uri("http://a/ä"), str)
    assert_type(urls.uri_to_iri("http://a/%C3%A4"), str)
    assert_type(UserAgent("x").browser, str | None)
    assert_type(utils.send_file("a.txt", {}, as_attachment=True), Response)
    assert_type(utils.send_from_directory("a", "b", {}), Response)


def over_environ(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    assert_type(wsgi.get_host(environ, trusted_hosts=["example.org"]), str)
    assert_type(wsgi.get_current_url(environ, strip_querystring=True), str)
    assert_type(wsgi.get_path_info(environ), str)
    assert_type(wsgi.get_content_length(environ), int | None)
    assert_type(wsgi.get_input_stream(environ, max_content_length=10), IO[bytes])
    request = Request(environ)
    with request, Response("x", mimetype="text/plain") as response:
        response.make_conditional(request, accept_ranges=True, complete_length=1)
        status = response.get_wsgi_response(environ)[1]
        assert_type(status, str)
        closing = wsgi.ClosingIterator(response(environ, start_response), [request.close])
    body = wsgi.FileWrapper(BytesIO(b"a"), buffer_size=10)
    print(wsgi.wrap_file(environ, BytesIO(b"a")), wsgi.LimitedStream(BytesIO(b"a"), 1).read())
    return closing if request.args else body


@Request.application
def hello(request: Request) -> WSGIApplication:
    if request.path != "/":
        return NotFound()
    return Response(f"hello {request.values.get('name', 'you')}")


@wsgi.responder
def responding(environ: WSGIEnvironment, start_response: StartResponse) -> WSGIApplication:
    return Response("x")


def wrapped() -> None:
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    both = DispatcherMiddleware(app, {"/api": hello})
    ProfilerMiddleware(both, sort_by=("time",), restrictions=[30])
    SharedDataMiddleware(both, {"/a": "/srv/a"}, cache=False)
    ProxyMiddleware(both, {"/p": {"target": "http://127.0.0.1:5001/", "remove_prefix": False}})
    LintMiddleware(both)
    DebuggedApplication(both, evalex=True, pin_security=True)


def forms(environ: WSGIEnvironment) -> MultiDict[str, FileStorage]:
    stream, fields, files = parse_form_data(environ, max_form_parts=10)
    assert_type(stream, IO[bytes])
    assert_type(fields, MultiDict[str, str])

    def factory(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

    FormDataParser(factory, max_form_memory_size=100, silent=False).parse(BytesIO(), "a/b", None)
    decoder = MultipartDecoder(b"boundary", max_parts=3)
    decoder.receive_data(b"--boundary")
    event = decoder.next_event()
    if isinstance(event, File):
        assert_type(event.filename, str)
    elif isinstance(event, Data):
        assert_type(event.more_data, bool)
    elif isinstance(event, NeedData):
        decoder.receive_data(None)
    return files


def sans_io() -> None:
    request = SansIORequest("GET", "https", ("a", 443), "", "/", b"a=b", Headers(), None)
    assert_type(request.args, MultiDict[str, str])
    assert_type(request.host_url, str)
    response = SansIOResponse(200, {"X-A": "1"}, mimetype="text/plain")
    response.last_modified = datetime.now(UTC)
    assert_type(response.status_code, int)


local = Local()
stack: LocalStack[int] = LocalStack()
variable: ContextVar[Thing] = ContextVar("thing")
manager = LocalManager([local, stack])
thing: Thing = LocalProxy(variable)  # type: ignore[assignment]
number = LocalProxy(lambda: 5)


def locals_of_a_context() -> Any:
    local.user = "a"
    stack.push(1)
    assert_type(stack.top, int | None)
    assert_type(stack.pop(), int | None)
    assert_type(thing.slow, int)
    print(local("user"), stack(), bool(number))
    manager.cleanup()
    release_local(local)
    return manager.make_middleware(app)


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if self.path != "/health":
            super().log_request(code, size)


def served() -> int:
    run_simple("127.0.0.1", 5000, app, use_reloader=True, ssl_context="adhoc", extra_files=["a"])
    run_simple("127.0.0.1", 5000, app, threaded=True, request_handler=Quiet)
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, ssl_context=ssl.create_default_context()
    )
    assert_type(server, BaseWSGIServer)
    assert_type(server.port, int)
    server.serve_forever()
    server.shutdown()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return os.getpid()


def pieces() -> Iterator[bytes]:
    yield from Response(["a", "b"]).iter_encoded()
