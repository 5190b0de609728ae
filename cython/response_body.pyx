# Responses with their body, as WSGI applications.


def _encode_items(iterable):
    for item in iterable:
        yield item.encode() if isinstance(item, str) else item


cdef inline bint _bodyless(int code):
    # RFC 9110 section 6.4.1.
    return 100 <= code < 200 or code == 204 or code == 304


cdef class CResponse(CResponseHead):
    """CResponse(response=None, status=None, headers=None, mimetype=None, content_type=None,
    direct_passthrough=False)\n--\n
    A response: what a view or a WSGI application answers with.

    ``response`` is text or bytes, or an iterable of either, which is sent piece by piece. With
    ``direct_passthrough`` the iterable is handed to the server as it is. Text is encoded as UTF-8.
    """

    # The whole body where it was given as one piece; None where _response is the body.
    cdef object _body
    # A body of its own was given, be it empty: then it counts as one (empty) piece.
    cdef bint _has_piece
    cdef object _response
    cdef public object direct_passthrough
    cdef list _on_close_functions
    cdef object _stream

    implicit_sequence_conversion = True
    autocorrect_location_header = False
    automatically_set_content_length = True
    json_module = _json

    def __init__(self, response=None, status=None, headers=None, mimetype=None,
                 content_type=None, direct_passthrough=False):
        self._set_head(status, headers, mimetype, content_type)
        self.direct_passthrough = direct_passthrough
        if response is None:
            self._body = b""
        elif isinstance(response, (str, bytes, bytearray)):
            self.set_data(response)
        else:
            self.response = response

    # -- the body as given

    @property
    def response(self):
        """The body's pieces: a list of bytes, or the iterable that was given."""
        if self._body is not None:
            self._response = [self._body] if self._has_piece else []
            self._body = None
        return self._response

    @response.setter
    def response(self, value):
        self._body = None
        self._response = value

    @property
    def data(self):
        """The whole body as bytes; set, it replaces the body and the ``Content-Length``."""
        return self.get_data()

    @data.setter
    def data(self, value):
        self.set_data(value)

    def get_data(self, as_text=False):
        """The whole body, bytes or, with ``as_text``, text; an iterable is run through and kept.

        RuntimeError where that must not happen: on direct passthrough, or where
        ``implicit_sequence_conversion`` is off.
        """
        if self._body is not None:
            data = self._body
        else:
            self._ensure_sequence()
            data = b"".join(self.iter_encoded())
        return data.decode() if as_text else data

    def set_data(self, value):
        """Replace the body by text or bytes and set the ``Content-Length``."""
        self._body = value.encode() if isinstance(value, str) else bytes(value)
        self._has_piece = True
        self._response = None
        if self.automatically_set_content_length:
            self._put_length(len(self._body))

    def calculate_content_length(self):
        """The body's length in bytes, None where it is not known without running through it."""
        if self._body is not None:
            return len(self._body)
        try:
            self._ensure_sequence()
        except RuntimeError:
            return None
        return sum([len(piece) for piece in self.iter_encoded()])

    @property
    def is_streamed(self):
        """Whether the body is an iterable of unknown length."""
        if self._body is not None:
            return False
        try:
            len(self._response)
        except (TypeError, AttributeError):
            return True
        return False

    @property
    def is_sequence(self):
        """Whether the body is a list or a tuple, which may be sent again."""
        return self._body is not None or isinstance(self._response, (tuple, list))

    def _ensure_sequence(self, mutable=False):
        if self.is_sequence:
            if mutable and not isinstance(self.response, list):
                self.response = list(self.response)
            return
        if self.direct_passthrough:
            raise RuntimeError(
                "A response in direct passthrough mode is not turned into a sequence.")
        if not self.implicit_sequence_conversion:
            raise RuntimeError(
                "The response's body is an iterable, and implicit_sequence_conversion is off:"
                " call make_sequence() first.")
        self.make_sequence()

    def make_sequence(self):
        """Run through the iterable and keep its pieces in a list; it is closed with the response."""
        if self.is_sequence:
            return
        close = getattr(self._response, "close", None)
        self.response = list(self.iter_encoded())
        if close is not None:
            self.call_on_close(close)

    def iter_encoded(self):
        """Iterate over the body's pieces as bytes."""
        return _encode_items(self.response)

    def freeze(self):
        """Make the response ready to be pickled or cached: body in a list, length and ETag set."""
        self.response = list(self.iter_encoded())
        self.headers["Content-Length"] = str(sum([len(piece) for piece in self._response]))
        self.add_etag()

    @property
    def stream(self):
        """A file object that appends to the body."""
        if self._stream is None:
            self._stream = _toolkit("wrappers.response").ResponseStream(self)
        return self._stream

    @stream.setter
    def stream(self, value):
        self._stream = value

    # -- ending

    def call_on_close(self, func):
        """Call ``func()`` when the response is closed; gives ``func``, to be used as a decorator."""
        if self._on_close_functions is None:
            self._on_close_functions = []
        self._on_close_functions.append(func)
        return func

    @property
    def _on_close(self):
        if self._on_close_functions is None:
            self._on_close_functions = []
        return self._on_close_functions

    @_on_close.setter
    def _on_close(self, value):
        self._on_close_functions = value

    def close(self):
        """Close the iterable and call what was registered with :meth:`call_on_close`."""
        if self._body is None and hasattr(self._response, "close"):
            self._response.close()
        if self._on_close_functions is not None:
            for func in self._on_close_functions:
                func()

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, tb):
        self.close()

    # -- JSON

    @property
    def json(self):
        """The body parsed as JSON, None where the content type is not JSON's."""
        return self.get_json()

    def get_json(self, force=False, silent=False):
        """Parse the body as JSON; None where the content type is not JSON's and ``force`` is off.

        Malformed JSON raises ValueError, or gives None where ``silent`` is true.
        """
        if not (force or self.is_json):
            return None
        try:
            return self.json_module.loads(self.get_data())
        except ValueError:
            if not silent:
                raise
            return None

    # -- WSGI

    def get_wsgi_headers(self, environ):
        """A copy of the headers as they are sent in answer to ``environ``.

        URLs are made ASCII (and absolute where ``autocorrect_location_header`` is on), fields that
        the status forbids are left out, the length of a body in a list is filled in.
        """
        headers = _toolkit("datastructures").Headers(self.headers)
        location = headers.get("Location")
        if location is not None:
            headers["Location"] = self._sent_location(location, environ)
        content_location = headers.get("Content-Location")
        if content_location is not None:
            headers["Content-Location"] = _toolkit("urls").iri_to_uri(content_location)
        if self._code == 304:
            _toolkit("http").remove_entity_headers(headers)
        elif _bodyless(self._code):
            headers.remove("Content-Length")
        elif (self.automatically_set_content_length and self.is_sequence
                and "Content-Length" not in headers):
            headers["Content-Length"] = str(sum([len(piece) for piece in self.iter_encoded()]))
        return headers

    cdef object _sent_location(self, object location, object environ):
        location = _toolkit("urls").iri_to_uri(location)
        if not self.autocorrect_location_header:
            return location
        current = _toolkit("wsgi").get_current_url(environ, strip_querystring=True)
        return _urljoin(_toolkit("urls").iri_to_uri(current), location)

    def get_app_iter(self, environ):
        """The iterable to send in answer to ``environ``; empty for HEAD and bodyless statuses.

        It closes the response when it is closed, unless the body is passed through directly.
        """
        if environ["REQUEST_METHOD"] == "HEAD" or _bodyless(self._code):
            pieces = ()
        elif self.direct_passthrough:
            return self.response
        else:
            pieces = self.iter_encoded()
        return _toolkit("wsgi").ClosingIterator(pieces, self.close)

    def get_wsgi_response(self, environ):
        """The (iterable, status line, list of header pairs) to answer ``environ`` with."""
        headers = self.get_wsgi_headers(environ)
        return self.get_app_iter(environ), self.status, headers.to_wsgi_list()

    def __call__(self, environ, start_response):
        cdef list pairs
        if _sends_itself(self):
            body = _whole_body(self)
            pairs = None if body is None else _fields_to_send(self, len(<bytes>body))
            if pairs is not None:
                start_response(self.status, pairs)
                if _bodyless(self._code) or environ["REQUEST_METHOD"] == "HEAD":
                    return ()
                return (body,)
        app_iter, status, headers = self.get_wsgi_response(environ)
        start_response(status, headers)
        return app_iter

    # -- conditional answers: response_conditional.pyx

    def make_conditional(self, request_or_environ, accept_ranges=False, complete_length=None):
        """Answer a conditional or range request: 304, 412, 206 as its fields ask.

        Sets ``Date`` where it is missing, and the ``Content-Length`` where it can be known.
        ``accept_ranges`` is True (bytes), or the text of ``Accept-Ranges``; ranges need
        ``complete_length``, the whole body's length in bytes. Only GET and HEAD are looked at.
        Raises RequestedRangeNotSatisfiable. Gives the response itself.
        """
        environ = _toolkit("_internal")._get_environ(request_or_environ)
        return _make_conditional(self, environ, accept_ranges, complete_length)

    def add_etag(self, overwrite=False, weak=False):
        """Set an ``ETag`` made of the body where there is none, or in any case with ``overwrite``."""
        if overwrite or "ETag" not in self.headers:
            self.set_etag(_toolkit("http").generate_etag(self.get_data()), weak)

    def _is_range_request_processable(self, environ):
        return _range_is_wanted(self, environ)

    def _process_range_request(self, environ, complete_length, accept_ranges):
        return _answer_range(self, environ, complete_length, accept_ranges)

    def _wrap_range_response(self, start, length):
        if self._code == 206:
            self.response = _toolkit("wsgi")._RangeWrapper(self.response, start, length)

    # -- making and copying

    @classmethod
    def force_type(cls, response, environ=None):
        """``response`` as an object of this class, which it becomes; a WSGI application that is no
        response is run with ``environ``, without which TypeError is raised."""
        if not isinstance(response, CResponse):
            if environ is None:
                raise TypeError("A WSGI application needs an environ to become a response.")
            # Of the toolkit's own class: an answer that somebody else has made is not made once more
            # by the constructor of this one.
            made = _toolkit("wrappers").Response
            response = made(*_toolkit("test").run_wsgi_app(response, environ))
        response.__class__ = cls
        return response

    @classmethod
    def from_app(cls, app, environ, buffered=False):
        """The answer of a WSGI application; with ``buffered`` it is run to its end."""
        return cls(*_toolkit("test").run_wsgi_app(app, environ, buffered))

    cdef list _native_names(self):
        names = CResponseHead._native_names(self) + ["response", "direct_passthrough", "_on_close"]
        return names if self._stream is None else [*names, "stream"]

    def __repr__(self):
        if self.is_sequence:
            size = f"{sum([len(piece) for piece in self.iter_encoded()])} bytes"
        else:
            size = "streamed" if self.is_streamed else "likely-streamed"
        return f"<{type(self).__name__} {size} [{self.status}]>"


from urllib.parse import urljoin as _urljoin
