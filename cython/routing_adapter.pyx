# MapAdapter: matching and building for one host and place. Included by routing.pyx.

cdef str _path_safe = "!$&'()*+,/:;=@"
cdef object _simple_variable = _re.compile(r"<([^>]+)>")


cdef bint _is_plain_method(str method):
    cdef Py_UCS4 c
    for c in method:
        if c >= 128 or 97 <= c <= 122:
            return False
    return True


cdef class MapAdapter:
    """MapAdapter(map, server_name, script_name, subdomain, url_scheme, path_info, default_method,
    query_args=None)\n--\n
    Matches and builds URLs for what a map was bound to; made by :meth:`Map.bind`."""

    cdef dict __dict__
    cdef object __weakref__
    cdef public Map map
    cdef public object server_name
    cdef public object script_name
    cdef public object subdomain
    cdef public object url_scheme
    cdef public object path_info
    cdef public object default_method
    cdef public object query_args
    cdef public object websocket

    def __init__(self, map, server_name, script_name, subdomain, url_scheme, path_info,
                 default_method, query_args=None):
        self.map = map
        self.server_name = server_name
        if not script_name.endswith("/"):
            script_name += "/"
        self.script_name = script_name
        self.subdomain = subdomain
        self.url_scheme = url_scheme
        self.path_info = path_info
        self.default_method = default_method
        self.query_args = query_args
        self.websocket = url_scheme in ("ws", "wss")

    def dispatch(self, view_func, path_info=None, method=None, catch_http_exceptions=False):
        """Match, and call `view_func` with the endpoint and the values.

        :param catch_http_exceptions: give an HTTP error back instead of raising it; a redirect of
            the map is given back in any case.
        """
        try:
            try:
                endpoint, args = self.match(path_info, method)
            except _errors_module().RequestRedirect as e:
                return e
            return view_func(endpoint, args)
        except _http_errors_module().HTTPException as e:
            if catch_http_exceptions:
                return e
            raise

    def match(self, path_info=None, method=None, return_rule=False, query_args=None,
              websocket=None):
        """The endpoint (or the rule) and the values for a decoded path.

        :param path_info: the path, by default the one that the map was bound to.
        :param query_args: the query that a redirect keeps, a string or a mapping.
        :param websocket: match websocket rules; by default as the scheme says.
        :raises NotFound: no rule has this path.
        :raises MethodNotAllowed: none of those that have it takes the method.
        :raises RequestRedirect: the path should be another.
        :raises WebsocketMismatch: only rules of the other kind have this path.
        """
        cdef match_values texts
        cdef match_outcome out
        cdef Rule rule
        cdef dict values
        cdef Py_ssize_t size
        cdef const char* data
        cdef object keep
        cdef Map url_map = self.map
        url_map._ready()
        if path_info is None:
            path_info = self.path_info
        method = method or self.default_method
        if not _is_plain_method(method):
            method = method.upper()
        if websocket is None:
            websocket = self.websocket
        domain = self.server_name
        if not url_map.host_matching and self.subdomain is not None:
            domain = self.subdomain
        try:
            data = PyUnicode_AsUTF8AndSize(path_info, &size)
        except UnicodeEncodeError:
            keep = path_info.encode("utf-8", "surrogatepass")
            data = keep
            size = len(keep)
        if size != 0 and data[0] != b"/":
            keep = b"/" + data[:size]
            data = keep
            size += 1
        while size > 1 and data[0] == b"/" and data[1] == b"/":
            data += 1
            size -= 1
        url_map.c_matcher._find(text_view(domain), string_view(data, <size_t>size),
                                text_view(method), websocket, texts, out)
        if out.status != match_status.found:
            if (out.status == match_status.method_not_allowed
                    and url_map.c_matcher._methods_are_stale()):
                url_map.c_matcher._resync()
                return self.match(path_info, method, return_rule, query_args, websocket)
            self._raise_outcome(out, query_args)
        rule = url_map.c_matcher._rule(out)
        if rule._methods_changed():
            url_map.c_matcher._resync()
            return self.match(path_info, method, return_rule, query_args, websocket)
        values = rule._values(texts)
        if values is None:
            out.status = out.without_rule()
            self._raise_outcome(out, query_args)
        if (rule.c_alias or rule.c_may_redirect) and url_map.redirect_defaults:
            path = data[:size].decode("utf-8", "surrogatepass")
            self._redirect_to_other_rule(rule, method, values, query_args, domain, path)
        if rule.c_redirect_to is not None:
            self._redirect_to_target(rule, values)
        return (rule if return_rule else rule.c_endpoint), values

    cdef object _raise_outcome(self, match_outcome& out, object query_args):
        errors = _errors_module()
        if out.status == match_status.redirect:
            path = out.path.decode("utf-8", "surrogatepass")
            raise errors.RequestRedirect(
                self.make_redirect_url(_quote(path, safe=_path_safe), self._query(query_args)))
        if out.status == match_status.method_not_allowed:
            allowed = [name.decode() for name in self.map.c_matcher.table.allowed(out)]
            raise _http_errors_module().MethodNotAllowed(valid_methods=allowed)
        if out.status == match_status.websocket_mismatch:
            raise errors.WebsocketMismatch()
        raise _http_errors_module().NotFound()

    cdef object _query(self, object query_args):
        if query_args is None:
            return self.query_args or {}
        return query_args

    cdef object _redirect_to_other_rule(self, Rule rule, method, dict values, query_args, domain,
                                        path):
        errors = _errors_module()
        query_args = self._query(query_args)
        if rule.c_alias:
            raise errors.RequestRedirect(self.make_alias_redirect_url(
                f"{domain}|{path}", rule.c_endpoint, values, method, query_args))
        url = self.get_default_redirect(rule, method, values, query_args)
        if url is not None:
            raise errors.RequestRedirect(url)

    cdef object _redirect_to_target(self, Rule rule, dict values):
        if isinstance(rule.c_redirect_to, str):
            def fill(found):
                name = found.group(1)
                return rule._converters[name].to_url(values[name])

            target = _simple_variable.sub(fill, rule.c_redirect_to)
        else:
            target = rule.c_redirect_to(self, **values)
        host = f"{self.subdomain}.{self.server_name}" if self.subdomain else self.server_name
        base = f"{self.url_scheme or 'http'}://{host}{self.script_name}"
        raise _errors_module().RequestRedirect(_urljoin(base, target))

    def test(self, path_info=None, method=None):
        """Whether :meth:`match` finds a rule, be it for a redirect."""
        try:
            self.match(path_info, method)
        except _errors_module().RequestRedirect:
            return True
        except _http_errors_module().HTTPException:
            return False
        return True

    def allowed_methods(self, path_info=None):
        """The methods that rules of this path take."""
        try:
            # No rule lists this method.
            self.match(path_info, method="--")
        except _http_errors_module().MethodNotAllowed as e:
            return e.valid_methods
        except _http_errors_module().HTTPException:
            pass
        return []

    def get_host(self, domain_part):
        """The host that a rule's domain part means; None: the bound one."""
        if self.map.host_matching:
            return self.server_name if domain_part is None else domain_part
        subdomain = self.subdomain if domain_part is None else domain_part
        return f"{subdomain}.{self.server_name}" if subdomain else self.server_name

    def get_default_redirect(self, rule, method, values, query_args):
        """The URL of a rule that has this one's values as its defaults, or None."""
        for other in self.map._rules_by_endpoint[rule.endpoint]:
            # A rule further back has no power over this one.
            if other is rule:
                break
            if other.provides_defaults_for(rule) and other.suitable_for(values, method):
                values.update(other.defaults)
                domain_part, path = other.build(values)
                return self.make_redirect_url(path, query_args, domain_part=domain_part)
        return None

    def encode_query_args(self, query_args):
        if isinstance(query_args, str):
            return query_args
        pairs = []
        if hasattr(query_args, "getlist"):
            items = query_args.items(multi=True)
        else:
            items = query_args.items()
        for key, value in items:
            several = value if isinstance(value, (list, tuple, set)) else (value,)
            pairs.extend((key, one) for one in several if one is not None)
        return _urlencode(pairs, safe="!$'()*,/:;?@")

    def make_redirect_url(self, path_info, query_args=None, domain_part=None):
        """An absolute URL, with the query."""
        if query_args is None:
            query_args = self.query_args
        query = self.encode_query_args(query_args) if query_args else None
        path = "/".join((self.script_name.strip("/"), path_info.lstrip("/")))
        host = self.get_host(domain_part)
        return _urlunsplit((self.url_scheme or "http", host, path, query, None))

    def make_alias_redirect_url(self, path, endpoint, values, method, query_args):
        """The absolute URL that an alias stands for.

        :raises RuntimeError: it is the alias itself.
        """
        url = self.build(endpoint, values, method, append_unknown=False, force_external=True)
        if query_args:
            url += f"?{self.encode_query_args(query_args)}"
        if url == path:
            raise RuntimeError("An alias redirects to itself: no rule of its endpoint fits.")
        return url

    cdef int _build_parts(self, endpoint, dict values, method, bint append_unknown,
                          string& domain, string& path, bint* websocket) except -1:
        # 1 when a rule fits: its domain part, path and kind.
        cdef Rule rule
        cdef string rule_domain, rule_path
        cdef bint found = False
        cdef bint matching = self.map.host_matching
        cdef list rules = self.map.c_by_endpoint.get(endpoint)
        if rules is None:
            return 0
        rule_path.reserve(96)
        for item in rules:
            rule = <Rule>item
            if rule.c_own_suitable:
                if not rule.suitable_for(values, method):
                    continue
            elif not rule._suits(values, method):
                continue
            rule_domain.clear()
            rule_path.clear()
            if rule.c_own_build:
                built = rule.build(values, append_unknown)
                if built is None:
                    continue
                rule_domain = _routing_string(built[0])
                rule_path = _routing_string(built[1])
            elif not rule._write(values, append_unknown, rule_domain, rule_path):
                continue
            # Rules on this very host go before those on others.
            here = not matching or rule_domain == _routing_string(self.server_name)
            if here or not found:
                domain.swap(rule_domain)
                path.swap(rule_path)
                websocket[0] = rule.c_websocket
                found = True
            if here:
                break
        return found

    def _partial_build(self, endpoint, values, method, append_unknown):
        """The domain part, the path and whether it is a websocket rule's, or None."""
        cdef string domain, path
        cdef bint websocket = False
        if method is None and self._build_parts(endpoint, values, self.default_method,
                                                append_unknown, domain, path, &websocket):
            return domain.decode(), path.decode(), websocket
        if self._build_parts(endpoint, values, method, append_unknown, domain, path, &websocket):
            return domain.decode(), path.decode(), websocket
        return None

    def build(self, endpoint, values=None, method=None, force_external=False, append_unknown=True,
              url_scheme=None):
        """The URL of an endpoint, relative to the bound host where it lies there.

        :param values: for the variables; others become the query, None is left out.
        :param method: only rules that take it.
        :param force_external: with scheme and host in any case.
        :param append_unknown: whether values without a variable become the query.
        :param url_scheme: instead of the bound one; empty: a URL that begins with ``//``.
        :raises BuildError: no rule of the endpoint fits.
        """
        cdef string domain, path
        cdef bint websocket = False
        cdef dict given
        cdef str fixed
        self.map._ready()
        if not force_external and (values is None or (type(values) is dict and not values)):
            fixed = self._fixed_path(endpoint, method)
            if fixed is not None:
                return fixed
        given = _given_values(values)
        if not ((method is None and self._build_parts(endpoint, given, self.default_method,
                                                      append_unknown, domain, path, &websocket))
                or self._build_parts(endpoint, given, method, append_unknown, domain, path,
                                     &websocket)):
            # A copy: `given` may be the caller's own dict, which goes on to change.
            raise _errors_module().BuildError(endpoint, dict(given), method, self)
        if url_scheme is None:
            url_scheme = self.url_scheme
        if not websocket and not force_external and self._lies_here(domain):
            if (<str>self.script_name) == "/" and path.size() > 0 and path[0] == b"/" and (
                    path.size() == 1 or path[1] != b"/"):
                return _routing_text(path.data(), path.size())
            return f"{self.script_name.rstrip('/')}/{path.decode().lstrip('/')}"
        return self._external_url(domain.decode(), path.decode().lstrip("/"), websocket, url_scheme)

    cdef str _fixed_path(self, endpoint, method):
        # The URL of an endpoint whose first rule has no variables and lies right here, as those of
        # most pages do. None: the rules are to be asked.
        cdef PyObject* found = PyDict_GetItemWithError(self.map.c_by_endpoint, endpoint)
        cdef Rule rule
        if found == NULL or self.map.host_matching or len(<list>found) == 0:
            return None
        rule = <Rule>(<list>found)[0]
        if (rule.c_fixed_path is None or rule.c_defaults is not None or rule.c_websocket
                or rule.c_own_suitable or rule.c_own_build):
            return None
        if rule.c_methods is not None:
            method = self.default_method if method is None else method
            if method is not None and method not in rule.c_methods:
                return None
        if <str?>self.script_name != "/" or self.subdomain != rule.c_fixed_domain:
            return None
        return rule.c_fixed_path

    cdef bint _lies_here(self, string& domain) except -1:
        here = self.server_name if self.map.host_matching else self.subdomain
        return here is not None and text_view(here) == string_view(domain.data(), domain.size())

    cdef object _external_url(self, str domain, str path, bint websocket, scheme):
        secure = scheme in ("https", "wss")
        if websocket:
            scheme = "wss:" if secure else "ws:"
        elif scheme:
            scheme = "https:" if secure else "http:"
        return f"{scheme or ''}//{self.get_host(domain)}{self.script_name.removesuffix('/')}/{path}"


cdef dict _given_values(values):
    # Without None; of multi-dicts lists, or the only value.
    cdef dict out
    if not values:
        return {}
    if type(values) is dict:
        for value in (<dict>values).values():
            if value is None:
                break
        else:
            return values
    if isinstance(values, dict) and hasattr(values, "getlist"):
        return {key: (several[0] if len(several) == 1 else several)
                for key, several in dict.items(values) if len(several) != 0}
    out = {}
    for key, value in values.items():
        if value is not None:
            out[key] = value
    return out
