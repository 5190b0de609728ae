"""One instance of each public class of a toolkit, with something in it that can be compared.

It imports nothing but the standard library: the toolkit is asked for its modules by name.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kits import Kit

Maker = Callable[["Kit", Any], Any]

#: Classes of which nothing can be made alone, and why.
NOT_MADE = {
    "serving:BaseWSGIServer": "it binds a socket; tests of the server make it",
    "serving:ThreadedWSGIServer": "it binds a socket; tests of the server make it",
    "serving:ForkingWSGIServer": "it binds a socket; tests of the server make it",
    "serving:WSGIRequestHandler": "it answers a connection when it is made",
}


def app(environ: Any, start_response: Any) -> list[bytes]:
    """An application, by name, so that what holds it can be pickled."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def callback(*args: Any) -> None:
    """Something to be called back, by name."""


def environ(kit: Kit) -> Any:
    found = kit["test"].create_environ("/path?a=1", "http://example.org/")
    # Standard error cannot be pickled; who has to do with it?
    found["wsgi.errors"] = io.StringIO()
    return found


def url_map(kit: Kit) -> Any:
    rules = kit["routing"]
    return rules.Map([rules.Rule("/user/<int:id>", endpoint="user")])


def request(kit: Kit, call: Any) -> Any:
    made = call(environ(kit))
    assert made.args["a"] == "1"
    return made


def sansio_request(kit: Kit, call: Any) -> Any:
    headers = kit["datastructures"].Headers([("Host", "example.org")])
    return call("GET", "http", ("example.org", 80), "", "/path", b"a=1", headers, "127.0.0.1")


def built_error(kit: Kit, call: Any) -> Any:
    return call("user", {"id": 1}, "GET", url_map(kit).bind("example.org"))


def converter(kit: Kit, call: Any) -> Any:
    return call(url_map(kit))


def part_headers(kit: Kit) -> Any:
    return kit["datastructures"].Headers([("Content-Disposition", "form-data; name=a")])


def frame(kit: Kit, call: Any) -> Any:
    where = {"filename": "file.py", "lineno": 1, "name": "function", "lookup_line": False}
    return call(locals={}, globals={}, **where)


def traceback(kit: Kit, call: Any) -> Any:
    try:
        raise ValueError("why")
    except ValueError as error:
        return call(error)


def stream(kit: Kit, call: Any) -> Any:
    return call(io.BytesIO(b"data"))


def wrapped_app(kit: Kit, call: Any) -> Any:
    return call(app)


def cookie(kit: Kit, call: Any) -> Any:
    scope = (None, None, "example.org", True, "/", False, False, None)
    return call("a", "b", "a", "b", *scope)


def test_response(kit: Kit, call: Any) -> Any:
    headers = kit["datastructures"].Headers([("X-A", "b")])
    asked = kit["wrappers"].Request(environ(kit))
    return call([b"hello"], "200 OK", headers, asked)


def attribute(kit: Kit, call: Any) -> Any:
    return call("HTTP_HOST")


ACCEPTED = [("text/html", 1), ("text/*", 0.5)]
PAIRS = [("a", "1"), ("a", "2"), ("b", "3")]

MAKERS: dict[str, Maker] = {
    "datastructures.accept:Accept": lambda kit, call: call([("a", 1), ("b", 0.5)]),
    "datastructures.accept:CharsetAccept": lambda kit, call: call([("utf-8", 1)]),
    "datastructures.accept:LanguageAccept": lambda kit, call: call([("en", 1), ("de", 0.5)]),
    "datastructures.accept:MIMEAccept": lambda kit, call: call(ACCEPTED),
    "datastructures.auth:Authorization": lambda kit, call: call("bearer", None, "abc"),
    "datastructures.auth:WWWAuthenticate": lambda kit, call: call("basic", {"realm": "x"}),
    "datastructures.cache_control:RequestCacheControl": lambda kit, call: call({"max-age": "1"}),
    "datastructures.cache_control:ResponseCacheControl": lambda kit, call: call({"max-age": "1"}),
    "datastructures.csp:ContentSecurityPolicy": lambda kit, call: call({"img-src": "'self'"}),
    "datastructures.etag:ETags": lambda kit, call: call(["a"], ["b"]),
    "datastructures.file_storage:FileMultiDict": lambda kit, call: call(PAIRS),
    "datastructures.file_storage:FileStorage": lambda kit, call: call(
        io.BytesIO(b"data"), "a.txt", "a"
    ),
    "datastructures.headers:EnvironHeaders": lambda kit, call: call({"HTTP_HOST": "a"}),
    "datastructures.headers:Headers": lambda kit, call: call(PAIRS),
    "datastructures.range:ContentRange": lambda kit, call: call("bytes", 0, 5, 10),
    "datastructures.range:IfRange": lambda kit, call: call("abc"),
    "datastructures.range:Range": lambda kit, call: call("bytes", [(0, 5)]),
    "datastructures.structures:CallbackDict": lambda kit, call: call({"a": 1}, callback),
    "datastructures.structures:CombinedMultiDict": lambda kit, call: call(
        [kit["datastructures"].MultiDict(PAIRS), kit["datastructures"].MultiDict([("c", "4")])]
    ),
    "datastructures.structures:HeaderSet": lambda kit, call: call(["a", "b"], callback),
    "datastructures.structures:ImmutableDict": lambda kit, call: call({"a": 1}),
    "datastructures.structures:ImmutableList": lambda kit, call: call([1, 2]),
    "datastructures.structures:ImmutableMultiDict": lambda kit, call: call(PAIRS),
    "datastructures.structures:ImmutableTypeConversionDict": lambda kit, call: call({"a": "1"}),
    "datastructures.structures:MultiDict": lambda kit, call: call(PAIRS),
    "datastructures.structures:TypeConversionDict": lambda kit, call: call({"a": "1"}),
    "debug:DebuggedApplication": lambda kit, call: call(app, pin_security=False),
    "debug.tbtools:DebugFrameSummary": frame,
    "debug.tbtools:DebugTraceback": traceback,
    "exceptions:BadRequestKeyError": lambda kit, call: call("a"),
    "exceptions:MethodNotAllowed": lambda kit, call: call(["GET"], "why"),
    "exceptions:NotFound": lambda kit, call: call("why"),
    "exceptions:RequestedRangeNotSatisfiable": lambda kit, call: call(10),
    "exceptions:TooManyRequests": lambda kit, call: call(retry_after=5),
    "http:COEP": lambda kit, call: call("require-corp"),
    "http:COOP": lambda kit, call: call("same-origin"),
    "local:LocalProxy": lambda kit, call: call(callable_of_five),
    "middleware.dispatcher:DispatcherMiddleware": wrapped_app,
    "middleware.http_proxy:ProxyMiddleware": lambda kit, call: call(
        app, {"/a/": {"target": "http://localhost/"}}
    ),
    "middleware.lint:ErrorStream": lambda kit, call: call(io.StringIO()),
    "middleware.lint:GuardedIterator": lambda kit, call: call([b"a"], (200, {}), []),
    "middleware.lint:GuardedWrite": lambda kit, call: call(callback, []),
    "middleware.lint:InputStream": stream,
    "middleware.lint:LintMiddleware": wrapped_app,
    "middleware.profiler:ProfilerMiddleware": lambda kit, call: call(app, stream=None),
    "middleware.proxy_fix:ProxyFix": wrapped_app,
    "middleware.shared_data:SharedDataMiddleware": lambda kit, call: call(app, {"/a": "/nowhere"}),
    "routing.converters:AnyConverter": lambda kit, call: call(url_map(kit), "a", "b"),
    "routing.converters:BaseConverter": converter,
    "routing.converters:FloatConverter": converter,
    "routing.converters:IntegerConverter": converter,
    "routing.converters:NumberConverter": lambda kit, call: plain_number(call)(url_map(kit)),
    "routing.converters:PathConverter": converter,
    "routing.converters:UUIDConverter": converter,
    "routing.converters:UnicodeConverter": converter,
    "routing.exceptions:BuildError": built_error,
    "routing.exceptions:NoMatch": lambda kit, call: call({"GET"}, False),
    "routing.exceptions:RequestAliasRedirect": lambda kit, call: call({"a": 1}, "user"),
    "routing.exceptions:RequestPath": lambda kit, call: call("/path"),
    "routing.exceptions:RequestRedirect": lambda kit, call: call("http://example.org/"),
    "routing.map:Map": lambda kit, call: call([kit["routing"].Rule("/", endpoint="index")]),
    "routing.map:MapAdapter": lambda kit, call: call(
        url_map(kit), "example.org", "/", None, "http", "/", "GET"
    ),
    "routing.matcher:StateMachineMatcher": lambda kit, call: call(True),
    "routing.rules:EndpointPrefix": lambda kit, call: call("a.", []),
    "routing.rules:Rule": lambda kit, call: call("/a/<b>", endpoint="a", methods=["GET"]),
    "routing.rules:RuleTemplate": lambda kit, call: call([kit["routing"].Rule("/$a")]),
    "routing.rules:RuleTemplateFactory": lambda kit, call: call(
        [kit["routing"].Rule("/$a")], {"a": "b"}
    ),
    "routing.rules:Subdomain": lambda kit, call: call("a", []),
    "routing.rules:Submount": lambda kit, call: call("/a", []),
    "sansio.multipart:Data": lambda kit, call: call(data=b"a", more_data=False),
    "sansio.multipart:Epilogue": lambda kit, call: call(data=b"a"),
    "sansio.multipart:Field": lambda kit, call: call(name="a", headers=part_headers(kit)),
    "sansio.multipart:File": lambda kit, call: call(
        name="a", filename="b", headers=part_headers(kit)
    ),
    "sansio.multipart:MultipartDecoder": lambda kit, call: call(b"boundary"),
    "sansio.multipart:MultipartEncoder": lambda kit, call: call(b"boundary"),
    "sansio.multipart:Preamble": lambda kit, call: call(data=b"a"),
    "sansio.multipart:State": lambda kit, call: call(1),
    "sansio.request:Request": sansio_request,
    "sansio.response:Response": lambda kit, call: call(404, [("X-A", "b")]),
    "serving:DechunkedInput": stream,
    "test:Client": wrapped_app,
    "test:Cookie": cookie,
    "test:EnvironBuilder": lambda kit, call: call("/path", query_string={"a": "1"}),
    "test:TestResponse": test_response,
    "user_agent:UserAgent": lambda kit, call: call("curl"),
    "utils:ImportStringError": lambda kit, call: call("a.b", ImportError("why")),
    "utils:cached_property": lambda kit, call: call(callback),
    "utils:environ_property": attribute,
    "utils:header_property": attribute,
    "wrappers.request:Request": request,
    "wrappers.response:Response": lambda kit, call: call("hello", 404, [("X-A", "b")]),
    "wrappers.response:ResponseStream": lambda kit, call: call(kit["wrappers"].Response("a")),
    "wsgi:ClosingIterator": lambda kit, call: call([b"a"], callback),
    "wsgi:FileWrapper": stream,
    "wsgi:LimitedStream": lambda kit, call: call(io.BytesIO(b"data"), 3),
}


def callable_of_five() -> int:
    return 5


def plain_number(kind: Any) -> Any:
    """A number converter, which has no expression of its own."""
    return type("Number", (kind,), {"regex": r"\d+", "__module__": __name__})


if sys.flags.optimize:
    raise RuntimeError("these tests stand on assert")
