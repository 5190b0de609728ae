# The types of cruet._cruet's routing. No module of this name exists at run time.

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, Literal, overload

from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

from .toolkit.routing import BaseConverter, RuleFactory
from .toolkit.routing import Map as _Map
from .toolkit.routing import MapAdapter as _MapAdapter
from .toolkit.routing import Rule as _Rule
from .toolkit.wrappers import Request

_Query = Mapping[str, Any] | str

class Rule:
    rule: str
    is_leaf: bool
    is_branch: bool
    map: _Map
    strict_slashes: bool | None
    merge_slashes: bool | None
    subdomain: str | None
    host: str | None
    defaults: Mapping[str, Any] | None
    build_only: bool
    alias: bool
    websocket: bool
    methods: set[str] | None
    endpoint: Any
    redirect_to: str | Callable[..., str] | None
    arguments: set[str]
    _converters: dict[str, BaseConverter]
    _trace: list[tuple[bool, str]]
    def __init__(
        self,
        string: str,
        defaults: Mapping[str, Any] | None = None,
        subdomain: str | None = None,
        methods: Iterable[str] | None = None,
        build_only: bool = False,
        endpoint: Any | None = None,
        strict_slashes: bool | None = None,
        merge_slashes: bool | None = None,
        redirect_to: str | Callable[..., str] | None = None,
        alias: bool = False,
        host: str | None = None,
        websocket: bool = False,
    ) -> None: ...
    def empty(self) -> _Rule: ...
    def get_empty_kwargs(self) -> Mapping[str, Any]: ...
    def get_rules(self, map: _Map) -> Iterator[_Rule]: ...
    def refresh(self) -> None: ...
    def bind(self, map: Map, rebind: bool = False) -> None: ...
    def get_converter(
        self,
        variable_name: str,
        converter_name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> BaseConverter: ...
    def compile(self) -> None: ...
    def build(
        self, values: Mapping[str, Any], append_unknown: bool = True
    ) -> tuple[str, str] | None: ...
    def provides_defaults_for(self, rule: Rule) -> bool: ...
    def suitable_for(self, values: Mapping[str, Any], method: str | None = None) -> bool: ...
    def build_compare_key(self) -> tuple[int, int, int]: ...
    def _encode_query_vars(self, query_vars: Mapping[str, Any]) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: None  # type: ignore[assignment]

def parse_converter_args(argstr: str) -> tuple[tuple[Any, ...], dict[str, Any]]: ...

class Matcher:
    merge_slashes: bool
    def __init__(self, merge_slashes: bool) -> None: ...
    def add(self, rule: Rule) -> None: ...
    def update(self) -> None: ...
    def match(
        self, domain: str, path: str, method: str, websocket: bool
    ) -> tuple[_Rule, MutableMapping[str, Any]]: ...

class Map:
    default_subdomain: str
    strict_slashes: bool
    merge_slashes: bool
    redirect_defaults: bool
    host_matching: bool
    converters: dict[str, type[BaseConverter]]
    sort_parameters: bool
    sort_key: Callable[[Any], Any] | None
    _adapter_class: Any
    @property
    def _matcher(self) -> Matcher: ...
    @property
    def _rules(self) -> list[_Rule]: ...
    @property
    def _rules_by_endpoint(self) -> dict[Any, list[_Rule]]: ...
    def __init__(
        self,
        rules: Iterable[RuleFactory] | None = None,
        default_subdomain: str = "",
        strict_slashes: bool = True,
        merge_slashes: bool = True,
        redirect_defaults: bool = True,
        converters: Mapping[str, type[BaseConverter]] | None = None,
        sort_parameters: bool = False,
        sort_key: Callable[[Any], Any] | None = None,
        host_matching: bool = False,
    ) -> None: ...
    def is_endpoint_expecting(self, endpoint: Any, *arguments: str) -> bool: ...
    def iter_rules(self, endpoint: Any | None = None) -> Iterator[_Rule]: ...
    def add(self, rulefactory: RuleFactory) -> None: ...
    def update(self) -> None: ...
    def bind(
        self,
        server_name: str,
        script_name: str | None = None,
        subdomain: str | None = None,
        url_scheme: str = "http",
        default_method: str = "GET",
        path_info: str | None = None,
        query_args: _Query | None = None,
    ) -> _MapAdapter: ...
    def bind_to_environ(
        self,
        environ: WSGIEnvironment | Request,
        server_name: str | None = None,
        subdomain: str | None = None,
    ) -> _MapAdapter: ...
    def _subdomain_of(self, host: str, server_name: str) -> str: ...

class MapAdapter:
    map: _Map
    server_name: str
    script_name: str
    subdomain: str | None
    url_scheme: str
    path_info: str
    default_method: str
    query_args: _Query | None
    websocket: bool
    def __init__(
        self,
        map: Map,
        server_name: str,
        script_name: str,
        subdomain: str | None,
        url_scheme: str,
        path_info: str,
        default_method: str,
        query_args: _Query | None = None,
    ) -> None: ...
    def dispatch(
        self,
        view_func: Callable[[str, Mapping[str, Any]], WSGIApplication],
        path_info: str | None = None,
        method: str | None = None,
        catch_http_exceptions: bool = False,
    ) -> WSGIApplication: ...
    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[False] = False,
        query_args: _Query | None = None,
        websocket: bool | None = None,
    ) -> tuple[Any, Mapping[str, Any]]: ...
    @overload
    def match(
        self,
        path_info: str | None = None,
        method: str | None = None,
        return_rule: Literal[True] = True,
        query_args: _Query | None = None,
        websocket: bool | None = None,
    ) -> tuple[_Rule, Mapping[str, Any]]: ...
    def test(self, path_info: str | None = None, method: str | None = None) -> bool: ...
    def allowed_methods(self, path_info: str | None = None) -> Iterable[str]: ...
    def get_host(self, domain_part: str | None) -> str: ...
    def get_default_redirect(
        self, rule: _Rule, method: str, values: MutableMapping[str, Any], query_args: _Query
    ) -> str | None: ...
    def encode_query_args(self, query_args: _Query) -> str: ...
    def make_redirect_url(
        self, path_info: str, query_args: _Query | None = None, domain_part: str | None = None
    ) -> str: ...
    def make_alias_redirect_url(
        self, path: str, endpoint: Any, values: Mapping[str, Any], method: str, query_args: _Query
    ) -> str: ...
    def _partial_build(
        self, endpoint: Any, values: Mapping[str, Any], method: str | None, append_unknown: bool
    ) -> tuple[str, str, bool] | None: ...
    def build(
        self,
        endpoint: Any,
        values: Mapping[str, Any] | None = None,
        method: str | None = None,
        force_external: bool = False,
        append_unknown: bool = True,
        url_scheme: str | None = None,
    ) -> str: ...
