"""Names that Flask's and Werkzeug's modules import for themselves, and others import from there."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest

from cruet import Flask, helpers
from cruet.toolkit import exceptions
from cruet.toolkit._elsewhere import NAMES as TOOLKIT_NAMES

NAMES = {
    "app": "BadRequestKeyError BuildError Environment Headers ImmutableDict"
    " InternalServerError MapAdapter RequestRedirect RoutingException Rule"
    " appcontext_tearing_down current_app g get_debug_flag get_flashed_messages"
    " get_load_dotenv got_request_exception is_running_from_reloader request request_ctx"
    " request_finished request_started request_tearing_down send_from_directory session",
    "blueprints": "AppGroup current_app send_from_directory",
    "cli": "import_string is_running_from_reloader run_simple",
    "ctx": "HTTPException appcontext_popped appcontext_pushed",
    "debughelpers": "RequestRedirect",
    "testing": "SessionMixin",
    "wrappers": "HTTPException",
}
HOMES = ["cli", "globals", "helpers", "sessions", "signals", "templating"]
HOMES += ["toolkit.datastructures", "toolkit.exceptions", "toolkit.routing", "toolkit.serving"]
HOMES += ["toolkit.utils"]


@pytest.mark.parametrize("module", NAMES)
def test_the_same_object_is_found_where_flask_has_it_too(module: str) -> None:
    found = import_module(f"cruet.{module}")
    for name in NAMES[module].split():
        homes = [vars(import_module(f"cruet.{home}")) for home in HOMES]
        assert any(getattr(found, name) is home.get(name) for home in homes), name


@pytest.mark.parametrize("module", TOOLKIT_NAMES)
def test_the_toolkits_modules_find_names_at_their_homes(module: str) -> None:
    found = import_module(f"cruet.toolkit.{module}")
    for home, names in TOOLKIT_NAMES[module].items():
        there = import_module(f"cruet.toolkit.{home}")
        for name in names.split():
            assert name not in vars(found), "it is imported there anyway"
            assert getattr(found, name) is getattr(there, name)


def test_a_name_from_elsewhere_is_imported_and_patched_as_any_other() -> None:
    from cruet.toolkit.wrappers.request import UnsupportedMediaType

    assert UnsupportedMediaType is exceptions.UnsupportedMediaType
    with mock.patch("cruet.toolkit.wrappers.request.UnsupportedMediaType") as other:
        assert import_module("cruet.toolkit.wrappers.request").UnsupportedMediaType is other
    from cruet.toolkit.wrappers.request import UnsupportedMediaType as again

    assert again is UnsupportedMediaType


def test_files_are_sent_by_what_flasks_helpers_call_werkzeug(tmp_path: Path) -> None:
    app = Flask(__name__)
    sent = app.response_class("patched")
    with app.test_request_context():
        target = "cruet.helpers.werkzeug.utils.send_from_directory"
        with mock.patch(target, return_value=sent):
            assert helpers.send_from_directory(tmp_path, "x") is sent
        with mock.patch("cruet.helpers.werkzeug.utils.send_file", return_value=sent):
            assert helpers.send_file(tmp_path / "x") is sent


def test_a_name_that_is_nowhere_is_an_import_error_of_the_module() -> None:
    with pytest.raises(ImportError, match=r"cannot import name 'Telegram' from 'cruet\.toolkit\."):
        from cruet.toolkit.wrappers.request import Telegram  # noqa: F401
    request = import_module("cruet.toolkit.wrappers.request")
    with pytest.raises(AttributeError, match=r"module 'cruet\.toolkit\.wrappers\.request' has no"):
        request.Telegram  # noqa: B018
