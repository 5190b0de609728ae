"""The SQLite database: one connection a request, closed when its application context ends."""

from __future__ import annotations

import sqlite3

import click

from cruet import Flask, current_app, g
from cruet.cli import with_appcontext


def get_db() -> sqlite3.Connection:
    """The connection of the current application context, opened on first use."""
    if "db" not in g:
        g.db = sqlite3.connect(current_app.config["DATABASE"], timeout=10)
        g.db.row_factory = sqlite3.Row
        g.db.execute("PRAGMA foreign_keys = ON")
    connection: sqlite3.Connection = g.db
    return connection


def close_db(error: BaseException | None = None) -> None:
    connection = g.pop("db", None)
    if connection is not None:
        connection.close()


def create_tables() -> None:
    """Create what is missing; existing tables and their rows stay."""
    with current_app.open_resource("schema.sql", "r") as schema:
        get_db().executescript(schema.read())


@click.command("init-db")
@with_appcontext
def init_db_command() -> None:
    """Create the tables that are missing."""
    create_tables()
    click.echo(f"Database ready: {current_app.config['DATABASE']}")


def init_app(app: Flask) -> None:
    app.teardown_appcontext(close_db)
    app.cli.add_command(init_db_command)
    with app.app_context():
        # WAL lets the workers read while one of them writes.
        get_db().execute("PRAGMA journal_mode = WAL")
        create_tables()
