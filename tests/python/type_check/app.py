"""A typed application: what mypy --strict must accept, each construct once. It is not run."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypedDict

from cruet import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from cruet.toolkit.exceptions import NotFound
from cruet.typing import ResponseReturnValue
from cruet.views import MethodView, View

app = Flask(__name__)
blueprint = Blueprint("part", __name__, url_prefix="/part")


class Shape(TypedDict):
    name: str
    sides: int


@app.route("/text")
def text() -> str:
    return f"{request.args.get('a', type=int)} {session.get('user')} {g.anything}"


@app.get("/bytes")
def body() -> bytes:
    return request.get_data()


@app.route("/dict")
def mapping() -> dict[str, Any]:
    return {"debug": current_app.debug}


@app.route("/shape")
def shape() -> Shape:
    return {"name": "square", "sides": 4}


@app.route("/list")
def sequence() -> list[int]:
    return [1, 2]


@app.route("/status")
def status() -> tuple[str, int]:
    return "made", 201


@app.route("/all")
def everything() -> tuple[dict[str, Any], int, dict[str, str]]:
    return {}, HTTPStatus.ACCEPTED, {"X-A": "1"}


@app.route("/headers")
def headers() -> tuple[str, list[tuple[str, str]]]:
    return "x", [("X-A", "1")]


@app.route("/response")
def response() -> Response:
    answer = make_response("x")
    answer.set_cookie("a", "b")
    answer.headers["X-A"] = "1"
    return answer


@app.route("/stream")
def stream() -> Iterator[str]:
    def generate() -> Iterator[str]:
        yield "x"

    return stream_with_context(generate())


@app.post("/any")
def anything() -> ResponseReturnValue:
    if not request.is_json:
        abort(415)
    if request.json is None:
        flash("nothing")
        return redirect(url_for("text"))
    return jsonify(request.json)


@app.route("/page/<name>")
async def page(name: str) -> str:
    return render_template("page.html", name=name)


@app.before_request
def before() -> None:
    g.user = session.get("user")


@app.before_request
async def before_async() -> Response | None:
    return None


@app.after_request
def after(answer: Response) -> Response:
    return answer


@app.teardown_appcontext
def teardown(error: BaseException | None) -> None:
    print(error)


@app.context_processor
def names() -> dict[str, Any]:
    return {"a": 1}


@app.template_filter()
def double(value: str) -> str:
    return value * 2


@app.template_test("odd_one")
def odd(value: int) -> bool:
    return value % 2 == 1


@app.template_global()
def answer() -> int:
    return 42


@app.errorhandler(404)
def missing(error: NotFound) -> tuple[str, int]:
    return error.description or "", 404


@app.errorhandler(ValueError)
def invalid(error: ValueError) -> ResponseReturnValue:
    return str(error), 400


@app.url_defaults
def defaults(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", "en")


@app.url_value_preprocessor
def preprocess(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.lang = values.pop("lang", None) if values else None


@app.cli.command("hello")
def hello() -> None:
    print(current_app.name)


@blueprint.route("/")
def index() -> str:
    return url_for(".index")


class Page(View):
    init_every_request = False

    def dispatch_request(self) -> str:
        return "page"


class Item(MethodView):
    def get(self, number: int) -> str:
        return str(number)

    def post(self) -> tuple[str, int]:
        return "", 201


app.add_url_rule("/class", view_func=Page.as_view("class"))
app.add_url_rule("/item/<int:number>", view_func=Item.as_view("item"))
app.register_blueprint(blueprint)

with app.test_request_context("/text", method="POST"):
    app.preprocess_request()
with app.test_client() as client:
    with client.session_transaction() as opened:
        opened["user"] = 1
    length: int = len(client.get("/text").data)
