# Matcher: the C++ tree with the Python rules that it leads to. Included by routing.pyx.

cdef int _ask_python(void* context, uint32_t part, string_view text, string_view* values,
                     size_t count, cbool* slash) noexcept with gil:
    # Matches one part whose expression only `re` understands. Errors are kept for _find to raise.
    cdef Matcher matcher = <Matcher>context
    try:
        return matcher._match_expression(part, text, values, count, slash)
    except BaseException as e:
        matcher.error = e
        return -1


cdef class Matcher:
    """Matcher(merge_slashes)\n--\n
    Rules in the order in which they were added, found by domain, path and method."""

    cdef object __weakref__
    cdef route_table table
    cdef list rules
    cdef dict expressions
    cdef object error
    cdef int running
    cdef public bint merge_slashes

    def __init__(self, merge_slashes):
        self.rules = []
        self.expressions = {}
        self.merge_slashes = merge_slashes

    def add(self, Rule rule not None):
        """Take in a rule that is bound to a map.

        :raises RuntimeError: the rule is not bound.
        """
        if rule.c_map is None:
            raise RuntimeError("The rule is bound to no map.")
        if self.running:
            raise RuntimeError("A rule cannot be added while one is being matched.")
        if rule.c_draft == NULL:
            rule._start_draft()
            rule._finish_draft()
        cdef uint32_t part = self.table.part_count()
        rule.c_number = self.table.add(rule.c_draft[0], <void*>rule)
        while part < self.table.part_count():
            if self.table.needs_engine(part):
                text = self.table.expression(part).decode("utf-8", "surrogatepass")
                self.expressions[part] = _re.compile(text)
            part += 1
        del rule.c_draft
        rule.c_draft = NULL
        rule.c_matcher = self
        self.rules.append(rule)
        rule._sync()

    def __reduce_ex__(self, protocol):
        if self.rules:
            raise TypeError("A matcher that has rules cannot be copied: they are their map's.")
        return type(self), (self.merge_slashes,), getattr(self, "__dict__", None)

    def update(self):
        """Nothing to do: rules are in order as soon as they are added."""

    cdef int _configure(self, Rule rule) except -1:
        self.table.configure(rule.c_number, _truth(rule.strict_slashes), _truth(rule.merge_slashes),
                             rule.c_websocket, rule.c_methods is None)
        if rule.c_methods is not None:
            for method in sorted(rule.c_methods):
                self.table.allow(rule.c_number, _routing_string(method))
        return 0

    cdef int _match_expression(self, uint32_t part, string_view text, string_view* values,
                               size_t count, cbool* slash) except -1:
        cdef size_t i
        cdef size_t start, end
        subject = _routing_text(text.data(), text.size())
        found = self.expressions[part].match(subject)
        if found is None:
            return 0
        cdef bint ascii = len(subject) == <Py_ssize_t>text.size()
        for i in range(count):
            first, last = found.span(f"cruet_{i}")
            if ascii:
                start, end = first, last
            else:
                start = len(subject[:first].encode("utf-8", "surrogatepass"))
                end = start + len(subject[first:last].encode("utf-8", "surrogatepass"))
            values[i] = string_view(text.data() + start, end - start)
        if self.table.suffixed(part):
            slash[0] = found.group(found.re.groups) == "/"
        return 1

    cdef int _find(self, string_view domain, string_view path, string_view method, bint websocket,
                   match_values& values, match_outcome& out) except -1:
        self.running += 1
        try:
            out = self.table.find(domain, path, method, websocket, self.merge_slashes, values,
                                  _ask_python, <void*>self)
        finally:
            self.running -= 1
        if out.status == match_status.failed:
            error, self.error = self.error, None
            raise error
        return 0

    cdef inline Rule _rule(self, match_outcome& out):
        # Not by way of the list, whose items are far apart. It is what keeps the rule alive.
        assert out.rule < <size_t>len(self.rules)
        return <Rule>out.owner

    cdef object _no_match(self, match_outcome& out):
        # The exception for an outcome without a rule (or whose rule refused its values).
        cdef match_status status = out.without_rule()
        methods = {name.decode() for name in self.table.allowed(out)}
        return _errors_module().NoMatch(methods, status == match_status.websocket_mismatch)

    cdef bint _methods_are_stale(self):
        for rule in self.rules:
            if (<Rule>rule)._methods_changed():
                return True
        return False

    cdef int _resync(self) except -1:
        for rule in self.rules:
            (<Rule>rule)._sync()
        return 0

    def match(self, str domain, str path, str method, bint websocket):
        """The rule and the values for a decoded path.

        :raises NoMatch: nothing fits.
        :raises RequestPath: a path with another slash, or fewer, would fit.
        :raises RequestAliasRedirect: an alias fits.
        """
        cdef match_values texts
        cdef match_outcome out
        cdef string domain_text = _routing_string(domain)
        cdef string path_text = _routing_string(path)
        cdef string method_text = _routing_string(method)
        self._find(string_view(domain_text.data(), domain_text.size()),
                   string_view(path_text.data(), path_text.size()),
                   string_view(method_text.data(), method_text.size()), websocket, texts, out)
        errors = _errors_module()
        if out.status == match_status.redirect:
            raise errors.RequestPath(out.path.decode("utf-8", "surrogatepass"))
        if out.status != match_status.found:
            raise self._no_match(out)
        cdef Rule rule = self._rule(out)
        values = rule._values(texts)
        if values is None:
            raise self._no_match(out)
        if rule.c_alias and rule.map.redirect_defaults:
            raise errors.RequestAliasRedirect(values, rule.c_endpoint)
        return rule, values
