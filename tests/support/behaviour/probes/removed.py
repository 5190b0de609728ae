"""What went away in Flask and Werkzeug stays away, in the same way."""

from __future__ import annotations

import importlib
from typing import Any

from . import Outcomes

NAMES = {
    "": "Markup escape _request_ctx_stack _app_ctx_stack json_available signals_available ext"
    " safe_join Module _compat exthook before_render_templates session_json_serializer",
    "app": "_request_ctx_stack setupmethod locked_cached_property _sentinel_",
    "ctx": "_request_ctx_stack _app_ctx_stack _sentinel_",
    "globals": "_request_ctx_stack _app_ctx_stack _find_app _lookup_req_object _ctx_err_msg",
    "helpers": "locked_cached_property total_seconds safe_join is_ip _PackageBoundObject"
    " get_env _endpoint_from_view_func find_package _find_package_path",
    "json": "JSONEncoder JSONDecoder tojson_filter htmlsafe_dumps htmlsafe_dump detect_encoding",
    "signals": "signals_available _FakeSignal",
    "templating": "_render_",
    "testing": "make_test_environ_builder",
    "views": "MethodViewType",
    "wrappers": "JSONMixin",
    "cli": "DispatchingApp get_env call_factory",
    "typing": "ResponseReturnValues GenericException",
    "config": "iteritems",
}
ATTRIBUTES = {
    "Flask": "before_first_request before_first_request_funcs env json_encoder json_decoder"
    " session_cookie_name send_file_max_age_default use_x_sendfile propagate_exceptions"
    " preserve_context_on_exception templates_auto_reload got_first_request auth"
    " try_trigger_before_first_request_functions open_session save_session make_null_session"
    " create_logger init_jinja_globals error_handlers logger_name debug_log_format",
    "Blueprint": "before_app_first_request json_encoder json_decoder make_setup_state_ warn_on",
    "Request": "module is_xhr json_encoder charset encoding_errors url_charset on_json_failed",
    "Response": "charset json_encoder",
    "Config": "from_json",
    "views.MethodView": "methods_",
    "testing.FlaskClient": "environ_overrides cookie_jar",
    "ctx.AppContext": "_refcnt sender",
    "ctx.RequestContext": "g preserved _implicit_app_ctx_stack auto_pop",
    "sessions.SessionInterface": "session_cookie_name",
}
KEYS = (
    *("ENV", "JSON_AS_ASCII", "JSON_SORT_KEYS", "JSONIFY_MIMETYPE", "JSONIFY_PRETTYPRINT_REGULAR"),
    *("PRESERVE_CONTEXT_ON_EXCEPTION", "LOGGER_NAME", "LOGGER_HANDLER_POLICY", "USE_SESSION"),
)
MODULES = ("scaffold", "_compat", "ext", "exthook", "json_", "module", "session", "sansio.json")


def names(kit: Any) -> Outcomes:
    package = kit.flask.__name__
    for module, words in NAMES.items():
        path = f"{package}.{module}".rstrip(".")
        for word in words.split():
            found = importlib.import_module(path)
            yield f"{module}:{word}", kit.tries(lambda m=found, w=word: bool(getattr(m, w)))

            def imported(path: str = path, word: str = word) -> None:
                exec(f"from {path} import {word}", {})

            told = kit.tries(imported)
            # Where the module lies is behind its name.
            yield f"from {module} import {word}", [str(each).partition(" (")[0] for each in told]
    for owner, words in ATTRIBUTES.items():
        module, _, name = owner.rpartition(".")
        found = getattr(kit[module] if module else kit.flask, name)
        for word in words.split():
            yield f"{owner}.{word}", hasattr(found, word)
    for module in MODULES:
        yield f"import {module}", kit.tries(importlib.import_module, f"{package}.{module}")
    yield "keys", [key for key in KEYS if key in kit.flask.Flask("probe").config]


def version(kit: Any) -> Outcomes:
    yield "__version__", isinstance(kit.flask.__version__, str)
    yield "missing", kit.tries(getattr, kit.flask, "__missing__")


def top(kit: Any) -> Outcomes:
    flask = kit.flask
    words = (
        "Flask Blueprint Config Request Response abort after_this_request current_app flash g"
        " get_flashed_messages get_template_attribute has_app_context has_request_context json"
        " jsonify make_response redirect render_template render_template_string request send_file"
        " send_from_directory session stream_template stream_template_string stream_with_context"
        " url_for copy_current_request_context appcontext_popped appcontext_pushed"
        " appcontext_tearing_down before_render_template got_request_exception message_flashed"
        " request_finished request_started request_tearing_down template_rendered app blueprints"
        " cli config ctx globals helpers logging sansio sessions signals templating typing wrappers"
    )
    for word in words.split():
        value = getattr(flask, word, None)
        yield word, [value is not None, getattr(value, "__module__", None) or "none"]

    def star() -> Any:
        space: dict[str, Any] = {}
        exec(f"from {flask.__name__} import *", space)
        return [word for word in words.split() if word not in space]

    yield "not in *", star()
