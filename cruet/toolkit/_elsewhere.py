"""Names that modules have besides their own, because Werkzeug's modules import them.

Programs have come to import them there, such as ``UnsupportedMediaType`` from
``werkzeug.wrappers.request``. Importing them where nobody asks would make a start slower.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from importlib import import_module

#: Module → home → the names; modules are named below this package.
NAMES: dict[str, dict[str, str]] = {
    "datastructures.headers": {
        "datastructures": "MultiDict iter_multi_items",
        "exceptions": "BadRequestKeyError",
    },
    "debug.tbtools": {"debug.console": "Console"},
    "formparser": {
        "sansio.multipart": "Data Epilogue MultipartDecoder NeedData",
    },
    "middleware.shared_data": {"http": "quote_etag"},
    "routing.exceptions": {"utils": "redirect"},
    "routing.map": {
        "_internal": "_get_environ _wsgi_decoding_dance",
        "datastructures": "MultiDict",
        "exceptions": "BadHost HTTPException MethodNotAllowed NotFound",
        "routing.exceptions": "BuildError NoMatch RequestAliasRedirect RequestPath"
        " RequestRedirect WebsocketMismatch",
        "routing.matcher": "StateMachineMatcher",
        "routing.rules": "Rule",
        "urls": "_urlencode",
        "wsgi": "get_host",
    },
    "routing.matcher": {
        "routing.converters": "ValidationError",
        "routing.exceptions": "NoMatch RequestAliasRedirect RequestPath",
        "routing.rules": "Rule",
    },
    "routing.rules": {
        "datastructures": "iter_multi_items",
        "routing.converters": "ValidationError",
        "urls": "_urlencode",
    },
    "sansio.http": {
        "http": "generate_etag parse_date parse_etags parse_if_range_header unquote_etag",
    },
    "sansio.multipart": {"http": "parse_options_header"},
    "sansio.request": {
        "datastructures": "Accept Authorization CharsetAccept ETags HeaderSet Headers"
        " IfRange LanguageAccept MIMEAccept Range RequestCacheControl",
        "http": "parse_accept_header parse_cache_control_header parse_date parse_etags"
        " parse_if_range_header parse_list_header parse_options_header parse_range_header"
        " parse_set_header",
        "sansio.http": "parse_cookie",
        "sansio.utils": "get_content_length get_current_url get_host",
        "utils": "cached_property header_property",
    },
    "sansio.response": {
        "datastructures": "CallbackDict ContentRange ContentSecurityPolicy HeaderSet"
        " Headers ResponseCacheControl WWWAuthenticate",
        "http": "COEP COOP dump_age dump_cookie dump_header dump_options_header http_date"
        " parse_age parse_cache_control_header parse_content_range_header parse_csp_header"
        " parse_date parse_options_header parse_set_header quote_etag unquote_etag",
        "utils": "get_content_type header_property",
    },
    "sansio.utils": {"http": "parse_set_header"},
    "serving": {
        "_internal": "_wsgi_encoding_dance",
        "exceptions": "InternalServerError",
        "http": "parse_set_header",
        "urls": "uri_to_iri",
    },
    "test": {
        "_internal": "_wsgi_decoding_dance _wsgi_encoding_dance",
        "datastructures": "Authorization CallbackDict CombinedMultiDict EnvironHeaders"
        " FileMultiDict MultiDict",
        "http": "dump_options_header parse_options_header",
        "sansio.multipart": "Data Epilogue Field File MultipartEncoder Preamble",
        "urls": "_urlencode iri_to_uri",
        "utils": "cached_property get_content_type",
    },
    "utils": {"exceptions": "RequestedRangeNotSatisfiable"},
    "wrappers.request": {
        "_internal": "_wsgi_decoding_dance",
        "datastructures": "CombinedMultiDict EnvironHeaders FileStorage"
        " ImmutableMultiDict MultiDict iter_multi_items",
        "exceptions": "BadRequest UnsupportedMediaType",
        "formparser": "FormDataParser default_stream_factory",
        "utils": "cached_property environ_property",
        "wsgi": "_get_server get_input_stream",
    },
    "wrappers.response": {
        "_internal": "_get_environ",
        "datastructures": "Headers",
        "http": "generate_etag http_date is_resource_modified parse_etags"
        " parse_range_header remove_entity_headers",
        "urls": "iri_to_uri",
        "utils": "cached_property",
        "wsgi": "ClosingIterator _RangeWrapper get_current_url",
    },
}


def names_from_elsewhere(
    module: str, homes: dict[str, str] | None = None
) -> Callable[[str], t.Any]:
    """Return a module's ``__getattr__`` (:pep:`562`), which finds names at their homes.

    :param homes: full name of a module → names, separated by spaces; those of :data:`NAMES`
        where it is not given.
    """
    if homes is None:
        package = __name__.rpartition(".")[0]
        below = module.removeprefix(f"{package}.")
        homes = {f"{package}.{home}": names for home, names in NAMES[below].items()}
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def __getattr__(name: str) -> t.Any:
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return getattr(import_module(home), name)

    return __getattr__
