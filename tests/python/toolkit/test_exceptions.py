"""HTTP exceptions: codes, texts, headers, and what abort raises."""

import pickle
from datetime import datetime

import pytest
from markupsafe import Markup

from cruet.toolkit import exceptions
from cruet.toolkit.datastructures import WWWAuthenticate
from cruet.toolkit.wrappers import Response


def test_every_code_has_a_class_of_its_own():
    assert len(exceptions.default_exceptions) == 31
    for code, cls in exceptions.default_exceptions.items():
        error = cls()
        assert error.code == code
        assert error.description
        assert error.name != "Unknown Error"
        assert str(error).startswith(f"{code} {error.name}: ")
        twin = pickle.loads(pickle.dumps(cls(description="text")))
        assert (type(twin), twin.description) == (cls, "text")


def test_abort():
    with pytest.raises(exceptions.NotFound) as caught:
        exceptions.abort(404, "No such page")
    assert caught.value.description == "No such page"
    with pytest.raises(LookupError):
        exceptions.abort(999)
    response = Response()
    with pytest.raises(exceptions.HTTPException) as raised:
        exceptions.abort(response)
    assert raised.value.get_response() is response
    own = exceptions.Aborter(extra={1: exceptions.Gone, "gone": exceptions.Gone})
    for key in (1, "gone"):
        with pytest.raises(exceptions.Gone):
            own(key)
    for key in ("404", None):
        with pytest.raises(LookupError, match=f"no exception for {key!r}"):
            own(key)


def test_body_is_escaped():
    body = exceptions.BadRequest("<b>\nx").get_body()
    assert "<p>&lt;b&gt;<br>x</p>" in body
    assert "<b>x</b>" in exceptions.BadRequest(Markup("<b>x</b>")).get_body()
    assert "<p></p>" in exceptions.HTTPException().get_body()


def test_headers():
    def fields(error):
        return dict(error.get_headers())

    assert fields(exceptions.MethodNotAllowed(["GET", "HEAD"]))["Allow"] == "GET, HEAD"
    assert fields(exceptions.RequestedRangeNotSatisfiable(9))["Content-Range"] == "bytes */9"
    assert fields(exceptions.TooManyRequests(retry_after=3))["Retry-After"] == "3"
    moment = datetime(2020, 1, 4, 18, 52, 16)
    late = exceptions.ServiceUnavailable(retry_after=moment)
    assert fields(late)["Retry-After"] == "Sat, 04 Jan 2020 18:52:16 GMT"
    challenge = WWWAuthenticate("basic", {"realm": "x y"})
    asked = fields(exceptions.Unauthorized(www_authenticate=challenge))
    assert asked["WWW-Authenticate"] == 'Basic realm="x y"'
    assert WWWAuthenticate("own\xa0").to_header() == "Own\xa0"


def test_key_error_hides_its_key_unless_told():
    error = exceptions.BadRequestKeyError("secret")
    assert isinstance(error, KeyError) and error.code == 400
    assert "secret" not in error.get_description()
    error.show_exception = True
    assert "secret" in error.get_description()
    error.description = "other"
    assert error.description.startswith("other")
