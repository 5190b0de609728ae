# The types of cruet._cruet's requests and responses. No module of this name exists at run time.

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import IO, Any, Literal, TypeVar, overload

from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

from .toolkit.datastructures import (
    Accept,
    Authorization,
    CharsetAccept,
    CombinedMultiDict,
    ContentRange,
    ContentSecurityPolicy,
    ETags,
    FileStorage,
    Headers,
    HeaderSet,
    IfRange,
    ImmutableMultiDict,
    LanguageAccept,
    MIMEAccept,
    MultiDict,
    Range,
    RequestCacheControl,
    ResponseCacheControl,
    WWWAuthenticate,
)
from .toolkit.exceptions import HTTPException
from .toolkit.formparser import FormDataParser
from .toolkit.http import COEP, COOP
from .toolkit.routing import Rule
from .toolkit.user_agent import UserAgent
from .toolkit.utils import cached_property, environ_property, header_property
from .toolkit.wrappers import Request, Response
from .toolkit.wrappers.response import ResponseStream

_R = TypeVar("_R", bound="CRequest")
_Fields = Mapping[str, str | Iterable[str]] | Iterable[tuple[str, str]]

# exchange
class FieldSource: ...

class Exchange(FieldSource):
    @staticmethod
    def from_parts(
        method: str = "GET",
        path: bytes = b"/",
        query: bytes = b"",
        fields: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        scheme: str = "http",
        server: tuple[str, int | None] = ("localhost", 80),
        remote_addr: str | None = None,
    ) -> Exchange: ...

# request
def parse_query_pairs(text: bytes) -> list[tuple[str, str]]: ...
def _request_over(cls: type[_R], exchange: Exchange) -> _R: ...

class CRequestHead:
    parameter_storage_class: type[MultiDict[str, Any]]
    dict_storage_class: type[MultiDict[str, Any]]
    list_storage_class: type[list[Any]]
    user_agent_class: type[UserAgent]
    trusted_hosts: list[str] | None
    method: str
    scheme: str
    server: tuple[str, int | None] | None
    root_path: str
    path: str
    query_string: bytes
    headers: Headers
    remote_addr: str | None
    args: cached_property[MultiDict[str, str]]
    cookies: cached_property[ImmutableMultiDict[str, str]]
    access_route: cached_property[list[str]]
    full_path: cached_property[str]
    host: cached_property[str]
    url: cached_property[str]
    base_url: cached_property[str]
    root_url: cached_property[str]
    host_url: cached_property[str]
    content_length: cached_property[int | None]
    authorization: cached_property[Authorization | None]
    user_agent: cached_property[UserAgent]
    cache_control: cached_property[RequestCacheControl]
    accept_mimetypes: cached_property[MIMEAccept]
    accept_charsets: cached_property[CharsetAccept]
    accept_encodings: cached_property[Accept]
    accept_languages: cached_property[LanguageAccept]
    pragma: cached_property[HeaderSet]
    if_match: cached_property[ETags]
    if_none_match: cached_property[ETags]
    if_modified_since: cached_property[datetime | None]
    if_unmodified_since: cached_property[datetime | None]
    if_range: cached_property[IfRange]
    range: cached_property[Range | None]
    content_type: header_property[str]
    content_encoding: header_property[str]
    content_md5: header_property[str]
    referrer: header_property[str]
    date: header_property[datetime | None]
    max_forwards: header_property[int]
    origin: header_property[str]
    access_control_request_headers: header_property[HeaderSet]
    access_control_request_method: header_property[str]
    @property
    def mimetype(self) -> str: ...
    @property
    def mimetype_params(self) -> dict[str, str]: ...
    @property
    def is_json(self) -> bool: ...
    @property
    def is_secure(self) -> bool: ...
    def __init__(
        self,
        method: str,
        scheme: str,
        server: tuple[str, int | None] | None,
        root_path: str,
        path: str,
        query_string: bytes,
        headers: Headers,
        remote_addr: str | None,
    ) -> None: ...
    def __getstate__(self) -> dict[str, Any]: ...
    def __setstate__(self, state: dict[str, Any]) -> None: ...

class CRequest(CRequestHead):
    _cached_data: bytes | None
    _cached_json: tuple[Any, Any]
    max_content_length: int | None
    max_form_memory_size: int | None
    max_form_parts: int | None
    form_data_parser_class: type[FormDataParser]
    json_module: Any
    environ: WSGIEnvironment
    shallow: bool
    url_rule: Rule | None
    view_args: dict[str, Any] | None
    routing_exception: HTTPException | None
    stream: cached_property[IO[bytes]]
    data: cached_property[bytes]
    form: cached_property[ImmutableMultiDict[str, str]]
    files: cached_property[ImmutableMultiDict[str, FileStorage]]
    values: cached_property[CombinedMultiDict[str, str]]
    url_root: cached_property[str]
    input_stream: environ_property[IO[bytes]]
    remote_user: environ_property[str]
    is_multithread: environ_property[bool]
    is_multiprocess: environ_property[bool]
    is_run_once: environ_property[bool]
    @property
    def script_root(self) -> str: ...
    @property
    def want_form_data_parsed(self) -> bool: ...
    @property
    def json(self) -> Any: ...
    @property
    def endpoint(self) -> str | None: ...
    @property
    def blueprint(self) -> str | None: ...
    @property
    def blueprints(self) -> list[str]: ...
    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None: ...
    @classmethod
    def from_values(cls, *args: Any, **kwargs: Any) -> Request: ...
    @classmethod
    def application(cls, f: Callable[[Request], WSGIApplication]) -> WSGIApplication: ...
    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]: ...
    def make_form_data_parser(self) -> FormDataParser: ...
    def _load_form_data(self) -> None: ...
    def _get_stream_for_parsing(self) -> IO[bytes]: ...
    @overload
    def get_data(
        self, cache: bool = True, as_text: Literal[False] = False, parse_form_data: bool = False
    ) -> bytes: ...
    @overload
    def get_data(
        self, cache: bool = True, as_text: Literal[True] = ..., parse_form_data: bool = False
    ) -> str: ...
    @overload
    def get_json(
        self, force: bool = False, silent: Literal[False] = False, cache: bool = True
    ) -> Any: ...
    @overload
    def get_json(
        self, force: bool = False, silent: bool = False, cache: bool = True
    ) -> Any | None: ...
    def on_json_loading_failed(self, e: ValueError | None) -> Any: ...
    def close(self) -> None: ...
    def __enter__(self) -> Request: ...
    def __exit__(self, exc_type: Any, exc_value: Any, tb: Any) -> None: ...

# response
_Status = int | str | HTTPStatus
_Body = Iterable[bytes] | bytes | bytearray | Iterable[str] | str

class CResponseHead:
    default_status: int
    default_mimetype: str | None
    max_cookie_size: int
    headers: Headers
    @property
    def status_code(self) -> int: ...
    @status_code.setter
    def status_code(self, value: int) -> None: ...
    content_type: header_property[str]
    content_length: header_property[int]
    location: header_property[str]
    age: header_property[timedelta | None]
    content_location: header_property[str]
    content_encoding: header_property[str]
    content_md5: header_property[str]
    date: header_property[datetime | None]
    expires: header_property[datetime | None]
    last_modified: header_property[datetime | None]
    accept_ranges: header_property[str]
    access_control_allow_headers: header_property[HeaderSet]
    access_control_allow_methods: header_property[HeaderSet]
    access_control_allow_origin: header_property[str]
    access_control_expose_headers: header_property[HeaderSet]
    access_control_max_age: header_property[int]
    @property
    def access_control_allow_credentials(self) -> bool: ...
    @access_control_allow_credentials.setter
    def access_control_allow_credentials(self, value: bool | None) -> None: ...
    cross_origin_opener_policy: header_property[COOP]
    cross_origin_embedder_policy: header_property[COEP]
    @property
    def retry_after(self) -> datetime | None: ...
    @retry_after.setter
    def retry_after(self, value: datetime | int | str | None) -> None: ...
    vary: property
    content_language: property
    allow: property
    @property
    def content_range(self) -> ContentRange: ...
    @content_range.setter
    def content_range(self, value: ContentRange | str | None) -> None: ...
    @property
    def www_authenticate(self) -> WWWAuthenticate: ...
    @www_authenticate.setter
    def www_authenticate(self, value: WWWAuthenticate | list[WWWAuthenticate] | None) -> None: ...
    @www_authenticate.deleter
    def www_authenticate(self) -> None: ...
    @property
    def content_security_policy(self) -> ContentSecurityPolicy: ...
    @content_security_policy.setter
    def content_security_policy(self, value: ContentSecurityPolicy | str | None) -> None: ...
    @property
    def content_security_policy_report_only(self) -> ContentSecurityPolicy: ...
    @content_security_policy_report_only.setter
    def content_security_policy_report_only(
        self, value: ContentSecurityPolicy | str | None
    ) -> None: ...
    @property
    def mimetype(self) -> str | None: ...
    @mimetype.setter
    def mimetype(self, value: str) -> None: ...
    @property
    def status(self) -> str: ...
    @status.setter
    def status(self, value: _Status) -> None: ...
    @property
    def cache_control(self) -> ResponseCacheControl: ...
    @property
    def mimetype_params(self) -> dict[str, str]: ...
    @property
    def is_json(self) -> bool: ...
    def __init__(
        self,
        status: _Status | None = None,
        headers: _Fields | None = None,
        mimetype: str | None = None,
        content_type: str | None = None,
    ) -> None: ...
    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: timedelta | int | None = None,
        expires: str | datetime | int | float | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None: ...
    def delete_cookie(
        self,
        key: str,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: str | None = None,
        partitioned: bool = False,
    ) -> None: ...
    def set_etag(self, etag: str, weak: bool = False) -> None: ...
    def get_etag(self) -> tuple[str, bool] | tuple[None, None]: ...
    def __getstate__(self) -> dict[str, Any]: ...
    def __setstate__(self, state: dict[str, Any]) -> None: ...
    _status: str
    _status_code: int

class CResponse(CResponseHead):
    implicit_sequence_conversion: bool
    autocorrect_location_header: bool
    automatically_set_content_length: bool
    json_module: Any
    direct_passthrough: bool
    response: Iterable[str] | Iterable[bytes]
    data: property
    stream: cached_property[ResponseStream]
    _on_close: list[Callable[[], Any]]
    @property
    def is_streamed(self) -> bool: ...
    @property
    def is_sequence(self) -> bool: ...
    @property
    def json(self) -> Any | None: ...
    def __init__(
        self,
        response: _Body | None = None,
        status: _Status | None = None,
        headers: _Fields | None = None,
        mimetype: str | None = None,
        content_type: str | None = None,
        direct_passthrough: bool = False,
    ) -> None: ...
    @overload
    def get_data(self, as_text: Literal[False] = False) -> bytes: ...
    @overload
    def get_data(self, as_text: Literal[True]) -> str: ...
    def set_data(self, value: bytes | str) -> None: ...
    def calculate_content_length(self) -> int | None: ...
    def _ensure_sequence(self, mutable: bool = False) -> None: ...
    def make_sequence(self) -> None: ...
    def iter_encoded(self) -> Iterator[bytes]: ...
    def freeze(self) -> None: ...
    def call_on_close(self, func: Callable[[], Any]) -> Callable[[], Any]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Response: ...
    def __exit__(self, exc_type: Any, exc_value: Any, tb: Any) -> None: ...
    @overload
    def get_json(self, force: bool = False, silent: Literal[False] = False) -> Any: ...
    @overload
    def get_json(self, force: bool = False, silent: bool = False) -> Any | None: ...
    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers: ...
    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]: ...
    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]: ...
    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]: ...
    def make_conditional(
        self,
        request_or_environ: WSGIEnvironment | Request,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> Response: ...
    def add_etag(self, overwrite: bool = False, weak: bool = False) -> None: ...
    @classmethod
    def force_type(cls, response: Response, environ: WSGIEnvironment | None = None) -> Response: ...
    @classmethod
    def from_app(
        cls, app: WSGIApplication, environ: WSGIEnvironment, buffered: bool = False
    ) -> Response: ...

class InstanceDict:
    def __get__(self, owner: Any, cls: type | None = None) -> Any: ...
    def __set__(self, owner: Any, state: dict[str, Any]) -> None: ...

def own_attributes(owner: Any) -> dict[str, Any]: ...
