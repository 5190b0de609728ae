# Map: all rules with the settings they share. Included by routing.pyx.

cdef object _build_key = lambda rule: rule.build_compare_key()


cdef bint _upgrades_to_websocket(dict environ):
    tokens = environ.get("HTTP_CONNECTION", "").lower().split(",")
    if not any(token.strip() == "upgrade" for token in tokens):
        return False
    return environ.get("HTTP_UPGRADE", "").lower() == "websocket"


cdef str _ascii_host(str name):
    # The name without its port, as the IDNA codec writes it; all ASCII names stay as they are.
    cdef Py_ssize_t last
    if name.isascii():
        labels = name.split(".")
        last = len(labels) - 1
        for i, label in enumerate(labels):
            if len(label) > 63 or (not label and i != last):
                raise UnicodeError("label empty or too long")
        return name
    return name.encode("idna").decode("ascii")


cdef str _without_default_port(str name, str scheme):
    if scheme in ("http", "ws"):
        return name.removesuffix(":80")
    return name.removesuffix(":443") if scheme in ("https", "wss") else name


cdef class Map:
    """Map(rules=None, default_subdomain='', strict_slashes=True, merge_slashes=True,
    redirect_defaults=True, converters=None, sort_parameters=False, sort_key=None,
    host_matching=False)\n--\n
    The rules of an application.

    :param rules: rules and rule factories to begin with.
    :param default_subdomain: of rules that name none.
    :param strict_slashes: a path that lacks only the last slash of a rule is redirected to it.
    :param merge_slashes: paths with several slashes in a row are redirected to the path with one.
    :param redirect_defaults: paths that spell out another rule's defaults are redirected to it.
    :param converters: further converters, by name.
    :param sort_parameters: sort the query of built URLs, by `sort_key` of the (name, value) pairs.
    :param host_matching: rules name hosts, not subdomains.
    """

    cdef dict __dict__
    cdef object __weakref__
    cdef Matcher c_matcher
    cdef dict c_by_endpoint
    cdef dict c_shared
    cdef bint c_remap
    cdef bint c_stale
    cdef public object default_subdomain
    cdef public object strict_slashes
    cdef public object redirect_defaults
    cdef public object host_matching
    cdef public object converters
    cdef public object sort_parameters
    cdef public object sort_key

    def __cinit__(self, *args, **kwargs):
        self.c_matcher = Matcher(True)
        self.c_by_endpoint = {}
        self.c_shared = {}

    def __init__(self, rules=None, default_subdomain="", strict_slashes=True, merge_slashes=True,
                 redirect_defaults=True, converters=None, sort_parameters=False, sort_key=None,
                 host_matching=False):
        self.c_matcher.merge_slashes = merge_slashes
        self.default_subdomain = default_subdomain
        self.strict_slashes = strict_slashes
        self.redirect_defaults = redirect_defaults
        self.host_matching = host_matching
        self.sort_parameters = sort_parameters
        self.sort_key = sort_key
        defaults = getattr(self, "default_converters", None)
        if defaults is None:
            defaults = _converters_module().DEFAULT_CONVERTERS
        self.converters = dict(defaults)
        if converters:
            self.converters.update(converters)
        for rule_factory in rules or ():
            self.add(rule_factory)

    @property
    def merge_slashes(self):
        """Whether paths with several slashes in a row are redirected; of rules added later the
        default."""
        return self.c_matcher.merge_slashes

    @merge_slashes.setter
    def merge_slashes(self, value):
        self.c_matcher.merge_slashes = value

    @property
    def _matcher(self):
        return self.c_matcher

    @property
    def _rules_by_endpoint(self):
        return self.c_by_endpoint

    @property
    def _rules(self):
        return [rule for rules in self.c_by_endpoint.values() for rule in rules]

    def is_endpoint_expecting(self, endpoint, *arguments):
        """Whether some rule of the endpoint takes all these arguments.

        :raises KeyError: there is no such endpoint.
        """
        self.update()
        expected = set(arguments)
        return any(expected.issubset(rule.arguments) for rule in self.c_by_endpoint[endpoint])

    def iter_rules(self, endpoint=None):
        """All rules, or an endpoint's, those that are built first at the front.

        :raises KeyError: there is no such endpoint.
        """
        self.update()
        if endpoint is not None:
            return iter(self.c_by_endpoint[endpoint])
        return iter(self._rules)

    def add(self, rulefactory):
        """Bind the factory's rules to this map. They match from now on.

        :raises RuntimeError: a rule is bound to a map already.
        """
        cdef Rule rule
        for made in rulefactory.get_rules(self):
            rule = <Rule?>made
            made.bind(self)
            if not made.build_only:
                self.c_matcher.add(rule)
            self.c_by_endpoint.setdefault(made.endpoint, []).append(made)
        self.c_remap = True

    def update(self):
        """Put rules in order after changes. Called before every match and build."""
        if self.c_remap:
            for rules in self.c_by_endpoint.values():
                rules.sort(key=_build_key)
                self._note_redirects(rules)
            self.c_remap = False
        if self.c_stale:
            self.c_stale = False
            self.c_remap = True
            for rule in self._rules:
                (<Rule>rule)._sync()
            self.update()

    cdef int _note_redirects(self, list rules) except -1:
        # Only a rule that another with defaults goes before can lead to a redirect.
        cdef bint before = False
        for rule in rules:
            (<Rule>rule).c_may_redirect = before
            before = before or _truth(rule.defaults)
        return 0

    cdef _Variable _shared_variable(self, _Variable variable):
        # Rules often have equal variables, and those that share one share its cache lines.
        key = variable.key()
        return variable if key is None else self.c_shared.setdefault(key, variable)

    cdef tuple _shared_variables(self, tuple variables):
        return self.c_shared.setdefault(variables, variables)

    cdef inline int _ready(self) except -1:
        if self.c_remap or self.c_stale:
            self.update()
        return 0

    cdef Rule match_fast(self, const char* path, size_t size, str method, dict values):
        # For dispatch: the rule for a percent-decoded path that begins with one slash, matched on
        # the default subdomain over HTTP, its values put into `values` (which is empty). None where
        # anything is special, then MapAdapter.match says what. `method` is upper case.
        cdef match_values texts
        cdef match_outcome out
        cdef Rule rule
        if self.host_matching or size == 0 or path[0] != b"/":
            return None
        self._ready()
        if find_invalid_utf8(string_view(path, size)) != size:
            return None
        while size > 1 and path[1] == b"/":
            path += 1
            size -= 1
        self.c_matcher._find(text_view(self.default_subdomain), string_view(path, size),
                             text_view(method), False, texts, out)
        if out.status != match_status.found:
            return None
        rule = self.c_matcher._rule(out)
        if (rule.c_alias or rule.c_redirect_to is not None or rule._methods_changed()
                or (rule.c_may_redirect and self.redirect_defaults)):
            return None
        if rule.c_variables or rule.c_defaults is not None:
            found = rule._values(texts)
            if found is None:
                return None
            values.update(found)
        return rule

    def bind(self, server_name, script_name=None, subdomain=None, url_scheme="http",
             default_method="GET", path_info=None, query_args=None):
        """An adapter that matches and builds for one host and place.

        :param server_name: the host, with its port.
        :param script_name: where the application lies, ``/`` by default.
        :raises RuntimeError: a subdomain is given although whole hosts are matched.
        :raises BadHost: the server name cannot be a host's.
        """
        server_name = server_name.lower()
        if self.host_matching:
            if subdomain is not None:
                raise RuntimeError("With host matching there are no subdomains.")
        elif subdomain is None:
            subdomain = self.default_subdomain
        if script_name is None:
            script_name = "/"
        if path_info is None:
            path_info = "/"
        server_name, colon, port = server_name.partition(":")
        try:
            server_name = _ascii_host(server_name)
        except UnicodeError as e:
            raise _http_errors_module().BadHost() from e
        return self._adapter_class(self, f"{server_name}{colon}{port}", script_name, subdomain,
                                   url_scheme, path_info, default_method, query_args)

    @property
    def _adapter_class(self):
        return MapAdapter

    def bind_to_environ(self, environ, server_name=None, subdomain=None):
        """An adapter for one request, from its WSGI environ (or the request).

        :param server_name: the application's own host; what the request's has before it is the
            subdomain. A request to another host gets a subdomain that no rule has.
        """
        from cruet.toolkit._internal import _get_environ
        from cruet.toolkit.wsgi import get_host

        environ = _get_environ(environ)
        host = get_host(environ).lower()
        scheme = environ["wsgi.url_scheme"]
        if _upgrades_to_websocket(environ):
            scheme = "wss" if scheme == "https" else "ws"
        if server_name is None:
            server_name = host
        else:
            server_name = _without_default_port(server_name.lower(), scheme)
        if subdomain is None and not self.host_matching:
            subdomain = self._subdomain_of(host, server_name)
        # The method of the class that users know, which may be patched.
        bind = _toolkit("routing").Map.bind
        return bind(self, server_name, _environ_text(environ, "SCRIPT_NAME"), subdomain, scheme,
                    environ["REQUEST_METHOD"], _environ_text(environ, "PATH_INFO"),
                    query_args=_environ_text(environ, "QUERY_STRING"))

    def _subdomain_of(self, host, server_name):
        labels = host.split(".")
        own = server_name.split(".")
        cut = max(len(labels) - len(own), 0)
        if labels[cut:] != own:
            _warn_where_called(f"Current server name {host!r} doesn't match configured server name"
                               f" {server_name!r}")
            return "<invalid>"
        return ".".join(filter(None, labels[:cut]))

    def __repr__(self):
        return f"{type(self).__name__}({list(self.iter_rules())!r})"

    def __reduce__(self):
        # Rules are copied; a map that holds unpicklable endpoints or converters cannot be pickled.
        options = {name: getattr(self, name) for name in _map_options}
        return _restore_map, (type(self), options, dict(vars(self)),
                              [rule.empty() for rule in self._rules])


cdef void _warn_where_called(str message) except *:
    """Warn of the Python code that called, by the name that it was imported by, as filters do."""
    frame = _sys._getframe()
    names = frame.f_globals
    module = names.get("__name__", "<unknown>")
    dropin = _sys.modules.get("cruet.dropin")
    if dropin is not None:
        module = dropin.name_of(module)
    _warnings.warn_explicit(message, UserWarning, frame.f_code.co_filename, frame.f_lineno, module,
                            names.setdefault("__warningregistry__", {}))


cdef tuple _map_options = (
    "default_subdomain", "strict_slashes", "merge_slashes", "redirect_defaults", "converters",
    "sort_parameters", "sort_key", "host_matching",
)


def _restore_map(cls, options, state, rules):
    url_map = cls.__new__(cls)
    for name, value in options.items():
        setattr(url_map, name, value)
    vars(url_map).update(state)
    for rule in rules:
        url_map.add(rule)
    return url_map


cdef object _environ_text(dict environ, str name):
    # PEP 3333: bytes in the shape of latin-1 text.
    cdef object value = environ.get(name)
    if value is None or value.isascii():
        return value
    return value.encode("latin1").decode(errors="replace")
