"""DebuggedApplication: what it lets through, to whom it gives a console."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cruet import Flask, current_app, request
from cruet.toolkit import debug
from cruet.toolkit.debug import DebuggedApplication, get_pin_and_cookie_name, hash_pin
from cruet.toolkit.test import Client, TestResponse
from cruet.toolkit.wrappers import Request, Response


@Request.application
def failing(request: Request) -> Response:
    if request.path == "/good":
        return Response("good")
    secret = "hidden"
    raise ValueError(f"boom at {request.path} {len(secret)}")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    pauses: list[float] = []
    monkeypatch.delenv("WERKZEUG_DEBUG_PIN", raising=False)
    monkeypatch.setattr("cruet.toolkit.debug.time.sleep", pauses.append)
    kept = sys.stdout
    yield pauses
    sys.stdout = kept


@pytest.fixture
def application() -> DebuggedApplication:
    return DebuggedApplication(failing, evalex=True)


@pytest.fixture
def client(application: DebuggedApplication) -> Client:
    return Client(application)


def ask(client: Client, command: str, base: str = "http://localhost", **more: str) -> TestResponse:
    query = {"__debugger__": "yes", "cmd": command, **more}
    return client.get("/", query_string=query, base_url=base)


def frame_of(response: TestResponse) -> str:
    return re.findall(r'id="frame-(\d+)"', response.text)[-1]


def unlock(client: Client, application: DebuggedApplication) -> None:
    answer = ask(client, "pinauth", pin=str(application.pin), s=application.secret)
    assert answer.json == {"auth": True, "exhausted": False}


def test_what_works_goes_through(client: Client) -> None:
    assert client.get("/good").text == "good"


def test_an_exception_is_a_page_and_goes_to_the_log(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    response = client.get("/bad?x=1")
    assert (response.status_code, response.mimetype) == (500, "text/html")
    assert "boom at /bad 6" in response.text
    assert "debug_application" not in response.text
    assert "ValueError: boom at /bad 6" in capsys.readouterr().err


def test_a_command_runs_in_its_frame(client: Client, application: DebuggedApplication) -> None:
    frame = frame_of(client.get("/bad"))
    unlock(client, application)
    answer = ask(client, "secret", frm=frame, s=application.secret)
    assert answer.text == '>>> secret\n<span class="string">&#39;hidden&#39;</span>'
    assert answer.headers["Debugger-Prompt"] == ">>>"
    answer = ask(client, "if secret:", frm=frame, s=application.secret)
    assert answer.headers["Debugger-Prompt"] == "..."


@pytest.mark.parametrize("lack", ["pin", "secret", "frame", "evalex"])
def test_no_command_runs_without(lack: str) -> None:
    application = DebuggedApplication(failing, evalex=lack != "evalex")
    client = Client(application)
    frame = frame_of(client.get("/bad"))
    if lack != "pin":
        unlock(client, application)
    given = {
        "frm": "1" if lack == "frame" else frame,
        "s": "guess" if lack == "secret" else application.secret,
    }
    answer = ask(client, "__import__('builtins').hit", **given)
    # It is the application's to answer.
    assert answer.status_code == 500 and "boom at /" in answer.text
    assert "Debugger-Prompt" not in answer.headers


def test_other_hosts_get_no_console(client: Client, application: DebuggedApplication) -> None:
    strange = "http://rebound.example"
    frame = frame_of(client.get("/bad"))
    unlock(client, application)
    application.pin = None
    s = application.secret
    for answer in (
        ask(client, "1", strange, frm=frame, s=s),
        ask(client, "pinauth", strange, pin="1", s=s),
        ask(client, "printpin", strange, s=s),
        client.get("/console", base_url=strange),
    ):
        assert answer.status_code == 400
    assert "EVALEX = false" in client.get("/bad", base_url=strange).text
    application.trusted_hosts.append(".rebound.example")
    assert ask(client, "1", "http://a.rebound.example:5000", frm=frame, s=s).status_code == 200


def test_wrong_pins_are_slow_and_few(
    client: Client, application: DebuggedApplication, no_waiting: list[float]
) -> None:
    s = application.secret
    for _ in range(debug.MOST_GUESSES):
        assert ask(client, "pinauth", pin="0", s=s).json == {"auth": False, "exhausted": False}
    assert no_waiting == [0.5] * 5 + [5.0] * 5
    answer = ask(client, "pinauth", pin=str(application.pin), s=s)
    assert answer.json == {"auth": False, "exhausted": True}


def test_guesses_at_the_same_time_count(
    application: DebuggedApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = threading.Barrier(20, timeout=10)
    answers: list[bool] = []

    def guess() -> None:
        everyone.wait()
        answers.append(application._take_guess())

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(True) == debug.MOST_GUESSES


def test_the_right_pin_starts_the_count_again(
    client: Client, application: DebuggedApplication
) -> None:
    ask(client, "pinauth", pin="0", s=application.secret)
    unlock(client, application)
    cookie = client.get_cookie(application.pin_cookie_name)
    assert cookie is not None and cookie.http_only and cookie.same_site == "Strict"
    assert str(application.pin) not in cookie.value
    assert application._guesses == 0
    assert "EVALEX_TRUSTED = true" in client.get("/bad").text


@pytest.mark.parametrize(
    ("value", "trust"),
    [
        (None, False),
        ("", False),
        ("no", False),
        ("x|{hash}", False),
        ("²|{hash}", False),
        ("1|{hash}", False),
        ("{now}|{hash}", True),
        ("9" * 5000 + "|{hash}", False),
        ("{now}|wrong", None),
    ],
)
def test_the_cookie(
    application: DebuggedApplication, value: str | None, trust: bool | None
) -> None:
    environ: dict[str, str] = {}
    if value is not None:
        pin = hash_pin(str(application.pin))
        value = value.replace("{hash}", pin).replace("{now}", str(int(debug.time.time())))
        environ["HTTP_COOKIE"] = f"{application.pin_cookie_name}={value}"
    assert application.check_pin_trust(environ) is trust


def test_a_wrong_cookie_is_taken_away_and_counts(
    client: Client, application: DebuggedApplication, no_waiting: list[float]
) -> None:
    client.set_cookie(application.pin_cookie_name, f"{int(debug.time.time())}|wrong")
    answer = ask(client, "pinauth", pin=str(application.pin), s=application.secret)
    assert answer.json == {"auth": False, "exhausted": False}
    assert no_waiting == [0.5]
    assert client.get_cookie(application.pin_cookie_name) is None


@pytest.mark.parametrize(
    ("wanted", "pin"),
    [
        ("off", None),
        ("1234", "1234"),
        ("12-34", "12-34"),
        ("123456789", "123-456-789"),
        ("12345678", "1234-5678"),
        ("1234567", "1234567"),
    ],
)
def test_a_pin_of_ones_own(monkeypatch: pytest.MonkeyPatch, wanted: str, pin: str | None) -> None:
    monkeypatch.setenv("WERKZEUG_DEBUG_PIN", wanted)
    assert get_pin_and_cookie_name(failing)[0] == pin
    if pin is None:
        application = DebuggedApplication(failing, evalex=True)
        assert application.check_pin_trust({}) is True
        assert application.pin_cookie_name == ""


def test_the_pin_stays_the_same() -> None:
    pin, name = get_pin_and_cookie_name(failing)
    assert (pin, name) == get_pin_and_cookie_name(failing)
    assert pin is not None and re.fullmatch(r"\d{3}-\d{3}-\d{3}", pin)
    assert name is not None and re.fullmatch(r"__wzd[0-9a-f]{20}", name)


def test_the_pin_is_logged_when_it_is_asked_for(
    client: Client, application: DebuggedApplication, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "werkzeug")
    assert ask(client, "printpin", s="guess").status_code == 500
    assert str(application.pin) not in caplog.text
    assert ask(client, "printpin", s=application.secret).data == b""
    assert str(application.pin) in caplog.text


def test_the_reloaded_process_says_its_pin(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true")
    caplog.set_level("INFO", "werkzeug")
    application = DebuggedApplication(failing, evalex=True)
    assert f" * Debugger PIN: {application.pin}" in caplog.text
    monkeypatch.setenv("WERKZEUG_DEBUG_PIN", "off")
    DebuggedApplication(failing, evalex=True)
    assert "DEBUGGER UNSECURED" in caplog.text


@pytest.mark.parametrize("name", ["debugger.js", "style.css", "icon.svg"])
def test_the_pages_files(client: Client, name: str) -> None:
    answer = ask(client, "resource", f=name)
    assert answer.status_code == 200 and answer.headers["ETag"]


@pytest.mark.parametrize("name", ["../__init__.py", "/etc/passwd", "none.css", ".", "a\0b"])
def test_no_other_files(client: Client, name: str) -> None:
    assert ask(client, "resource", f=name).status_code == 404


def test_the_console_outside_any_frame(application: DebuggedApplication) -> None:
    application.pin = None
    application.console_init_func = lambda: {"word": "there"}
    client = Client(application)
    assert "CONSOLE_MODE = true" in client.get("/console").text
    answer = ask(client, "word, app", frm="0", s=application.secret)
    assert "there" in answer.text and "function" in answer.text
    application.console_path = None  # type: ignore[assignment]
    assert "boom at /console" in client.get("/console").text


def test_an_exception_after_the_response_started(
    application: DebuggedApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            yield b"first"
            raise ValueError("late")

        def close(self) -> None:
            closed.append(True)

    def late(environ: object, start_response: object) -> Body:
        start_response("200 OK", [])  # type: ignore[operator]
        return Body()

    response = Client(DebuggedApplication(late, evalex=True)).get("/")
    assert response.data == b"first" and closed == [True]
    written = capsys.readouterr().err
    assert "after the response had started" in written and "ValueError: late" in written


def test_old_frames_are_let_go(
    application: DebuggedApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debug, "MOST_FRAMES", 10)
    client = Client(application)
    for _ in range(20):
        frame = frame_of(client.get("/bad"))
    assert len(application.frames) == len(application.frame_contexts) == 10
    assert int(frame) in application.frames


def test_strangers_make_nothing_be_kept(application: DebuggedApplication) -> None:
    Client(application).get("/bad", base_url="http://rebound.example")
    assert not application.frames


def test_commands_run_in_the_contexts_of_their_request() -> None:
    app = Flask(__name__)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.route("/<name>")
    def view(name: str) -> str:
        raise ValueError(name)

    application = DebuggedApplication(app, evalex=True)
    application.pin = None
    client = Client(application)
    frame = frame_of(client.get("/ada?x=1"))
    application.frames[int(frame)].console._ipy.namespace.update(r=request, a=current_app)
    shown = ask(client, "r.path, r.args['x'], a.name", frm=frame, s=application.secret).text
    assert "/ada" in shown and "&#39;1&#39;" in shown and "test_application" in shown


def test_contexts_are_entered_around_the_command(application: DebuggedApplication) -> None:
    steps: list[str] = []

    @contextmanager
    def context() -> Iterator[None]:
        steps.append("in")
        yield
        steps.append("out")

    def app(environ: dict[str, object], start_response: object) -> list[bytes]:
        environ["werkzeug.debug.preserve_context"](context())  # type: ignore[operator]
        mark = steps
        raise ValueError(mark)

    debugged = DebuggedApplication(app, evalex=True)
    debugged.pin = None
    client = Client(debugged)
    frame = frame_of(client.get("/"))
    ask(client, "mark.append('run')", frm=frame, s=debugged.secret)
    assert steps == ["in", "run", "out"]
