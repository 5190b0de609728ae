"""URL rules: which endpoint a path leads to, and which URL leads to an endpoint.

    >>> url_map = Map([
    ...     Rule("/", endpoint="index"),
    ...     Rule("/user/<int:id>", endpoint="user"),
    ... ])
    >>> urls = url_map.bind("example.org")
    >>> urls.match("/user/7")
    ('user', {'id': 7})
    >>> urls.build("user", {"id": 7, "page": 2})
    '/user/7?page=2'

A match raises NotFound, MethodNotAllowed or :exc:`RequestRedirect`, all of them responses.
"""

from .converters import AnyConverter as AnyConverter
from .converters import BaseConverter as BaseConverter
from .converters import FloatConverter as FloatConverter
from .converters import IntegerConverter as IntegerConverter
from .converters import PathConverter as PathConverter
from .converters import UnicodeConverter as UnicodeConverter
from .converters import UUIDConverter as UUIDConverter
from .converters import ValidationError as ValidationError
from .exceptions import BuildError as BuildError
from .exceptions import NoMatch as NoMatch
from .exceptions import RequestAliasRedirect as RequestAliasRedirect
from .exceptions import RequestPath as RequestPath
from .exceptions import RequestRedirect as RequestRedirect
from .exceptions import RoutingException as RoutingException
from .exceptions import WebsocketMismatch as WebsocketMismatch
from .map import Map as Map
from .map import MapAdapter as MapAdapter
from .matcher import StateMachineMatcher as StateMachineMatcher
from .rules import EndpointPrefix as EndpointPrefix
from .rules import Rule as Rule
from .rules import RuleFactory as RuleFactory
from .rules import RuleTemplate as RuleTemplate
from .rules import RuleTemplateFactory as RuleTemplateFactory
from .rules import Subdomain as Subdomain
from .rules import Submount as Submount
from .rules import parse_converter_args as parse_converter_args
