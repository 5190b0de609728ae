"""Typed use of rules, maps, converters and exceptions. It is not run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn, assert_type

from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

from cruet import Flask, Request, abort, url_for
from cruet.toolkit import exceptions
from cruet.toolkit.exceptions import (
    Aborter,
    BadRequestKeyError,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    default_exceptions,
)
from cruet.toolkit.routing import (
    AnyConverter,
    BaseConverter,
    BuildError,
    EndpointPrefix,
    IntegerConverter,
    Map,
    MapAdapter,
    PathConverter,
    RequestRedirect,
    Rule,
    RuleFactory,
    RuleTemplate,
    Subdomain,
    Submount,
    UnicodeConverter,
    ValidationError,
)
from cruet.toolkit.wrappers import Request as BaseRequest
from cruet.toolkit.wrappers import Response as BaseResponse

app = Flask(__name__)


class ListConverter(BaseConverter):
    regex = r"\w+(?:,\w+)*"
    weight = 150
    part_isolating = True

    def __init__(self, map: Map, separator: str = ",", *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)
        self.separator = separator

    def to_python(self, value: str) -> list[str]:
        if not value:
            raise ValidationError()
        return value.split(self.separator)

    def to_url(self, value: list[str]) -> str:
        return self.separator.join(super(ListConverter, self).to_url(part) for part in value)


class Even(IntegerConverter):
    def to_python(self, value: str) -> Any:
        number = super().to_python(value)
        if number % 2:
            raise ValidationError(value)
        return number


app.url_map.converters["list"] = ListConverter
app.url_map.converters.update(even=Even, name=UnicodeConverter, where=PathConverter)
app.url_map.strict_slashes = False


@app.route("/by/<list:words>/<even:number>/<uuid:key>/<any(a, b):one>/<path:rest>")
def converted(words: list[str], number: int, key: uuid.UUID, one: str, rest: str) -> str:
    return f"{words}{number}{key}{one}{rest}"


@app.route("/host", host="example.org", methods={"GET"}, endpoint="host", alias=True)
def host() -> str:
    return url_for("converted", words=["a"], _method="GET", _scheme="https", _external=True)


class Resource(RuleFactory):
    def __init__(self, name: str) -> None:
        self.name = name

    def get_rules(self, map: Map) -> Iterator[Rule]:
        yield Rule(f"/{self.name}/", endpoint=f"{self.name}.list")
        yield Rule(f"/{self.name}/<int:number>", endpoint=f"{self.name}.one")


class OwnRule(Rule):
    def get_empty_kwargs(self) -> Mapping[str, Any]:
        return super().get_empty_kwargs()


class OwnMap(Map):
    lock_class = staticmethod(lambda: None)  # type: ignore[assignment]


class OwnApp(Flask):
    url_rule_class = OwnRule
    url_map_class = Map

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        return super().create_url_adapter(request)


def redirected(adapter: MapAdapter, word: str) -> str:
    return adapter.build("index", {"word": word})


def maps(environ: WSGIEnvironment, request: BaseRequest) -> Any:
    url_map = Map(
        [
            Rule("/", endpoint="index", methods=["GET", "HEAD"], defaults={"page": 1}),
            Rule("/old/<word>", redirect_to="new/<word>"),
            Rule("/called/<word>", redirect_to=redirected),
            Rule("/socket", endpoint="socket", websocket=True),
            Submount("/blog", [Rule("/", endpoint="blog"), Resource("posts")]),
            Subdomain("kb", [Rule("/", endpoint="kb")]),
            EndpointPrefix("a/", [Rule("/a", endpoint="a", build_only=True)]),
            RuleTemplate([Rule("/$name/", endpoint="$name.index")])(name="user"),
            Resource("users"),
        ],
        default_subdomain="www",
        converters={"list": ListConverter},
        sort_parameters=True,
        sort_key=lambda pair: pair,
        host_matching=False,
    )
    url_map.add(Rule("/later", endpoint="later"))
    url_map.update()
    for rule in url_map.iter_rules():
        assert_type(rule, Rule)
        assert_type(rule.methods, set[str] | None)
        print(sorted(rule.methods or ()))
        assert_type(rule.rule, str)
        assert_type(rule.empty(), Rule)
    adapter = url_map.bind("example.org", "/", url_scheme="https", query_args={"a": "b"})
    assert_type(adapter, MapAdapter)
    assert_type(url_map.bind_to_environ(environ), MapAdapter)
    assert_type(url_map.bind_to_environ(request, server_name="example.org"), MapAdapter)
    assert_type(url_map.is_endpoint_expecting("index", "page"), bool)
    endpoint, values = adapter.match("/", method="GET")
    assert_type(values, Mapping[str, Any])
    matched, values = adapter.match("/", return_rule=True)
    assert_type(matched, Rule)
    assert_type(adapter.build("index", {"page": 1}, method="GET", force_external=True), str)
    assert_type(adapter.allowed_methods("/"), Iterable[str])
    assert_type(adapter.test("/", "POST"), bool)
    assert_type(adapter.get_host(None), str)
    try:
        print(adapter.build("missing"))
    except BuildError as error:
        assert_type(error.suggested, Rule | None)
        print(error.endpoint, error.values, error.method)
    return endpoint


def dispatched(adapter: MapAdapter) -> WSGIApplication:
    def view(endpoint: str, values: Mapping[str, Any]) -> WSGIApplication:
        return BaseResponse(f"{endpoint} {values}")

    return adapter.dispatch(view, catch_http_exceptions=True)


def refused(number: int) -> NoReturn:
    if number == 1:
        raise NotFound("gone", response=BaseResponse("x"))
    if number == 2:
        raise MethodNotAllowed(valid_methods=["GET"])
    if number == 3:
        raise TooManyRequests(retry_after=5)
    if number == 4:
        raise ServiceUnavailable("soon", retry_after=None)
    if number == 5:
        raise RequestedRangeNotSatisfiable(length=10)
    if number == 6:
        raise RequestRedirect("http://example.org/")
    if number == 7:
        exceptions.abort(409, "taken")
    abort(404)


class Teapot(HTTPException):
    code = 418
    description = "short and stout"

    def get_body(
        self,
        environ: WSGIEnvironment | None = None,
        scope: dict[str, Any] | None = None,
    ) -> str:
        return f"<p>{self.get_description(environ, scope)}"

    def get_headers(
        self,
        environ: WSGIEnvironment | None = None,
        scope: dict[str, Any] | None = None,
    ) -> list[tuple[str, str]]:
        return [*super().get_headers(environ, scope), ("X-Pot", "tea")]


def caught(environ: WSGIEnvironment, ask: Callable[[], str]) -> BaseResponse:
    try:
        ask()
    except BadRequestKeyError as error:
        error.show_exception = True
        return error.get_response(environ)
    except Unauthorized as error:
        print(error.www_authenticate)
        return error.get_response()
    except HTTPException as error:
        assert_type(error.name, str)
        assert_type(error.get_body(environ), str)
        assert_type(error.get_description(), str)
        return error.get_response(environ)
    else:
        Aborter(extra={418: Teapot})(418)


assert_type(default_exceptions[404], type[HTTPException])
AnyConverter(Map(), "a", "b")
