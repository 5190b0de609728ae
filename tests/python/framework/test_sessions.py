"""Sessions: when they are opened and saved, and what their cookies hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup

import cruet
from cruet import Flask
from cruet.json.tag import JSONTag, TaggedJSONSerializer
from cruet.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionInterface
from cruet.testing import FlaskClient

VALUES = {"user": 1, "when": ("x", b"y")}


@pytest.fixture
def counting(app: Flask) -> Flask:
    @app.route("/add")
    def add() -> str:
        cruet.session["count"] = cruet.session.get("count", 0) + 1
        return str(cruet.session["count"])

    @app.route("/read")
    def read() -> str:
        return str(cruet.session.get("count"))

    @app.route("/untouched")
    def untouched() -> str:
        return "x"

    @app.route("/clear")
    def clear() -> str:
        cruet.session.clear()
        return "x"

    @app.route("/permanent")
    def permanent() -> str:
        cruet.session.permanent = True
        return "x"

    return app


def test_session_lasts(counting: Flask, client: FlaskClient) -> None:
    assert [client.get("/add").text for _ in range(3)] == ["1", "2", "3"]
    assert client.get("/read").text == "3"


def test_cookie_is_set_only_on_change(counting: Flask, client: FlaskClient) -> None:
    response = client.get("/untouched")
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers
    response = client.get("/read")
    assert "Set-Cookie" not in response.headers
    assert response.headers["Vary"] == "Cookie"
    response = client.get("/add")
    assert response.headers["Vary"] == "Cookie"
    assert response.headers["Set-Cookie"].startswith("session=")
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert "Path=/" in response.headers["Set-Cookie"]


def test_emptied_session_deletes_the_cookie(counting: Flask, client: FlaskClient) -> None:
    client.get("/add")
    response = client.get("/clear")
    assert "session=;" in response.headers["Set-Cookie"]
    assert "Expires=Thu, 01 Jan 1970" in response.headers["Set-Cookie"]
    assert client.get_cookie("session") is None


def test_permanent_session_is_refreshed_unseen(counting: Flask, client: FlaskClient) -> None:
    client.get("/permanent")
    response = client.get("/untouched")
    assert "Expires=" in response.headers["Set-Cookie"]
    assert response.headers["Vary"] == "Cookie"
    counting.config["SESSION_REFRESH_EACH_REQUEST"] = False
    assert "Set-Cookie" not in client.get("/untouched").headers


def test_expired_and_forged_cookies_are_ignored(counting: Flask, client: FlaskClient) -> None:
    client.get("/add")
    counting.permanent_session_lifetime = timedelta(seconds=-1)
    assert client.get("/read").text == "None"
    client.set_cookie("session", "forged.value.x")
    assert client.get("/read").text == "None"


def test_attributes_from_config(counting: Flask, client: FlaskClient) -> None:
    counting.config.update(
        SESSION_COOKIE_NAME="sid",
        SESSION_COOKIE_DOMAIN=".example.com",
        SESSION_COOKIE_PATH="/a",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=False,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PARTITIONED=True,
    )
    cookie = client.get("/add", "http://www.example.com/").headers["Set-Cookie"]
    parts = cookie.split("; ")
    assert parts[0].startswith("sid=")
    assert set(parts[1:]) == {
        "Domain=example.com", "Path=/a", "Secure", "SameSite=Lax", "Partitioned",
    }  # fmt: skip


def test_no_secret_key(counting: Flask, client: FlaskClient) -> None:
    counting.secret_key = None
    assert client.get("/read").text == "None"
    with pytest.raises(RuntimeError, match="secret_key"):
        client.get("/add")


def test_fallback_keys(counting: Flask, client: FlaskClient) -> None:
    client.get("/add")
    counting.secret_key = "newer"
    assert client.get("/read").text == "None"
    counting.config["SECRET_KEY_FALLBACKS"] = ["a key"]
    assert client.get("/read").text == "1"
    client.get("/add")
    counting.config["SECRET_KEY_FALLBACKS"] = None
    assert client.get("/read").text == "2"


def test_cookies_are_those_of_flask(app: Flask) -> None:
    """What Flask documents: itsdangerous, salt 'cookie-session', HMAC derivation, SHA-1."""
    import hashlib

    theirs = URLSafeTimedSerializer(
        "a key",
        salt="cookie-session",
        serializer=TaggedJSONSerializer(),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha1},
    )
    ours = SecureCookieSessionInterface().get_signing_serializer(app)
    assert ours is not None
    assert ours.loads(theirs.dumps(VALUES)) == VALUES
    assert theirs.loads(ours.dumps(VALUES)) == VALUES
    assert TaggedJSONSerializer().dumps(VALUES) == ('{"user":1,"when":{" t":["x",{" b":"eQ=="}]}}')


def test_a_cookie_that_flask_made(app: Flask, client: FlaskClient) -> None:
    """By Flask 3.1.3 with this key; what it signed is written here to the same letters."""
    values = {
        "tuple": (1, "ä"),
        "bytes": b"\x00\xff",
        "markup": Markup("<b>"),
        "uuid": UUID(int=7),
        "date": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
        "tag": {" t": [1]},
        "nested": [{"a": (None, True, 1.5)}],
        "text": "x" * 100,
    }
    cookie = (
        ".eJy9j0ELgkAQhf_KMuclRlOKpYJOQRB08GYiKw0lqYjugCH-92YVOnbsHb_35s3MCI7bisCMoByYNNBwY0SKIJs0FG9H"
        "_ewVYOB43e5BaG27F7czrgXvioOnzOV9ZiwMf2vjB-7WLXtlDJIna4WhOttGhRiiwrXByGCsTpfEp519LOFyuTXP_bXZJFZ"
        "DvSMpSUew30carirtOiYdrGKJZVJBgzgw_EEwfQD9H3Gx.awTl9g.7Pt3fXBeTbFirXDO09rxq_V3HgU"
    )
    app.permanent_session_lifetime = timedelta(days=36500)
    app.add_url_rule("/", "view", lambda: repr(dict(cruet.session) == values))
    client.set_cookie("session", cookie)
    assert client.get("/").text == "True"
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    assert signer.dumps(values).split(".")[1] == cookie.split(".")[1]


def test_sessions_that_are_opened_late(counting: Flask, client: FlaskClient) -> None:
    """A session object that a test or hook looks at after the request is the request's."""
    client.get("/add")
    with client:
        client.get("/untouched")
        context = cruet.globals.request_ctx
        assert context._session == {"count": 1}
        assert not context._session.accessed
        assert cruet.session["count"] == 1
        assert context._session.accessed


def test_own_interface(app: Flask, client: FlaskClient) -> None:
    events: list[str] = []

    class Interface(SessionInterface):
        def open_session(self, app: Flask, request: Any) -> SecureCookieSession:
            events.append(f"open {cruet.request.path}")
            return SecureCookieSession({"a": 1})

        def save_session(self, app: Flask, session: Any, response: Any) -> None:
            events.append(f"save {dict(session)}")

    app.session_interface = Interface()
    app.add_url_rule("/", "view", lambda: "x")
    client.get("/")
    assert events == ["open /", "save {'a': 1}"]


@pytest.mark.parametrize("of", ["class", "instance"])
def test_patched_interface_is_seen(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    app.add_url_rule("/", "view", lambda: "x")
    for _ in range(3):
        client.get("/")
    events: list[str] = []
    patched = SecureCookieSessionInterface if of == "class" else app.session_interface
    monkeypatch.setattr(patched, "open_session", lambda *args: events.append("patched"))
    client.get("/")
    assert events == ["patched"]


def test_session_transaction(counting: Flask, client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["count"] = 41
    assert client.get("/add").text == "42"
    with client.session_transaction() as session:
        assert session["count"] == 42
    counting.secret_key = None
    with pytest.raises(RuntimeError, match="did not open"), client.session_transaction():
        pass
    with (
        pytest.raises(TypeError, match="Cookies are disabled"),
        counting.test_client(use_cookies=False).session_transaction(),
    ):
        pass


def test_flash(app: Flask, client: FlaskClient) -> None:
    @app.route("/say")
    def say() -> str:
        cruet.flash("one")
        cruet.flash("two", "error")
        return ""

    @app.route("/hear")
    def hear() -> Any:
        first = cruet.get_flashed_messages(with_categories=True)
        assert first == cruet.get_flashed_messages(with_categories=True)
        return {
            "all": first,
            "errors": cruet.get_flashed_messages(category_filter=["error"]),
        }

    client.get("/say")
    assert client.get("/hear").json == {
        "all": [["message", "one"], ["error", "two"]],
        "errors": ["two"],
    }
    assert client.get("/hear").json == {"all": [], "errors": []}


@pytest.mark.parametrize(
    "value",
    [
        {" t": (1, 2)},
        {" t__": "x"},
        {" di": " di"},
        {"x": (1, (2, 3)), "y": 4},
        (1, 2, [3, ()]),
        b"\xff\x00",
        Markup("<b>"),
        UUID("b14e45cf-8c8b-4e4f-8c3e-4f4f4f4f4f4f"),
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        None,
        "text",
        [1.5, True],
    ],
)
def test_tagged_json_round_trip(value: Any) -> None:
    serializer = TaggedJSONSerializer()
    loaded = serializer.loads(serializer.dumps(value))
    assert loaded == value
    assert type(loaded) is type(value)


def test_own_tags() -> None:
    class Money:
        def __init__(self, cents: int) -> None:
            self.cents = cents

    class TagMoney(JSONTag):
        __slots__ = ()
        key = " $"

        def check(self, value: Any) -> bool:
            return isinstance(value, Money)

        def to_json(self, value: Any) -> Any:
            return value.cents

        def to_python(self, value: Any) -> Any:
            return Money(value)

    serializer = TaggedJSONSerializer()
    serializer.register(TagMoney, index=0)
    assert serializer.loads(serializer.dumps([Money(5)]))[0].cents == 5
    with pytest.raises(KeyError):
        serializer.register(TagMoney)
    serializer.register(TagMoney, force=True)
