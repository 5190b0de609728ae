# Requests with their body, read from the wire or from a WSGI environ.

import json as _json

cimport cython

# The name that the WSGI world knows a populated request by.
cdef str _environ_request_key = "werkzeug.request"


cdef str _tunnelled(object text):
    # PEP 3333 carries bytes as Latin-1; the text they stand for is UTF-8.
    if text is None:
        return ""
    if text.isascii():
        return text
    return (<str>text).encode("latin-1").decode("utf-8", "replace")


def _request_data(request):
    """The body as bytes; empty where it was a form, which ``form`` and ``files`` then hold."""
    return request.get_data(parse_form_data=True)


def _request_values(request):
    """``args``, and for all methods but GET ``form`` after them, as a ``CombinedMultiDict``."""
    structures = _toolkit("datastructures")
    sources = [request.args]
    # A cache may take a GET for the same whatever its body is, which then must not count.
    if request.method != "GET":
        sources.append(request.form)
    return structures.CombinedMultiDict(
        [source if isinstance(source, structures.MultiDict) else structures.MultiDict(source)
         for source in sources])


cdef class CRequest(CRequestHead):
    """CRequest(environ, populate_request=True, shallow=False)\n--\n
    A request over a WSGI environ, or over what the server read from the wire.

    ``environ`` is a WSGI environ, which learns of the request under ``werkzeug.request`` where
    ``populate_request`` is true. A ``shallow`` request never reads the body: what would do so
    raises RuntimeError. From the wire, no environ exists until ``environ`` is asked for; once it
    exists it is the truth, and ``headers`` shows it.
    """

    cdef dict _environ
    cdef Exchange _exchange
    cdef public bint shallow
    cdef object _stream
    cdef object _form
    cdef object _files
    # Kept by get_data(), None where nothing was.
    cdef public object _cached_data
    # What get_json gave, loudly and silently; _absent where it has not.
    cdef object _json_loud
    cdef object _json_silent
    # Set by routing.
    cdef public object url_rule
    cdef public object view_args
    cdef public object routing_exception

    max_content_length = None
    max_form_memory_size = 500_000
    max_form_parts = 1_000
    form_data_parser_class = _ToolkitDefault("formparser", "FormDataParser")
    json_module = _json

    def __init__(self, environ, populate_request=True, shallow=False):
        self._environ = environ
        self.shallow = shallow
        if populate_request and not shallow:
            environ[_environ_request_key] = self

    cdef list _native_names(self):
        cdef list names = CRequestHead._native_names(self)
        names += ["environ", "shallow"]
        for name, value in (
            ("stream", self._stream), ("form", self._form), ("files", self._files),
            ("_cached_data", self._cached_data), ("url_rule", self.url_rule),
            ("view_args", self.view_args), ("routing_exception", self.routing_exception),
        ):
            if value is not None:
                names.append(name)
        if self._json_loud is not None or self._json_silent is not None:
            names.append("_cached_json")
        return names

    cdef dict _make_environ(self):
        cdef dict environ
        if self._exchange is None:
            raise RuntimeError("This request was made without an environ.")
        environ = self._environ = self._exchange.environ()
        if not self.shallow:
            environ[_environ_request_key] = self
        return environ

    cdef inline bint _on_wire(self):
        return self._environ is None and self._exchange is not None

    @property
    def environ(self):
        """The WSGI environ (PEP 3333)."""
        return self._make_environ() if self._environ is None else self._environ

    @environ.setter
    def environ(self, value):
        self._environ = value

    # -- where the head's parts are found

    cdef str _find_method(self):
        if self._on_wire():
            return self._exchange.method()
        return self.environ.get("REQUEST_METHOD", "GET").upper()

    cdef str _find_scheme(self):
        if self._on_wire():
            return self._exchange.scheme()
        return self.environ.get("wsgi.url_scheme", "http")

    cdef object _find_server(self):
        if self._on_wire():
            return self._exchange.server()
        name = self.environ.get("SERVER_NAME")
        if not name:
            return None
        try:
            return (name, int(self.environ.get("SERVER_PORT", None)))
        except (TypeError, ValueError):
            return (name, None)

    cdef str _find_root_path(self):
        if self._on_wire():
            return ""
        return _tunnelled(self.environ.get("SCRIPT_NAME")).rstrip("/")

    cdef str _find_path(self):
        if self._on_wire():
            return _path_text(self._exchange.raw_path())
        return "/" + _tunnelled(self.environ.get("PATH_INFO")).lstrip("/")

    cdef bytes _find_query_string(self):
        if self._on_wire():
            return self._exchange.raw_query()
        return self.environ.get("QUERY_STRING", "").encode("latin-1")

    cdef object _find_headers(self):
        cdef CHeaders headers
        view = _toolkit("datastructures").EnvironHeaders
        if not self._on_wire():
            return view(self.environ)
        headers = _new_of(view, _no_args)
        headers._source = self._exchange
        return headers

    cdef object _find_remote_addr(self):
        if self._on_wire():
            return self._exchange.remote_addr()
        return self.environ.get("REMOTE_ADDR")

    cdef object _field(self, str name):
        if self._headers is None and self._on_wire():
            return self._exchange.field(name)
        return self.headers.get(name)

    cdef object _make_cookies(self):
        if self._headers is None and self._on_wire():
            return _cookie_jar(self.dict_storage_class, self._exchange.field("Cookie"))
        return CRequestHead._make_cookies(self)

    # -- what WSGI alone knows

    input_stream = _EnvironField(
        "wsgi.input", doc="The body as the server gives it, whose end is nowhere guarded.")
    remote_user = _EnvironField("REMOTE_USER", doc="The user that the server authenticated.")
    is_multithread = _EnvironField("wsgi.multithread", doc="Whether other threads run the application.")
    is_multiprocess = _EnvironField(
        "wsgi.multiprocess", doc="Whether other processes run the application.")
    is_run_once = _EnvironField(
        "wsgi.run_once", doc="Whether the application is expected to run but once in its process.")

    @property
    def script_root(self):
        """The same as ``root_path``."""
        return self.root_path

    url_root = _Kept("url_root", _request_url_root)

    # The server's own stream ends where the body ends: it needs no guard but the limit's.
    cdef object _wire_stream(self):
        limit = self.max_content_length
        if limit is None:
            return self._exchange.input()
        length = self.content_length
        if length is not None and length > limit:
            raise _toolkit("exceptions").RequestEntityTooLarge()
        return _toolkit("wsgi").LimitedStream(self._exchange.input(), limit, is_max=True)

    # -- the body

    data = _Kept("data", _request_data)
    values = _Kept("values", _request_values)

    @property
    def stream(self):
        """The body as a stream that ends where the body ends; empty once a form was parsed.

        Raises RequestEntityTooLarge where the body is longer than ``max_content_length``, and
        RuntimeError on a shallow request.
        """
        if self._stream is None:
            if self.shallow:
                raise RuntimeError(
                    "A shallow request (shallow=True) must not read from its input stream.")
            if self._on_wire():
                self._stream = self._wire_stream()
            else:
                self._stream = _toolkit("wsgi").get_input_stream(
                    self.environ, max_content_length=self.max_content_length)
        return self._stream

    @stream.setter
    def stream(self, value):
        self._stream = value

    @stream.deleter
    def stream(self):
        self._stream = None

    @property
    def form(self):
        """The fields of a form body, a ``parameter_storage_class``; empty where it is no form."""
        if self._form is None:
            self._load_form_data()
            if self._form is None:
                self._form = self._loaded_by_own("form")
        return self._form

    @form.setter
    def form(self, value):
        self._form = value

    @form.deleter
    def form(self):
        self._form = None

    @property
    def files(self):
        """The uploaded files of a form body, ``FileStorage`` objects by field name."""
        if self._files is None:
            self._load_form_data()
            if self._files is None:
                self._files = self._loaded_by_own("files")
        return self._files

    @files.setter
    def files(self, value):
        self._files = value

    @files.deleter
    def files(self):
        self._files = None

    @property
    def want_form_data_parsed(self):
        """Whether the body may be a form: it is where the request tells a content type."""
        return True if self._field("Content-Type") else False

    def _get_file_stream(self, total_content_length, content_type, filename=None,
                         content_length=None):
        """The stream that an uploaded file is written to; overridden to write it elsewhere."""
        return _toolkit("formparser").default_stream_factory(
            total_content_length=total_content_length, content_type=content_type,
            filename=filename, content_length=content_length)

    def make_form_data_parser(self):
        """A ``form_data_parser_class`` with this request's limits."""
        return self.form_data_parser_class(
            stream_factory=self._get_file_stream,
            max_form_memory_size=self.max_form_memory_size,
            max_content_length=self.max_content_length,
            max_form_parts=self.max_form_parts,
            cls=self.parameter_storage_class)

    def _load_form_data(self):
        """Parse the body where it is a form; ``stream``, ``form`` and ``files`` are set after it."""
        if self._form is not None and self._files is not None:
            return
        if self.want_form_data_parsed:
            parser = self.make_form_data_parser()
            stream, form, files = parser.parse(
                self._get_stream_for_parsing(), self.mimetype, self.content_length,
                self.mimetype_params)
        else:
            stream = self.stream
            form = self.parameter_storage_class()
            files = self.parameter_storage_class()
        self._stream = stream
        if self._form is None:
            self._form = form
        if self._files is None:
            self._files = files

    cdef object _loaded_by_own(self, str name):
        # An overridden _load_form_data() may keep what it has read in the instance's dict, as
        # Werkzeug's does.
        return (<object>self).__dict__.get(name)

    def _get_stream_for_parsing(self):
        """The stream that a form is parsed from: what get_data() kept, else ``stream``."""
        if self._cached_data is not None:
            return _BytesIO(self._cached_data)
        return self.stream

    def get_data(self, cache=True, as_text=False, parse_form_data=False):
        """Read the whole body, as bytes or, with ``as_text``, as UTF-8 text.

        It is kept for later calls, and for a form to be parsed from, unless ``cache`` is false.
        With ``parse_form_data`` a form is parsed first, after which nothing is left to read.
        Without a ``max_content_length`` a client may fill the memory so.
        """
        data = self._cached_data
        if data is None:
            if parse_form_data:
                self._load_form_data()
            data = self.stream.read()
            if cache:
                self._cached_data = data
        return data.decode(errors="replace") if as_text else data

    # -- JSON

    @property
    def json(self):
        """What ``get_json()`` gives."""
        return self.get_json()

    def get_json(self, force=False, silent=False, cache=True):
        """Parse the body as JSON.

        Unless ``force`` is true the content type must be JSON's. A wrong type or malformed JSON
        gives None where ``silent`` is true, else what ``on_json_loading_failed`` gives or raises.
        With ``cache`` the outcome is kept for later calls.
        """
        if cache:
            kept = self._json_silent if silent else self._json_loud
            if kept is not None:
                return None if kept is _absent else kept
        if not (force or self.is_json):
            return None if silent else self.on_json_loading_failed(None)
        data = self.get_data(cache=cache)
        try:
            value = self.json_module.loads(data)
        except (ValueError, RecursionError) as error:  # the latter for too many brackets
            value = None if silent else self.on_json_loading_failed(error)
            if cache:
                self._keep_json(value, not silent, silent)
            return value
        if cache:
            self._keep_json(value, True, True)
        return value

    @property
    def _cached_json(self):
        # As Werkzeug has it: the loud outcome and the silent one, the ellipsis for none.
        return tuple([
            ... if kept is None else None if kept is _absent else kept
            for kept in (self._json_loud, self._json_silent)])

    @_cached_json.setter
    def _cached_json(self, outcomes):
        self._json_loud, self._json_silent = [
            None if kept is ... else _absent if kept is None else kept for kept in outcomes]

    cdef object _keep_json(self, object value, bint loud, bint silent):
        kept = _absent if value is None else value
        if loud:
            self._json_loud = kept
        if silent:
            self._json_silent = kept

    def on_json_loading_failed(self, e):
        """Called where the body is no JSON, with the parser's ValueError, or with None where the
        content type was wrong. What it returns is what ``get_json`` gives; it raises BadRequest or
        UnsupportedMediaType unless overridden."""
        exceptions = _toolkit("exceptions")
        if e is not None:
            raise exceptions.BadRequest(f"Failed to decode JSON object: {e}")
        raise exceptions.UnsupportedMediaType(
            "Did not attempt to load JSON data because the request"
            " Content-Type was not 'application/json'.")

    # -- routing

    @property
    def endpoint(self):
        """The endpoint that the URL matched, None where it matched none."""
        return None if self.url_rule is None else self.url_rule.endpoint

    @property
    def blueprint(self):
        """The name of the blueprint that the endpoint is of, dotted where it is nested, or None."""
        endpoint = self.endpoint
        if endpoint is not None and "." in endpoint:
            return endpoint.rpartition(".")[0]
        return None

    @property
    def blueprints(self):
        """The names of the current blueprint and of those around it, innermost first."""
        name = self.blueprint
        found = []
        while name:
            found.append(name)
            name = name.rpartition(".")[0]
        return found

    # -- making and ending

    @classmethod
    def from_values(cls, *args, **kwargs):
        """A request of the values that ``EnvironBuilder`` takes."""
        builder = _toolkit("test").EnvironBuilder(*args, **kwargs)
        try:
            return builder.get_request(cls)
        finally:
            builder.close()

    @classmethod
    def application(cls, f):
        """Make a WSGI application of ``f(request) -> response``; an HTTPException is an answer."""
        http_exception = _toolkit("exceptions").HTTPException

        @_wraps(f)
        @cython.binding(True)
        def wsgi_application(*args):
            *before, environ, start_response = args
            with cls(environ) as request:
                try:
                    response = f(*before, request)
                except http_exception as error:
                    response = error.get_response(environ)
                return response(environ, start_response)

        return wsgi_application

    def close(self):
        """Close the uploaded files."""
        if self._files is not None:
            for _, value in iter_multi_items(self._files):
                value.close()

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc_value, tb):
        self.close()


cdef str _path_text(bytes raw):
    # The decoded path with one slash at its start; what is no UTF-8 is replaced.
    cdef string_view view = _bytes_view(raw)
    cdef string decoded
    cdef str text
    cdef size_t i
    cdef bint plain = view.size() > 0 and view[0] == b"/" and (view.size() == 1 or view[1] != b"/")
    if plain:
        for i in range(view.size()):
            if view[i] == b"%" or <unsigned char>view[i] >= 0x80:
                plain = False
                break
    if plain:
        return ascii_text(view.data(), view.size())
    decoded = grammar.url_unquote(view)
    text = _text_replaced_of(decoded)
    return "/" + text.lstrip("/")


from functools import wraps as _wraps
from io import BytesIO as _BytesIO


cdef CRequest request_from_exchange(object cls, Exchange exchange):
    """A request of class ``cls`` over what the server read.

    A class that initialises itself in its own way is given the environ it expects.
    """
    cdef CRequest request
    if (<class_slots*>cls).tp_init == (<class_slots*>CRequest).tp_init:
        request = _new_of(cls, _no_args)
    else:
        request = cls(exchange.environ())
    request._exchange = exchange
    return request


def _request_over(cls, Exchange exchange not None):
    # For tests of the way from the wire.
    return request_from_exchange(cls, exchange)
