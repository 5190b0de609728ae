"""Typed hooks, error handlers, signals, template parts, blueprints and JSON. It is not run."""

from __future__ import annotations

import decimal
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar, assert_type

import click
from blinker import Namespace

from cruet import (
    Blueprint,
    Flask,
    Response,
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    before_render_template,
    g,
    got_request_exception,
    json,
    jsonify,
    message_flashed,
    request,
    request_finished,
    request_started,
    request_tearing_down,
    template_rendered,
)
from cruet.blueprints import BlueprintSetupState
from cruet.cli import AppGroup, FlaskGroup, ScriptInfo, pass_script_info, with_appcontext
from cruet.json.provider import DefaultJSONProvider, JSONProvider
from cruet.json.tag import JSONTag, TaggedJSONSerializer
from cruet.templating import Environment
from cruet.toolkit.exceptions import HTTPException, InternalServerError, NotFound
from cruet.toolkit.routing import BuildError
from cruet.typing import AfterRequestCallable, ErrorHandlerCallable, ResponseReturnValue

P = ParamSpec("P")
R = TypeVar("R")

app = Flask(
    __name__,
    static_url_path="/files",
    static_folder="files",
    template_folder="pages",
    instance_relative_config=True,
    subdomain_matching=False,
    root_path=None,
)
blueprint = Blueprint("part", __name__, url_prefix="/part", static_folder="s", cli_group="group")
inner = Blueprint("inner", __name__, template_folder="pages", subdomain="a")


class Broken(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


# Decorators of a view that keep its type.
def timed(view: Callable[P, R]) -> Callable[P, R]:
    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(*args, **kwargs)

    return run


@app.route("/timed/<int:number>")
@timed
def timed_view(number: int) -> str:
    return str(number)


assert_type(timed_view(1), str)


@app.before_request
def first() -> None:
    g.seen = True


@app.before_request
def answered() -> ResponseReturnValue | None:
    return ("no", 403) if request.args.get("no") else None


@app.before_request
def text() -> str | None:
    return None


@app.before_request
async def waited() -> None:
    g.waited = True


@app.after_request
def mark(response: Response) -> Response:
    return response


@app.after_request
async def mark_waited(response: Response) -> Response:
    return response


@app.teardown_request
def torn_down(error: BaseException | None = None) -> None:
    print(error)


@app.teardown_appcontext
async def closed(error: BaseException | None) -> None:
    print(error)


@app.context_processor
def names() -> dict[str, Any]:
    return {"a": 1}


@app.context_processor
async def names_waited() -> dict[str, Any]:
    return {"a": 1}


@app.shell_context_processor
def shell() -> dict[str, Any]:
    return {"app": app}


@app.url_defaults
def language(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", endpoint)


@app.url_value_preprocessor
def pull(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.lang = values.pop("lang", endpoint) if values else None


@app.errorhandler(404)
def missing(error: NotFound) -> tuple[str, int]:
    return error.name, 404


@app.errorhandler(HTTPException)
def http_error(error: HTTPException) -> ResponseReturnValue:
    assert_type(error.code, int | None)
    assert_type(error.description, str | None)
    response = error.get_response()
    response.data = json.dumps({"code": error.code, "name": error.name})
    response.content_type = "application/json"
    return response


@app.errorhandler(500)
def failed(error: InternalServerError) -> tuple[Response, int]:
    return jsonify(error=repr(error.original_exception)), 500


@app.errorhandler(Broken)
@app.errorhandler(ValueError)
def broken(error: Broken | ValueError) -> str:
    return str(error)


@app.errorhandler(Exception)
async def anything(error: Exception) -> tuple[dict[str, str], int]:
    return {"error": str(error)}, 500


def unregistered(error: Any) -> Response:
    return Response(str(error), 400)


handlers: list[ErrorHandlerCallable] = [unregistered]
app.register_error_handler(KeyError, unregistered)
app.register_error_handler(400, lambda error: ("bad", 400))
after_hooks: list[AfterRequestCallable[Any]] = [mark, mark_waited]


@app.template_filter()
def double(value: str) -> str:
    return value * 2


@app.template_filter("reversed")
def backwards(value: str) -> str:
    return value[::-1]


@app.template_test("odd_one")
def odd(value: int) -> bool:
    return value % 2 == 1


@app.template_global()
def now() -> float:
    return 0.0


app.add_template_filter(double, name="twice")
app.add_template_test(odd)
app.add_template_global(now, "right_now")
app.jinja_env.filters["third"] = double
app.jinja_env.trim_blocks = True
app.jinja_options = {"lstrip_blocks": True}
assert_type(app.jinja_env, Environment)
assert_type(app.jinja_env.from_string("{{ a }}").render(a=1), str)


@blueprint.before_request
def part_first() -> None: ...


@blueprint.before_app_request
def all_first() -> None: ...


@blueprint.after_request
def part_after(response: Response) -> Response:
    return response


@blueprint.after_app_request
async def all_after(response: Response) -> Response:
    return response


@blueprint.teardown_app_request
def all_down(error: BaseException | None) -> None: ...


@blueprint.errorhandler(404)
@blueprint.app_errorhandler(404)
def part_missing(error: NotFound) -> tuple[str, int]:
    return "", 404


@blueprint.app_context_processor
def part_names() -> dict[str, Any]:
    return {}


@blueprint.app_template_filter()
def part_filter(value: str) -> str:
    return value


@blueprint.app_template_test("t")
def part_test(value: object) -> bool:
    return value is not None


@blueprint.app_template_global("gl")
def part_global() -> int:
    return 1


@blueprint.app_url_defaults
def part_defaults(endpoint: str, values: dict[str, Any]) -> None: ...


@blueprint.app_url_value_preprocessor
def part_values(endpoint: str | None, values: dict[str, Any] | None) -> None: ...


@blueprint.record
def recorded(state: BlueprintSetupState) -> None:
    assert_type(state.app.name, str)
    state.add_url_rule("/recorded", view_func=timed_view)


@blueprint.record_once
def recorded_once(state: BlueprintSetupState) -> None:
    print(state.options, state.first_registration, state.url_prefix)


@blueprint.put("/<path:where>")
def put(where: str) -> Iterator[str]:
    yield where


blueprint.register_blueprint(inner, url_prefix="/inner")
app.register_blueprint(blueprint, url_prefix="/other", name="other")


# Signals.
own = Namespace()
saved = own.signal("saved")


def receive(sender: Flask, **extra: Any) -> None:
    print(sender.name, extra)


@request_started.connect_via(app)
def started(sender: Flask, **extra: Any) -> None: ...


for signal in (
    appcontext_popped,
    appcontext_pushed,
    appcontext_tearing_down,
    before_render_template,
    got_request_exception,
    message_flashed,
    request_finished,
    request_tearing_down,
    template_rendered,
):
    signal.connect(receive, app)
with template_rendered.connected_to(receive, app):
    saved.send(app, number=1)


# Commands.
@app.cli.command("hello")
@click.argument("name")
@click.option("--count", default=1, type=int)
def hello(name: str, count: int) -> None:
    click.echo(name * count)


@blueprint.cli.command("part", with_appcontext=False)
def part_command() -> None: ...


@click.command("standalone")
@with_appcontext
def standalone() -> None: ...


@click.command("info")
@pass_script_info
def info(script: ScriptInfo) -> None:
    assert_type(script.load_app(), Flask)


group = AppGroup("group", help="Several.")


@group.command("one")
def one() -> None: ...


def create_app(config: dict[str, Any] | None = None) -> Flask:
    made = Flask(__name__)
    made.config.from_mapping(config or {}, SECRET_KEY="dev")
    return made


@click.group(cls=FlaskGroup, create_app=create_app)
def manage() -> None: ...


app.cli.add_command(standalone)
app.cli.add_command(group)


# JSON.
class Numbers(DefaultJSONProvider):
    sort_keys = False
    compact = True
    mimetype = "application/vnd.own+json"

    @staticmethod
    def default(o: Any) -> Any:
        return str(o) if isinstance(o, decimal.Decimal) else DefaultJSONProvider.default(o)


class Plain(JSONProvider):
    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return repr(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return s


class TagBroken(JSONTag):
    __slots__ = ()
    key = " b"

    def check(self, value: Any) -> bool:
        return isinstance(value, Broken)

    def to_json(self, value: Any) -> Any:
        return value.code

    def to_python(self, value: Any) -> Any:
        return Broken(value)


class OwnApp(Flask):
    json_provider_class = Numbers

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        return filename is None or filename.endswith(".html")

    def handle_url_build_error(
        self, error: BuildError, endpoint: str, values: dict[str, Any]
    ) -> str:
        return super().handle_url_build_error(error, endpoint, values)

    def create_jinja_environment(self) -> Environment:
        return super().create_jinja_environment()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return super().ensure_sync(func)

    def handle_user_exception(self, e: Exception) -> Response | ResponseReturnValue:
        return super().handle_user_exception(e)

    def full_dispatch_request(self) -> Response:
        return super().full_dispatch_request()


tagged = TaggedJSONSerializer()
tagged.register(TagBroken, index=0)
assert_type(tagged.dumps({"a": 1}), str)
app.json = Numbers(app)
assert_type(app.json.dumps({"a": 1}, indent=2), str)
assert_type(json.loads('{"a": 1}'), Any)
assert_type(json.dumps([1]), str)


async def later() -> Awaitable[str]:
    return app.ensure_sync(waited)()  # type: ignore[no-any-return]
