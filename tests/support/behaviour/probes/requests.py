"""What views see of a request, and the limits of its body."""

from __future__ import annotations

from typing import Any

from . import Outcomes

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=q"


def _parts(*parts: tuple[str, str | None, bytes]) -> bytes:
    body = b""
    for name, file, data in parts:
        more = f'; filename="{file}"' if file else ""
        head = f'--q\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + b"--q--\r\n"


def attributes(kit: Any) -> Outcomes:
    request = kit.flask.request
    names = (
        *("method", "path", "full_path", "script_root", "url", "base_url", "url_root", "host"),
        *(
            "host_url",
            "scheme",
            "is_secure",
            "remote_addr",
            "query_string",
            "endpoint",
            "view_args",
        ),
        *("blueprint", "blueprints", "mimetype", "content_type", "content_length", "is_json"),
        *("max_content_length", "max_form_memory_size", "max_form_parts", "referrer", "origin"),
        *("access_route", "date", "pragma", "range", "if_range", "root_path", "server"),
        *("user_agent", "authorization", "accept_mimetypes", "accept_languages", "cache_control"),
        *("if_match", "if_modified_since", "args", "form", "files", "values", "cookies", "headers"),
        *("is_multithread", "is_run_once", "content_md5", "content_encoding", "max_forwards"),
        *("access_control_request_headers", "access_control_request_method"),
    )
    headers = {
        "Accept": "text/html;q=0.5, application/json",
        "Accept-Language": "de, en;q=0.5",
        "Authorization": "Basic YTpi",
        "Cache-Control": "no-cache, max-age=5",
        "Cookie": "a=1; b=ä; c",
        "Date": "Mon, 06 May 2024 07:08:09 GMT",
        "If-Match": '"a", W/"b"',
        "If-Modified-Since": "Mon, 06 May 2024 07:08:09 GMT",
        "If-Range": '"a"',
        "Origin": "http://example.org",
        "Pragma": "no-cache",
        "Range": "bytes=0-5",
        "Referer": "http://example.org/from",
        "User-Agent": "Agent/1.0",
        "X-Forwarded-For": "1.2.3.4, 5.6.7.8",
        "Content-MD5": "abc",
        "Max-Forwards": "5",
    }
    for name in names:
        app = kit.app()

        def view(x: str, name: str = name) -> Any:
            found = getattr(request, name)
            return repr([type(found).__name__, found])

        app.add_url_rule("/view/<x>", "view", view, methods=["GET", "POST"])
        path = "/view/%C3%A4?a=1&a=2&b=%FF&c"
        yield name, kit.ask(app, path)
        if name not in ("headers",):
            yield f"{name} with fields", kit.ask(app, path, "GET", headers)
            fields = {"Content-Type": FORM}
            yield f"{name} of a form", kit.ask(app, path, "POST", fields, b"f=1&g=%FF&h")


def values(kit: Any) -> Outcomes:
    request = kit.flask.request
    app = kit.app()

    def view() -> Any:
        return {
            "form": request.form.to_dict(flat=False),
            "args": request.args.to_dict(flat=False),
            "files": {name: [f.filename, f.read().decode()] for name, f in request.files.items()},
            "values": request.values.to_dict(flat=False),
        }

    app.add_url_rule("/", "view", view, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    parts = _parts(("a", None, b"1"), ("f", "n.txt", b"file"), ("a", None, b"2"), ("e", "", b""))
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        yield f"form by {method}", kit.ask(app, "/?a=0", method, {"Content-Type": FORM}, b"a=1&b=2")
        yield f"parts by {method}", kit.ask(app, "/", method, {"Content-Type": MULTIPART}, parts)
    for kind in (FORM, MULTIPART, "multipart/form-data", "text/plain", "application/json", ""):
        for body in (b"", b"a=1", parts, b"--q", b"\xff" * 20):
            yield (
                f"{kind} {body[:8]!r} {len(body)}",
                kit.ask(app, "/", "POST", {"Content-Type": kind}, body),
            )


def json(kit: Any) -> Outcomes:
    request = kit.flask.request
    kinds = ("application/json", "application/problem+json", "text/json", "text/plain", "")
    for debug in (False, True):
        for kind in kinds:
            for body in (b'{"a": 1}', b"{", b"", b"null", b'"\xff"', b"\xff\xfea\x00", b"NaN"):
                for label, read in {
                    "json": lambda: request.json,
                    "get_json": lambda: request.get_json(),
                    "silent": lambda: request.get_json(silent=True),
                    "force": lambda: request.get_json(force=True),
                }.items():
                    app = kit.app(DEBUG=debug)
                    app.add_url_rule(
                        "/",
                        "view",
                        lambda read=read: repr([read(), request.is_json]),
                        methods=["POST"],
                    )
                    yield (
                        f"{debug} {label} {kind} {body!r}",
                        kit.form(app, "/", body, kind or "x/y"),
                    )

    class Own(kit.flask.Request):  # type: ignore[name-defined, misc]
        def on_json_loading_failed(self, error: Any) -> Any:
            return ["own", type(error).__name__]

    for kind in kinds:
        app = kit.app()
        app.request_class = Own
        app.add_url_rule("/", "view", lambda: repr(request.json), methods=["POST"])
        yield f"an own failure {kind}", kit.form(app, "/", b"{", kind or "x/y")


def body(kit: Any) -> Outcomes:
    request = kit.flask.request
    ways = {
        "data": lambda: request.data,
        "get_data": lambda: request.get_data(),
        "get_data as text": lambda: request.get_data(as_text=True),
        "get_data, then form": lambda: [request.get_data(), request.form.to_dict()],
        "get_data parsed": lambda: [request.get_data(parse_form_data=True), request.form.to_dict()],
        "get_data uncached": lambda: [request.get_data(cache=False), request.get_data()],
        "form, then data": lambda: [request.form.to_dict(), request.data],
        "stream": lambda: request.stream.read(),
        "stream, then form": lambda: [request.stream.read(1), request.form.to_dict()],
        "lines": lambda: list(request.stream),
        "want_form_data_parsed": lambda: request.want_form_data_parsed,
    }
    for label, read in ways.items():
        for kind in (FORM, "text/plain"):
            app = kit.app()
            app.add_url_rule("/", "view", lambda read=read: repr(read()), methods=["POST"])
            yield f"{label} {kind}", kit.form(app, "/", b"a=1\n&b=\xc3\xa4", kind)


def limits(kit: Any) -> Outcomes:
    request = kit.flask.request
    large = _parts(("a", None, b"x" * 300))
    many = _parts(*[(f"n{number}", None, b"x") for number in range(8)])
    file = _parts(("f", "n.txt", b"x" * 300))
    bodies = {
        "form": (FORM, b"a=" + b"x" * 300),
        "large field": (MULTIPART, large),
        "many fields": (MULTIPART, many),
        "file": (MULTIPART, file),
        "plain": ("text/plain", b"x" * 300),
    }
    configs: dict[str, dict[str, Any]] = {
        "no limits": {},
        "MAX_CONTENT_LENGTH": {"MAX_CONTENT_LENGTH": 200},
        "MAX_CONTENT_LENGTH 0": {"MAX_CONTENT_LENGTH": 0},
        "MAX_FORM_MEMORY_SIZE": {"MAX_FORM_MEMORY_SIZE": 200},
        "MAX_FORM_PARTS": {"MAX_FORM_PARTS": 5},
        "None": {"MAX_FORM_MEMORY_SIZE": None, "MAX_FORM_PARTS": None},
    }
    for name, config in configs.items():
        for of_request in (
            {},
            {"max_content_length": 1000},
            {"max_content_length": 100},
            {"max_form_parts": 100},
            {"max_form_memory_size": 1000},
        ):
            for label, (kind, data) in bodies.items():
                for read in ("form", "data", "nothing"):
                    app = kit.app(**config)

                    def view(given: Any = of_request, read: str = read) -> Any:
                        for key, value in given.items():
                            setattr(request, key, value)
                        if read == "form":
                            return {"form": list(request.form), "files": list(request.files)}
                        return str(len(request.get_data())) if read == "data" else read

                    app.add_url_rule("/", "view", view, methods=["POST"])
                    told = f"{name} {sorted(of_request)} {list(of_request.values())}"
                    yield f"{told} {label} {read}", kit.form(app, "/", data, kind)
    app = kit.app(MAX_CONTENT_LENGTH=5)
    app.register_error_handler(413, lambda e: (f"handled {e.description}", 413))
    app.add_url_rule("/", "view", lambda: request.get_data(), methods=["POST"])
    yield "handled", kit.form(app, "/", b"x" * 10, "text/plain")
    Request = kit.flask.Request
    yield (
        "outside",
        [
            getattr(Request(kit["toolkit.test"].create_environ()), name)
            for name in ("max_content_length", "max_form_memory_size", "max_form_parts")
        ],
    )


def classes(kit: Any) -> Outcomes:
    flask = kit.flask
    datastructures = kit["toolkit.datastructures"]

    class Own(flask.Request):  # type: ignore[name-defined, misc]
        parameter_storage_class = datastructures.MultiDict
        list_storage_class = list
        dict_storage_class = dict
        max_content_length = 5

        @property
        def shout(self) -> str:
            return str(self.path).upper()

    app = kit.app()
    app.request_class = Own
    app.add_url_rule(
        "/a",
        "view",
        lambda: repr(
            [
                flask.request.shout,
                type(flask.request.args).__name__,
                type(flask.request.access_route),
            ]
        ),
    )
    app.add_url_rule("/data", "data", lambda: flask.request.get_data(), methods=["POST"])
    yield "own", kit.ask(app, "/a?b=1")
    yield "own limit", kit.form(app, "/data", b"x" * 10, "text/plain")
    app = kit.app()
    app.add_url_rule("/", "view", lambda: flask.request.missing)
    app.add_url_rule("/set", "set", lambda: setattr(flask.request, "more", 1) or "set")
    app.add_url_rule("/path", "path", lambda: setattr(flask.request, "path", "/x") or "set")
    app.add_url_rule("/url", "url", lambda: setattr(flask.request, "url", "/x") or "set")
    app.add_url_rule("/hash", "hash", lambda: repr(len({flask.request, flask.request})))
    app.add_url_rule("/json", "json", lambda: setattr(flask.request, "json", 1) or "set")
    app.add_url_rule("/form", "form", lambda: flask.request.args.add("a", 1) or "set")
    for path in ("/", "/set", "/path", "/url", "/hash", "/json", "/form"):
        yield path, kit.ask(app, path)


def text_of_paths(kit: Any) -> Outcomes:
    request = kit.flask.request
    app = kit.app()
    app.add_url_rule(
        "/<path:x>",
        "view",
        lambda x: repr([x, request.path, request.full_path, request.url, request.base_url]),
    )
    for path in (
        "/ä",
        "/%C3%A4",
        "/%FF",
        "/a%2Fb",
        "/a%20b+c",
        "/a;b=c",
        "/%",
        "/%zz",
        "/a%00b",
        "/a?",
        "/a?b=%C3%A4&c=d e",
        "/..",
        "/a/../b",
        "/a%3Fb",
        "/%25",
    ):
        yield path, kit.ask(app, path)
