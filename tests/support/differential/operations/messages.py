"""Requests and responses, and the environs that tests make."""

from __future__ import annotations

import io
from typing import Any


def environ_built(kit: Any, arguments: dict[str, Any]) -> Any:
    """What EnvironBuilder makes of its arguments."""
    arguments = dict(arguments)
    files = arguments.pop("files", [])
    builder = kit.test.EnvironBuilder(**arguments)
    for name, data, filename in files:
        builder.files.add_file(name, io.BytesIO(data), filename)
    environ = builder.get_environ()
    sent = environ.pop("wsgi.input").read()
    kind = environ.get("CONTENT_TYPE", "")
    if "boundary=" in kind:
        # Each builder draws one.
        boundary = kind.partition("boundary=")[2].strip('"')
        sent = sent.replace(boundary.encode(), b"BOUNDARY")
        environ["CONTENT_TYPE"] = kind.replace(boundary, "BOUNDARY")
        environ["CONTENT_LENGTH"] = environ["HTTP_CONTENT_LENGTH"] = "of the boundary"
    shown = {
        name: value
        for name, value in environ.items()
        if isinstance(value, (str, bytes, bool, int, tuple))
        and name not in {"SERVER_SOFTWARE", "werkzeug.request"}
    }
    return [dict(sorted(shown.items())), sent]


def request_fields(kit: Any, environ: dict[str, str], body: bytes) -> Any:
    """The attributes of a request over the fields that come in an environ."""
    base = {
        "REQUEST_METHOD": "GET",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "PATH_INFO": "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "wsgi.input": io.BytesIO(body),
    }
    request = kit.wrappers.Request({**base, **environ})
    names = (
        *("method", "path", "full_path", "url", "base_url", "url_root", "query_string"),
        *("content_type", "content_length", "mimetype", "mimetype_params", "content_encoding"),
        *("content_md5", "referrer", "date", "max_forwards", "origin", "if_modified_since"),
        *("if_unmodified_since", "is_json", "access_route", "user_agent", "pragma"),
        *(
            "access_control_request_headers",
            "access_control_request_method",
            "want_form_data_parsed",
        ),
    )
    shown = [(name, _shown(request, name)) for name in names]
    pairs = (request.args, request.cookies, request.values, request.form)
    json = request.get_json(silent=True)
    return [shown, [[*kind.items(multi=True)] for kind in pairs], [*request.headers], json]


def _shown(request: Any, name: str) -> Any:
    value = getattr(request, name, "missing")
    if name in {"pragma"}:
        return value.to_header()
    return [*value] if name == "access_control_request_headers" and value else str(value)


def response_fields(kit: Any, body: Any, status: Any, fields: list[Any], kind: Any) -> Any:
    """A response from its parts, as WSGI sends it."""
    mimetype, content_type = kind
    response = kit.wrappers.Response(
        body, status, fields, mimetype=mimetype, content_type=content_type
    )
    environ = {"REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    environ.update({"wsgi.url_scheme": "http", "PATH_INFO": "/", "SCRIPT_NAME": ""})
    chunks, status_line, headers = response.get_wsgi_response(environ)
    names = (
        *("status", "status_code", "mimetype", "mimetype_params", "content_length", "location"),
        *("content_encoding", "content_md5", "age", "expires", "last_modified", "date", "is_json"),
        *("allow", "vary", "content_language", "accept_ranges", "retry_after_set", "is_streamed"),
        *("access_control_allow_origin", "access_control_max_age", "is_sequence"),
    )
    shown = [(name, str(getattr(response, name, "missing"))) for name in names]
    return [b"".join(chunks), status_line, headers, shown, response.get_etag()]
