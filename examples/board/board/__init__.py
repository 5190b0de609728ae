"""A notice board for a neighbourhood: log in, pin notices with pictures, comment, export.

`create_app` is the factory that `cruet run "board:create_app()"` calls.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from cruet import Flask

from . import api, auth, csrf, db, errors, export, filters, notices, pictures


def create_app(test_config: dict[str, Any] | None = None) -> Flask:
    """Make the application. Its data (database, pictures, key) lives in the instance folder.

    `BOARD_*` environment variables override the defaults, `test_config` overrides both.
    """
    app = Flask(__name__, instance_path=os.environ.get("BOARD_INSTANCE"))
    app.config.from_mapping(
        DATABASE=os.path.join(app.instance_path, "board.sqlite"),
        PICTURES=os.path.join(app.instance_path, "pictures"),
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        PAGE_SIZE=12,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.config.from_prefixed_env("BOARD")
    app.config.from_mapping(test_config or {})

    os.makedirs(app.instance_path, exist_ok=True)
    os.makedirs(app.config["PICTURES"], exist_ok=True)
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = _kept_key(Path(app.instance_path, "secret_key"))

    for part in (db, csrf, filters, errors):
        part.init_app(app)
    for blueprint in (auth.bp, notices.bp, pictures.bp, export.bp, api.bp):
        app.register_blueprint(blueprint)
    app.add_url_rule("/", endpoint="index", view_func=notices.index)
    return app


def _kept_key(path: Path) -> str:
    """Read the signing key, or make one on the first start.

    Several workers may start at once: whoever links the file first wins, the others read
    what it wrote.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(fresh)
    return path.read_text()
