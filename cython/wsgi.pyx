# Any WSGI application, served (PEP 3333), and responses of the framework, sent.

from cpython.bytes cimport PyBytes_CheckExact
from cpython.list cimport PyList_CheckExact
from cpython.tuple cimport PyTuple_CheckExact
from cpython.unicode cimport PyUnicode_Check

from lib_server cimport respond, respond_bytes, start, wait_writable, write

include "files.pyx"

import logging as _logging

cdef object _server_log = _logging.getLogger("cruet.server")

cdef enum:
    # write_state
    _READY = 0
    _FULL = 1
    _GONE = 2
    # Bytes of a stream that one turn of the loop sends, so that a quick reader does not have the loop for itself.
    _TURN = 1 << 20

cdef object _END = object()


cdef class _Fields:
    """Header fields as views into the strings of a list, which is kept."""

    cdef vector[wire_field] pairs
    cdef list kept

    cdef int fill(self, list headers) except -1:
        cdef wire_field pair
        self.kept = headers
        self.pairs.clear()
        self.pairs.reserve(len(headers))
        for item in headers:
            if not isinstance(item, tuple) or len(<tuple>item) != 2:
                raise TypeError("a header is not a (name, value) tuple")
            if not latin1_view((<tuple>item)[0], pair.name) or not latin1_view((<tuple>item)[1], pair.value):
                raise TypeError(f"header {item!r} is not Latin-1 str")
            self.pairs.push_back(pair)
        return 0


cdef int _status_code(object status) except -1:
    if not PyUnicode_Check(status):
        raise TypeError("the status is not a str")
    text = <str>status
    if len(text) < 3 or not text[:3].isdecimal() or not text.isascii() or (len(text) > 3 and text[3] != " "):
        raise ValueError(f"the status {text[:40]!r} is not three digits, a space and a reason")
    return int(text[:3])


cdef class _Answer:
    """The answer of a WSGI application to one exchange, from start_response to close().

    On the loop's thread it may take several turns: go_on() is called whenever the client has taken
    enough of what was written.
    """

    cdef Exchange ex
    # The request's own contextvars.Context.
    cdef object context
    cdef str status
    cdef int code
    cdef list headers
    cdef bint head_written
    cdef object iterable
    cdef object iterator
    # A temporary file with what write() was given on the loop's thread while the client took nothing, sent from
    # spool_at on before the iterable's content; None where there is none.
    cdef object spool
    cdef Py_ssize_t spool_at
    # A turn is over though the client would take more.
    cdef bint paused

    def __call__(self, status, headers, exc_info=None):
        """start_response: note status and headers; they are sent with the first content."""
        if exc_info is not None:
            try:
                if self.head_written:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.headers is not None:
            raise AssertionError("start_response was called twice without exc_info")
        self.code = _status_code(status)
        if not PyList_CheckExact(headers):
            headers = list(headers)
        self.status = status
        self.headers = headers
        return self._write_callable

    def _write_callable(self, data):
        # The legacy way to send content. A thread waits for its client; the loop's own cannot, and memory is not to
        # grow with what it is given: a file does.
        if not isinstance(data, bytes):
            raise TypeError("write() takes bytes")
        if self.spool is not None:
            self.spool.seek(0, 2)
            self.spool.write(data)
        elif self.put(data) == _FULL:
            if self.ex.x.threaded():
                self.wait()
            else:
                from tempfile import TemporaryFile

                self.spool = TemporaryFile()
                self.spool_at = 0

    # The next piece of content, _END behind the last.
    cdef object next_piece(self):
        if self.spool is not None:
            self.spool.seek(self.spool_at)
            piece = self.spool.read(_READ_SIZE)
            if piece:
                self.spool_at += len(<bytes>piece)
                return piece
            self.drop_spool()
        return next(self.iterator, _END)

    cdef int drop_spool(self) except -1:
        spool = self.spool
        self.spool = None
        if spool is not None:
            spool.close()
        return 0

    cdef int begin(self, long long length) except -1:
        cdef _Fields fields = _Fields.__new__(_Fields)
        cdef int failed
        cdef bytes reason
        if self.headers is None:
            raise AssertionError("the application gave content before it called start_response")
        fields.fill(self.headers)
        reason = self.status[4:].encode("ascii")
        self.head_written = True
        failed = start(self.ex.x, self.code, _bytes_sv(reason), fields.pairs, length)
        if failed:
            raise ValueError(_message_text(failed))
        return 0

    cdef int put(self, bytes data) except -1:
        # Nothing is sent before there is content, so that an error can still become a 500.
        if not self.head_written:
            if not data and self.iterator is not None:
                return _READY
            self.begin(-1)
        return self.pass_on(data) if data else _READY

    cdef int pass_on(self, bytes data) except -1:
        cdef exchange* x = self.ex.x
        cdef string_view view = _bytes_sv(data)
        cdef int state
        if x.threaded():
            with nogil:
                state = write(x, view)
        else:
            state = write(x, view)
        return state

    cdef int wait(self) except -1:
        # A thread waits for the client, which is not hanging.
        cdef exchange* x = self.ex.x
        cdef int state
        self.ex.site.slot.leave(self.ex.lane)
        with nogil:
            state = wait_writable(x)
        self.ex.site.slot.enter(self.ex.lane)
        return state

    cdef bint run(self, app) except -1:
        """Call the application and send what it gives; False: there is more when there is room."""
        self.iterable = app(self.ex.environ(), self)
        if not self.head_written and (PyList_CheckExact(self.iterable) or PyTuple_CheckExact(self.iterable)):
            self.send_whole(self.iterable)
            return True
        if not self.head_written and self.send_as_file():
            return True
        self.iterator = iter(self.iterable)
        return self.go_on()

    cdef bint send_as_file(self) except -1:
        """Have the server send the file that the iterable is, at the client's pace; False where it is none.

        Then close() may come before the client has all of it.
        """
        cdef _Fields fields
        cdef int failed
        cdef bytes reason
        if self.headers is None or self.ex.method() == "HEAD":
            return False
        part = _file_part(self.iterable)
        if part is None:
            return False
        fields = _Fields.__new__(_Fields)
        fields.fill(self.headers)
        reason = self.status[4:].encode("ascii")
        failed = respond_file(self.ex.x, self.code, _bytes_sv(reason), fields.pairs, part[0], part[1], part[2])
        if failed < 0:
            return False
        self.head_written = True
        if failed:
            raise ValueError(_message_text(failed))
        return True

    cdef bint send(self, CResponse response, bytes body) except -1:
        """Send a response that sends itself, as run() would; ``body`` is None for a stream."""
        cdef list fields
        self.iterable = response
        if body is not None:
            if _send_whole(self.ex, response, body):
                return True
        elif not response.is_sequence:
            fields = _fields_to_send(response, -1)
            if fields is not None:
                self(response.status, fields)
                if _bodyless(response._code) or self.ex.method() == "HEAD":
                    self.iterator = iter(())
                elif response.direct_passthrough:
                    # Then the response's own close() is not called: see get_app_iter().
                    self.iterable = response.response
                    if self.send_as_file():
                        return True
                    self.iterator = iter(self.iterable)
                else:
                    self.iterator = response.iter_encoded()
                return self.go_on()
        self.iterable = None
        return self.run(response)

    cdef int send_whole(self, pieces) except -1:
        # All content is there: one write, and its length is known.
        cdef _Fields fields = _Fields.__new__(_Fields)
        cdef int failed
        cdef bytes body, reason
        if self.headers is None:
            raise AssertionError("the application did not call start_response")
        if len(pieces) == 1 and PyBytes_CheckExact(pieces[0]):
            body = pieces[0]
        else:
            body = b"".join(pieces)
        if not body and self.ex.method() == "HEAD":
            # As in go_on(): the length of a GET's content is only told by those who know it.
            self.begin(-1)
            self.ex.x.finish()
            return 0
        fields.fill(self.headers)
        reason = self.status[4:].encode("ascii")
        self.head_written = True
        failed = respond_bytes(self.ex.x, self.ex.site.native, self.code, _bytes_sv(reason), fields.pairs, body)
        if failed:
            raise ValueError(_message_text(failed))
        return 0

    cdef bint go_on(self) except -1:
        cdef int state
        cdef Py_ssize_t sent = 0
        self.paused = False
        while True:
            piece = self.next_piece()
            if piece is _END:
                break
            # Each piece has the whole timeout.
            self.ex.site.slot.enter(self.ex.lane)
            if not isinstance(piece, bytes):
                raise TypeError(f"the application gave a {type(piece).__name__}, not bytes")
            state = self.put(<bytes>piece)
            if state == _FULL and self.ex.x.threaded():
                state = self.wait()
            if state == _FULL:
                return False
            if state == _GONE or self.ex.x.gone():
                return True
            if self.ex.x.bodiless():
                # Nobody will see any of it, and it may have no end.
                break
            sent += len(<bytes>piece)
            if sent >= _TURN and not self.ex.x.threaded() and self.ex.resumable:
                self.paused = True
                return False
        if not self.head_written:
            # What content a GET would get is not known here (RFC 9110 section 8.6).
            self.begin(-1 if self.ex.method() == "HEAD" else 0)
        self.ex.x.finish()
        return True

    cdef int close(self) except -1:
        """Call the iterable's close(), once."""
        iterable = self.iterable
        self.iterable = self.iterator = None
        self.drop_spool()
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
        return 0


cdef str _message_text(int failed):
    cdef string_view text = message_of(failed)
    return text.data()[:text.size()].decode("ascii")


cdef object _fail_exchange(Exchange ex, error):
    cdef bytes body
    cdef _Fields fields
    cdef int status
    if ex.x.handed():
        # Libraries end a WebSocket so under Gunicorn and under Werkzeug's server.
        if not isinstance(error, (StopIteration, ConnectionError)):
            _server_log.error("Error in the WebSocket of %s", latin1_text(ex.x.head().target()), exc_info=error)
        ex.x.finish()
        return
    if ex.body_error() and not ex.x.started():
        # The client's fault, and the application did not say otherwise.
        status = ex.body_error()
        fields = _Fields.__new__(_Fields)
        fields.fill([("Content-Type", "text/plain; charset=utf-8"), ("Connection", "close")])
        body = b"The content of the request could not be read.\n"
        respond(ex.x, status, string_view(), fields.pairs, _bytes_sv(body))
        return
    if not ex.x.gone():
        _server_log.error("Error while answering %s %s", ex.method(), latin1_text(ex.x.head().target()),
                          exc_info=error)
    ex.x.fail()


# -- responses of the framework, without WSGI between

cdef dict _reasons = {}


cdef bytes _reason_of(str line, int code):
    """The reason phrase of a status line; those of the codes' own lines are kept."""
    reason = _reasons.get(line)
    if reason is None:
        reason = line[4:].encode("ascii")
        if len(_reasons) < 512:
            _reasons[line] = reason
    return reason


cdef bytes _body_in_memory(CResponse response):
    """The content to send where it is in memory; None where it is a stream or passed through."""
    if type(response._body) is bytes:
        return b"" if _bodyless(response._code) else response._body
    if response._body is not None or response.direct_passthrough:
        return None
    if type(response._response) is not list and type(response._response) is not tuple:
        return None
    return b"" if _bodyless(response._code) else b"".join(response.iter_encoded())


cdef bint _send_whole(Exchange ex, CResponse response, bytes body) except -1:
    """Send a response whose body is in memory; False where only its own methods know its fields."""
    cdef _Fields fields = _Fields.__new__(_Fields)
    cdef wire_field pair
    cdef int failed, code = response._code
    cdef str line = response.status
    cdef bytes reason
    if response._line is not None or not 100 <= code <= 999:
        code = _status_code(line)
    if response._headers is None and not _bodyless(code):
        if response._content_type is not None:
            if not latin1_view(response._content_type, pair.value):
                return False
            pair.name = string_view(b"Content-Type", 12)
            fields.pairs.push_back(pair)
    else:
        # No length: the server writes it where no other is set.
        pairs = _fields_to_send(response, -1)
        if pairs is None:
            return False
        fields.fill(pairs)
    reason = _reason_of(line, code)
    failed = respond_bytes(ex.x, ex.site.native, code, _bytes_sv(reason), fields.pairs, body)
    if failed:
        raise ValueError(_message_text(failed))
    return True


cdef _Answer _start_answer(app, Exchange ex, object context):
    """Answer an exchange in its context, which is entered. None where all is done."""
    cdef _Answer answer = None
    cdef bint done = True
    cdef bytes body = None
    try:
        given = dispatch(app, ex)
        if ex.site.post_request is not None:
            _hooked(ex)._given = given
        sends_itself = isinstance(given, CResponse) and _sends_itself(<CResponse>given)
        if sends_itself:
            body = _body_in_memory(<CResponse>given)
            if (body is not None and (<CResponse>given)._on_close_functions is None
                    and _send_whole(ex, <CResponse>given, body)):
                return None
        answer = _Answer.__new__(_Answer)
        answer.ex = ex
        answer.context = context
        if ex.site.post_request is not None and not sends_itself:
            _hooked(ex)._given = answer
        done = answer.send(<CResponse>given, body) if sends_itself else answer.run(given)
    except Exception as error:
        _fail_exchange(ex, error)
    finally:
        if answer is not None and done:
            _close_answer(answer)
    return None if done else answer


cdef int _close_answer(_Answer answer) except -1:
    try:
        answer.close()
    except Exception:
        _server_log.exception("Error in close() of the answer to %s", latin1_text(answer.ex.x.head().target()))
    return 0


cdef bint _continue_answer(_Answer answer) except -1:
    """Go on with a stream, in its context; True when it has ended."""
    cdef bint done = True
    PyContext_Enter(answer.context)
    try:
        try:
            done = answer.go_on()
        except Exception as error:
            _fail_exchange(answer.ex, error)
        finally:
            if done:
                _close_answer(answer)
    finally:
        PyContext_Exit(answer.context)
    return done
