# The types of cruet._cruet's requests and responses. No module of this name exists at run time.

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import IO, Any, Literal, Self, TypeVar, overload

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

_R = TypeVar("_R", bound="CRequest")
_Fields = Any

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
    parameter_storage_class: type[Any]
    dict_storage_class: type[Any]
    list_storage_class: type[Any]
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
    args: MultiDict[str, str]
    cookies: ImmutableMultiDict[str, str]
    access_route: list[str]
    full_path: str
    host: str
    url: str
    base_url: str
    root_url: str
    host_url: str
    content_length: int | None
    authorization: Authorization | None
    user_agent: UserAgent
    cache_control: RequestCacheControl
    accept_mimetypes: MIMEAccept
    accept_charsets: CharsetAccept
    accept_encodings: Accept
    accept_languages: LanguageAccept
    pragma: HeaderSet
    if_match: ETags
    if_none_match: ETags
    if_modified_since: datetime | None
    if_unmodified_since: datetime | None
    if_range: IfRange
    range: Range | None
    @property
    def content_type(self) -> str | None: ...
    @property
    def content_encoding(self) -> str | None: ...
    @property
    def content_md5(self) -> str | None: ...
    @property
    def referrer(self) -> str | None: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def max_forwards(self) -> int | None: ...
    @property
    def origin(self) -> str | None: ...
    @property
    def access_control_request_headers(self) -> HeaderSet | None: ...
    @property
    def access_control_request_method(self) -> str | None: ...
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
    stream: IO[bytes]
    data: bytes
    form: MultiDict[str, str]
    files: MultiDict[str, FileStorage]
    values: CombinedMultiDict[str, str]
    url_root: str
    @property
    def input_stream(self) -> IO[bytes]: ...
    @property
    def remote_user(self) -> str | None: ...
    @property
    def is_multithread(self) -> bool: ...
    @property
    def is_multiprocess(self) -> bool: ...
    @property
    def is_run_once(self) -> bool: ...
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
    def from_values(cls, *args: Any, **kwargs: Any) -> Self: ...
    @classmethod
    def application(cls, f: Callable[..., WSGIApplication]) -> WSGIApplication: ...
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
        self, cache: bool = True, *, as_text: Literal[True], parse_form_data: bool = False
    ) -> str: ...
    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any: ...
    def on_json_loading_failed(self, e: ValueError | None) -> Any: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, exc_type: object, exc_value: object, tb: object) -> None: ...

# response
_Status = int | str | HTTPStatus
_Body = Iterable[bytes] | Iterable[str] | bytes | bytearray | str

class CResponseHead:
    default_status: int
    default_mimetype: str | None
    max_cookie_size: int
    headers: Headers
    status_code: int
    content_type: str | None
    content_length: int | None
    location: str | None
    age: timedelta | None
    content_location: str | None
    content_encoding: str | None
    content_md5: str | None
    date: datetime | None
    expires: datetime | None
    last_modified: datetime | None
    accept_ranges: str | None
    access_control_allow_headers: HeaderSet | None
    access_control_allow_methods: HeaderSet | None
    access_control_allow_origin: str | None
    access_control_expose_headers: HeaderSet | None
    access_control_max_age: int | None
    access_control_allow_credentials: bool
    cross_origin_opener_policy: COOP
    cross_origin_embedder_policy: COEP
    retry_after: datetime | None
    vary: HeaderSet
    content_language: HeaderSet
    allow: HeaderSet
    content_range: ContentRange
    www_authenticate: WWWAuthenticate
    content_security_policy: ContentSecurityPolicy
    content_security_policy_report_only: ContentSecurityPolicy
    mimetype: str | None
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
    data: bytes | str
    stream: Any
    _on_close: list[Callable[[], Any]]
    @property
    def is_streamed(self) -> bool: ...
    @property
    def is_sequence(self) -> bool: ...
    @property
    def json(self) -> Any: ...
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
    def __enter__(self) -> Self: ...
    def __exit__(self, exc_type: object, exc_value: object, tb: object) -> None: ...
    def get_json(self, force: bool = False, silent: bool = False) -> Any: ...
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
        request_or_environ: WSGIEnvironment | CRequest,
        accept_ranges: bool | str = False,
        complete_length: int | None = None,
    ) -> Self: ...
    def add_etag(self, overwrite: bool = False, weak: bool = False) -> None: ...
    @classmethod
    def force_type(cls, response: object, environ: WSGIEnvironment | None = None) -> Self: ...
    @classmethod
    def from_app(
        cls, app: WSGIApplication, environ: WSGIEnvironment, buffered: bool = False
    ) -> Self: ...

class InstanceDict:
    def __get__(self, owner: Any, cls: type | None = None) -> Any: ...
    def __set__(self, owner: Any, state: dict[str, Any]) -> None: ...

def own_attributes(owner: Any) -> dict[str, Any]: ...
