"""Sessions: the cookie, its attributes and keys, sessions that are not there, own interfaces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from . import Outcomes


def _app(kit: Any, **config: Any) -> Any:
    flask = kit.flask
    app = kit.app(**config)

    def write() -> str:
        flask.session["a"] = [1, "ä"]
        return "written"

    def delete() -> str:
        flask.session.pop("a", None)
        return "deleted"

    def permanent() -> str:
        flask.session.permanent = True
        return str(flask.session.permanent)

    def within() -> str:
        flask.session.setdefault("list", []).append(1)
        return repr(flask.session.modified)

    views = {
        "write": write,
        "delete": delete,
        "permanent": permanent,
        "within": within,
        "read": lambda: repr(flask.session.get("a")),
        "contains": lambda: repr("a" in flask.session),
        "length": lambda: repr(len(flask.session)),
        "clear": lambda: repr(flask.session.clear()),
        "attributes": lambda: repr(
            [flask.session.new, flask.session.modified, flask.session.accessed]
        ),
        "untouched": lambda: "untouched",
        "boolean": lambda: repr(bool(flask.session)),
        "kind": lambda: type(flask.session._get_current_object()).__name__,
        "delete_missing": lambda: flask.session.__delitem__("missing"),
        "update": lambda: repr(flask.session.update(a=5)),
        "same": lambda: repr(flask.session.__setitem__("a", [1, "ä"])),
    }
    for name, view in views.items():
        app.add_url_rule(f"/{name}", name, view)
    return app


PATHS = (
    *("write", "delete", "permanent", "within", "read", "contains", "length", "clear", "update"),
    *("attributes", "untouched", "boolean", "kind", "delete_missing", "same"),
)


def cookies(kit: Any) -> Outcomes:
    app = _app(kit)
    # Made by Flask 3.1.3 with this key at the time that the driver fixes.
    made = kit.ask(app, "/write")
    cookie = next(value for name, value in made[1] if name == "Set-Cookie").partition(";")[0]
    yield "cookie", cookie
    for given in ("", cookie, "session=", "session=x.y.z", f"{cookie}x", f"other=1; {cookie}"):
        for path in PATHS:
            yield f"{path} with {given}", kit.ask(app, f"/{path}", headers={"Cookie": given})


def attributes(kit: Any) -> Outcomes:
    for label, config in {
        "name": {"SESSION_COOKIE_NAME": "other"},
        "domain": {"SESSION_COOKIE_DOMAIN": "example.org"},
        "path": {"SESSION_COOKIE_PATH": "/path"},
        "root": {"APPLICATION_ROOT": "/root"},
        "no httponly": {"SESSION_COOKIE_HTTPONLY": False},
        "secure": {"SESSION_COOKIE_SECURE": True},
        "lax": {"SESSION_COOKIE_SAMESITE": "Lax"},
        "samesite none": {"SESSION_COOKIE_SAMESITE": "None"},
        "samesite wrong": {"SESSION_COOKIE_SAMESITE": "wrong"},
        "partitioned": {"SESSION_COOKIE_PARTITIONED": True},
        "no refresh": {"SESSION_REFRESH_EACH_REQUEST": False},
        "short": {"PERMANENT_SESSION_LIFETIME": 5},
        "timedelta": {"PERMANENT_SESSION_LIFETIME": timedelta(days=1)},
        "lifetime None": {"PERMANENT_SESSION_LIFETIME": None},
        "key of bytes": {"SECRET_KEY": b"a key"},
        "server name": {"SERVER_NAME": "localhost"},
    }.items():
        app = _app(kit, **config)
        name = app.config["SESSION_COOKIE_NAME"]
        yield f"{label}: write", (answer := kit.ask(app, "/write"))
        fields = answer[1] if answer[0] == "200 OK" else ()
        found = [value for field, value in fields if field == "Set-Cookie"]
        cookie = found[0].partition(";")[0] if found else f"{name}=x"
        permanent = kit.ask(app, "/permanent", headers={"Cookie": cookie})
        yield f"{label}: permanent", permanent
        for path in ("read", "clear"):
            yield f"{label}: {path}", kit.ask(app, f"/{path}", headers={"Cookie": cookie})


def without_a_key(kit: Any) -> Outcomes:
    for key in (None, "", b""):
        app = _app(kit, SECRET_KEY=key)
        for path in PATHS:
            yield f"{key!r} {path}", kit.ask(app, f"/{path}")
    app = _app(kit, SECRET_KEY=None)
    app.add_url_rule("/flash", "flash", lambda: kit.flask.flash("x") or "x")
    app.add_url_rule("/flashed", "flashed", lambda: repr(kit.flask.get_flashed_messages()))
    yield "flash", kit.ask(app, "/flash")
    yield "get_flashed_messages", kit.ask(app, "/flashed")
    client = app.test_client()

    def transact() -> None:
        with client.session_transaction() as session:
            session["a"] = 1

    yield "transaction", kit.tries(transact)


def changed_keys(kit: Any) -> Outcomes:
    old = _app(kit, SECRET_KEY="old")
    made = kit.ask(old, "/write")
    cookie = next(value for name, value in made[1] if name == "Set-Cookie").partition(";")[0]
    for fallbacks in (None, [], ["old"], ["older", "old"], ["older"], [b"old"]):
        app = _app(kit, SECRET_KEY="new", SECRET_KEY_FALLBACKS=fallbacks)
        for path in ("read", "write"):
            label = f"{path} with {fallbacks}"
            yield label, kit.ask(app, f"/{path}", headers={"Cookie": cookie})


def values(kit: Any) -> Outcomes:
    flask = kit.flask
    for label, value in {
        "tuple": (1, ("a",)),
        "bytes": b"\xff",
        "Markup": Markup("<b>"),
        "UUID": UUID(int=5),
        "datetime": datetime(2024, 5, 6, 7, 8, 9, 5000, tzinfo=UTC),
        "naive datetime": datetime(2024, 5, 6, 7, 8, 9),
        "dict": {"a": {"b": (1,)}},
        "dict that looks tagged": {" t": [1, 2]},
        "dict that looks tagged twice": {" t__": [1]},
        "dict of numbers": {1: 2},
        "set": {1},
        "object": object(),
        "nan": float("nan"),
        "large": 2**70,
        "long text": "x" * 5000,
        "None": None,
        "list of all": [(1,), b"a", Markup("x"), {"a": UUID(int=1)}],
    }.items():
        app = kit.app()

        def view(value: Any = value) -> Any:
            if "write" in flask.request.args:
                flask.session["value"] = value
                return "written"
            found = flask.session["value"]
            return repr([type(found).__name__, found])

        app.add_url_rule("/", "view", view)
        yield f"{label}: write", (answer := kit.ask(app, "/?write=1"))
        if answer[0] == "200 OK":
            cookie = dict(answer[1])["Set-Cookie"].partition(";")[0]
            yield f"{label}: read", kit.ask(app, headers={"Cookie": cookie})


def flashes(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()

    def give() -> str:
        flask.flash("first")
        flask.flash("second", "warning")
        flask.flash(kit.mask("third"), "error")
        return "given"

    def take() -> Any:
        messages = flask.get_flashed_messages
        return {
            "plain": messages(),
            "again": messages(with_categories=True),
            "filtered": messages(category_filter=["warning"]),
            "filtered with categories": messages(True, ("error", "message")),
            "session": dict(flask.session),
        }

    def both() -> Any:
        flask.flash("now")
        found = flask.get_flashed_messages()
        flask.flash("later")
        return {"found": found, "again": flask.get_flashed_messages()}

    for view in (give, take, both):
        app.add_url_rule(f"/{view.__name__}", view.__name__, view)
    client = app.test_client()
    for number, path in enumerate(("/take", "/give", "/take", "/take", "/both", "/take")):
        answer = client.get(path)
        cookie = answer.headers.get("Set-Cookie")
        yield f"{number} {path}", [answer.get_data(as_text=True), cookie]


def interfaces(kit: Any) -> Outcomes:
    sessions = kit["sessions"]
    events: list[Any] = []

    class Session(dict, sessions.SessionMixin):  # type: ignore[name-defined, misc, type-arg]
        pass

    class Own(sessions.SessionInterface):  # type: ignore[name-defined, misc]
        def open_session(self, app: Any, request: Any) -> Any:
            events.append(["open", request.path, kit.flask.request.endpoint])
            return Session(a=1)

        def save_session(self, app: Any, session: Any, response: Any) -> None:
            events.append(["save", dict(session), response.status])
            response.set_cookie("own", "1")

    class Nothing(Own):
        def open_session(self, app: Any, request: Any) -> Any:
            events.append("open")

        def make_null_session(self, app: Any) -> Any:
            events.append("null")
            return super().make_null_session(app)

        def is_null_session(self, obj: Any) -> bool:
            events.append("is null")
            return bool(super().is_null_session(obj))

    class Fails(Own):
        def open_session(self, app: Any, request: Any) -> Any:
            raise ValueError("open")

    class FailsToSave(Own):
        def save_session(self, app: Any, session: Any, response: Any) -> None:
            raise ValueError("save")

    class Changed(sessions.SecureCookieSessionInterface):  # type: ignore[name-defined, misc]
        salt = "other"
        key_derivation = "none"

        def get_cookie_name(self, app: Any) -> str:
            return "changed"

        def should_set_cookie(self, app: Any, session: Any) -> bool:
            events.append("should")
            return True

    for interface in (Own, Nothing, Fails, FailsToSave, Changed):
        for path in ("untouched", "read", "write", "missing"):
            app = _app(kit)
            app.session_interface = interface()
            events.clear()
            yield f"{interface.__name__} {path}", kit.ask(app, f"/{path}")
            yield f"{interface.__name__} {path}: events", events.copy()
    base = sessions.SessionInterface()
    app = kit.app()
    yield "base: open", kit.tries(base.open_session, app, None)
    yield "base: save", kit.tries(base.save_session, app, None, None)
    yield "base: null", [type(base.make_null_session(app)).__name__, base.pickle_based]
    getters = ("name", "domain", "path", "httponly", "secure", "samesite", "partitioned")
    yield "base: cookie", [getattr(base, f"get_cookie_{name}")(app) for name in getters]
    default = sessions.SecureCookieSessionInterface
    yield "default", [default.salt, default.key_derivation, default.session_class.__name__]
    yield "digest", [default.digest_method(b"x").name, default.serializer is not None]
