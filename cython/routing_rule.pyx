# Rule: one URL rule, its variables and its URL. Included by routing.pyx.

cdef object _live_attributes = frozenset((
    "methods", "endpoint", "defaults", "strict_slashes", "merge_slashes", "alias", "websocket",
    "redirect_to", "build_only", "arguments",
))


cdef object _parameter_text(object value):
    # Bytes stay bytes: they are percent-encoded as they are.
    return value if type(value) is str or type(value) is bytes else str(value)


cdef class Rule:
    """Rule(string, defaults=None, subdomain=None, methods=None, build_only=False, endpoint=None,
    strict_slashes=None, merge_slashes=None, redirect_to=None, alias=False, host=None,
    websocket=False)\n--\n
    One URL rule: a path with ``<converter(arguments):name>`` variables, and what it leads to.

    :param string: the rule; begins with a slash. One that ends in a slash is a branch.
    :param endpoint: what the rule leads to, anything.
    :param methods: the methods it takes, any by default; ``GET`` brings ``HEAD``.
    :raises ValueError: the rule does not begin with a slash, or a websocket rule takes other
        methods than GET, HEAD and OPTIONS.
    :raises TypeError: ``methods`` is one string.
    """

    # What each match looks at comes first, side by side with the object's own head: with many rules
    # it is not in the nearest cache.
    cdef object c_endpoint
    cdef tuple c_variables
    cdef object c_defaults
    cdef object c_redirect_to
    cdef bint c_methods_lent  # others may have the set, and change it in place
    cdef bint c_alias
    cdef bint c_may_redirect
    # What building and the rest look at.
    cdef dict __dict__
    cdef object __weakref__
    cdef Map c_map
    cdef Matcher c_matcher
    cdef uint32_t c_number
    cdef object c_methods
    cdef Py_ssize_t c_methods_size
    cdef bint c_websocket
    cdef bint c_own_suitable
    cdef bint c_own_build
    cdef object c_arguments
    cdef tuple c_argument_names
    cdef build_plan c_plan
    cdef str c_fixed_domain  # of a rule without variables, with
    cdef str c_fixed_path    # its path as URLs have it; else None
    cdef rule_draft* c_draft

    def __cinit__(self, *args, **kwargs):
        self.c_variables = ()
        self.c_methods_lent = True

    def __dealloc__(self):
        del self.c_draft

    def __init__(self, string, defaults=None, subdomain=None, methods=None, build_only=False,
                 endpoint=None, strict_slashes=None, merge_slashes=None, redirect_to=None,
                 alias=False, host=None, websocket=False):
        if not string.startswith("/"):
            raise ValueError(f"URL rule {string!r} must start with a slash.")
        self.rule = string
        self.is_leaf = not string.endswith("/")
        self.is_branch = string.endswith("/")
        self.map = None
        self.strict_slashes = strict_slashes
        self.merge_slashes = merge_slashes
        self.subdomain = subdomain
        self.host = host
        self.defaults = defaults
        self.build_only = build_only
        self.alias = alias
        self.websocket = websocket
        if methods is not None:
            if isinstance(methods, str):
                raise TypeError("'methods' is a list of strings, not one string.")
            methods = {method.upper() for method in methods}
            if "GET" in methods:
                methods.add("HEAD")
            if websocket and methods - {"GET", "HEAD", "OPTIONS"}:
                raise ValueError("WebSocket rules take only GET, HEAD and OPTIONS.")
        self.methods = methods
        self.c_methods_lent = False
        self.endpoint = endpoint
        self.redirect_to = redirect_to
        self.arguments = set(map(str, defaults)) if defaults else set()
        self._converters = {}
        self._trace = []

    def __setattr__(self, name, value):
        PyObject_GenericSetAttr(self, name, value)
        if self.c_map is not None and name in _live_attributes:
            self.c_map.c_stale = True

    @property
    def methods(self):
        """The methods that the rule takes, a set that may be changed; None: any."""
        self.c_methods_lent = True
        try:
            return vars(self)["methods"]
        except KeyError:
            raise AttributeError("methods") from None

    @methods.setter
    def methods(self, value):
        self.c_methods_lent = True
        vars(self)["methods"] = value

    def empty(self):
        """An unbound copy, for use in another map."""
        return type(self)(self.rule, **self.get_empty_kwargs())

    def get_empty_kwargs(self):
        """The arguments that :meth:`empty` makes the copy with. A subclass whose ``__init__`` takes
        further ones adds them."""
        return dict(
            defaults=dict(self.defaults) if self.defaults else None,
            subdomain=self.subdomain,
            methods=self._unlent_methods(),
            build_only=self.build_only,
            endpoint=self.endpoint,
            strict_slashes=self.strict_slashes,
            redirect_to=self.redirect_to,
            alias=self.alias,
            host=self.host,
        )

    def get_rules(self, map):
        yield self

    def refresh(self):
        """Compile again, after a change to the rule."""
        self.bind(self.map, rebind=True)

    def bind(self, map, rebind=False):
        """Take the map's settings where the rule has none of its own, and compile.

        :raises RuntimeError: the rule is bound already.
        """
        if self.map is not None and not rebind:
            raise RuntimeError(f"URL rule {self!r} is bound to {self.map!r} already.")
        self.map = map
        if self.strict_slashes is None:
            self.strict_slashes = map.strict_slashes
        if self.merge_slashes is None:
            self.merge_slashes = map.merge_slashes
        if self.subdomain is None:
            self.subdomain = map.default_subdomain
        self.compile()

    def get_converter(self, variable_name, converter_name, args, kwargs):
        """The converter of one variable.

        :raises LookupError: the map has none of this name.
        """
        if converter_name not in self.map.converters:
            raise LookupError(f"the converter {converter_name!r} does not exist")
        return self.map.converters[converter_name](self.map, *args, **kwargs)

    def compile(self):
        """Make the converters, and what matching and building need.

        :raises ValueError: the rule or an argument is malformed, or a name is used twice.
        :raises LookupError: a converter is not known.
        """
        cdef size_t i
        cdef rule_draft* draft
        if self.map is None:
            raise RuntimeError("The rule is bound to no map.")
        self.c_map = <Map?>self.map
        cdef list variables = []
        self._converters = {}
        self._start_draft()
        draft = self.c_draft
        for i in range(draft.size()):
            # Interned, as the names that callers pass are: comparing them is then one instruction.
            name = _intern(draft.name(i).decode())
            converter_name = draft.converter(i).decode() or "default"
            args, kwargs = parse_converter_args(draft.arguments(i).decode())
            converter = self.get_converter(name, converter_name, args, kwargs)
            self._converters[name] = converter
            self.arguments.add(name)
            variables.append(self.c_map._shared_variable(_make_variable(name, converter)))
        self.c_variables = self.c_map._shared_variables(tuple(variables))
        self._finish_draft()
        self._trace = [
            (_truth(step.variable), step.text.decode("utf-8", "surrogatepass"))
            for step in draft.rule.trace
        ]
        self.c_plan = draft.plan
        self._fix_url()
        cdef object cls = type(self)
        self.c_own_suitable = cls.suitable_for is not Rule.suitable_for
        self.c_own_build = (cls.build is not Rule.build
                            or cls._encode_query_vars is not Rule._encode_query_vars)
        self._sync()

    cdef int _fix_url(self) except -1:
        cdef string domain, path
        self.c_fixed_domain = self.c_fixed_path = None
        if len(self.c_variables) != 0:
            return 0
        self._write_steps(self.c_plan.domain, {}, domain)
        self._write_steps(self.c_plan.path, {}, path)
        if path.size() == 1 or (path.size() > 1 and path[1] != b"/"):
            self.c_fixed_domain = domain.decode()
            self.c_fixed_path = path.decode()
        return 0

    cdef int _start_draft(self) except -1:
        domain = self.host if self.map.host_matching else self.subdomain
        del self.c_draft
        self.c_draft = new rule_draft()
        cdef string path = _routing_string(self.rule)
        cdef errc failure = self.c_draft.parse(_routing_string(domain or ""), path,
                                               _truth(self.merge_slashes))
        if failure == errc.duplicate_variable:
            raise ValueError(f"a variable is used twice in URL rule {self.rule!r}")
        if failure != errc.ok:
            raise ValueError(f"malformed url rule: {self.rule!r}")
        return 0

    cdef int _finish_draft(self) except -1:
        cdef size_t i
        cdef _Variable variable
        cdef object defaults = self.defaults or {}
        for i in range(self.c_draft.size()):
            variable = <_Variable>self.c_variables[i]
            converter = self._converters[variable.name]
            self.c_draft.set_traits(i, _routing_string(converter.regex), converter.weight,
                                    _truth(converter.part_isolating))
            if variable.name in defaults:
                fixed = converter.to_url(defaults[variable.name])
                self.c_draft.set_constant(i, _routing_string(fixed))
        self.c_draft.compile()
        return 0

    cdef int _sync(self) except -1:
        # Reads the attributes that matching and building look at.
        self.c_endpoint = self.endpoint
        self.c_methods = self._unlent_methods()
        self.c_methods_size = -1 if self.c_methods is None else len(self.c_methods)
        self.c_defaults = self.defaults or None
        self.c_redirect_to = self.redirect_to
        self.c_arguments = self.arguments
        self.c_argument_names = tuple(self.c_arguments)
        self.c_alias = _truth(self.alias)
        self.c_websocket = _truth(self.websocket)
        if self.c_matcher is not None:
            self.c_matcher._configure(self)
        return 0

    cdef object _unlent_methods(self):
        cdef bint lent = self.c_methods_lent
        methods = self.methods
        # A subclass may have a set of its own.
        self.c_methods_lent = lent or methods is not vars(self).get("methods")
        return methods

    cdef inline bint _methods_changed(self):
        # Sets are changed in place too (rule.methods.add): their size tells. One that nobody has
        # seen is not looked at, for it is somewhere else.
        return (self.c_methods_lent and self.c_methods_size >= 0
                and len(self.c_methods) != self.c_methods_size)

    cdef dict _values(self, match_values& texts):
        # The values of matched texts with the defaults, or None where a converter refuses one.
        cdef dict values = {}
        cdef _Variable variable
        cdef string_view* text = texts.data()
        for item in self.c_variables:
            variable = <_Variable>item
            value = variable.value(text.data(), text.size())
            if value is _no_value:
                return None
            values[variable.name] = value
            text += 1
        if self.c_defaults is not None:
            values.update(self.c_defaults)
        return values

    cdef int _suits(self, dict values, object method) except -1:
        cdef object defaults = self.c_defaults
        if method is not None and self.c_methods is not None and method not in self.c_methods:
            return 0
        for key in self.c_argument_names:
            if not PyDict_Contains(values, key) and (defaults is None or key not in defaults):
                return 0
        if defaults is not None:
            for key, value in defaults.items():
                if key in values and value != values[key]:
                    return 0
        return 1

    cdef int _write_steps(self, vector[build_step]& steps, dict values, string& out) except -1:
        cdef size_t i
        cdef _Variable variable
        cdef PyObject* value
        for i in range(steps.size()):
            if steps[i].variable < 0:
                out.append(steps[i].text)
                continue
            variable = <_Variable>self.c_variables[steps[i].variable]
            value = PyDict_GetItemWithError(values, variable.name)
            if value == NULL:
                raise TypeError(f"no value for the variable {variable.name!r}")
            variable.write(<object>value, out)
        return 0

    cdef int _write_query(self, dict values, string& out) except -1:
        # Values that the rule has no use for, as a query.
        cdef bint first = True
        cdef list unknown = None
        for key, value in values.items():
            if key in self.c_arguments:
                continue
            if not isinstance(key, str):
                raise TypeError("keywords must be strings")
            if unknown is None:
                unknown = []
            if isinstance(value, (list, tuple, set)):
                unknown.extend([(key, one) for one in value])
            else:
                unknown.append((key, value))
        if unknown is None:
            return 0
        if self.c_map.sort_parameters:
            unknown.sort(key=self.c_map.sort_key)
        for key, value in unknown:
            if value is None:
                continue
            value = _parameter_text(value)
            append_query_pair(out, text_view(key), _any_view(value), first)
            first = False
        return 0

    cdef int _write(self, dict values, bint append_unknown, string& domain,
                    string& path) except -1:
        # 0 where a converter refuses a value. What is wrong with the query is told first.
        cdef string query
        if append_unknown and (self.c_defaults is not None or len(values) > len(self.c_variables)):
            self._write_query(values, query)
        try:
            self._write_steps(self.c_plan.domain, values, domain)
            self._write_steps(self.c_plan.path, values, path)
        except _converters_module().ValidationError:
            return 0
        path.append(query)
        return 1

    def _encode_query_vars(self, query_vars):
        cdef string out
        self._write_query({k: v for k, v in query_vars.items()}, out)
        return out.decode("ascii")[1:]

    def build(self, values, append_unknown=True):
        """The domain part and the path of the URL for these values, or None where a converter
        refuses one. Values without a variable become the query."""
        cdef string domain
        cdef string path
        cdef dict given = values if type(values) is dict else dict(values)
        if type(self)._encode_query_vars is not Rule._encode_query_vars and append_unknown:
            return self._build_with_own_query(given)
        if not self._write(given, append_unknown, domain, path):
            return None
        return domain.decode(), path.decode()

    def _build_with_own_query(self, values):
        unknown = {k: v for k, v in values.items() if k not in self.arguments}
        query = self._encode_query_vars(unknown) if unknown else ""
        built = Rule.build(self, values, False)
        return (built[0], f"{built[1]}?{query}") if built is not None and query else built

    def provides_defaults_for(self, rule):
        """Whether this rule, by its defaults, is the shorter way to what `rule` leads to."""
        return _truth(
            not self.build_only
            and self.defaults
            and self.endpoint == rule.endpoint
            and self != rule
            and self.arguments == rule.arguments
        )

    def suitable_for(self, values, method=None):
        """Whether a URL can be built from these values, and the rule takes the method."""
        self._sync()
        return _truth(self._suits(values if type(values) is dict else dict(values), method))

    def build_compare_key(self):
        """Of an endpoint's rules the one with the lowest key is built first."""
        return (1 if self.alias else 0, -len(self.arguments), -len(self.defaults or ()))

    def __eq__(self, other):
        return isinstance(other, type(self)) and self._trace == other._trace

    def __str__(self):
        return self.rule

    def __repr__(self):
        name = type(self).__name__
        if self.map is None:
            return f"<{name} (unbound)>"
        rule = "".join(f"<{text}>" if variable else text for variable, text in self._trace)
        methods = self._unlent_methods()
        methods = f" ({', '.join(methods)})" if methods is not None else ""
        return f"<{name} {rule.lstrip('|')!r}{methods} -> {self.endpoint}>"

    def __reduce_ex__(self, protocol):
        # A copy that is not deep shares the set of methods.
        self.c_methods_lent = True
        # The copy is bound to no map. Werkzeug, which reads these pickles too, wants its `_parts`.
        state = dict(vars(self), map=None, _converters={}, _trace=[], _parts=[])
        return _made_empty, (type(self),), state
