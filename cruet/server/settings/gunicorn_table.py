"""Gunicorn's settings, one by one, and what becomes of each: the data behind --from-gunicorn.

``docs/gunicorn.md`` is made of it, and a test compares it with the Gunicorn that is installed.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass


class Fate(enum.Enum):
    """What cruet does with a setting of Gunicorn's."""

    SAME = "same"
    OTHER = "other name"
    NEEDLESS = "not needed"
    REFUSED = "not honoured"


@dataclass(frozen=True)
class Row:
    """One of Gunicorn's settings."""

    name: str
    #: Gunicorn's options, for ``GUNICORN_CMD_ARGS``; empty: it has none.
    flags: str
    fate: Fate
    #: cruet's setting, where there is one.
    to: str
    #: Why it is not needed or not honoured, or how values change.
    note: str = ""
    #: What follows the option: ``value``, ``items`` (given several times), ``maybe`` a value;
    #: or ``true`` or ``false``, which the option itself is.
    takes: str = "value"
    #: Values that ask for nothing: its default, and what means the same.
    plain: tuple[t.Any, ...] = ()


def _same(name: str, flags: str = "", note: str = "", takes: str = "value") -> Row:
    return Row(name, flags, Fate.SAME, name, note, takes)


def _other(name: str, flags: str, to: str, note: str = "", takes: str = "value") -> Row:
    return Row(name, flags, Fate.OTHER, to, note, takes)


def _needless(name: str, flags: str, note: str, takes: str = "value") -> Row:
    return Row(name, flags, Fate.NEEDLESS, "", note, takes)


def _refused(name: str, flags: str, note: str, takes: str = "value", plain: t.Any = ()) -> Row:
    return Row(name, flags, Fate.REFUSED, "", note, takes, plain)


_ASGI = "it is for ASGI applications, which cruet does not serve"
_DIRTY = "there are no processes for long tasks: a task queue runs them"
_HTTP2 = "cruet speaks HTTP/1.1; a proxy in front speaks HTTP/2 to browsers"
_STRICT = "what is no valid HTTP is refused, so that proxy and server never read it differently"
_UWSGI = "cruet speaks HTTP, and a proxy in front does too"
_CONTROL = "signals tell the master what to do"
_LOGGERS = "`gunicorn.error` becomes `cruet.server`, `gunicorn.access` becomes `cruet.access`"
_PASTE = "name the application as MODULE:APP, in a module that loads the Paste file"

_ROWS = [
    # Config file
    _needless("config", "-c --config", "`--from-gunicorn` names the file"),
    _other("wsgi_app", "", "app"),
    # Control
    _needless("control_socket", "--control-socket", _CONTROL),
    _needless("control_socket_disable", "--no-control-socket", "there is none", "true"),
    _needless("control_socket_mode", "--control-socket-mode", "there is none"),
    # Debugging
    _needless("check_config", "--check-config", "it is an option alone", "true"),
    _needless("print_config", "--print-config", "it is an option alone", "true"),
    _same("reload", "--reload", "one process then serves, as in debug mode", "true"),
    _needless("reload_engine", "--reload-engine", "the best that is installed is taken"),
    _other("reload_extra_files", "--reload-extra-file", "extra_files", takes="items"),
    _refused("spew", "--spew", "use a tracer such as `python -m trace`", "true"),
    # Dirty arbiters
    _refused("dirty_apps", "--dirty-app", _DIRTY, "items"),
    _needless("dirty_graceful_timeout", "--dirty-graceful-timeout", _DIRTY),
    _needless("dirty_threads", "--dirty-threads", _DIRTY),
    _needless("dirty_timeout", "--dirty-timeout", _DIRTY),
    _refused("dirty_workers", "--dirty-workers", _DIRTY),
    _refused("dirty_post_fork", "", _DIRTY),
    _refused("dirty_worker_exit", "", _DIRTY),
    _refused("dirty_worker_init", "", _DIRTY),
    _refused("on_dirty_starting", "", _DIRTY),
    # HTTP/2
    _refused("http2_cleartext", "--http2-cleartext", _HTTP2, plain=("off",)),
    _needless("http2_initial_window_size", "--http2-initial-window-size", _HTTP2),
    _needless("http2_max_concurrent_streams", "--http2-max-concurrent-streams", _HTTP2),
    _needless("http2_max_frame_size", "--http2-max-frame-size", _HTTP2),
    _needless("http2_max_header_list_size", "--http2-max-header-list-size", _HTTP2),
    _refused("http_protocols", "--http-protocols", _HTTP2, plain=("h1",)),
    # Logging
    _same("access_log_format", "--access-logformat"),
    _other("accesslog", "--access-logfile", "access_log"),
    _refused(
        "capture_output",
        "--capture-output",
        "what the application prints goes to standard output, which the supervisor keeps",
        "true",
    ),
    _needless(
        "disable_redirect_access_to_syslog",
        "--disable-redirect-access-to-syslog",
        "without it and without `accesslog`, `access_log` becomes `syslog`",
        "true",
    ),
    _same("dogstatsd_tags", "--dogstatsd-tags"),
    _refused(
        "enable_backlog_metric",
        "--enable-backlog-metric",
        "`ss -lt` shows how many connections wait",
        "true",
    ),
    _needless(
        "enable_stdio_inheritance",
        "-R --enable-stdio-inheritance",
        "standard output and error stay what they were at the start",
        "true",
    ),
    _other("errorlog", "--error-logfile --log-file", "error_log"),
    _other("logconfig", "--log-config", "log_config", _LOGGERS),
    _other("logconfig_dict", "", "log_config", _LOGGERS),
    _other("logconfig_json", "--log-config-json", "log_config", _LOGGERS),
    _refused(
        "logger_class",
        "--logger-class",
        "the standard library's logging is what logs; `log_config` sets it up",
        plain=("gunicorn.glogging.Logger", "simple"),
    ),
    _other("loglevel", "--log-level", "log_level"),
    _same("statsd_host", "--statsd-host"),
    _same("statsd_prefix", "--statsd-prefix"),
    _same("syslog", "--log-syslog", "cruet's is the address", "true"),
    _other("syslog_addr", "--log-syslog-to", "syslog", "by UDP or a UNIX socket, not by TCP"),
    _same("syslog_facility", "--log-syslog-facility"),
    _same("syslog_prefix", "--log-syslog-prefix"),
    # Process naming
    _needless("default_proc_name", "", "the title names the application"),
    _same("proc_name", "-n --name"),
    # TLS
    _same("ca_certs", "--ca-certs", "not the system's where `cert_reqs` is not 0"),
    _same("cert_reqs", "--cert-reqs", "0, 1 and 2 become none, optional and required"),
    _same("certfile", "--certfile"),
    _same("ciphers", "--ciphers"),
    _needless(
        "do_handshake_on_connect",
        "--do-handshake-on-connect",
        "a handshake never keeps others waiting",
        "true",
    ),
    _same("keyfile", "--keyfile"),
    _needless("ssl_version", "--ssl-version", "Gunicorn overlooks it; see `tls_minimum`"),
    _needless(
        "suppress_ragged_eofs",
        "--suppress-ragged-eofs",
        "a connection that ends without a farewell is no error",
        "true",
    ),
    # Security
    _same("limit_request_line", "--limit-request-line", "0 becomes 65536"),
    _same("limit_request_fields", "--limit-request-fields"),
    _same("limit_request_field_size", "--limit-request-field_size", "0 becomes 65536"),
    # Server hooks
    _same("on_starting"),
    _same("on_reload"),
    _same("when_ready"),
    _same("pre_fork"),
    _same("post_fork"),
    _same("post_worker_init"),
    _same("worker_int"),
    _same("worker_abort"),
    _same("pre_exec"),
    _same("pre_request"),
    _same("post_request"),
    _same("child_exit"),
    _same("worker_exit"),
    _same("nworkers_changed"),
    _same("on_exit"),
    _refused(
        "ssl_context",
        "",
        "the core has its own context, which `certfile`, `ca_certs`, `ciphers`, `tls_minimum` set",
    ),
    # Server mechanics
    _refused("casefold_http_method", "--casefold-http-method", _STRICT, "true"),
    _same("chdir", "--chdir"),
    _same("daemon", "-D --daemon", takes="true"),
    _same("forwarded_allow_ips", "--forwarded-allow-ips"),
    _refused(
        "forwarder_headers",
        "--forwarder-headers",
        "`forwarded_headers` names the fields by which a proxy is believed, among them "
        "x-forwarded-prefix for SCRIPT_NAME",
        plain=("SCRIPT_NAME,PATH_INFO", ["SCRIPT_NAME", "PATH_INFO"]),
    ),
    _same("group", "-g --group"),
    _same("header_map", "--header-map"),
    _same("initgroups", "--initgroups", takes="true"),
    _refused("paste", "--paste --paster", _PASTE),
    _refused("permit_obsolete_folding", "--permit-obsolete-folding", _STRICT, "true"),
    _refused(
        "permit_unconventional_http_method", "--permit-unconventional-http-method", _STRICT, "true"
    ),
    _refused(
        "permit_unconventional_http_version",
        "--permit-unconventional-http-version",
        _STRICT,
        "true",
    ),
    _same("pidfile", "-p --pid"),
    _other(
        "preload_app",
        "--preload",
        "preload",
        "a process beside the master loads it, as the workers' user; `pre_fork` runs there, and "
        "hooks that the master calls do not see the application",
        takes="true",
    ),
    _refused("protocol", "--protocol", _UWSGI, plain=("http",)),
    _same("proxy_allow_ips", "--proxy-allow-from", "peers on UNIX sockets are among them"),
    _same(
        "proxy_protocol",
        "--proxy-protocol",
        "who is among `proxy_allow_ips` may not leave the header out",
        takes="maybe",
    ),
    _same("pythonpath", "--pythonpath"),
    _other("raw_env", "-e --env", "env", takes="items"),
    _refused("raw_paste_global_conf", "--paste-global", _PASTE, "items"),
    _same("reuse_port", "--reuse-port", takes="true"),
    _refused("root_path", "--root-path", _ASGI),
    _same("secure_scheme_headers"),
    _needless("sendfile", "--no-sendfile", "files are sent the fastest way that works", "false"),
    _refused("strip_header_spaces", "--strip-header-spaces", _STRICT, "true"),
    _same("tmp_upload_dir"),
    _same("umask", "-m --umask"),
    _same("user", "-u --user"),
    _needless("uwsgi_allow_ips", "--uwsgi-allow-from", _UWSGI),
    _needless("worker_tmp_dir", "--worker-tmp-dir", "workers show that they live in shared memory"),
    # Server socket
    _same("backlog", "--backlog"),
    _same(
        "bind",
        "-b --bind",
        "where it is not set, 127.0.0.1:8000 or 0.0.0.0:$PORT; sockets of systemd take its place",
        "items",
    ),
    # Worker processes
    _needless("asgi_disconnect_grace_period", "--asgi-disconnect-grace-period", _ASGI),
    _needless("asgi_lifespan", "--asgi-lifespan", _ASGI),
    _needless("asgi_loop", "--asgi-loop", _ASGI),
    _same("graceful_timeout", "--graceful-timeout"),
    _needless("http_parser", "--http-parser", "there is one, in C"),
    _other("keepalive", "--keep-alive", "keep_alive"),
    _same("max_requests", "--max-requests"),
    _same("max_requests_jitter", "--max-requests-jitter"),
    _same("threads", "--threads"),
    _same("timeout", "-t --timeout"),
    _needless(
        "websocket_max_message_size",
        "--websocket-max-message-size",
        "the library that speaks WebSocket has such a limit",
    ),
    _refused(
        "worker_class",
        "-k --worker-class",
        "workers run views in `threads` threads, as `sync` and `gthread` do",
    ),
    _same("worker_connections", "--worker-connections"),
    _same("workers", "-w --workers"),
]

#: By Gunicorn's name.
GUNICORN: dict[str, Row] = {row.name: row for row in _ROWS}
