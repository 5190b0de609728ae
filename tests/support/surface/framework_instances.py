"""One instance of each public class of a framework, with something in it that can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .kits import Kit

#: Classes of which nothing can be made alone, and why.
NOT_MADE = {
    "sansio.app:App": "what can do input and output has to add to it",
    "sessions:SessionMixin": "it is abstract",
}


def app(kit: Kit) -> Any:
    made = kit["app"].Flask("surface_app", root_path="/nowhere", instance_path="/nowhere/instance")
    made.config.update(SECRET_KEY="key", SERVER_NAME="example.org")
    assert made.name == "surface_app"  # which is kept once it was asked for
    return made


def environ(kit: Kit) -> Any:
    return kit.toolkit["test"].create_environ("/path?a=1", "http://example.org/")


def request(kit: Kit) -> Any:
    made = kit["wrappers"].Request(environ(kit))
    made.routing_exception = kit.toolkit["routing"].RequestRedirect("http://example.org/path/")
    return made


def blueprint(kit: Kit) -> Any:
    return kit["blueprints"].Blueprint("part", "surface_app", root_path="/nowhere")


def flask(kit: Kit, call: Any) -> Any:
    return call("surface_app", root_path="/nowhere", instance_path="/nowhere/instance")


def scaffold(kit: Kit, call: Any) -> Any:
    return call("surface_app", root_path="/nowhere")


def part(kit: Kit, call: Any) -> Any:
    return call("part", "surface_app", root_path="/nowhere")


def tag(kit: Kit, call: Any) -> Any:
    return call(kit["json.tag"].TaggedJSONSerializer())


def of_app(kit: Kit, call: Any) -> Any:
    return call(app(kit))


TAGS = "JSONTag PassDict PassList TagBytes TagDateTime TagDict TagMarkup TagTuple TagUUID"

MAKERS: dict[str, Callable[[Kit, Any], Any]] = {
    "app:Flask": flask,
    "blueprints:Blueprint": part,
    "cli:AppGroup": lambda kit, call: call("group"),
    "cli:NoAppException": lambda kit, call: call("why"),
    "cli:ScriptInfo": lambda kit, call: call("module:app"),
    "config:Config": lambda kit, call: call("/nowhere", {"A": 1}),
    "config:ConfigAttribute": lambda kit, call: call("A"),
    "ctx:AppContext": of_app,
    "ctx:RequestContext": lambda kit, call: call(app(kit), environ(kit)),
    "debughelpers:DebugFilesKeyError": lambda kit, call: call(request(kit), "a"),
    "debughelpers:FormDataRoutingRedirect": lambda kit, call: call(request(kit)),
    "json.provider:DefaultJSONProvider": of_app,
    "json.provider:JSONProvider": of_app,
    **{f"json.tag:{name}": tag for name in TAGS.split()},
    "sansio.blueprints:Blueprint": part,
    "sansio.blueprints:BlueprintSetupState": lambda kit, call: call(
        blueprint(kit), app(kit), {}, True
    ),
    "sansio.scaffold:Scaffold": scaffold,
    "sessions:NullSession": lambda kit, call: call({"a": 1}),
    "sessions:SecureCookieSession": lambda kit, call: call({"a": 1}),
    "templating:DispatchingJinjaLoader": of_app,
    "templating:Environment": of_app,
    "testing:EnvironBuilder": lambda kit, call: call(app(kit), "/path"),
    "testing:FlaskClient": lambda kit, call: call(app(kit)),
    "testing:FlaskCliRunner": of_app,
    "wrappers:Request": lambda kit, call: call(environ(kit)),
    "wrappers:Response": lambda kit, call: call("hello", 404, [("X-A", "b")]),
}
