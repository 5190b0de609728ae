# requires: pytest-flask==1.3.0 pytest==8.4.2
import pathlib
import subprocess
import sys
import tempfile

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "conftest.py").write_text("""
import pytest
from flask import Flask, jsonify


@pytest.fixture(scope="session")
def app():
    app = Flask(__name__)
    app.add_url_rule("/ping", "ping", lambda: jsonify(ping="pong"))
    return app
""")
(folder / "test_app.py").write_text("""
from urllib.request import urlopen

from flask import url_for


def test_ping(client):
    answer = client.get(url_for("ping"))
    assert answer.status_code == 200
    assert answer.json == {"ping": "pong"}


def test_live(live_server):
    assert urlopen(live_server.url("/ping")).status == 200
""")
command = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "--live-server-clean-stop",
]
done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
assert "2 passed" in done.stdout, done.stdout + done.stderr
