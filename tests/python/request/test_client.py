"""The client: cookies, redirects, bodies; and environs made of values."""

from io import BytesIO

import pytest

from cruet.toolkit.test import (
    Client,
    ClientRedirectError,
    Cookie,
    EnvironBuilder,
    TestResponse,
    create_environ,
    run_wsgi_app,
)
from cruet.toolkit.utils import redirect
from cruet.toolkit.wrappers import Request, Response


@Request.application
def echo(request):
    cookie = request.headers.get("Cookie")
    return Response(f"{request.method} {request.url} {request.form.to_dict()} {cookie}")


def test_methods():
    client = Client(echo)
    for name in ("get", "post", "put", "delete", "patch", "options", "trace"):
        assert getattr(client, name)("/x").text.startswith(f"{name.upper()} http://localhost/x ")
    assert client.head("/").text == ""
    assert client.get("/").request.path == "/"


@pytest.mark.parametrize(
    ("kwargs", "sent"),
    [
        ({"data": {"a": "ü", "b": [1, 2]}}, {"a": "ü", "b": "1"}),
        ({"data": {"a": "b", "f": (BytesIO(b"x"), "n")}}, {"a": "b"}),
        ({"data": "a=b", "content_type": "application/x-www-form-urlencoded"}, {"a": "b"}),
        ({"data": b"a=b"}, {}),
        ({"json": {"a": 1}}, {}),
    ],
)
def test_bodies(kwargs, sent):
    response = Client(echo).post("/", **kwargs)
    assert str(sent) in response.text


def test_arguments_that_contradict():
    with pytest.raises(TypeError):
        EnvironBuilder(json={}, data={"a": "b"})
    with pytest.raises(TypeError):
        EnvironBuilder(input_stream=BytesIO(), data=b"x")
    with pytest.raises(ValueError):
        EnvironBuilder("/?a=b", query_string="c=d")
    with pytest.raises(ValueError):
        EnvironBuilder(base_url="http://localhost/?a")
    builder = EnvironBuilder(data=b"x")
    for name in ("form", "files"):
        with pytest.raises(AttributeError):
            getattr(builder, name)
    with pytest.raises(AttributeError):
        _ = EnvironBuilder("/?a=b").args


def test_environ():
    environ = create_environ(
        "/a%20b/ü?x=1",
        "https://h:81/root/",
        method="PUT",
        headers=[("X-A", "1"), ("X-A", "2"), ("Content-Type", "a/b")],
        environ_base={"REMOTE_ADDR": "192.0.2.1"},
        environ_overrides={"wsgi.run_once": True},
        auth=("u", "p"),
    )
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/a b/ü"
    expected = {
        "SCRIPT_NAME": "/root",
        "QUERY_STRING": "x=1",
        "HTTP_X_A": "1, 2",
        "CONTENT_TYPE": "a/b",
        "HTTP_HOST": "h:81",
        "SERVER_PORT": "81",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.run_once": True,
        "wsgi.url_scheme": "https",
        "HTTP_AUTHORIZATION": "Basic dTpw",
    }
    assert expected.items() <= environ.items()
    again = EnvironBuilder.from_environ(environ).get_environ()
    for key in (
        "PATH_INFO",
        "SCRIPT_NAME",
        "QUERY_STRING",
        "HTTP_HOST",
        "HTTP_X_A",
        "CONTENT_TYPE",
    ):
        assert again[key] == environ[key]


def test_question_mark_in_a_path_survives():
    environ = create_environ("/a%3Fb")
    assert EnvironBuilder.from_environ(environ).get_environ()["PATH_INFO"] == "/a?b"


def test_cookies():
    @Request.application
    def app(request):
        response = Response(request.headers.get("Cookie", "-"))
        if request.path == "/set":
            response.set_cookie("root", "1")
            response.set_cookie("deep", "2", path="/deep")
            response.set_cookie("gone", "3", max_age=0)
        return response

    client = Client(app)
    client.get("/set")
    assert client.get("/").text == "root=1"
    assert client.get("/deep/x").text == "root=1; deep=2"
    assert client.get("/deeper").text == "root=1"
    assert client.get("/", base_url="http://other/").text == "-"
    client.delete_cookie("root")
    assert client.get_cookie("root") is None
    client.set_cookie("s", "ü;", domain="example.org", origin_only=False)
    cookie = client.get_cookie("s", domain="example.org")
    assert cookie.decoded_value == "ü;"
    assert "s=" in client.get("/", base_url="http://a.example.org/").text
    without = Client(app, use_cookies=False)
    assert without.get("/", headers={"Cookie": "a=b"}).text == "a=b"
    for call in (without.get_cookie, without.set_cookie, without.delete_cookie):
        with pytest.raises(TypeError):
            call("a")


@pytest.mark.parametrize(
    ("header", "path", "deleted"),
    [
        ("a=b; Path=/x; Max-Age=10", "/x", False),
        ("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "/p", True),
        ("a=b; Max-Age=-1", "/p", True),
    ],
)
def test_cookie_attributes(header, path, deleted):
    cookie = Cookie._from_response_header("localhost", "/p/q", header)
    assert cookie.path == path
    assert cookie._should_delete is deleted


@pytest.mark.parametrize(
    ("code", "method", "form"),
    [(302, "GET", {}), (303, "GET", {}), (307, "POST", {"a": "b"}), (308, "POST", {"a": "b"})],
)
def test_redirects(code, method, form):
    @Request.application
    def app(request):
        # The first hop reads the body, which the second must see again.
        text = f"{request.method} {request.url} {request.form.to_dict()}"
        return redirect("../to?q", code) if request.path == "/from/here" else Response(text)

    response = Client(app).post("/from/here", data={"a": "b"}, follow_redirects=True)
    assert response.text == f"{method} http://localhost/to?q {form}"
    assert [r.status_code for r in response.history] == [code]
    assert response.history[0].history == ()


def test_redirects_that_are_not_followed():
    def to(location):
        return Client(redirect(location))

    with pytest.raises(ClientRedirectError):
        to("/").get("/", follow_redirects=True)
    for location in ("http://example.org/", "http://sub.localhost/"):
        with pytest.raises(RuntimeError):
            to(location).get("/", follow_redirects=True)
    assert to("/x").get("/").status_code == 302


def test_open_takes_builders_environs_and_requests():
    client = Client(echo)
    builder = EnvironBuilder("/b")
    for value in (builder, builder.get_environ(), builder.get_request()):
        assert client.open(value).text.startswith("GET http://localhost/b ")


def test_response_wrapper():
    class Own(Response):
        pass

    response = Client(echo, Own).get("/")
    assert isinstance(response, TestResponse) and isinstance(response, Own)


def test_run_wsgi_app_errors():
    with pytest.raises(RuntimeError):
        run_wsgi_app(lambda environ, start_response: [], {})

    def failing(environ, start_response):
        try:
            raise KeyError("x")
        except KeyError as error:
            start_response("500 X", [], (type(error), error, error.__traceback__))
        return []

    with pytest.raises(KeyError):
        run_wsgi_app(failing, {})


@pytest.mark.parametrize("buffered", [True, False])
def test_run_wsgi_app_with_write(buffered):
    def app(environ, start_response):
        write = start_response("200 OK", [("A", "b")])
        write(b"1")
        return [b"2"]

    app_iter, status, headers = run_wsgi_app(app, {}, buffered)
    assert (list(app_iter), status, headers["A"]) == ([b"1", b"2"], "200 OK", "b")


def test_closes_when_the_application_fails_midway():
    closed = []

    def app(environ, start_response):
        start_response("200 OK", [])
        try:
            yield b"1"
            raise KeyError
        finally:
            closed.append(True)

    with pytest.raises(KeyError):
        run_wsgi_app(app, {}, buffered=True)
    assert closed
