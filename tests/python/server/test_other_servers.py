"""Other people's applications under `cruet run`, and cruet's under another server."""

from __future__ import annotations

import signal
import sys
import urllib.request
from pathlib import Path

import pytest
from running import running

BOTTLE = """
import bottle

app = bottle.Bottle()

@app.get("/hello/<name>")
def hello(name):
    return "Hello " + name

@app.post("/form")
def form():
    return bottle.request.forms.get("a")

@app.get("/file")
def file():
    return bottle.static_file("bottleapp.py", root=".")
"""

DJANGO = """
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

settings.configure(DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="x")
urlpatterns = [
    path("hello/<name>", lambda request, name: HttpResponse("Hello " + name)),
    path("form", lambda request: HttpResponse(request.POST["a"])),
    path("stream", lambda request: StreamingHttpResponse(str(i) for i in range(1000))),
]
app = get_wsgi_application()
"""

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("options", [(), ("--threads", "2")])
def test_bottle(folder: Path, options: tuple[str, ...]) -> None:
    pytest.importorskip("bottle")
    (folder / "bottleapp.py").write_text(BOTTLE)
    with running("bottleapp:app", *options, cwd=folder) as server:
        assert server.get("/hello/you") == (200, "Hello you")
        assert server.send("POST", "/form", b"a=b+c", FORM)[2] == b"b c"
        assert server.get("/file") == (200, BOTTLE)
        assert server.get("/nothing")[0] == 404


@pytest.mark.parametrize("options", [(), ("--threads", "2")])
def test_django(folder: Path, options: tuple[str, ...]) -> None:
    pytest.importorskip("django")
    (folder / "djangoapp.py").write_text(DJANGO)
    with running("djangoapp:app", *options, cwd=folder) as server:
        assert server.get("/hello/you") == (200, "Hello you")
        assert server.send("POST", "/form", b"a=b+c", FORM)[2] == b"b c"
        assert server.get("/stream")[1] == "".join(str(i) for i in range(1000))
        assert server.get("/nothing")[0] == 404


def test_a_cruet_application_under_gunicorn(folder: Path) -> None:
    pytest.importorskip("gunicorn")
    argv = [sys.executable, "-m", "gunicorn", "cruetapp:app", "-b", "127.0.0.1:0"]
    with running(argv=argv, cwd=folder) as server:
        port = int(server.await_line(r"Listening at: http://127\.0\.0\.1:(\d+)")[1])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
            assert answer.read() == b"Hello, World!"
        assert server.end(signal.SIGTERM) == 0
