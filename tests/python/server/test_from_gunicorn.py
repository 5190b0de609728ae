"""`--from-gunicorn`: the table against Gunicorn's own settings, and files as its users have."""

from __future__ import annotations

import os
import signal
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from running import command, fails, running

from cruet.server.options import SETTINGS
from cruet.server.settings.gunicorn import Translation, read_gunicorn
from cruet.server.settings.gunicorn_table import GUNICORN, Fate
from cruet.server.settings.sources import Sources
from cruet.toolkit._addresses import Address, OptionError


def translated(
    folder: Path, source: str = "", environ: dict[str, str] | None = None
) -> Translation:
    path = folder / "gunicorn.conf.py"
    path.write_text(source)
    return read_gunicorn(str(path), environ or {}, SETTINGS)


def values(folder: Path, source: str = "", environ: dict[str, str] | None = None) -> dict[str, Any]:
    return translated(folder, source, environ).values


def test_the_table_has_all_settings_of_gunicorn() -> None:
    config = pytest.importorskip("gunicorn.config")
    theirs = {setting.name: setting for setting in config.KNOWN_SETTINGS}
    assert sorted(theirs) == sorted(GUNICORN)
    actions = {"store_true": "true", "append": "items", "store_const": "false", None: "value"}
    for name, row in GUNICORN.items():
        setting = theirs[name]
        assert sorted(row.flags.split()) == sorted(setting.cli or [])
        if row.flags:
            takes = "maybe" if setting.nargs == "?" else actions[setting.action]
            assert row.takes == takes, name


@pytest.mark.parametrize("row", GUNICORN.values(), ids=lambda row: row.name)
def test_every_row_says_what_becomes_of_it(row: Any) -> None:
    if row.fate in (Fate.SAME, Fate.OTHER):
        assert row.to
        assert (row.to == row.name) == (row.fate is Fate.SAME)
    else:
        assert not row.to
        assert row.note, "the reason is missing"
    assert not row.note.endswith(".")


def test_defaults_of_gunicorn_ask_for_nothing(folder: Path) -> None:
    """A file that writes all defaults down is honoured whole."""
    config = pytest.importorskip("gunicorn.config")
    for setting in config.KNOWN_SETTINGS:
        row = GUNICORN[setting.name]
        if row.fate is Fate.REFUSED and not callable(setting.default):
            source = f"{setting.name} = {setting.default!r}"
            assert translated(folder, source).complaints == []


def test_nothing_said(folder: Path) -> None:
    result = translated(folder)
    assert result.values == {"bind": [Address("127.0.0.1", 8000)]}
    assert result.complaints == []
    assert values(folder, environ={"PORT": "81"}) == {"bind": [Address("0.0.0.0", 81)]}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("bind = ':81'", {"bind": [Address("0.0.0.0", 81)]}),
        ("bind = '1.2.3.4'", {"bind": [Address("1.2.3.4", 8000)]}),
        ("bind = '[::1]:82, unix:/s'", {"bind": [Address("::1", 82), Address(path="/s")]}),
        ("bind = ['a:1', 'unix:///s']", {"bind": [Address("a", 1), Address(path="/s")]}),
        ("bind = 'fd://3'", {"bind": [Address(fd="3")]}),
        ("reuse_port = True", {"reuse_port": True}),
        ("preload_app = True", {"preload": True}),
        ("workers = 3", {"workers": 3}),
        ("workers = '3'", {"workers": 3}),
        ("workers = '0x10'", {"workers": 16}),
        ("workers = None", {}),
        ("threads = 4", {"threads": 4}),
        ("timeout = 0", {"timeout": 0.0}),
        ("timeout = '90'", {"timeout": 90.0}),
        ("graceful_timeout = 5", {"graceful_timeout": 5.0}),
        ("keepalive = 2", {"keep_alive": 2.0}),
        ("backlog = 64", {"backlog": 64}),
        ("wsgi_app = 'a.b:c'", {"app": "a.b:c"}),
        ("loglevel = 'debug'", {"log_level": "debug"}),
        ("accesslog = '-'", {"access_log": "-"}),
        ("raw_env = ['A=b', 'C=d e=f']", {"env": ["A=b", "C=d e=f"]}),
        ("raw_env = 'A=b'", {"env": ["A=b"]}),
        ("pythonpath = '/a,/b'", {"pythonpath": ["/a", "/b"]}),
        ("reload = True\nreload_extra_files = ['x']", {"reload": True, "extra_files": ["x"]}),
        ("limit_request_line = 0", {"limit_request_line": 65536}),
        ("limit_request_fields = 50", {"limit_request_fields": 50}),
        (
            "limit_request_field_size = 100000",
            {"limit_request_field_size": 100000, "limit_request_head": 200000},
        ),
        ("on_exit = 'a.b.c'", {"on_exit": "a.b:c"}),
        ("loglevel = 'WARNING'", {"log_level": "warning"}),
        ("header_map = 'refuse'", {"header_map": "refuse"}),
        ("forwarded_allow_ips = '10.0.0.1,::1'", {"forwarded_allow_ips": ["10.0.0.1", "::1"]}),
        (
            "secure_scheme_headers = {'X-SCHEME': 'https'}",
            {"secure_scheme_headers": {"X-SCHEME": "https"}},
        ),
        ("from os import path\nport = 7\nhost = 'x'\ncores = 3", {}),
    ],
)
def test_values(folder: Path, source: str, wanted: dict[str, Any]) -> None:
    result = translated(folder, source)
    if "bind" not in wanted:
        wanted = {"bind": [Address("127.0.0.1", 8000)], **wanted}
    assert result.values == wanted
    assert result.complaints == []
    for name, spelled in result.spelled.items():
        assert name == "bind" or "gunicorn.conf.py: " in spelled


#: By the type of the default.
VALUES: dict[str, list[Any]] = {
    "int": [1, 100, "100", "0x64", "0o144", "x", "", [], {}, -1],
    "bool": [True, "true", "True", "x", [], 2],
    "function": [lambda: 1, lambda _: 1, lambda _, __: 1, lambda _, __, ___: 1, 1, "x", "", {}],
}


#: What cruet refuses and Gunicorn takes, or takes otherwise: too small limits, syslog's address.
STRICTER = [
    ("limit_request_line", None),
    ("limit_request_field_size", None),
    ("syslog", "udp://localhost:514"),
    ("user", None),
    ("group", None),
]


@pytest.mark.parametrize("row", GUNICORN.values(), ids=lambda row: row.name)
def test_values_are_taken_as_gunicorn_takes_them(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Gunicorn takes is taken with the same meaning, and what it refuses is refused."""
    config = pytest.importorskip("gunicorn.config")
    kind = type(config.Config().settings[row.name].default).__name__
    if row.to not in SETTINGS or row.name.startswith(("logconfig", "syslog_addr")):
        return
    module = types.ModuleType("values_of_gunicorn")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for value in VALUES.get(kind, []):
        theirs = config.Config()
        setattr(module, row.name, value)
        try:
            theirs.set(row.name, value)
            wanted = theirs.settings[row.name].get()
        except Exception:
            wanted = None
        try:
            ours = read_gunicorn("python:values_of_gunicorn", {}, SETTINGS).values.get(row.to)
        except OptionError:
            ours = None
        if wanted is not None and (row.name, ours) in STRICTER:
            continue
        if row.name in ("user", "group") and ours is not None:
            ours = int(ours)
        if callable(wanted):
            # Gunicorn wraps some.
            assert ours is value
        else:
            assert ours == wanted, value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("worker_class = 'gevent'", "worker_class 'gevent' is not honoured: workers run views in"),
        ("worker_class = 'eventlet'", "worker_class 'eventlet' is not honoured"),
        ("worker_class = 'uvicorn.workers.UvicornWorker'", "'uvicorn.workers.UvicornWorker' is"),
        ("class Own: pass\nworker_class = Own", "worker_class 'Own' is not honoured"),
        ("spew = True", "spew is not honoured: use a tracer"),
        ("paste = 'x.ini'", "paste is not honoured: name the application as MODULE:APP"),
        ("protocol = 'uwsgi'", "protocol is not honoured: cruet speaks HTTP"),
        ("http_protocols = 'h1,h2'", "http_protocols is not honoured: cruet speaks HTTP/1.1"),
        ("forwarder_headers = 'REMOTE_USER'", "forwarder_headers is not honoured: `forwarded_"),
        ("logger_class = 'own.Logger'", "logger_class is not honoured: the standard library's"),
        ("capture_output = True", "capture_output is not honoured"),
        ("dirty_apps = ['a']", "dirty_apps is not honoured"),
        ("permit_obsolete_folding = True", "permit_obsolete_folding is not honoured: what is no"),
    ],
)
def test_what_cannot_be_honoured_is_named(folder: Path, source: str, message: str) -> None:
    (complaint,) = translated(folder, source).complaints
    assert complaint.startswith(str(folder / "gunicorn.conf.py: "))
    assert message in complaint


@pytest.mark.parametrize(
    "source",
    [
        "worker_class = 'sync'",
        "worker_class = 'gthread'",
        "worker_class = 'gunicorn.workers.gthread.ThreadWorker'",
        "worker_tmp_dir = '/dev/shm'",
        "sendfile = False",
        "spew = False",
        "paste = None",
        "logger_class = 'gunicorn.glogging.Logger'",
        "http_protocols = 'h1'",
        "control_socket_disable = True",
    ],
)
def test_what_is_not_needed_is_silent(folder: Path, source: str) -> None:
    result = translated(folder, source)
    assert result.complaints == []
    assert list(result.values) == ["bind"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("workers = 'x'", "gunicorn.conf.py: workers must be an integer, not 'x'"),
        ("workers = 0", "gunicorn.conf.py: workers must be at least 1"),
        ("workers = [1]", "gunicorn.conf.py: workers must be an integer, not [1]"),
        ("keepalive = 'x'", "gunicorn.conf.py: keepalive must be a number, not 'x'"),
        ("bind = 'x:y'", "gunicorn.conf.py: bind 'y' is not a port number"),
        ("raw_env = ['x']", "gunicorn.conf.py: raw_env must be NAME=VALUE, not 'x'"),
        ("def on_exit(): pass", "gunicorn.conf.py: on_exit must take server"),
        ("\nimport no_such_thing", "gunicorn.conf.py:2: ModuleNotFoundError: No module named"),
    ],
)
def test_errors(folder: Path, source: str, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        translated(folder, source)
    assert message in str(caught.value)


def test_the_environment(folder: Path) -> None:
    line = "-w 4 --threads=2 -b :81 -b unix:/s -e A=1 --env B=2 --reload --no-sendfile app:app"
    result = translated(folder, "workers = 3\nkeepalive = 7", {"GUNICORN_CMD_ARGS": line})
    assert result.values == {
        "workers": 4,
        "threads": 2,
        "keep_alive": 7.0,
        "bind": [Address("0.0.0.0", 81), Address(path="/s")],
        "env": ["A=1", "B=2"],
        "reload": True,
    }
    assert result.spelled["workers"] == "GUNICORN_CMD_ARGS: workers"
    assert values(folder, environ={"WEB_CONCURRENCY": "5"})["workers"] == 5
    assert values(folder, "workers = 3", {"WEB_CONCURRENCY": "5"})["workers"] == 3
    for line, message in (
        ("--no-such", "unrecognized arguments: --no-such"),
        ("--workers", "expected one argument"),
        ("--workers x", "workers must be an integer, not 'x'"),
        ("'", "No closing quotation"),
    ):
        with pytest.raises(OptionError, match=f"^GUNICORN_CMD_ARGS: .*{message}"):
            translated(folder, environ={"GUNICORN_CMD_ARGS": line})


def test_what_is_stronger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    Path("gunicorn.conf.py").write_text("workers = 3\nthreads = 3\nkeepalive = 3\nbind = ':81'")
    Path("cruet.toml").write_text("workers = 9\nbacklog = 9")
    environ = {"CRUET_THREADS": "4", "WEB_CONCURRENCY": "9"}
    sources = Sources({"keep_alive": "5"}, environ, from_gunicorn="gunicorn.conf.py")
    options = sources.read().options
    assert (options.workers, options.threads, options.keep_alive) == (3, 4, 5.0)
    assert options.backlog == 2048
    assert options.bind == [Address("0.0.0.0", 81)]
    moved = Sources({"port": "82"}, {}, from_gunicorn="gunicorn.conf.py").read()
    assert moved.options.bind == [Address("127.0.0.1", 82)]
    with pytest.raises(OptionError, match="--config and --from-gunicorn exclude each other"):
        Sources({}, {}, "cruet.toml", from_gunicorn="gunicorn.conf.py")


def test_a_module(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    (folder / "conf_of_gunicorn.py").write_text("workers = 6")
    assert read_gunicorn("python:conf_of_gunicorn", {}, SETTINGS).values["workers"] == 6
    (folder / "conf.ini").write_text("workers = 7")
    assert read_gunicorn("file:conf.ini", {}, SETTINGS).values["workers"] == 7
    with pytest.raises(OptionError, match=r"^python:no_such_conf: ModuleNotFoundError"):
        read_gunicorn("python:no_such_conf", {}, SETTINGS)


#: Files as they are found in repositories and images: names, computations, hooks, leftovers.
SAMPLES = {
    "container": """
import json, multiprocessing, os

workers_per_core = float(os.getenv("WORKERS_PER_CORE", "1"))
cores = multiprocessing.cpu_count()
web_concurrency_str = os.getenv("WEB_CONCURRENCY", None)
if web_concurrency_str:
    web_concurrency = int(web_concurrency_str)
else:
    web_concurrency = max(int(workers_per_core * cores), 2)

# Gunicorn config variables
loglevel = os.getenv("LOG_LEVEL", "info")
workers = web_concurrency
bind = os.getenv("BIND", None) or f"127.0.0.1:{os.getenv('PORT', '0')}"
errorlog = os.getenv("ERROR_LOG", "-") or None
worker_tmp_dir = "/dev/shm"
accesslog = os.getenv("ACCESS_LOG", "-") or None
graceful_timeout = int(os.getenv("GRACEFUL_TIMEOUT", "120"))
timeout = int(os.getenv("TIMEOUT", "120"))
keepalive = int(os.getenv("KEEP_ALIVE", "5"))

log_data = {"loglevel": loglevel, "workers": workers, "bind": bind}
print(json.dumps(log_data))
""",
    "hooks": """
import os, signal, sys, threading, traceback

bind = "127.0.0.1:0"
backlog = 2048
workers = 1
worker_class = "sync"
worker_connections = 1000
timeout = 30
keepalive = 2
spew = False
daemon = False
pidfile = None
umask = 0
user = None
group = None
tmp_upload_dir = None
errorlog = "-"
loglevel = "info"
accesslog = None
proc_name = None

def post_fork(server, worker):
    server.log.info("Worker spawned (pid: %s)", worker.pid)

def pre_fork(server, worker):
    pass

def pre_exec(server):
    server.log.info("Forked child, re-executing.")

def when_ready(server):
    server.log.info("Server is ready. Spawning workers")

def worker_int(worker):
    worker.log.info("worker received INT or QUIT signal")
    id2name = {th.ident: th.name for th in threading.enumerate()}
    for threadId, stack in sys._current_frames().items():
        for filename, lineno, name, line in traceback.extract_stack(stack):
            pass

def worker_abort(worker):
    worker.log.info("worker received SIGABRT signal")

def ssl_context(conf, default_ssl_context_factory):
    return default_ssl_context_factory()
""",
    "prometheus": """
from multiprocessing import cpu_count
from os import environ

def max_workers():
    return cpu_count()

bind = "127.0.0.1:" + environ.get("PORT", "0")
max_requests = 1000
max_requests_jitter = 50
worker_class = "gthread"
threads = int(environ.get("THREADS", 4))
workers = max_workers()
preload_app = True
forwarded_allow_ips = "*"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(D)s'

dead = []

def child_exit(server, worker):
    dead.append(worker.pid)
    server.log.info("marked %s as dead", worker.pid)
""",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_of_a_user_runs(folder: Path, name: str) -> None:
    (folder / "gunicorn.conf.py").write_text(SAMPLES[name])
    argv = command("wsgiapp:app", "--from-gunicorn", "gunicorn.conf.py")
    env = {"WEB_CONCURRENCY": "2"}
    with running(argv=argv, cwd=folder, env=env) as server:
        server.ready(2 if name == "container" else 1)
        assert server.get() == (200, "hello from /")
        if name == "hooks":
            server.await_line(r"\[INFO\] Server is ready. Spawning workers")
            server.await_line(rf"\[INFO\] Worker spawned \(pid: {server.workers()[0]}\)")
            os.kill(server.workers()[0], signal.SIGQUIT)
            server.await_line("worker received INT or QUIT signal")
        assert server.end(signal.SIGTERM) == 0
        if name == "prometheus":
            assert f"marked {server.workers()[0]} as dead" in server.text
        assert "Traceback" not in server.text


def test_complaints_are_on_standard_error(folder: Path) -> None:
    (folder / "gunicorn.conf.py").write_text("worker_class = 'gevent'\nspew = True")
    arguments = ("wsgiapp:app", "--from-gunicorn", "gunicorn.conf.py", "--check-config")
    code, errors = fails(*arguments, cwd=folder)
    assert code == 0
    lines = errors.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("cruet: gunicorn.conf.py: worker_class 'gevent' is not honoured: ")
    assert lines[1].startswith("cruet: gunicorn.conf.py: spew is not honoured: ")
    (folder / "gunicorn.conf.py").write_text("workers = 'many'")
    code, errors = fails(*arguments, cwd=folder)
    assert (code, errors) == (
        1,
        "Error: gunicorn.conf.py: workers must be an integer, not 'many'\n",
    )
