"""Hosts, URLs, file names and paths."""

from __future__ import annotations

import re
from typing import Any


def iri_to_uri(kit: Any, value: str) -> Any:
    return kit.urls.iri_to_uri(value)


def uri_to_iri(kit: Any, value: str) -> Any:
    return kit.urls.uri_to_iri(value)


def uri_round_trip(kit: Any, value: str) -> Any:
    iri = kit.urls.uri_to_iri(value)
    return [iri, kit.urls.iri_to_uri(iri)]


def secure_filename(kit: Any, value: str) -> Any:
    return kit.utils.secure_filename(value)


def safe_join(kit: Any, folder: str, names: list[str]) -> Any:
    return kit.security.safe_join(folder, *names)


def trusted(kit: Any, host: str, trusted_list: list[str]) -> Any:
    return kit.sansio.utils.host_is_trusted(host, trusted_list)


def host(kit: Any, scheme: str, header: str | None, server: Any, trusted_list: Any) -> Any:
    server = None if server is None else tuple(server)
    return kit.sansio.utils.get_host(scheme, header, server, trusted_list)


def environ_host(kit: Any, environ: dict[str, str], trusted_list: list[str] | None) -> Any:
    environ = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        **environ,
    }
    request = kit.wrappers.Request(environ)
    request.trusted_hosts = trusted_list
    return [
        kit.wsgi.get_host(environ, trusted_list),
        kit.wsgi.get_current_url(environ),
        kit.wsgi.get_current_url(environ, root_only=True, strip_querystring=True),
        kit.wsgi.get_current_url(environ, host_only=True),
        kit.wsgi.get_path_info(environ),
        [request.host, request.url, request.base_url, request.root_url, request.host_url],
        [request.path, request.full_path, request.script_root, request.url_root],
        [request.is_secure, request.remote_addr, request.access_route, request.server],
    ]


def current_url(kit: Any, parts: list[Any]) -> Any:
    return kit.sansio.utils.get_current_url(*parts)


def content_length(kit: Any, value: str | None, encoding: str | None) -> Any:
    return kit.sansio.utils.get_content_length(value, encoding)


def redirect(kit: Any, location: str, code: int) -> Any:
    response = kit.utils.redirect(location, code)
    # The page's words are each one's own.
    linked = re.findall(r'<a href="([^"]*)">([^<]*)</a>', response.get_data(as_text=True))
    return [response.status, response.location, linked]


def slash_redirect(kit: Any, environ: dict[str, str]) -> Any:
    base = {"REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    environ = {**base, "wsgi.url_scheme": "http", "SCRIPT_NAME": "", **environ}
    response = kit.utils.append_slash_redirect(environ)
    return [response.status, response.get_wsgi_headers(environ).get("Location")]


def location(kit: Any, value: str, environ: dict[str, str], absolute: bool) -> Any:
    """What a response's Location becomes when it is sent."""
    response = kit.wrappers.Response()
    response.autocorrect_location_header = absolute
    response.location = value
    base = {"REQUEST_METHOD": "GET", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    environ = {**base, "wsgi.url_scheme": "http", "PATH_INFO": "/a/b", "SCRIPT_NAME": "", **environ}
    return response.get_wsgi_headers(environ).to_wsgi_list()
