# Hooks around requests, for servers that have any: Gunicorn's pre_request and post_request.

cdef class HookedRequest:
    """A request as a hook sees it: read from the wire, under the names that Gunicorn has for it.

    ``headers`` is a list of (name in capitals, value); what a hook before the request changes in it, the application
    sees. Asking for ``environ`` makes the request's environ, which the application then has, too.
    """

    cdef Exchange _exchange
    cdef list _headers
    cdef list _headers_before
    # What was answered, a CResponse or an _Answer.
    cdef object _given

    @property
    def method(self):
        """The method as it was sent."""
        return self._exchange.method()

    @property
    def uri(self):
        """The target of the request line."""
        return latin1_text(self._exchange.x.head().target())

    @property
    def path(self):
        """The target's path, undecoded."""
        return latin1_text(self._exchange._path())

    @property
    def query(self):
        """What stands behind ``?``, undecoded."""
        return latin1_text(self._exchange.x.head().query())

    @property
    def fragment(self):
        """Empty: a fragment is never sent."""
        return ""

    @property
    def version(self):
        """HTTP's version: (1, 1)."""
        major, minor = latin1_text(version_of(self._exchange.x))[5:].split(".")
        return int(major), int(minor)

    @property
    def scheme(self):
        """``http`` or ``https``."""
        return self._exchange.scheme()

    @property
    def remote_addr(self):
        """The peer as (address, port), "" for a UNIX socket."""
        address = self._exchange.remote_addr()
        return "" if address is None else (address, self._exchange.x.connection().remote_port)

    @property
    def peer_addr(self):
        """The same as ``remote_addr``."""
        return self.remote_addr

    @property
    def headers(self):
        """The header fields in the order in which they were sent."""
        cdef size_t i
        cdef const wire_field* found
        if self._headers is None:
            self._headers = []
            for i in range(field_count(self._exchange.x)):
                found = field_at(self._exchange.x, i)
                self._headers.append((latin1_text(found.name).upper(), latin1_text(found.value)))
            self._headers_before = list(self._headers)
        return self._headers

    @property
    def environ(self):
        """The request's WSGI environ."""
        return self._exchange.environ()

    # Puts what a hook changed in `headers` into the environ.
    cdef int take_over(self) except -1:
        cdef dict environ, fields = {}
        if self._headers is None or self._headers == self._headers_before:
            return 0
        for name, value in self._headers:
            raw = str(name).encode("latin-1")
            key = _header_key(_bytes_sv(raw), self._exchange.site.underscores)
            if key is not None:
                earlier = fields.get(key)
                fields[key] = str(value) if earlier is None else _joined(_bytes_sv(raw), earlier, value)
        if not overriding_host(self._exchange.x).empty():
            fields.pop("HTTP_HOST", None)
        environ = self._exchange.environ()
        for key in list(environ):
            if key.startswith("HTTP_") or key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                if key != "HTTP_HOST" or "HTTP_HOST" in fields:
                    del environ[key]
        environ.update(fields)
        return 0

    @property
    def response(self):
        """What was answered, once it was: a HookedResponse."""
        cdef HookedResponse response = HookedResponse.__new__(HookedResponse)
        response._exchange = self._exchange
        response._given = self._given
        return response


cdef class HookedResponse:
    """An answer as a hook after the request sees it, under the names that Gunicorn has for it."""

    cdef Exchange _exchange
    cdef object _given

    @property
    def status_code(self):
        """The status as a number; 0 where nothing was answered."""
        return self._exchange.x.sent().status

    @property
    def status(self):
        """The status line: ``200 OK``; the number alone where only that is known."""
        given = self._given
        if isinstance(given, _Answer) and (<_Answer>given).status is not None:
            return (<_Answer>given).status
        if isinstance(given, CResponse):
            return (<CResponse>given).status
        return str(self.status_code)

    @property
    def headers(self):
        """The header fields that the application gave, a list of (name, value)."""
        given = self._given
        if isinstance(given, _Answer) and (<_Answer>given).headers is not None:
            return list((<_Answer>given).headers)
        if isinstance(given, CResponse):
            return list((<CResponse>given).headers)
        return []

    @property
    def sent(self):
        """Bytes of content that were sent."""
        return self._exchange.x.sent().bytes

    @property
    def response_length(self):
        """The same as ``sent``."""
        return self.sent


cdef HookedRequest _hooked(Exchange ex):
    if ex.hooked is None:
        ex.hooked = HookedRequest.__new__(HookedRequest)
        (<HookedRequest>ex.hooked)._exchange = ex
    return <HookedRequest>ex.hooked


cdef bint _before_request(Exchange ex) except -1:
    """Call the hook before a request; False where it raised, and that was answered."""
    cdef HookedRequest request = _hooked(ex)
    try:
        ex.site.pre_request(request)
        request.take_over()
    except Exception as error:
        _fail_exchange(ex, error)
        return False
    return True


cdef int _after_request(Exchange ex, context) except -1:
    """Call the hook after a request, in the request's context."""
    PyContext_Enter(context)
    try:
        ex.site.post_request(_hooked(ex))
    except Exception:
        _server_log.exception("Error in the hook post_request")
    finally:
        PyContext_Exit(context)
        # It refers to this.
        ex.hooked = None
    return 0
