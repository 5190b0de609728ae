"""Header lists: order, case, refusal of line breaks, the view of an environ, copies and pickles."""

import copy
import pickle
import weakref

import pytest

from cruet._cruet import CHeaders
from cruet.toolkit.datastructures import EnvironHeaders, Headers, MultiDict
from cruet.toolkit.exceptions import BadRequestKeyError


@pytest.mark.parametrize("cls", [CHeaders, Headers])
def test_names_compare_without_case_and_keep_it(cls):
    headers = cls([("X-Foo", "1"), ("x-foo", "2"), ("X-Straße", "3")])
    assert headers["x-FOO"] == "1"
    assert headers.getlist("X-FOO") == ["1", "2"]
    assert headers["x-STRAßE"] == "3"
    assert [name for name, _ in headers] == ["X-Foo", "x-foo", "X-Straße"]
    assert 42 not in headers
    with pytest.raises(BadRequestKeyError):
        headers["missing"]
    with pytest.raises(TypeError):
        hash(headers)


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nSet-Cookie: x=y", "é\n", "☃\r"])
def test_line_breaks_are_refused_everywhere(text):
    headers = Headers([("a", "b")])
    attempts = [
        lambda: headers.add("x", text),
        lambda: headers.add(text, "x"),
        lambda: headers.set("a", text),
        lambda: headers.setlist("a", ["ok", text]),
        lambda: headers.extend({"a": [text]}),
        lambda: headers.update(a=text),
        lambda: headers.setdefault("n", text),
        lambda: headers.__setitem__(0, ("a", text)),
        lambda: headers.__setitem__(slice(0, 1), [("a", text)]),
        lambda: headers.add("x", "y", z=text),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError):
            attempt()


def test_a_list_that_users_spoilt_raises_and_does_not_crash():
    headers = Headers()
    headers._list = [["a", "b"]]
    with pytest.raises(TypeError):
        headers.get("a")
    headers._list = [("a",)]
    with pytest.raises(TypeError):
        "a" in headers  # noqa: B015
    with pytest.raises(ValueError):
        headers[0] = ()
    headers._list = [(1, "x"), ("a", "b")]
    assert headers["a"] == "b"


def test_set_keeps_the_place_of_the_first():
    headers = Headers([("a", "1"), ("b", "2"), ("A", "3")])
    headers.set("a", 9)
    assert list(headers) == [("a", "9"), ("b", "2")]
    headers.setlist("B", ["x", "y"])
    assert list(headers) == [("a", "9"), ("B", "x"), ("B", "y")]


def test_conversion_and_defaults():
    headers = Headers({"n": "7", "x": "no"})
    assert headers.get("n", type=int) == 7
    assert headers.get("x", 3, int) == 3
    assert headers.get("missing", "d") == "d"
    assert Headers([("n", "1"), ("n", "x"), ("n", "2")]).getlist("n", int) == [1, 2]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, None])
def test_copies(protocol, make):
    class_ = Headers
    headers = class_([("a", "b"), ("c", "d")])
    twin = make(headers) if make else pickle.loads(pickle.dumps(headers, protocol))
    assert type(twin) is class_
    assert list(twin) == list(headers)
    twin.add("e", "f")
    assert len(headers) == 2
    assert weakref.ref(headers)() is headers


def test_pickles_of_the_original_shape_load():
    headers = Headers.__new__(Headers)
    headers.__setstate__({"_list": [("a", "b")]})
    assert headers["A"] == "b"


def test_environ_view_is_live():
    environ = {"HTTP_X_A": "1", "CONTENT_TYPE": "", "HTTP_CONTENT_TYPE": "no", "SERVER_NAME": "x"}
    headers = EnvironHeaders(environ)
    assert list(headers) == [("X-A", "1")]
    environ["HTTP_B"] = "2"
    environ["CONTENT_LENGTH"] = "5"
    assert dict(headers) == {"X-A": "1", "B": "2", "Content-Length": "5"}
    assert headers.environ is environ
    assert isinstance(headers, Headers)
    assert list(Headers(headers)) == list(headers)
    with pytest.raises(KeyError):
        headers["nope"]
    for attempt in (headers.copy, headers.clear, lambda: headers.add("a", "b")):
        with pytest.raises(TypeError):
            attempt()


def test_update_takes_what_has_keys():
    headers = Headers({"a": ["1", "2"]})
    headers.update(MultiDict([("a", "3"), ("a", "4"), ("b", "5")]))
    assert headers.getlist("a") == ["3", "4"]
    headers |= {"b": {"6"}}
    assert headers.getlist("b") == ["6"]
    assert isinstance(headers | {"c": "7"}, Headers)
    with pytest.raises(TypeError):
        headers | [("c", "7")]


def test_subclasses_and_patches_of_add_are_seen(monkeypatch):
    class Upper(Headers):
        def add(self, key, value, /, **kwargs):
            super().add(key, value.upper(), **kwargs)

    assert list(Upper([("a", "b")])) == [("a", "B")]
    monkeypatch.setattr(
        Headers, "add", lambda self, key, value: self._list.append((key, "patched"))
    )
    assert list(Headers([("a", "b")])) == [("a", "patched")]
