# Requests as their head tells them: no body, no I/O.

# Stands for None where None itself means "not looked up yet".
cdef object _absent = object()


cdef str _query_text(string_view raw, string& scratch):
    cdef size_t size
    cdef string escaped
    if not grammar.needs_decoding(raw):
        return ascii_text(raw.data(), raw.size())
    scratch.resize(raw.size())
    size = grammar.unquote_into(&scratch[0], raw, True)
    scratch.resize(size)
    if find_invalid_utf8(string_view(scratch.data(), size)) == size:
        return PyUnicode_DecodeUTF8(scratch.data(), size, NULL)
    grammar.append_escaping_invalid(escaped, string_view(scratch.data(), size))
    return PyUnicode_DecodeUTF8(escaped.data(), escaped.size(), NULL)


def parse_query_pairs(bytes text not None):
    """(name, value) pairs, decoded, of a query string or a form-encoded body (WHATWG URL 5.1).

    Blank values are kept; bytes that are no UTF-8 once decoded come out percent-encoded.
    """
    cdef grammar.raw_pair pair
    cdef string_view rest = _bytes_view(text)
    cdef string scratch
    cdef list pairs = []
    while grammar.next_pair(rest, pair):
        pairs.append((_query_text(pair.name, scratch), _query_text(pair.value, scratch)))
    return pairs


cdef inline bint _fills_as_multidict(object cls):
    # Whether cls(pairs) does nothing but what CMultiDict does with them.
    return (isinstance(cls, type)
            and (<class_slots*>cls).tp_init == (<class_slots*>CMultiDict).tp_init)


cdef object _query_arguments(object cls, bytes text):
    cdef grammar.raw_pair pair
    cdef string_view rest
    cdef string scratch
    cdef object arguments
    if not _fills_as_multidict(cls):
        return cls(parse_query_pairs(text))
    arguments = _new_of(cls, _no_args)
    rest = _bytes_view(text)
    while grammar.next_pair(rest, pair):
        _append(<dict>arguments, _query_text(pair.name, scratch), _query_text(pair.value, scratch))
    return arguments


cdef object _cookie_jar(object cls, str text):
    cdef object cookies
    if not _fills_as_multidict(cls):
        return _toolkit("sansio.http").parse_cookie(text, cls)
    cookies = _new_of(cls, _no_args)
    if text:
        for name, value in parse_cookie_pairs(text):
            _append(<dict>cookies, name, value)
    return cookies


cdef tuple _head_parts = (
    "method", "scheme", "server", "root_path", "path", "query_string", "headers", "remote_addr")


cdef class CRequestHead:
    """CRequestHead(method, scheme, server, root_path, path, query_string, headers,
    remote_addr)\n--\n
    A request as its head describes it. Every attribute is computed at first use and kept.

    ``server`` is a (host, port) pair or None, ``query_string`` is bytes, ``headers`` a ``Headers``,
    ``remote_addr`` text or None. Subclasses find the parts elsewhere through the ``_find`` methods.
    """

    cdef object _method
    cdef object _scheme
    cdef object _server
    cdef object _root_path
    cdef object _path
    cdef object _query_string
    cdef object _headers
    cdef object _remote_addr
    cdef object _args
    cdef object _cookies
    # mimetype and its parameters, once Content-Type has been parsed.
    cdef tuple _content_type_parts
    cdef dict _kept
    cdef dict __dict__
    cdef object __weakref__

    parameter_storage_class = _ToolkitDefault("datastructures", "ImmutableMultiDict")
    dict_storage_class = _ToolkitDefault("datastructures", "ImmutableMultiDict")
    list_storage_class = _ToolkitDefault("datastructures", "ImmutableList")
    user_agent_class = _ToolkitDefault("user_agent", "UserAgent")
    trusted_hosts = None

    def __init__(self, method, scheme, server, root_path, path, query_string, headers, remote_addr):
        self._method = method.upper()
        self._scheme = scheme
        self._server = _absent if server is None else server
        self._root_path = root_path.rstrip("/")
        self._path = "/" + path.lstrip("/")
        self._query_string = query_string
        self._headers = headers
        self._remote_addr = _absent if remote_addr is None else remote_addr

    def __reduce_ex__(self, protocol):
        return _made_empty, (type(self),), self.__getstate__()

    def __getstate__(self):
        return dict(_InstanceState(self))

    def __setstate__(self, state):
        _InstanceState(self).update(state)

    cdef list _native_names(self):
        cdef list names = [*_head_parts, *(self._kept or ())]
        if self._args is not None:
            names.append("args")
        if self._cookies is not None:
            names.append("cookies")
        return names

    # Where a subclass finds what nobody has set. Never called where __init__ above has run.
    cdef str _find_method(self):
        return "GET"

    cdef str _find_scheme(self):
        return "http"

    cdef object _find_server(self):
        return None

    cdef str _find_root_path(self):
        return ""

    cdef str _find_path(self):
        return "/"

    cdef bytes _find_query_string(self):
        return b""

    cdef object _find_headers(self):
        return _toolkit("datastructures").Headers()

    cdef object _find_remote_addr(self):
        return None

    # One field's text, None where there is none, without making ``headers`` where that can be.
    cdef object _field(self, str name):
        return self.headers.get(name)

    # -- the request line

    @property
    def method(self):
        """The method in upper case."""
        if self._method is None:
            self._method = self._find_method()
        return self._method

    @method.setter
    def method(self, value):
        self._method = value

    @property
    def scheme(self):
        """``http`` or ``https``; ``ws`` or ``wss`` for WebSockets."""
        if self._scheme is None:
            self._scheme = self._find_scheme()
        return self._scheme

    @scheme.setter
    def scheme(self, value):
        self._scheme = value

    @property
    def server(self):
        """The (host, port) listened on; port None for a UNIX socket, whose path is the host."""
        if self._server is None:
            value = self._find_server()
            self._server = _absent if value is None else value
        return None if self._server is _absent else self._server

    @server.setter
    def server(self, value):
        self._server = _absent if value is None else value

    @property
    def root_path(self):
        """Where the application is mounted, without a slash at the end; ``""`` for the root."""
        if self._root_path is None:
            self._root_path = self._find_root_path()
        return self._root_path

    @root_path.setter
    def root_path(self, value):
        self._root_path = value

    @property
    def path(self):
        """The decoded path below ``root_path``, one slash at its start."""
        if self._path is None:
            self._path = self._find_path()
        return self._path

    @path.setter
    def path(self, value):
        self._path = value

    @property
    def query_string(self):
        """What stands behind ``?`` in the URL, raw bytes."""
        if self._query_string is None:
            self._query_string = self._find_query_string()
        return self._query_string

    @query_string.setter
    def query_string(self, value):
        self._query_string = value

    @property
    def headers(self):
        """The header fields."""
        if self._headers is None:
            self._headers = self._find_headers()
        return self._headers

    @headers.setter
    def headers(self, value):
        self._headers = value

    @property
    def remote_addr(self):
        """The peer's address, None where it is not known."""
        if self._remote_addr is None:
            value = self._find_remote_addr()
            self._remote_addr = _absent if value is None else value
        return None if self._remote_addr is _absent else self._remote_addr

    @remote_addr.setter
    def remote_addr(self, value):
        self._remote_addr = _absent if value is None else value

    @property
    def args(self):
        """The query's parameters, a ``parameter_storage_class``."""
        if self._args is None:
            self._args = _query_arguments(self.parameter_storage_class, self.query_string)
        return self._args

    @args.setter
    def args(self, value):
        self._args = value

    @args.deleter
    def args(self):
        self._args = None

    @property
    def cookies(self):
        """The cookies that the client sent, a ``dict_storage_class``."""
        if self._cookies is None:
            self._cookies = self._make_cookies()
        return self._cookies

    @cookies.setter
    def cookies(self, value):
        self._cookies = value

    @cookies.deleter
    def cookies(self):
        self._cookies = None

    cdef object _make_cookies(self):
        return _cookie_jar(self.dict_storage_class, ";".join(self.headers.getlist("Cookie")))

    # -- the content's type

    cdef tuple _parse_content_type(self):
        text = self._field("Content-Type")
        if not text:
            return ("", {})
        if ";" not in text:
            return (text.strip(" \t").lower(), {})
        mimetype, params = _toolkit("http").parse_options_header(text)
        return (mimetype.lower(), params)

    @property
    def mimetype(self):
        """The media type without its parameters, in lower case; ``""`` where none is given."""
        if self._content_type_parts is None:
            self._content_type_parts = self._parse_content_type()
        return self._content_type_parts[0]

    @property
    def mimetype_params(self):
        """The media type's parameters as a dict."""
        if self._content_type_parts is None:
            self._content_type_parts = self._parse_content_type()
        return self._content_type_parts[1]

    @property
    def is_json(self):
        """Whether the media type is ``application/json`` or ``application/*+json``."""
        cdef str mimetype = self.mimetype
        return mimetype == "application/json" or (
            mimetype.startswith("application/") and mimetype.endswith("+json"))

    @property
    def is_secure(self):
        """Whether the request came over TLS."""
        return self.scheme in ("https", "wss")

    # -- fields as values

    content_type = _HeaderField("Content-Type")
    content_encoding = _HeaderField("Content-Encoding")
    content_md5 = _HeaderField("Content-MD5")
    referrer = _HeaderField("Referer")
    date = _HeaderField("Date", _load_date)
    max_forwards = _HeaderField("Max-Forwards", int)
    origin = _HeaderField("Origin")
    access_control_request_headers = _HeaderField("Access-Control-Request-Headers", _load_set)
    access_control_request_method = _HeaderField("Access-Control-Request-Method")

    content_length = _Kept("content_length", _request_content_length)
    access_route = _Kept("access_route", _request_access_route)
    full_path = _Kept("full_path", _request_full_path)
    host = _Kept("host", _request_host)
    url = _Kept("url", _request_url)
    base_url = _Kept("base_url", _request_base_url)
    root_url = _Kept("root_url", _request_root_url)
    host_url = _Kept("host_url", _request_host_url)
    authorization = _Kept("authorization", _request_authorization)
    user_agent = _Kept("user_agent", _request_user_agent)
    cache_control = _Kept("cache_control", _request_cache_control)
    accept_mimetypes = _accept("accept_mimetypes", "Accept", "MIMEAccept")
    accept_charsets = _accept("accept_charsets", "Accept-Charset", "CharsetAccept")
    accept_encodings = _accept("accept_encodings", "Accept-Encoding", "Accept")
    accept_languages = _accept("accept_languages", "Accept-Language", "LanguageAccept")
    pragma = _parsed(
        "pragma", "Pragma", "parse_set_header", "The ``Pragma`` directives as a ``HeaderSet``.")
    if_match = _parsed(
        "if_match", "If-Match", "parse_etags", "The ETags that the resource must have, an ``ETags``.")
    if_none_match = _parsed(
        "if_none_match", "If-None-Match", "parse_etags", "The ETags that the client holds, an ``ETags``.")
    if_modified_since = _parsed(
        "if_modified_since", "If-Modified-Since", "parse_date", "A date, or None.")
    if_unmodified_since = _parsed(
        "if_unmodified_since", "If-Unmodified-Since", "parse_date", "A date, or None.")
    if_range = _parsed(
        "if_range", "If-Range", "parse_if_range_header", "The ``If-Range`` condition as an ``IfRange``.")
    range = _parsed(
        "range", "Range", "parse_range_header", "The wanted ``Range``, None where there is none.")

    def __repr__(self):
        try:
            url = self.url
        except Exception as error:
            # A repr stands in logs and tracebacks: it tells of a bad host rather than raise.
            url = f"(invalid URL: {error})"
        return f"<{type(self).__name__} {url!r} [{self.method}]>"
