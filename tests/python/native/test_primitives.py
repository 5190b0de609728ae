"""The native primitives as users call them, and that the framework stands on no others."""

from __future__ import annotations

import io

import pytest

import cruet
from cruet import _cruet
from cruet._cruet import CHeaders, CRequest, CResponse, Map, MapAdapter, Rule, parse_http_request
from cruet.toolkit import datastructures, http, routing, wrappers
from cruet.toolkit.exceptions import MethodNotAllowed, NotFound

UUID = "12345678-1234-5678-1234-567812345678"


def test_the_framework_stands_on_them() -> None:
    for public, native in {
        routing.Rule: Rule,
        routing.Map: Map,
        routing.MapAdapter: MapAdapter,
        datastructures.Headers: CHeaders,
        datastructures.MultiDict: _cruet.CMultiDict,
        wrappers.Request: CRequest,
        wrappers.Response: CResponse,
        cruet.Request: CRequest,
        cruet.Response: CResponse,
        type(cruet.Flask("x").url_map): Map,
    }.items():
        assert issubclass(public, native)
        assert native.__module__ == "cruet._cruet"
    assert cruet.__version__ == _cruet.version
    assert dict(http.parse_cookie("a=1; b=2")) == _cruet.parse_cookies("a=1; b=2")


def test_maps_match_and_build() -> None:
    url_map = Map([Rule("/", endpoint="index"), Rule("/u/<int:id>", endpoint="user")])
    url_map.add(Rule("/u", endpoint="make", methods=["POST"]))
    adapter = url_map.bind("example.org")
    assert isinstance(adapter, MapAdapter)
    assert adapter.match("/") == ("index", {})
    assert adapter.match("/u/7") == ("user", {"id": 7})
    assert adapter.match("/u", method="POST") == ("make", {})
    with pytest.raises(MethodNotAllowed) as refused:
        adapter.match("/u", method="GET")
    assert refused.value.valid_methods == ["POST"]
    with pytest.raises(NotFound):
        adapter.match("/u/x")
    assert adapter.build("user", {"id": 7}) == "/u/7"
    assert adapter.build("index", {"q": "a b"}) == "/?q=a+b"
    assert adapter.build("index", force_external=True) == "http://example.org/"


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("/<x>", "/a", "a"),
        ("/<string(length=2):x>", "/ab", "ab"),
        ("/<string(minlength=2, maxlength=3):x>", "/abcd", None),
        ("/<int:x>", "/042", 42),
        ("/<int(max=9):x>", "/10", None),
        ("/<int(signed=True):x>", "/-1", -1),
        ("/<float:x>", "/0.5", 0.5),
        ("/<path:x>", "/a/b", "a/b"),
        ("/<any(a, b):x>", "/b", "b"),
        ("/<any(a, b):x>", "/c", None),
        ("/<uuid:x>", f"/{UUID}", UUID),
    ],
)  # fmt: skip
def test_converters(rule: str, path: str, value: object) -> None:
    adapter = Map([Rule(rule, endpoint="e")]).bind("h")
    if value is None:
        with pytest.raises(NotFound):
            adapter.match(path)
        return
    values = adapter.match(path)[1]
    assert str(values["x"]) == str(value)
    assert adapter.match(adapter.build("e", values))[1] == values


def test_a_request() -> None:
    body = b"x=1&x=2&y=%C3%A9"
    request = CRequest(
        {
            "REQUEST_METHOD": "POST",
            "wsgi.url_scheme": "https",
            "HTTP_HOST": "example.org:8443",
            "SCRIPT_NAME": "/app",
            "PATH_INFO": "/p\xc3\xa9",
            "QUERY_STRING": "a=1&b=%20",
            "REMOTE_ADDR": "192.0.2.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": "k=v; l=w",
            "HTTP_X_ONE": "1",
            "HTTP_ACCEPT": "text/html;q=0.5, application/json",
            "wsgi.input": io.BytesIO(body),
        }
    )
    assert (request.method, request.scheme, request.host) == ("POST", "https", "example.org:8443")
    assert (request.root_path, request.path) == ("/app", "/pé")
    assert request.full_path == "/pé?a=1&b=%20"
    assert request.url == "https://example.org:8443/app/pé?a=1&b=%20"
    assert request.base_url == "https://example.org:8443/app/pé"
    assert request.host_url == "https://example.org:8443/"
    assert request.is_secure
    assert request.remote_addr == "192.0.2.1"
    assert request.args.to_dict() == {"a": "1", "b": " "}
    assert request.form.to_dict(flat=False) == {"x": ["1", "2"], "y": ["é"]}
    assert request.values.getlist("x") == ["1", "2"]
    assert dict(request.cookies) == {"k": "v", "l": "w"}
    assert request.headers["x-one"] == "1"
    assert request.content_length == len(body)
    assert request.mimetype == "application/x-www-form-urlencoded"
    assert request.accept_mimetypes.best == "application/json"
    assert not request.files
    assert request.endpoint is request.blueprint is request.view_args is None
    assert request.blueprints == []


def test_json_of_a_request() -> None:
    environ = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "9"}
    request = CRequest({**environ, "wsgi.input": io.BytesIO(b'{"a": [1]}'[:9] + b"}")})
    assert request.is_json
    assert request.get_json(silent=True) is None
    request = CRequest({**environ, "CONTENT_LENGTH": "10", "wsgi.input": io.BytesIO(b'{"a": [1]}')})
    assert request.json == {"a": [1]}
    assert request.get_data() == b'{"a": [1]}'


def test_a_response() -> None:
    response = CResponse("é", status=201, headers={"X-A": "1"}, content_type="text/plain")
    assert (response.status, response.status_code) == ("201 CREATED", 201)
    assert response.data == "é".encode()
    assert response.get_data(as_text=True) == "é"
    assert response.headers["x-a"] == "1"
    assert response.content_type == response.mimetype == "text/plain"
    assert response.content_length == 2
    response.set_cookie("k", "v")
    assert response.headers.getlist("Set-Cookie") == ["k=v; Path=/"]
    sent: list[object] = []
    body = response({"REQUEST_METHOD": "GET"}, lambda *head: sent.extend(head))
    assert b"".join(body) == "é".encode()
    assert sent[0] == "201 CREATED"
    assert ("Content-Length", "2") in sent[1]
    assert CResponse(b"[1]", content_type="application/json").json == [1]
    assert CResponse(["a", "b"]).is_sequence
    assert CResponse(iter("ab")).is_streamed


@pytest.mark.parametrize(
    "given", [{"A": "1", "b": ["2", "3"]}, [("A", "1"), ("b", "2"), ("b", "3")]]
)
def test_headers(given: object) -> None:
    headers = CHeaders(given)
    assert headers.get("a") == headers["A"] == "1"
    assert headers.get("missing") is None
    assert headers.get("missing", "default") == "default"
    assert headers.getlist("B") == ["2", "3"]
    headers.add("a", "4")
    assert headers.getlist("a") == ["1", "4"]
    headers.set("A", "5")
    assert headers.getlist("a") == ["5"]
    assert "B" in headers
    assert "c" not in headers
    assert list(headers) == [("A", "5"), ("b", "2"), ("b", "3")]


def test_shapes() -> None:
    assert _cruet.parse_qs("a=1&a=2&b=&c=x+%C3%A9") == {"a": ["1", "2"], "b": [""], "c": ["x é"]}
    assert _cruet.parse_cookies('a=1; b="x y"; a=2') == {"a": "1", "b": "x y"}
    form = (
        b'--q\r\nContent-Disposition: form-data; name="t"\r\n\r\n\xc3\xa9\r\n'
        b'--q\r\nContent-Disposition: form-data; name="f"; filename="n.bin"\r\n'
        b"Content-Type: image/png\r\n\r\n\x00\xff\r\n--q--\r\n"
    )
    assert _cruet.parse_multipart(form, "q") == {
        "fields": {"t": "é"},
        "files": {"f": {"filename": "n.bin", "content_type": "image/png", "data": b"\x00\xff"}},
    }


def test_the_three_outcomes_of_a_message() -> None:
    whole = b"PUT /a?b=c HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy"
    parsed = parse_http_request(whole)
    assert parsed is not None
    assert list(parsed) == ["method", "path", "query_string", "version", "headers", "body"]
    assert (parsed["method"], parsed["path"], parsed["query_string"]) == ("PUT", "/a", "b=c")
    assert (parsed["version"], parsed["body"]) == ("HTTP/1.0", b"xy")
    assert type(parsed["headers"]) is CHeaders
    for size in range(len(whole)):
        assert parse_http_request(whole[:size]) is None
    for malformed in (b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"\x00"):
        answer = parse_http_request(malformed)
        assert answer is not None
        assert list(answer) == ["error"]
        assert isinstance(answer["error"], str)
        assert answer["error"]
