"""Typed reading of requests, sessions and contexts. It is not run."""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, assert_type

from cruet import (
    Blueprint,
    Flask,
    Request,
    Response,
    abort,
    copy_current_request_context,
    current_app,
    flash,
    g,
    has_app_context,
    has_request_context,
    request,
    session,
)
from cruet.ctx import AppContext, RequestContext
from cruet.globals import app_ctx, request_ctx
from cruet.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionInterface,
    SessionMixin,
)
from cruet.toolkit.datastructures import (
    Authorization,
    CombinedMultiDict,
    ETags,
    FileStorage,
    Headers,
    IfRange,
    ImmutableMultiDict,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
    Range,
    RequestCacheControl,
)
from cruet.toolkit.exceptions import BadRequest, HTTPException
from cruet.toolkit.routing import Rule
from cruet.toolkit.user_agent import UserAgent
from cruet.toolkit.utils import cached_property, secure_filename

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("asking", __name__)


@blueprint.get("/args")
def arguments() -> dict[str, object]:
    assert_type(request.args, MultiDict[str, str])
    assert_type(request.args.get("a"), str | None)
    assert_type(request.args.get("a", "b"), str)
    assert_type(request.args.get("a", type=int), int | None)
    assert_type(request.args.get("a", 1, type=int), int)
    assert_type(request.args["a"], str)
    assert_type(request.args.getlist("a"), list[str])
    assert_type(request.args.getlist("a", type=int), list[int])
    assert_type(request.args.to_dict(), dict[str, str])
    assert_type(request.args.to_dict(flat=False), dict[str, list[str]])
    assert_type(request.values, CombinedMultiDict[str, str])
    return {key.lower(): value for key, value in request.args.items(multi=True)}


def page_number() -> int:
    return request.values.get("page", 1, type=int)


def wanted() -> str | None:
    return request.values.get("wanted")


@blueprint.post("/form")
def form() -> str:
    assert_type(request.form, ImmutableMultiDict[str, str])
    assert_type(request.form.get("a", default=2, type=int), int)
    for key, values in request.form.lists():
        assert_type((key, values), tuple[str, list[str]])
    copy = request.form.copy()
    copy.add("a", "b")
    copy.setlist("a", ["b"])
    assert_type(copy.pop("a", None), str | None)
    return ",".join(sorted(request.form.keys()))


@blueprint.post("/files")
def files() -> dict[str, str | None]:
    assert_type(request.files, ImmutableMultiDict[str, FileStorage])
    upload = request.files["upload"]
    assert_type(upload, FileStorage)
    if upload.filename:
        upload.save(secure_filename(upload.filename), buffer_size=4096)
    text: bytes = upload.read()
    print(text, upload.stream.read())
    assert_type(upload.headers, Headers)
    assert_type(upload.content_length, int)
    for other in request.files.getlist("upload"):
        other.stream.seek(0)
    return {"name": upload.filename, "type": upload.mimetype}


@blueprint.post("/json")
def data() -> Any:
    assert_type(request.is_json, bool)
    assert_type(request.get_data(), bytes)
    assert_type(request.get_data(as_text=True, cache=False), str)
    assert_type(request.data, bytes)
    assert_type(request.stream, IO[bytes])
    if request.get_json(silent=True) is None:
        raise BadRequest("JSON, please")
    return request.get_json(force=True)["a"]


@blueprint.route("/head")
def head() -> str:
    assert_type(request.method, str)
    assert_type(request.path, str)
    assert_type(request.full_path, str)
    assert_type(request.url, str)
    assert_type(request.base_url, str)
    assert_type(request.url_root, str)
    assert_type(request.host, str)
    assert_type(request.scheme, str)
    assert_type(request.script_root, str)
    assert_type(request.query_string, bytes)
    assert_type(request.remote_addr, str | None)
    assert_type(request.access_route, list[str])
    assert_type(request.is_secure, bool)
    assert_type(request.headers, Headers)
    assert_type(request.headers.get("X-A"), str | None)
    assert_type(request.headers.get("X-A", 1, type=int), int)
    assert_type(request.cookies, ImmutableMultiDict[str, str])
    assert_type(request.cookies.get("a"), str | None)
    assert_type(request.content_length, int | None)
    assert_type(request.mimetype, str)
    assert_type(request.mimetype_params, dict[str, str])
    assert_type(request.date, datetime | None)
    print(request.content_type.lower(), request.referrer.lower(), request.origin, request.server)
    return str(request.user_agent)


@blueprint.route("/negotiated")
def negotiated() -> str:
    assert_type(request.accept_mimetypes, MIMEAccept)
    assert_type(request.accept_mimetypes.best_match(["text/html", "text/plain"]), str | None)
    assert_type(request.accept_mimetypes.best_match(["a/b"], default="a/b"), str)
    assert_type(request.accept_mimetypes.accept_html, bool)
    assert_type(request.accept_languages, LanguageAccept)
    assert_type(request.authorization, Authorization | None)
    if request.authorization is not None and request.authorization.type == "basic":
        print(request.authorization.username, request.authorization.token)
    assert_type(request.cache_control, RequestCacheControl)
    assert_type(request.if_match, ETags)
    assert_type(request.if_none_match.contains("a"), bool)
    assert_type(request.if_modified_since, datetime | None)
    assert_type(request.if_range, IfRange)
    assert_type(request.range, Range | None)
    assert_type(request.user_agent, UserAgent)
    return request.user_agent.string


@blueprint.route("/routed")
def routed() -> str:
    assert_type(request.endpoint, str | None)
    assert_type(request.blueprint, str | None)
    assert_type(request.blueprints, list[str])
    assert_type(request.url_rule, Rule | None)
    assert_type(request.view_args, dict[str, Any] | None)
    assert_type(request.routing_exception, HTTPException | None)
    assert_type(request.environ["REMOTE_USER"], Any)
    assert_type(request.max_content_length, int | None)
    request.max_content_length = 1000
    return "x" if request.url_rule is None else request.url_rule.rule


@blueprint.route("/session")
def kept() -> str:
    assert_type(session, SessionMixin)
    session["user"] = 7
    session.permanent = True
    session.modified = True
    session.setdefault("seen", [])
    assert_type(session.new, bool)
    user: int | None = session.get("user")
    print(user, "user" in session, list(session.items()), session.pop("user", None))
    session.update({"a": 1})
    session.clear()
    flash("Saved.", "info")
    flash("Saved.", category="info")
    return str(session.accessed)


@blueprint.route("/contexts")
def contexts() -> str:
    g.user = "someone"
    assert_type(g.get("user", None), Any)
    g.setdefault("count", 0)
    g.pop("count", None)
    print("user" in g, list(g), has_app_context(), has_request_context())
    assert_type(current_app.name, str)
    assert_type(current_app.debug, bool)
    assert_type(request_ctx, RequestContext)
    assert_type(app_ctx, AppContext)
    assert_type(app_ctx.app, Flask)
    print(request_ctx.request.path, request_ctx.session)

    @copy_current_request_context
    def later(number: int) -> str:
        return request.path * number

    return later(2)


@blueprint.route("/refused")
def refused() -> Response:
    if request.args.get("soft"):
        abort(Response("no", 403))
    if request.args.get("text"):
        abort(404, description="nothing here")
    abort(418)


class OwnRequest(Request):
    user_agent_class = UserAgent

    @cached_property
    def locale(self) -> str:
        return self.accept_languages.best_match(["de", "en"]) or "en"

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        if e is None:
            return None
        return super().on_json_loading_failed(e)


class OwnSession(dict[str, Any], SessionMixin):
    pass


class OwnSessions(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> OwnSession | None:
        assert_type(self.get_cookie_name(app), str)
        assert_type(self.get_cookie_domain(app), str | None)
        return OwnSession(a=request.cookies.get(self.get_cookie_name(app)))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if self.should_set_cookie(app, session):
            expires = self.get_expiration_time(app, session)
            response.set_cookie(self.get_cookie_name(app), "x", expires=expires)


class Salted(SecureCookieSessionInterface):
    salt = "salted"
    session_class = SecureCookieSession


class OwnFlask(Flask):
    request_class = OwnRequest
    session_interface = OwnSessions()

    def request_context(self, environ: WSGIEnvironment) -> RequestContext:
        return super().request_context(environ)


def by_name(app: Flask) -> MutableMapping[str, Callable[..., Any]]:
    app.session_interface = Salted()
    return app.view_functions
