"""Typed views: every kind of answer, plain and async, and responses by hand. It is not run."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypedDict, assert_type

from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

from cruet import (
    Flask,
    Response,
    after_this_request,
    get_flashed_messages,
    get_template_attribute,
    jsonify,
    make_response,
    redirect,
    render_template,
    render_template_string,
    send_file,
    send_from_directory,
    stream_template,
    stream_template_string,
    stream_with_context,
    url_for,
)
from cruet.toolkit.datastructures import (
    ContentRange,
    ContentSecurityPolicy,
    Headers,
    HeaderSet,
    ResponseCacheControl,
    WWWAuthenticate,
)
from cruet.toolkit.exceptions import HTTPException, NotFound
from cruet.toolkit.http import COOP
from cruet.toolkit.wrappers import Response as BaseResponse
from cruet.typing import HeadersValue, ResponseReturnValue, ResponseValue
from cruet.views import MethodView, View

app = Flask(__name__)


class Shape(TypedDict):
    name: str
    sides: int


@app.route("/0")
def dict_status() -> tuple[dict[str, Any], int]:
    return {"a": 1}, 201


@app.route("/1")
def shape_status() -> tuple[Shape, HTTPStatus]:
    return {"name": "square", "sides": 4}, HTTPStatus.CREATED


@app.route("/2")
def shapes() -> list[Shape]:
    return [{"name": "square", "sides": 4}]


@app.route("/3")
def list_headers() -> tuple[list[int], dict[str, list[str]]]:
    return [1], {"X-A": ["1", "2"]}


@app.route("/4")
def bytes_headers() -> tuple[bytes, int, Headers]:
    return b"x", 200, Headers({"X-A": "1"})


@app.route("/5")
def pairs() -> tuple[str, int, list[tuple[str, str]]]:
    return "x", 200, [("X-A", "1")]


@app.route("/6")
def response_status() -> tuple[Response, int]:
    return Response("x"), 202


@app.route("/7")
def base_response() -> BaseResponse:
    return redirect("/")


@app.route("/8")
def generated() -> Generator[str, None, None]:
    yield "x"


@app.route("/9")
def generated_bytes() -> tuple[Iterator[bytes], dict[str, str]]:
    return iter([b"x"]), {"Content-Type": "text/plain"}


@app.route("/10")
def application() -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b""]

    return answer


@app.route("/11")
def exception() -> HTTPException:
    return NotFound("gone")


@app.route("/12")
def either(name: str | None = None) -> str | Response | tuple[str, int]:
    if name is None:
        return "none", 404
    return name if len(name) > 3 else Response(name)


@app.route("/13")
def any_of_them() -> ResponseReturnValue:
    value: ResponseValue = {"a": 1}
    fields: HeadersValue = {"X-A": "1"}
    return value, 200, fields


@app.route("/14")
async def waited() -> dict[str, str]:
    return {"a": "b"}


@app.route("/15", methods=["GET", "POST"], strict_slashes=False)
async def waited_all() -> tuple[str, int, dict[str, str]]:
    return "x", 200, {"X-A": "1"}


@app.route("/16")
async def waited_any() -> ResponseReturnValue:
    return Response(status=204)


async def pieces() -> AsyncIterator[str]:
    yield "x"


@app.route("/download")
def download() -> Response:
    data = io.BytesIO(b"x")
    assert_type(send_file(data, mimetype="text/plain", download_name="a.txt"), Response)
    send_file(Path("a.txt"), as_attachment=True, max_age=lambda name: 5 if name else None)
    send_file("a.txt", etag="a", last_modified=datetime.now(UTC), conditional=False)
    return send_from_directory("static", "a.txt", as_attachment=True)


@app.route("/templates")
def templates() -> Response:
    text = render_template(["a.html", "b.html"], a=1) + render_template_string("{{ a }}", a=1)
    assert_type(text, str)
    assert_type(stream_template("a.html", a=1), Iterator[str])
    assert_type(stream_template_string("{{ a }}"), Iterator[str])
    print(get_template_attribute("a.html", "hello")("x"), get_flashed_messages(True, ["error"]))
    return Response(stream_template("a.html"), mimetype="text/html")


@app.route("/stream")
def stream() -> Response:
    def words() -> Generator[str, None, None]:
        yield "a"

    @stream_with_context
    def decorated() -> Iterator[bytes]:
        yield b"a"

    assert_type(stream_with_context(words()), Iterator[str])
    print(decorated)
    return Response(stream_with_context(words()), content_type="text/plain")


class Text(Response):
    default_mimetype = "text/plain"
    default_status = 202

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers["X-Text"] = "1"

    def set_data(self, value: bytes | str) -> None:
        super().set_data(value)


class OwnApp(Flask):
    response_class = Text

    def make_response(self, rv: ResponseReturnValue) -> Response:
        return super().make_response(rv)

    def process_response(self, response: Response) -> Response:
        response.headers["X-Own"] = "1"
        return super().process_response(response)


@app.route("/by-hand")
def by_hand() -> Response:
    answer = make_response("x", 201, {"X-A": "1"})
    assert_type(answer, Response)
    assert_type(make_response(), Response)
    assert_type(jsonify(a=1), Response)

    @after_this_request
    def mark(response: Response) -> Response:
        response.headers.add("X-After", "1")
        return response

    print(mark)
    set_fields(answer)
    read_fields(answer)
    return answer


def set_fields(answer: Response) -> None:
    answer.status = "404 NOT FOUND"
    answer.status = HTTPStatus.OK
    answer.status_code = 200
    answer.mimetype = "text/plain"
    answer.content_type = "text/plain; charset=utf-8"
    answer.content_length = 3
    answer.location = "/"
    answer.vary.add("Accept")
    answer.vary = "Cookie"
    answer.allow = ["GET", "POST"]
    answer.data = "text"
    answer.set_data(b"bytes")
    answer.last_modified = datetime.now(UTC)
    answer.expires = datetime.now(UTC) + timedelta(hours=1)
    answer.retry_after = 120
    answer.age = timedelta(seconds=1)
    answer.cache_control.max_age = 60
    answer.cache_control.no_store = True
    answer.cache_control.public = True
    answer.access_control_allow_origin = "*"
    answer.access_control_allow_headers = HeaderSet(["X-A"])
    answer.access_control_allow_credentials = True
    answer.access_control_max_age = 60
    answer.cross_origin_opener_policy = COOP.SAME_ORIGIN
    answer.content_security_policy = "default-src 'self'"
    answer.content_security_policy.script_src = "'self'"
    answer.content_range = ContentRange("bytes", 0, 5, 10)
    answer.www_authenticate = WWWAuthenticate("basic", {"realm": "here"})
    answer.set_cookie("a", "b", max_age=timedelta(days=1), secure=True, samesite="Lax")
    answer.set_cookie("a", expires=datetime.now(UTC), httponly=True, partitioned=True)
    answer.delete_cookie("a", path="/", domain="example.org")
    answer.set_etag("a", weak=True)
    answer.add_etag(overwrite=True)
    answer.direct_passthrough = True
    answer.stream.write(b"more")
    answer.call_on_close(lambda: None)
    answer.freeze()


def read_fields(answer: Response) -> None:
    assert_type(answer.status, str)
    assert_type(answer.status_code, int)
    assert_type(answer.mimetype, str | None)
    assert_type(answer.mimetype_params, dict[str, str])
    assert_type(answer.is_json, bool)
    assert_type(answer.headers, Headers)
    assert_type(answer.headers["X-A"], str)
    assert_type(answer.get_data(), bytes)
    assert_type(answer.get_data(as_text=True), str)
    assert_type(answer.last_modified, datetime | None)
    assert_type(answer.cache_control, ResponseCacheControl)
    assert_type(answer.content_security_policy, ContentSecurityPolicy)
    assert_type(answer.www_authenticate, WWWAuthenticate)
    assert_type(answer.get_etag(), tuple[str, bool] | tuple[None, None])
    assert_type(answer.is_streamed, bool)
    assert_type(answer.max_cookie_size, int)
    assert_type(answer.json, Any | None)
    print(answer.location.split("/"), answer.content_type.lower(), answer.content_length + 1)
    print(len(answer.data.decode()), answer.get_json(silent=True), answer.retry_after)
    for chunk in answer.iter_encoded():
        assert_type(chunk, bytes)


class Page(View):
    methods = ["GET", "POST"]
    init_every_request = False

    def __init__(self, template: str) -> None:
        self.template = template

    def dispatch_request(self, **values: Any) -> str:
        return render_template(self.template, **values)


def unchanged(view: Callable[..., Any]) -> Callable[..., Any]:
    return view


class Waited(MethodView):
    decorators = [unchanged]

    async def get(self, number: int) -> Shape:
        return {"name": "square", "sides": number}

    def delete(self, number: int) -> tuple[str, int]:
        return url_for("waited", number=number, _external=True, _anchor="top"), 204


app.add_url_rule("/page/<name>", view_func=Page.as_view("page", "page.html"))
app.add_url_rule("/waited/<int:number>", view_func=Waited.as_view("waited"), defaults={"a": 1})
app.add_url_rule("/lambda", "lambda", lambda: "x", provide_automatic_options=False)
app.response_class = Text
