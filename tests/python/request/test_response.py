"""Responses: body, status, headers, WSGI, conditional answers."""

import copy
import pickle
import weakref
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest

from cruet._cruet import CResponse
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.exceptions import RequestedRangeNotSatisfiable
from cruet.toolkit.http import COEP, COOP
from cruet.toolkit.sansio.response import Response as HeadResponse
from cruet.toolkit.test import create_environ, run_wsgi_app
from cruet.toolkit.wrappers import Response

TEXT = ("Content-Type", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("given", "pieces", "length"),
    [
        (None, [], None),
        ("", [b""], "0"),
        ("ä", [b"\xc3\xa4"], "2"),
        (b"ab", [b"ab"], "2"),
        (["a", b"b"], ["a", b"b"], None),
    ],
)
def test_bodies(given, pieces, length):
    response = Response(given)
    assert response.headers.get("Content-Length") == length
    assert response.response == pieces
    assert response.is_sequence and not response.is_streamed
    sent = run_wsgi_app(response, create_environ(), buffered=True)
    assert b"".join(sent[0]) == response.data
    assert sent[2]["Content-Length"] == str(len(response.data))


def test_headers_are_made_once():
    response = Response("x", content_type="text/x")
    assert response.content_type == "text/x"
    assert response.content_length == 1
    headers = response.headers
    assert list(headers) == [("Content-Type", "text/x"), ("Content-Length", "1")]
    assert response.headers is headers
    response.data = "longer"
    assert headers["Content-Length"] == "6"


@pytest.mark.parametrize("value", ["text/x\r\nSet-Cookie: a=b", "text/x\n"])
def test_content_type_cannot_smuggle(value):
    with pytest.raises(ValueError, match="newline"):
        _ = Response("x", content_type=value).headers
    response = Response("x")
    with pytest.raises(ValueError, match="newline"):
        response.content_type = value
    with pytest.raises(ValueError, match="newline"):
        Response("x", headers=[("A", value)])


def test_given_headers_are_used():
    headers = Headers([("content-type", "a/b"), ("Content-Length", "9")])
    response = Response("x", headers=headers)
    assert response.headers is headers
    assert list(headers) == [("content-type", "a/b"), ("Content-Length", "1")]
    mapping = Response(headers={"X": ["1", "2"]}).headers
    assert mapping.getlist("X") == ["1", "2"]
    assert mapping["Content-Type"] == TEXT[1]


@pytest.mark.parametrize(
    ("given", "code", "line"),
    [
        (404, 404, "404 NOT FOUND"),
        (HTTPStatus.CREATED, 201, "201 CREATED"),
        ("404", 404, "404 NOT FOUND"),
        ("200 Fine", 200, "200 Fine"),
        ("799", 799, "799 UNKNOWN"),
        ("odd", 0, "0 odd"),
    ],
)
def test_status(given, code, line):
    response = Response(status=given)
    assert (response.status_code, response.status) == (code, line)
    response = Response()
    response.status_code = given
    assert (response.status_code, response.status) == (code, line)


@pytest.mark.parametrize(
    ("given", "error"), [("", ValueError), (" ", ValueError), (b"1", TypeError)]
)
def test_bad_status(given, error):
    with pytest.raises(error):
        Response(status=given)


@pytest.mark.parametrize("status", [100, 204, 304])
def test_bodyless(status):
    answer = run_wsgi_app(Response("x", status=status), create_environ(), buffered=True)
    assert list(answer[0]) == []
    assert "Content-Length" not in answer[2]


def test_head_has_the_length():
    answer = run_wsgi_app(Response("xyz"), create_environ(method="HEAD"), buffered=True)
    assert list(answer[0]) == []
    assert answer[2]["Content-Length"] == "3"


def test_close():
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"x"])

        def close(self):
            closed.append("body")

    response = Response(Body())
    response.call_on_close(lambda: closed.append("function"))
    app_iter = response.get_app_iter(create_environ())
    assert list(app_iter) == [b"x"]
    app_iter.close()
    assert closed == ["body", "function"]


def test_sequences():
    def pieces():
        yield "a"
        yield b"b"

    response = Response(pieces())
    assert response.is_streamed
    response.implicit_sequence_conversion = False
    with pytest.raises(RuntimeError):
        response.get_data()
    assert response.calculate_content_length() is None
    response.make_sequence()
    assert response.response == [b"a", b"b"]
    passed = Response(pieces(), direct_passthrough=True)
    with pytest.raises(RuntimeError):
        passed.get_data()
    assert list(passed.get_app_iter(create_environ())) == ["a", b"b"]


def test_stream():
    response = Response("a")
    response.stream.write("b")
    response.stream.writelines([b"c"])
    assert response.stream.tell() == 3
    assert "Content-Length" not in response.headers
    assert response.data == b"abc"
    response.stream.close()
    for use in (lambda: response.stream.write("d"), response.stream.flush, response.stream.isatty):
        with pytest.raises(ValueError):
            use()


def test_copies_and_pickles():
    response = Response("body", status=201, headers={"X-A": "1"})
    response.own = [1]
    response.freeze()
    loaded = pickle.loads(pickle.dumps(response))
    assert (loaded.data, loaded.status_code, loaded.own) == (b"body", 201, [1])
    assert list(loaded.headers) == list(response.headers)
    deep = copy.deepcopy(response)
    deep.headers["X-A"] = "2"
    assert response.headers["X-A"] == "1"
    assert weakref.ref(response)() is response


def test_native_class_and_head():
    assert CResponse("x", status=404, headers=[("A", "b")]).headers["A"] == "b"
    head = HeadResponse(404, mimetype="text/html")
    assert head.content_type == "text/html; charset=utf-8"
    assert repr(head) == "<Response [404 NOT FOUND]>"
    assert isinstance(Response(), HeadResponse)


def test_subclass_hooks():
    class Own(Response):
        default_status = 202
        default_mimetype = "application/x"
        automatically_set_content_length = False

        def set_data(self, value):
            super().set_data(value.upper())

    response = Own("x")
    assert response.data == b"X"
    assert response.status_code == 202
    assert list(response.headers) == [("Content-Type", "application/x")]


def test_force_type_and_from_app():
    class Own(Response):
        pass

    plain = Response("x")
    assert Own.force_type(plain) is plain
    assert type(plain) is Own
    assert Own.force_type(Response("y").__call__, create_environ()).data == b"y"
    with pytest.raises(TypeError):
        Own.force_type(lambda environ, start: [])
    assert type(Own.from_app(Response("z"), create_environ(), buffered=True)) is Own


def test_typed_headers():
    response = Response()
    response.cross_origin_opener_policy = COOP.SAME_ORIGIN
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.cross_origin_embedder_policy is COEP.UNSAFE_NONE
    response.age = timedelta(seconds=3)
    assert response.headers["Age"] == "3"
    response.date = datetime(2008, 1, 22, 11, 18, 44, tzinfo=UTC)
    assert response.headers["Date"] == "Tue, 22 Jan 2008 11:18:44 GMT"
    del response.date
    assert response.date is None
    response.vary.add("Cookie")
    response.vary = ["A", "B"]
    assert response.headers["Vary"] == "A, B"
    response.vary = None
    assert "Vary" not in response.headers
    response.cache_control.max_age = 3
    assert response.headers["Cache-Control"] == "max-age=3"
    response.cache_control.max_age = None
    assert "Cache-Control" not in response.headers
    response.access_control_allow_credentials = True
    assert response.access_control_allow_credentials is True
    response.access_control_allow_credentials = None
    assert response.access_control_allow_credentials is False
    response.retry_after = 5
    assert response.headers["Retry-After"] == "5"
    response.headers["Access-Control-Max-Age"] = "x"
    assert response.access_control_max_age is None
    with pytest.raises(AttributeError):
        response.cache_control = "x"


def test_challenges():
    response = Response()
    response.www_authenticate.realm = "R"
    assert response.headers["WWW-Authenticate"] == "Basic realm=R"
    challenge = response.www_authenticate
    response.www_authenticate = [challenge, challenge]
    assert len(response.headers.getlist("WWW-Authenticate")) == 2
    del response.www_authenticate
    assert "WWW-Authenticate" not in response.headers


def conditional(environ, **kwargs):
    return Response("Hello World").make_conditional(
        {"REQUEST_METHOD": "GET", **environ}, complete_length=11, **kwargs
    )


@pytest.mark.parametrize(
    ("wanted", "content_range", "body"),
    [
        ("bytes=0-4", "bytes 0-4/11", b"Hello"),
        ("bytes=6-99", "bytes 6-10/11", b"World"),
        ("bytes=-5", "bytes 6-10/11", b"World"),
        ("bytes=6-", "bytes 6-10/11", b"World"),
    ],
)
def test_ranges(wanted, content_range, body):
    response = conditional({"HTTP_RANGE": wanted}, accept_ranges=True)
    assert response.status_code == 206
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Content-Length"] == str(len(body))
    assert response.data == body


@pytest.mark.parametrize("wanted", ["bytes=11-", "bytes=-", "bytes=5-1", "bytes=0-1,3-4", "x"])
def test_unsatisfiable_ranges(wanted):
    with pytest.raises(RequestedRangeNotSatisfiable):
        conditional({"HTTP_RANGE": wanted}, accept_ranges=True)


def test_if_range_holds_back():
    environ = {"HTTP_RANGE": "bytes=0-4", "HTTP_IF_RANGE": '"other"'}
    response = Response("Hello World")
    response.set_etag("mine")
    environ["REQUEST_METHOD"] = "GET"
    assert response.make_conditional(environ, True, 11).status_code == 200
    environ["HTTP_IF_RANGE"] = '"mine"'
    assert response.make_conditional(environ, True, 11).status_code == 206


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_IF_NONE_MATCH": '"t"'}, 304),
        ({"HTTP_IF_NONE_MATCH": '"u"'}, 200),
        ({"HTTP_IF_MATCH": '"u"'}, 412),
        ({"HTTP_IF_MATCH": '"t"'}, 200),
        ({"HTTP_IF_NONE_MATCH": '"t"', "REQUEST_METHOD": "POST"}, 200),
    ],
)
def test_etags(environ, status):
    response = Response("x")
    response.set_etag("t")
    response.make_conditional({"REQUEST_METHOD": "GET", **environ})
    assert response.status_code == status


def test_location():
    environ = create_environ("/a/b")
    response = Response(headers={"Location": "/ä"})
    assert response.get_wsgi_headers(environ)["Location"] == "/%C3%A4"
    response.autocorrect_location_header = True
    assert response.get_wsgi_headers(environ)["Location"] == "http://localhost/%C3%A4"
    assert response.headers["Location"] == "/ä"


def test_json():
    assert Response("[1]", mimetype="application/json").json == [1]
    assert Response("[1]").json is None
    bad = Response("[", mimetype="application/json")
    with pytest.raises(ValueError):
        bad.get_json()
    assert bad.get_json(silent=True) is None
