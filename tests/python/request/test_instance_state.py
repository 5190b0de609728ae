"""`vars()` of requests and responses: the state as Werkzeug's instances have it."""

from __future__ import annotations

import copy
import functools
import json
import pickle
import typing as t

import pytest

from cruet import _cruet
from cruet.toolkit.datastructures import Headers
from cruet.toolkit.sansio.request import Request as SansIORequest
from cruet.toolkit.sansio.response import Response as SansIOResponse
from cruet.toolkit.test import EnvironBuilder, run_wsgi_app
from cruet.toolkit.utils import cached_property
from cruet.toolkit.wrappers import Request, Response


def request_of(**kwargs: t.Any) -> Request:
    return Request(EnvironBuilder(**kwargs).get_environ())


def test_a_responses_state_by_name() -> None:
    response = Response("body", 404, {"X-One": "1"})
    response.note = "own"
    assert vars(response) == {
        "note": "own",
        "headers": response.headers,
        "_status": "404 NOT FOUND",
        "_status_code": 404,
        "response": [b"body"],
        "direct_passthrough": False,
        "_on_close": [],
    }
    assert vars(response)["headers"] is response.headers
    assert "stream" not in vars(response)
    assert vars(response).get("stream") is None
    stream = response.stream
    assert vars(response)["stream"] is stream


def test_a_response_takes_over_the_state_of_another() -> None:
    class Kept(Response):
        def __init__(self, response: Response, timeout: int) -> None:
            self.__dict__ = response.__dict__
            self.timeout = timeout

    given = Response("body", "418 Short", {"X-One": "1"}, content_type="text/x")
    given.note = "own"
    kept = Kept(given, 10)
    assert (kept.status, kept.status_code, kept.get_data()) == ("418 Short", 418, b"body")
    assert kept.headers is given.headers
    assert (kept.note, kept.timeout) == ("own", 10)
    body, status, headers = run_wsgi_app(kept, EnvironBuilder().get_environ())
    assert (b"".join(body), status) == (b"body", "418 Short")
    assert headers.to_wsgi_list() == given.headers.to_wsgi_list()


def test_changes_are_the_objects_own() -> None:
    response = Response("body")
    state = vars(response)
    state["_status_code"] = 201
    assert response.status_code == 201
    state["_status"] = "201 Made"
    assert response.status == "201 Made"
    state["response"] = [b"other"]
    assert response.get_data() == b"other"
    state.update(note=1, direct_passthrough=True)
    assert (response.note, response.direct_passthrough) == (1, True)
    assert state.pop("note") == 1
    assert not hasattr(response, "note")
    assert state.setdefault("note", 2) == response.note == 2
    state |= {"note": 3}
    assert response.note == 3
    del state["note"]
    with pytest.raises(KeyError, match="note"):
        del state["note"]
    with pytest.raises(KeyError, match="note"):
        state["note"]


def test_what_is_set_later_is_in_a_dict_that_was_had_before() -> None:
    response = Response()
    state = vars(response)
    response.note = 1
    response.status_code = 500
    assert (state["note"], state["_status_code"]) == (1, 500)


def test_it_is_a_dict_to_everyone() -> None:
    response = SansIOResponse(status=204)
    response.note = 1
    state = vars(response)
    plain = {"note": 1, "headers": response.headers, "_status": "204 NO CONTENT"}
    plain["_status_code"] = 204
    assert isinstance(state, dict)
    assert dict(state) == {**state} == state.copy() == copy.copy(state) == state == plain
    assert type(state.copy()) is type(copy.deepcopy(state)) is dict
    assert repr(state) == repr(plain)
    assert len(state) == 4
    assert list(state) == list(plain) == list(state.keys())
    assert state | {"more": 1} == {**plain, "more": 1}
    assert {"more": 1} | state == {"more": 1, **plain}
    assert json.loads(json.dumps(state, default=list))["_status_code"] == 204
    assert pickle.loads(pickle.dumps(state))["_status"] == "204 NO CONTENT"
    assert "note" in dir(response)
    assert "headers" in dir(response)


def test_a_requests_state_tells_what_was_made() -> None:
    request = request_of(path="/x", query_string="a=1", method="POST", data={"f": "1"})
    state = vars(request)
    assert (state["method"], state["path"], state["query_string"]) == ("POST", "/x", b"a=1")
    assert state["environ"] is request.environ
    made = ("args", "form", "files", "stream", "url", "_cached_data", "_cached_json", "url_rule")
    assert not [name for name in made if name in state]
    assert request.args["a"] == request.form["f"] == "1"
    assert state["args"] is request.args
    assert state["form"] is request.form
    assert "stream" in state
    assert "url" not in state
    assert state.get("url", "none yet") == "none yet"
    assert request.url == state["url"]


def test_a_requests_state_is_set_and_taken_away() -> None:
    request = request_of(data=b'{"a": 1}', content_type="application/json", method="POST")
    assert request.get_json() == {"a": 1}
    state = vars(request)
    assert state["_cached_data"] == b'{"a": 1}'
    assert state["_cached_json"] == ({"a": 1}, {"a": 1})
    state["_cached_data"] = b"[2]"
    assert request.get_json() == {"a": 1}
    state["_cached_json"] = (..., ...)
    assert request.get_json() == [2]
    state["form"] = {"f": "2"}
    assert request.form == {"f": "2"}
    state.pop("form")
    assert request.form == {}
    assert request.url == "http://localhost/"
    state["url"] = "elsewhere"
    assert request.url == "elsewhere"
    del state["url"]
    assert request.url == "http://localhost/"


def test_loud_and_silent_outcomes_of_json_are_told_apart() -> None:
    request = request_of(data=b"null", content_type="application/json", method="POST")
    assert vars(request).get("_cached_json") is None
    assert request._cached_json == (..., ...)
    assert request.get_json() is None
    assert request._cached_json == (None, None)
    request = request_of(data=b"{", content_type="application/json", method="POST")
    assert request.get_json(silent=True) is None
    assert request._cached_json == (..., None)


@pytest.mark.parametrize("kind", [cached_property, functools.cached_property])
def test_what_a_subclass_keeps_itself_is_its_own(kind: t.Any) -> None:
    class Special(Request):
        @kind
        def form(self) -> str:
            calls.append("form")
            return "found"

        @kind
        def special(self) -> str:
            calls.append("special")
            return "found"

    calls: list[str] = []
    request = Special(EnvironBuilder(method="POST", data={"a": "1"}).get_environ())
    assert "form" not in vars(request)
    assert [request.form, request.form, request.special, request.special] == ["found"] * 4
    assert calls == ["form", "special"]
    assert vars(request)["form"] == vars(request)["special"] == "found"
    del vars(request)["form"]
    assert request.form == "found"
    assert calls == ["form", "special", "form"]


def test_a_request_takes_over_the_state_of_another() -> None:
    first = request_of(path="/first", query_string="a=1")
    first.note = "own"
    second = request_of(path="/second")
    second.gone = True
    second.__dict__ = first.__dict__
    assert (second.path, second.args["a"], second.environ) == ("/first", "1", first.environ)
    assert second.note == "own"
    assert not hasattr(second, "gone")
    second.__dict__ = second.__dict__
    assert second.note == "own"


def test_a_sansio_request_has_no_environ() -> None:
    request = SansIORequest("get", "http", None, "", "/x", b"", Headers(), None)
    assert "environ" not in vars(request)
    assert vars(request)["server"] is None
    vars(request)["environ"] = {}
    assert request.environ == {}


@pytest.mark.parametrize("value", [None, [], "x"])
def test_only_a_dict_can_be_a_state(value: t.Any) -> None:
    response = Response("body")
    with pytest.raises(TypeError, match="__dict__ must be set to a dictionary, not a '"):
        response.__dict__ = value
    assert response.get_data() == b"body"


def test_own_attributes_are_those_that_users_set() -> None:
    request = request_of()
    request.note = 1
    assert request.args == {}
    assert _cruet.own_attributes(request) == {"note": 1}
    with pytest.raises(AttributeError):
        _cruet.own_attributes(object())
