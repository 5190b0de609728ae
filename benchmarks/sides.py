"""The servers and frameworks that are measured, and what each of them is asked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import Unmeasurable

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Workload:
    """One application and the path that is asked of it."""

    name: str
    app: str
    path: str
    contains: bytes
    session: bool = False  # send back the cookie of the first answer


WORKLOADS = [
    Workload("hello", "hello_world", "/", b"Hello, World!"),
    Workload("500 routes", "routing_heavy", "/route/0", b"route 0"),
    Workload("typed route", "routing_heavy", "/typed/49/7/seven", b"typed 49: 7 seven"),
    Workload("5+5 hooks", "middleware_chain", "/", b"through the chain"),
    Workload("JSON, 50 rows", "json_api", "/api/rows", b'"total"'),
    Workload("session + template", "session_template", "/", b"&lt;item 19&gt;", session=True),
]


@dataclass(frozen=True)
class Side:
    """One server with one framework.

    ``command`` gives the words that serve ``module:app`` on a port; it may raise Unmeasurable.
    ``only`` names the workloads that it can answer, all where it is empty.
    """

    name: str
    command: Callable[[str, int], list[str]]
    env: dict[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    bare: bool = (
        False  # serves apps/bare_wsgi, or no Python at all, instead of the workload's application
    )


FLASK = {"CRUET_BENCH_FRAMEWORK": "flask"}


def cruet(target: str, port: int) -> list[str]:
    return [
        str(BIN / "cruet"),
        "run",
        target,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]


def gunicorn(kind: str) -> Callable[[str, int], list[str]]:
    threads = ["--threads", "4"] if kind == "gthread" else []
    options = ["--workers", "1", "--worker-class", kind, *threads, "--log-level", "error"]
    return lambda target, port: [
        str(BIN / "gunicorn"),
        *options,
        "--bind",
        f"127.0.0.1:{port}",
        target,
    ]


def granian(target: str, port: int) -> list[str]:
    options = ["--interface", "wsgi", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    return [str(BIN / "granian"), *options, "--no-ws", "--log-level", "error", target]


def script(server: str) -> Callable[[str, int], list[str]]:
    return lambda target, port: [
        sys.executable,
        str(ROOT / "benchmarks" / "serve.py"),
        server,
        target,
        str(port),
    ]


def nginx(_target: str, port: int) -> list[str]:
    """Write a configuration whose one location returns 200, and return the command for it."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if not program:
        raise Unmeasurable("nginx is not installed")
    folder = WORK / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    temporary = "".join(
        f"  {kind}_temp_path {folder};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log stderr error;\n"
        "events { worker_connections 1024; }\nhttp {\n"
        f"  access_log off; keepalive_requests 1000000; default_type text/html;\n{temporary}"
        f"  server {{ listen 127.0.0.1:{port};\n"
        '    location / { return 200 "Hello, World!"; } }\n}\n'
    )
    return [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def native(_target: str, port: int) -> list[str]:
    """Build examples/native optimised, once, and return the command for it."""
    sources = sorted((ROOT / "examples" / "native").glob("*.cpp"))
    if not sources:
        raise Unmeasurable("examples/native is not there")
    return [str(build_on_headers("native", sources)), "--host", "127.0.0.1", "--port", str(port)]


def build_on_headers(name: str, sources: list[Path]) -> Path:
    """Build a C++ program on cruet's headers, optimised, unless it is up to date."""
    program = WORK / name
    headers = list((ROOT / "include").rglob("*.hpp"))
    newest = max(path.stat().st_mtime for path in [*sources, *headers])
    if not program.exists() or program.stat().st_mtime < newest:
        build_native(sources, program)
    return program


def build_native(sources: list[Path], program: Path) -> None:
    """Install the headers into the work folder and compile the sources on them."""
    prefix = WORK / "prefix"
    meson = [sys.executable, "-m", "mesonbuild.mesonmain"]
    build = str(WORK / "headers")
    setup = [*meson, "setup", build, str(ROOT), f"--prefix={prefix}", "-Dtests=disabled"]
    quietly([*setup, "--buildtype=release", *(["--reconfigure"] if Path(build).exists() else [])])
    quietly([*meson, "compile", "-C", build, "llhttp"])
    quietly([*meson, "install", "-C", build, "--no-rebuild", "--tags", "devel"])
    pkg_config = [
        "env",
        f"PKG_CONFIG_PATH={prefix}/lib/pkgconfig",
        "pkg-config",
        "--cflags",
        "--libs",
        "cruet",
    ]
    flags = subprocess.run(pkg_config, capture_output=True, text=True, check=True).stdout.split()
    quietly(["g++", "-O3", "-DNDEBUG", *map(str, sources), "-o", str(program), *flags])


def quietly(command: list[str]) -> None:
    """Run a build command; raise Unmeasurable with what it complains of where it fails."""
    # Meson finds ninja and Cython by PATH.
    tools = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, env=tools, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["no output"]
        complaint = next((line for line in said if "error:" in line.lower()), said[-1])
        raise Unmeasurable(f"{command[0]}: {complaint}")


HELLO = ("hello",)
SIDES = [
    Side("cruet", cruet),
    Side("cruet, WSGI way", cruet, {"CRUET_BENCH_WSGI": "1"}),
    Side("Flask, Gunicorn sync", gunicorn("sync"), FLASK),
    Side("Flask, Gunicorn gthread", gunicorn("gthread"), FLASK),
    Side("Flask, granian", granian, FLASK),
    Side("Flask, fastwsgi", script("fastwsgi"), FLASK),
    Side("Flask, bjoern", script("bjoern"), FLASK),
    Side("bare WSGI, bjoern", script("bjoern"), only=HELLO, bare=True),
    Side("bare WSGI, cruet", cruet, only=HELLO, bare=True),
    Side("C++ on cruet's headers", native, only=HELLO, bare=True),
    Side("nginx return 200", nginx, only=HELLO, bare=True),
]
