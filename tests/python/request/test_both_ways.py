"""A request from the wire and the same from its WSGI environ cannot be told apart."""

import json

import pytest

from cruet import _cruet
from cruet.toolkit.datastructures import EnvironHeaders
from cruet.toolkit.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from cruet.toolkit.wrappers import Request

FORM = b"a=1&a=2&b=x+y&c=%C3%A9"
MULTIPART = (
    b'--q\r\nContent-Disposition: form-data; name="t"\r\n\r\ntext\r\n'
    b'--q\r\nContent-Disposition: form-data; name="f"; filename="n.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nfile\r\n--q--\r\n"
)
CASES = {
    "plain": {},
    "query": {"path": b"/a%20b/%C3%A9//c", "query": b"x=1&x=%ff&y=&%zz=%zz"},
    "bad path": {"path": b"/%ff"},
    "slashes": {"path": b"//host/path"},
    "fields": {
        "fields": [
            ("Host", "example.org:8080"),
            ("X-Two", "1"),
            ("X-Two", "2"),
            ("Cookie", 'a=1; b="x\\054y"; a=2'),
            ("Accept", "text/html;q=0.5, */*;q=0.1"),
            ("Accept-Language", "de, en;q=0.5"),
            ("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
            ("User-Agent", "curl/8"),
            ("If-None-Match", 'W/"a", "b"'),
            ("If-Modified-Since", "Tue, 22 Jan 2008 11:18:44 GMT"),
            ("Range", "bytes=0-4"),
            ("Cache-Control", "no-cache, max-age=0"),
            ("X-Forwarded-For", "10.0.0.1, 10.0.0.2"),
            ("Origin", "https://example.org"),
        ]
    },
    "form": {
        "method": "POST",
        "fields": [("Content-Type", "application/x-www-form-urlencoded")],
        "body": FORM,
    },
    "multipart": {
        "method": "POST",
        "fields": [("Content-Type", "multipart/form-data; boundary=q")],
        "body": MULTIPART,
    },
    "json": {
        "method": "PUT",
        "fields": [("Content-Type", "application/vnd.x+json; charset=utf-8")],
        "body": b'{"a": [1, null]}',
    },
    "tls": {"scheme": "https", "server": ("srv", 443), "remote_addr": "192.0.2.1"},
    "unix": {"server": ("/run/x.sock", None)},
}
ATTRIBUTES = [
    "method",
    "scheme",
    "server",
    "root_path",
    "path",
    "query_string",
    "remote_addr",
    "args",
    "cookies",
    "full_path",
    "host",
    "url",
    "base_url",
    "root_url",
    "host_url",
    "url_root",
    "script_root",
    "content_length",
    "content_type",
    "mimetype",
    "mimetype_params",
    "is_json",
    "is_secure",
    "access_route",
    "authorization",
    "user_agent",
    "cache_control",
    "accept_mimetypes",
    "accept_charsets",
    "accept_encodings",
    "accept_languages",
    "pragma",
    "if_match",
    "if_none_match",
    "if_modified_since",
    "if_unmodified_since",
    "if_range",
    "range",
    "origin",
    "referrer",
    "date",
    "max_forwards",
    "want_form_data_parsed",
    "values",
    "form",
    "data",
    "is_multithread",
    "is_multiprocess",
    "is_run_once",
    "remote_user",
    "endpoint",
    "blueprint",
    "blueprints",
    "view_args",
    "url_rule",
    "routing_exception",
    "shallow",
]


def exchange(**parts):
    fields = list(parts.pop("fields", ()))
    if "body" in parts:
        fields.append(("Content-Length", str(len(parts["body"]))))
    return _cruet.Exchange.from_parts(fields=fields, **parts)


def both(cls=Request, **parts):
    wire = _cruet._request_over(cls, exchange(**parts))
    wsgi = cls(_cruet._request_over(Request, exchange(**parts)).environ)
    return wire, wsgi


def text(value):
    return str(value) if type(value).__eq__ is object.__eq__ else value


@pytest.mark.parametrize("name", ATTRIBUTES)
@pytest.mark.parametrize("case", CASES)
def test_attribute(case, name):
    wire, wsgi = both(**CASES[case])
    with wire, wsgi:
        found, expected = getattr(wire, name), getattr(wsgi, name)
        assert type(found) is type(expected)
        assert text(found) == text(expected)
        # It is kept, and it is still so once there is an environ.
        _ = wire.environ
        assert text(getattr(wire, name)) == text(expected)


@pytest.mark.parametrize("case", CASES)
def test_headers(case):
    wire, wsgi = both(**CASES[case])
    assert type(wire.headers) is EnvironHeaders
    for name in [*dict(wsgi.headers), "x-two", "X_Two", "Missing"]:
        assert wire.headers.get(name) == wsgi.headers.get(name)
        assert (name in wire.headers) == (name in wsgi.headers)
        assert wire.headers.getlist(name) == wsgi.headers.getlist(name)
    assert list(wire.headers) == list(wsgi.headers)
    assert str(wire.headers) == str(wsgi.headers)


def test_files():
    for request in both(**CASES["multipart"]):
        with request:
            stored = request.files["f"]
            assert (stored.filename, stored.mimetype, stored.read()) == (
                "n.txt",
                "text/plain",
                b"file",
            )
            assert request.form.to_dict() == {"t": "text"}
            assert request.stream.read() == b""
        assert stored.closed


def test_json():
    for request in both(**CASES["json"]):
        assert request.json == json.loads(request.get_data())
        assert request.json is request.get_json()
    for request in both(body=b"{}", fields=[("Content-Type", "text/plain")]):
        assert request.get_json(silent=True) is None
        assert request.get_json(force=True) == {}
        with pytest.raises(UnsupportedMediaType):
            both(body=b"{}")[0].get_json()
    for request in both(body=b"{", fields=[("Content-Type", "application/json")]):
        assert request.get_json(silent=True) is None
        with pytest.raises(BadRequest):
            request.get_json()


def test_null_is_kept():
    for request in both(body=b"null", fields=[("Content-Type", "application/json")]):
        assert request.get_json() is None
        assert request.get_json(silent=True) is None


def test_the_environ_is_the_truth_once_it_exists():
    wire, _ = both(fields=[("Host", "a")])
    headers = wire.headers
    assert headers["Host"] == "a"
    wire.environ["HTTP_HOST"] = "b"
    assert headers["Host"] == "b"
    assert headers.environ is wire.environ
    assert wire.environ["werkzeug.request"] is wire


def test_headers_are_read_only():
    for request in both(fields=[("Host", "a")]):
        with pytest.raises(TypeError):
            request.headers["Host"] = "b"
        with pytest.raises(KeyError):
            request.headers["Missing"]


def test_content_limit():
    for request in both(**CASES["form"]):
        request.max_content_length = 3
        with pytest.raises(RequestEntityTooLarge):
            _ = request.form
    for request in both(method="POST", body=b"abc"):
        request.max_content_length = 3
        assert request.get_data() == b"abc"


def test_data_is_read_once():
    for request in both(method="POST", body=b"abc"):
        assert request.get_data(cache=False) == b"abc"
        assert request.get_data() == b""
    for request in both(method="POST", body=b"abc"):
        assert request.get_data(as_text=True) == "abc"
        assert request.data == b"abc"


def test_own_init_gets_an_environ():
    class Own(Request):
        def __init__(self, environ, **kwargs):
            super().__init__(environ, **kwargs)
            self.seen = environ["PATH_INFO"]

    request = _cruet._request_over(Own, exchange(path=b"/x"))
    assert request.seen == "/x"
    assert request.path == "/x"


def test_storage_classes_are_honoured():
    class Own(Request):
        parameter_storage_class = dict
        dict_storage_class = dict
        list_storage_class = tuple
        user_agent_class = str

    fields = [("Cookie", "a=b"), ("User-Agent", "x")]
    for request in both(Own, query=b"q=1", fields=fields, remote_addr="192.0.2.1"):
        assert request.args == {"q": "1"} and type(request.args) is dict
        assert request.cookies == {"a": "b"} and type(request.cookies) is dict
        assert request.access_route == ("192.0.2.1",)
        assert request.user_agent == "x"


def test_attributes_may_be_set_and_overridden():
    class Own(Request):
        @property
        def is_json(self):
            return True

        @property
        def max_content_length(self):
            return 1

    for request in both(Own, body=b"[]"):
        with pytest.raises(RequestEntityTooLarge):
            request.get_json()
    for request in both(query=b"a=1"):
        request.args = {"mine": 1}
        request.url = "u"
        request.form = {"f": 2}
        request.own = 3
        assert (request.args, request.url, request.form, request.own) == (
            {"mine": 1},
            "u",
            {"f": 2},
            3,
        )
        del request.args, request.url
        assert request.args.to_dict() == {"a": "1"}
        assert request.url.endswith("?a=1")
        with pytest.raises(AttributeError):
            request.content_type = "x"
        with pytest.raises(AttributeError):
            request.json = 1
