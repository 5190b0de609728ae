"""Templates: what they know, where they are found, when they are escaped."""

from __future__ import annotations

from typing import Any

from . import Outcomes


def rendering(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()
    app.config["MARK"] = "config"
    with app.test_request_context("/path?a=<b>"):
        flask.g.x = "<g>"
        flask.session["s"] = "session"
        for source in (
            *("{{ 1 }}", "{{ '<b>' }}", "{{ '<b>'|safe }}", "{{ g.x }}", "{{ session.s }}"),
            *("{{ request.path }}", "{{ request.args.a }}", "{{ config.MARK }}", "{{ missing }}"),
            *("{{ missing.more }}", "{% if %}", "{{ url_for('missing') }}", "{{ x }}"),
            *("{{ get_flashed_messages() }}", "{{ {'a': '<b>'}|tojson }}", "{{ now() }}"),
            *("{{ {'b': 1, 'a': \"'&\"}|tojson(indent=2) }}", "{{ 'a'|missing }}"),
            *("{% include 'page.html' %}", "{% include 'missing.html' %}", "{{ self }}"),
            *(
                "{% import 'macro.html' as m %}{{ m.hello('x') }}",
                "{% autoescape false %}{{ g.x }}",
            ),
            *(
                "{% extends 'base.html' %}{% block b %}x{% endblock %}",
                "{{ current_app }}",
                "{{ app }}",
            ),
            "{% autoescape false %}{{ g.x }}{% endautoescape %}",
        ):
            yield source, kit.tries(flask.render_template_string, source, text="<t>", x="<x>")
            yield (
                f"{source} streamed",
                kit.tries(
                    lambda source=source: list(
                        flask.stream_template_string(source, text="<t>", x="x")
                    )
                ),
            )
        for name in (
            *(
                "page.html",
                "page.txt",
                "missing.html",
                "broken.html",
                "undefined.html",
                "child.html",
            ),
            *("../a.txt", "", ["missing.html", "page.html"], ["missing.html", "more.html"], []),
        ):
            yield f"render {name}", kit.tries(flask.render_template, name, text="<b>")
            yield (
                f"stream {name}",
                kit.tries(lambda name=name: "".join(flask.stream_template(name, text="<b>"))),
            )
        template = app.jinja_env.get_template("page.html")
        yield "a template", kit.tries(flask.render_template, template, text="<b>")
        yield (
            "attribute",
            kit.tries(lambda: flask.get_template_attribute("macro.html", "hello")("you")),
        )
        yield "no attribute", kit.tries(flask.get_template_attribute, "macro.html", "missing")
        yield "no context given", kit.tries(flask.render_template, "page.html", {"text": 1})
    with app.app_context():
        for source in ("{{ request }}", "{{ session }}", "{{ g.x }}", "{{ request.path }}"):
            yield f"{source} without a request", kit.tries(flask.render_template_string, source)
    yield "app: globals", sorted(app.jinja_env.globals)
    yield "app: filters", "tojson" in app.jinja_env.filters
    yield (
        "app: autoescape",
        [
            app.select_jinja_autoescape(name)
            for name in (
                "a.html",
                "a.htm",
                "a.xml",
                "a.xhtml",
                "a.svg",
                "a.txt",
                "a.HTML",
                "a.j2",
                None,
            )
        ],
    )
    yield "app: templates", sorted(app.jinja_env.list_templates())


def registered(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app()

    @app.template_filter()  # type: ignore[untyped-decorator]
    def shout(text: str) -> str:
        return text.upper()

    @app.template_filter("named")  # type: ignore[untyped-decorator]
    def other(text: str) -> str:
        return text[::-1]

    @app.template_test()  # type: ignore[untyped-decorator]
    def odd(number: int) -> bool:
        return number % 2 == 1

    @app.template_global()  # type: ignore[untyped-decorator]
    def twice(number: int) -> int:
        return 2 * number

    yield "bare decorator", callable(app.template_filter(shout))
    app.add_template_filter(len, "length_of")
    app.add_template_test(callable, name="may_be_called")
    app.add_template_global(max)
    part = flask.Blueprint("part", "probe", url_prefix="/part")
    part.app_template_filter("of_part")(lambda text: f"part {text}")
    part.app_template_test("empty")(lambda value: not value)
    part.app_template_global("five")(lambda: 5)
    part.add_app_template_filter(shout, "loud")

    @app.context_processor  # type: ignore[untyped-decorator]
    def of_app() -> Any:
        return {"where": "app", "of_app": 1, "request": "hidden"}

    @part.context_processor  # type: ignore[untyped-decorator]
    def of_part() -> Any:
        return {"where": "part"}

    @part.app_context_processor  # type: ignore[untyped-decorator]
    def of_all() -> Any:
        return {"of_all": 2}

    source = (
        "{{ 'a'|shout }}{{ 'ab'|named }}{{ 3 is odd }}{{ twice(2) }}{{ 'abc'|length_of }}"
        "{{ 1 is may_be_called }}{{ max(1, 2) }}{{ 'x'|of_part }}{{ '' is empty }}{{ five() }}"
        "{{ 'x'|loud }} {{ where }} {{ of_app }} {{ of_all }} {{ request }} {{ given }}"
    )
    app.add_url_rule("/", "view", lambda: flask.render_template_string(source, given="given"))
    part.add_url_rule("/", "view", lambda: flask.render_template_string(source, where="given"))
    app.register_blueprint(part)
    for path in ("/", "/part/"):
        yield path, kit.ask(app, path)
    with app.app_context():
        yield "without a request", kit.tries(flask.render_template_string, source)
    for value in (None, {}, [("a", 1)], 5):
        app = kit.app()
        app.context_processor(lambda value=value: value)
        app.add_url_rule("/", "view", lambda: flask.render_template_string("{{ a }}"))
        yield f"a processor that gives {value}", kit.ask(app)
    app = kit.app()
    with app.app_context():
        context = {"g": "mine"}
        app.update_template_context(context)
        yield "update_template_context", sorted(context.items(), key=str)


def environments(kit: Any) -> Outcomes:
    flask = kit.flask
    jinja2 = __import__("jinja2")
    for label, config in {
        "plain": {},
        "debug": {"DEBUG": True},
        "reload": {"TEMPLATES_AUTO_RELOAD": True},
        "no reload": {"DEBUG": True, "TEMPLATES_AUTO_RELOAD": False},
    }.items():
        app = kit.app(**config)
        yield label, app.jinja_env.auto_reload
        app.debug = True
        yield f"{label}, then debug", app.jinja_env.auto_reload

    class Environment(kit["templating"].Environment):  # type: ignore[name-defined, misc]
        pass

    class App(flask.Flask):  # type: ignore[name-defined, misc]
        jinja_environment = Environment
        jinja_options = {
            "trim_blocks": True,
            "autoescape": False,
            "undefined": jinja2.StrictUndefined,
        }

        def select_jinja_autoescape(self, filename: str | None) -> bool:
            return True

        def create_global_jinja_loader(self) -> Any:
            return jinja2.DictLoader({"own.html": "own {{ text }}"})

    app = kit.app(App)
    with app.app_context():
        yield "own", kit.tries(flask.render_template, "own.html", text="<b>")
        yield "own, undefined", kit.tries(flask.render_template, "own.html")
        yield "own, kind", [type(app.jinja_env).__name__, app.jinja_env.trim_blocks]

    class Escaping(flask.Flask):  # type: ignore[name-defined, misc]
        def select_jinja_autoescape(self, filename: str | None) -> bool:
            return filename is not None and filename.endswith(".txt")

    app = kit.app(Escaping)
    with app.app_context():
        for name in ("page.html", "page.txt"):
            yield f"an own escaping {name}", flask.render_template(name, text="<b>")
        yield "an own escaping of text", flask.render_template_string("{{ x }}", x="<b>")

    class Loader(flask.Flask):  # type: ignore[name-defined, misc]
        @property
        def jinja_loader(self) -> Any:
            return jinja2.DictLoader({"own.html": "own"})

    with kit.app(Loader).app_context():
        yield "an own loader", flask.render_template("own.html")
    with kit.app(options={"template_folder": None}).app_context():
        yield "no folder", kit.tries(flask.render_template, "page.html")


def looked_up(kit: Any) -> Outcomes:
    flask = kit.flask
    app = kit.app(EXPLAIN_TEMPLATE_LOADING=True)
    for number in (1, 2):
        folder = kit.scratch / str(number)
        folder.mkdir()
        (folder / "shared.html").write_text(f"shared {number}")
        (folder / "page.html").write_text(f"page {number}")
        (folder / f"only{number}.html").write_text("{% extends 'shared.html' %}")
        part = flask.Blueprint(
            f"part{number}", "probe", url_prefix=f"/{number}", template_folder=str(folder)
        )
        part.add_url_rule("/<path:name>", "view", lambda name: flask.render_template(name))
        app.register_blueprint(part)
    with kit.logged(app) as log:
        app.logger.setLevel("INFO")
        for path in (
            "/1/shared.html",
            "/2/shared.html",
            "/2/page.html",
            "/1/only2.html",
            "/1/missing.html",
        ):
            log.clear()
            yield path, kit.ask(app, path)
            yield f"{path} log", [message for _, message, _ in log]
