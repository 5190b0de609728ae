# One request and its response as the server sees them.


cdef class Exchange(FieldSource):
    """A request that has been read from the wire, in parts that nobody has decoded yet.

    The C-level methods are what :class:`CRequest` reads; each makes its answer anew, the environ
    alone is kept, because it is the truth once it exists.
    """

    cdef str _method
    cdef bytes _path
    cdef bytes _query
    cdef list _fields
    cdef bytes _body
    cdef str _scheme
    cdef tuple _server
    cdef object _remote_addr
    cdef object _input

    @staticmethod
    def from_parts(str method="GET", bytes path=b"/", bytes query=b"", fields=(), bytes body=b"",
                   str scheme="http", server=("localhost", 80), remote_addr=None):
        """A request without a socket; ``path`` and ``query`` are raw bytes of the target."""
        cdef Exchange self = Exchange.__new__(Exchange)
        self._method = method
        self._path = path
        self._query = query
        self._fields = list(fields)
        self._body = body
        self._scheme = scheme
        self._server = server
        self._remote_addr = remote_addr
        return self

    cdef str method(self):
        return self._method

    # Undecoded, without the query.
    cdef bytes raw_path(self):
        return self._path

    cdef bytes raw_query(self):
        return self._query

    # A field's value as the environ would hold it, None where there is none.
    cdef object field(self, str name):
        cdef list values = [value for key, value in self._fields if key.lower() == name.lower()]
        if not values:
            return None
        return values[0] if len(values) == 1 else ("; " if name.lower() == "cookie" else ",").join(values)

    cdef str scheme(self):
        return self._scheme

    cdef tuple server(self):
        return self._server

    cdef object remote_addr(self):
        return self._remote_addr

    # The whole body where it is in memory, else None.
    cdef bytes body(self):
        return self._body

    # The body as a file object that ends where the body ends; the same at each call.
    cdef object input(self):
        from io import BytesIO
        if self._input is None:
            self._input = BytesIO(self._body)
        return self._input

    cdef dict environ(self):
        cdef dict environ
        if self._environ is not None:
            return self._environ
        from urllib.parse import unquote_to_bytes
        import sys
        environ = {
            "REQUEST_METHOD": self._method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self._path).decode("latin-1"),
            "QUERY_STRING": self._query.decode("latin-1"),
            "SERVER_NAME": self._server[0],
            "SERVER_PORT": str(self._server[1]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self._scheme,
            "wsgi.input": self.input(),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if self._remote_addr is not None:
            environ["REMOTE_ADDR"] = self._remote_addr
        for name, _ in self._fields:
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = "HTTP_" + key
            environ[key] = self.field(name)
        self._environ = environ
        return environ
