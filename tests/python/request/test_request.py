"""What is particular to requests over a WSGI environ, and to those without any."""

import copy
import weakref
from io import BytesIO
from types import SimpleNamespace

import pytest

from cruet._cruet import CRequest
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.exceptions import NotFound, SecurityError
from cruet.toolkit.sansio.request import Request as HeadRequest
from cruet.toolkit.test import create_environ, run_wsgi_app
from cruet.toolkit.wrappers import Request, Response


def test_native_class_stands_alone():
    request = CRequest({"QUERY_STRING": "a=1&a=2", "PATH_INFO": "/p", "HTTP_COOKIE": "k=v"})
    assert request.args.getlist("a") == ["1", "2"]
    assert (request.path, request.method, request.cookies["k"]) == ("/p", "GET", "v")
    assert request.environ["werkzeug.request"] is request
    request.trusted_hosts = ["a"]
    assert request.trusted_hosts == ["a"]


def test_populate_and_shallow():
    environ = create_environ(data=b"abc", method="POST")
    Request(environ, populate_request=False)
    assert "werkzeug.request" not in environ
    shallow = Request(environ, shallow=True)
    assert "werkzeug.request" not in environ
    for name in ("stream", "data", "form", "files"):
        with pytest.raises(RuntimeError):
            getattr(shallow, name)
    assert shallow.args == {}


def test_head_request():
    headers = Headers([("Host", "h"), ("Content-Type", "text/plain; charset=x")])
    request = HeadRequest("get", "https", ("srv", 1), "/r/", "p", b"q=1", headers, None)
    assert request.method == "GET"
    assert request.url == "https://h/r/p?q=1"
    assert request.root_path == "/r"
    assert request.mimetype_params == {"charset": "x"}
    assert request.remote_addr is None
    assert not hasattr(request, "form")
    assert isinstance(Request({}), HeadRequest)


def test_a_media_type_loses_the_blanks_around_it_and_no_other_characters():
    for text, mimetype in (("\tText/HTML ", "text/html"), ("text/html\xa0", "text/html\xa0")):
        assert Request({"CONTENT_TYPE": text}).mimetype == mimetype
        assert Request({"CONTENT_TYPE": f"{text}; a=b"}).mimetype == mimetype


def test_repr_of_an_untrusted_host():
    request = Request.from_values(base_url="http://a.test/")
    request.trusted_hosts = ["b.test"]
    assert "invalid URL" in repr(request)
    with pytest.raises(SecurityError):
        _ = request.host


@pytest.mark.parametrize(
    ("endpoint", "blueprint", "blueprints"),
    [("v", None, []), ("a.v", "a", ["a"]), ("a.b.v", "a.b", ["a.b", "a"])],
)
def test_routing_attributes(endpoint, blueprint, blueprints):
    request = Request({})
    assert request.endpoint is None and request.blueprint is None and request.blueprints == []
    request.url_rule = SimpleNamespace(endpoint=endpoint)
    assert request.endpoint == endpoint
    assert request.blueprint == blueprint
    assert request.blueprints == blueprints


def test_application_decorator():
    class View:
        @Request.application
        def method(self, request):
            """Doc."""
            if request.path == "/missing":
                raise NotFound()
            return Response(request.method)

    assert View.method.__doc__ == "Doc."
    for path, status in (("/", "200 OK"), ("/missing", "404 NOT FOUND")):
        assert run_wsgi_app(View().method, create_environ(path))[1] == status


def test_stream_that_lies_about_its_length():
    class Wrapped:
        def __init__(self, stream):
            self.stream = stream

        def read(self, size=-1):
            return self.stream.read(size).upper()

    request = Request.from_values(method="POST", data={"a": "b"})
    request.stream = Wrapped(request.stream)
    assert request.form.to_dict() == {"A": "B"}


def test_weak_references_and_copies():
    request = Request.from_values("/x", data=b"abc", method="POST")
    assert weakref.ref(request)() is request
    with pytest.raises(TypeError):
        copy.deepcopy(request)


def test_files_go_where_the_subclass_says():
    written = []

    class Own(Request):
        def _get_file_stream(
            self, total_content_length, content_type, filename=None, content_length=None
        ):
            written.append((filename, content_type))
            return BytesIO()

    request = Own.from_values(method="POST", data={"f": (BytesIO(b"x"), "n.txt")})
    assert request.files["f"].read() == b"x"
    assert written == [("n.txt", "text/plain")]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "REPORT"])
def test_values_have_the_form_but_with_get(method):
    request = Request.from_values("/?a=1", method=method, data={"b": "2"})
    assert request.values.to_dict() == ({"a": "1"} if method == "GET" else {"a": "1", "b": "2"})
