"""Names that Flask's modules import for themselves, and that others import from there."""

from __future__ import annotations

from importlib import import_module

import pytest

NAMES = {
    "app": "BadRequestKeyError BuildError Headers ImmutableDict InternalServerError MapAdapter"
    " RequestRedirect RoutingException Rule appcontext_tearing_down current_app g get_debug_flag"
    " get_flashed_messages get_load_dotenv got_request_exception request request_ctx"
    " request_finished request_started request_tearing_down send_from_directory session",
    "blueprints": "AppGroup current_app send_from_directory",
    "ctx": "HTTPException appcontext_popped appcontext_pushed",
    "debughelpers": "RequestRedirect",
    "testing": "SessionMixin",
    "wrappers": "HTTPException",
}
HOMES = ["cli", "globals", "helpers", "sessions", "signals"]
HOMES += ["toolkit.datastructures", "toolkit.exceptions", "toolkit.routing"]


@pytest.mark.parametrize("module", NAMES)
def test_the_same_object_is_found_where_flask_has_it_too(module: str) -> None:
    found = import_module(f"cruet.{module}")
    for name in NAMES[module].split():
        homes = [vars(import_module(f"cruet.{home}")) for home in HOMES]
        assert any(getattr(found, name) is home.get(name) for home in homes), name
