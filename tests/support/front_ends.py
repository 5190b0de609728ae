"""nginx and HAProxy in front of a server, each in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection

from running import until
from served import free_port

_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
NGINX = shutil.which("nginx", path=_PATH)
HAPROXY = shutil.which("haproxy", path=_PATH)
#: Where nginx has its streams as a module, as in Debian.
STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")

_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_processes 1;
{user}
{module}
events {{ worker_connections 200; }}
{body}
"""
_HTTP = """
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    {body}
}}
"""
_HAPROXY = """
global
    maxconn 200
    {user}
defaults
    timeout connect 5s
    timeout client 20s
    timeout server 20s
{body}
"""


@contextmanager
def nginx_http(folder: Path, body: str) -> Iterator[int]:
    """Run nginx with ``body`` in its http block, where PORT is a free port; give that."""
    with _nginx(folder, _HTTP.format(folder=folder, body=body), "") as port:
        yield port


@contextmanager
def nginx_stream(folder: Path, body: str) -> Iterator[int]:
    """Run nginx with ``body`` in its stream block, where PORT is a free port; give that."""
    module = f"load_module {STREAM_MODULE};" if STREAM_MODULE.exists() else ""
    with _nginx(folder, f"stream {{ {body} }}", module) as port:
        yield port


@contextmanager
def _nginx(folder: Path, body: str, module: str) -> Iterator[int]:
    assert NGINX
    port = free_port()
    # What it is to reach belongs to whoever runs the test.
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    text = _NGINX.format(folder=folder, user=user, module=module, body=body)
    config.write_text(text.replace("PORT", str(port)))
    log = str(folder / "error.log")
    with _process([NGINX, "-e", log, "-p", str(folder), "-c", str(config)], port):
        yield port


@contextmanager
def haproxy(folder: Path, body: str) -> Iterator[int]:
    """Run HAProxy with some sections, in which PORT is a free port; give that."""
    assert HAPROXY
    port = free_port()
    config = folder / "haproxy.cfg"
    text = _HAPROXY.format(user="", body=body)
    config.write_text(text.replace("PORT", str(port)))
    with _process([HAPROXY, "-db", "-q", "-f", str(config)], port):
        yield port


@contextmanager
def _process(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        until(lambda: _listens(process, port))
        yield
    finally:
        process.terminate()
        process.wait(20)


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, "it has ended at its start"
    with suppress(OSError), create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False
