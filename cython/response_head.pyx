# Responses without their body: status and headers.


cdef dict _status_lines = {}
cdef dict _default_content_types = {}


cdef object _status_line(int code):
    # Phrases in capitals, as WSGI applications have always sent them.
    line = _status_lines.get(code)
    if line is None:
        line = f"{code} {_toolkit('http').HTTP_STATUS_CODES.get(code, 'Unknown').upper()}"
        if len(_status_lines) < 1000:
            _status_lines[code] = line
    return line


cdef object _content_type_of(object mimetype):
    # The media type with the charset that text has by default.
    cdef PyObject* known
    known = PyDict_GetItem(_default_content_types, mimetype)
    if known != NULL:
        return <object>known
    content_type = _toolkit("utils").get_content_type(mimetype, "utf-8")
    if len(_default_content_types) < 256:
        _default_content_types[mimetype] = content_type
    return content_type


cdef class CResponseHead:
    """CResponseHead(status=None, headers=None, mimetype=None, content_type=None)\n--\n
    Status and headers of a response.

    ``status`` is a code, an ``HTTPStatus`` or a line such as ``"404 NOT FOUND"``; ``headers`` a
    ``Headers``, which is then used itself, or what makes one. ``content_type`` is used as it is,
    ``mimetype`` gains a charset where it is text's. Raises ValueError for an empty status.
    """

    # None while the line is the code's own.
    cdef object _line
    cdef int _code
    # None while _content_type and _length say all that there is.
    cdef object _headers
    cdef object _content_type
    # -1 where no Content-Length is set.
    cdef Py_ssize_t _length
    cdef dict __dict__
    cdef object __weakref__

    default_status = 200
    default_mimetype = "text/plain"
    max_cookie_size = 4093

    def __cinit__(self):
        self._code = 200
        self._length = -1

    def __init__(self, status=None, headers=None, mimetype=None, content_type=None):
        self._set_head(status, headers, mimetype, content_type)

    cdef object _set_head(self, object status, object headers, object mimetype,
                          object content_type):
        cdef bint has_type = False
        if headers is not None:
            if not isinstance(headers, _toolkit("datastructures").Headers):
                headers = _toolkit("datastructures").Headers(headers) if headers else None
            if headers is not None:
                has_type = "Content-Type" in headers
        if content_type is None:
            if mimetype is None and not has_type:
                mimetype = self.default_mimetype
            if mimetype is not None:
                content_type = _content_type_of(mimetype)
        self._headers = headers
        if headers is None:
            self._content_type = content_type
        elif content_type is not None:
            headers["Content-Type"] = content_type
        self.status = self.default_status if status is None else status

    def __reduce_ex__(self, protocol):
        return _made_empty, (type(self),), self.__getstate__()

    def __getstate__(self):
        return dict(_InstanceState(self))

    def __setstate__(self, state):
        _InstanceState(self).update(state)

    cdef list _native_names(self):
        return ["headers", "_status", "_status_code"]

    # -- headers

    cdef object _make_headers(self):
        cdef CHeaders headers = _new_of(_toolkit("datastructures").Headers, _no_args)
        if self._content_type is not None:
            headers._list.append(("Content-Type", _header_value(self._content_type)))
        if self._length >= 0:
            headers._list.append(("Content-Length", str(self._length)))
        self._headers = headers
        self._content_type = None
        self._length = -1
        return headers

    @property
    def headers(self):
        """The header fields, a ``Headers``."""
        return self._make_headers() if self._headers is None else self._headers

    @headers.setter
    def headers(self, value):
        self._content_type = None
        self._length = -1
        self._headers = value

    @property
    def content_type(self):
        """The ``Content-Type`` field's value."""
        return self._content_type if self._headers is None else self._headers.get("Content-Type")

    @content_type.setter
    def content_type(self, value):
        if self._headers is None and isinstance(value, str) and not _breaks_line(value):
            self._content_type = value
        else:
            self.headers["Content-Type"] = value

    @content_type.deleter
    def content_type(self):
        self.headers.pop("Content-Type", None)

    @property
    def content_length(self):
        """The ``Content-Length`` in bytes, None where none is set."""
        if self._headers is None:
            return None if self._length < 0 else self._length
        value = self._headers.get("Content-Length")
        if value is None:
            return None
        try:
            return int(value)
        except ValueError:
            return None

    @content_length.setter
    def content_length(self, value):
        self.headers["Content-Length"] = str(value)

    @content_length.deleter
    def content_length(self):
        self.headers.pop("Content-Length", None)

    cdef object _put_length(self, Py_ssize_t length):
        if self._headers is None:
            self._length = length
        else:
            self._headers["Content-Length"] = str(length)

    # -- status

    @property
    def status_code(self):
        """The status code as an int; 0 where the status is text without one."""
        return self._code

    @status_code.setter
    def status_code(self, code):
        self.status = code

    @property
    def status(self):
        """The status line's code and phrase."""
        return _status_line(self._code) if self._line is None else self._line

    @status.setter
    def status(self, value):
        if isinstance(value, int):
            self._code = value
            self._line = None
            return
        if not isinstance(value, str):
            raise TypeError(f"Expected a status as int or str, not {type(value).__name__!r}.")
        text = value.strip()
        if not text:
            raise ValueError("Empty status argument")
        code, space, _ = text.partition(" ")
        try:
            self._code = int(code)
        except ValueError:
            self._code = 0
            self._line = f"0 {text}"
            return
        self._line = text if space else None

    # What Werkzeug calls the line and the code; either is set without the other.
    @property
    def _status(self):
        return self.status

    @_status.setter
    def _status(self, value):
        self._line = value

    @property
    def _status_code(self):
        return self._code

    @_status_code.setter
    def _status_code(self, value):
        self._code = value

    # -- cookies

    def set_cookie(self, key, value="", max_age=None, expires=None, path="/", domain=None,
                   secure=False, httponly=False, samesite=None, partitioned=False):
        """Add a ``Set-Cookie`` field (RFC 6265): ``max_age`` in seconds or a timedelta, ``expires`` a
        datetime, a POSIX time or text, ``samesite`` one of Strict, Lax and None as text."""
        self.headers.add("Set-Cookie", _toolkit("http").dump_cookie(
            key, value=value, max_age=max_age, expires=expires, path=path, domain=domain,
            secure=secure, httponly=httponly, max_size=self.max_cookie_size, samesite=samesite,
            partitioned=partitioned))

    def delete_cookie(self, key, path="/", domain=None, secure=False, httponly=False,
                      samesite=None, partitioned=False):
        """Tell the client to forget a cookie, which must have been set with the same path and
        domain."""
        self.set_cookie(key, expires=0, max_age=0, path=path, domain=domain, secure=secure,
                        httponly=httponly, samesite=samesite, partitioned=partitioned)

    # -- the content's type

    @property
    def is_json(self):
        """Whether the media type is ``application/json`` or ``application/*+json``."""
        mimetype = self.mimetype
        return mimetype is not None and (mimetype == "application/json" or (
            mimetype.startswith("application/") and mimetype.endswith("+json")))

    @property
    def mimetype(self):
        """The media type without its parameters; set, it gains a charset where it is text's."""
        content_type = self.content_type
        return content_type.partition(";")[0].strip() if content_type else None

    @mimetype.setter
    def mimetype(self, value):
        self.content_type = _toolkit("utils").get_content_type(value, "utf-8")

    @property
    def mimetype_params(self):
        """The media type's parameters, a dict that writes changes back."""
        def write_back(params):
            self.content_type = _toolkit("http").dump_options_header(self.mimetype, params)
        params = _toolkit("http").parse_options_header(self.headers.get("Content-Type", ""))[1]
        return _toolkit("datastructures").CallbackDict(params, write_back)

    # -- ETag

    def set_etag(self, etag, weak=False):
        """Set the ``ETag`` to an unquoted tag, replacing one that there is."""
        self.headers["ETag"] = _toolkit("http").quote_etag(etag, weak)

    def get_etag(self):
        """The (unquoted tag, is weak) pair of the ``ETag``, (None, None) where there is none."""
        return _toolkit("http").unquote_etag(self.headers.get("ETag"))

    # -- fields as values

    location = _HeaderField("Location", writable=True)
    age = _HeaderField("Age", _load_age, _dump_age, writable=True)
    content_location = _HeaderField("Content-Location", writable=True)
    content_encoding = _HeaderField("Content-Encoding", writable=True)
    content_md5 = _HeaderField("Content-MD5", writable=True)
    date = _HeaderField("Date", _load_date, _dump_date, writable=True)
    expires = _HeaderField("Expires", _load_date, _dump_date, writable=True)
    last_modified = _HeaderField("Last-Modified", _load_date, _dump_date, writable=True)
    accept_ranges = _HeaderField("Accept-Ranges", writable=True)
    access_control_allow_headers = _HeaderField(
        "Access-Control-Allow-Headers", _load_set, _dump_list, writable=True)
    access_control_allow_methods = _HeaderField(
        "Access-Control-Allow-Methods", _load_set, _dump_list, writable=True)
    access_control_allow_origin = _HeaderField("Access-Control-Allow-Origin", writable=True)
    access_control_expose_headers = _HeaderField(
        "Access-Control-Expose-Headers", _load_set, _dump_list, writable=True)
    access_control_max_age = _HeaderField("Access-Control-Max-Age", int, str, writable=True)
    cross_origin_opener_policy = _HeaderField(
        "Cross-Origin-Opener-Policy", _load_coop, _dump_policy, default=_default_coop, writable=True)
    cross_origin_embedder_policy = _HeaderField(
        "Cross-Origin-Embedder-Policy", _load_coep, _dump_policy, default=_default_coep,
        writable=True)
    access_control_allow_credentials = property(_read_allow_credentials, _write_allow_credentials)
    retry_after = property(_read_retry_after, _write_retry_after)
    vary = _set_view("Vary")
    content_language = _set_view("Content-Language")
    allow = _set_view("Allow")
    cache_control = property(_read_cache_control)
    content_range = property(_read_content_range, _write_content_range)
    www_authenticate = property(
        _read_www_authenticate, _write_www_authenticate, _delete_www_authenticate)
    content_security_policy = _csp_view("Content-Security-Policy")
    content_security_policy_report_only = _csp_view("Content-Security-Policy-Report-Only")

    def __repr__(self):
        return f"<{type(self).__name__} [{self.status}]>"
