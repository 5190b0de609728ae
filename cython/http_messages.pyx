# Whole messages and forms (http/parser.hpp, http/multipart.hpp); http.pyx includes them.

llhttp_version = grammar.llhttp_version().decode("ascii")


def parse_http_request(bytes data not None):
    """Parse one HTTP/1.x request (RFC 9112) from memory, under the default limits.

    Returns a dict of ``method``, ``path`` and ``query_string`` (str, as sent, still
    percent-encoded), ``version`` ("HTTP/1.1"), ``headers`` (`CHeaders`) and ``body`` (bytes, the
    transfer coding undone); None where more bytes are needed; ``{"error": reason}`` for a
    malformed request. Bytes behind the message are left alone.
    """
    cdef grammar.whole_request request
    cdef list fields = []
    cdef size_t i
    grammar.read_request(_bytes_view(data), request)
    if request.failed():
        return {"error": _text(request.reason())}
    if not request.complete():
        return None
    for i in range(request.field_count()):
        fields.append((_latin1(request.name(i)), _latin1(request.value(i))))
    return {
        "method": _latin1(request.method()),
        "path": _latin1(request.path()),
        "query_string": _latin1(request.query()),
        "version": _text(request.version()),
        "headers": CHeaders(fields),
        "body": request.body,
    }


cdef inline str _latin1(string_view text):
    return PyUnicode_DecodeLatin1(text.data(), text.size(), "strict")


cdef list _part_headers(const grammar.multipart_head& head):
    cdef list out = []
    cdef size_t i
    for i in range(head.fields.size()):
        out.append((_text_replaced_of(head.fields[i].name), _text_replaced_of(head.fields[i].value)))
    return out


cdef inline str _part_text(const optional[string]& text):
    return _text_replaced_of(text.value()) if text.has_value() else None


cdef class MultipartReader:
    """Takes a multipart/form-data body apart as it arrives (RFC 7578, RFC 2046 section 5.1).

    ``boundary`` is the parameter of the Content-Type field. A limit of 0 is none: ``max_parts``
    counts parts, ``max_memory`` the bytes of all parts that are no files, ``max_head`` those of one
    part's header section. Data whose last line may be a delimiter are kept back until there is more;
    with ``hold_lines`` those of any last line that is not longer than a delimiter are.

    `next` gives one of the tuples ``("preamble", bytes)``, ``("field", name, headers)``,
    ``("file", name, filename, headers)``, ``("data", bytes, more)``, ``("epilogue", bytes)``, or None
    where it needs more data; names are str or None, headers a list of pairs of str. It raises
    InputError, with status 413 where a limit is exceeded, else 400.
    """

    cdef unique_ptr[grammar.multipart_decoder] _decoder
    cdef list _received  # what the decoder looks into until it needs more

    def __init__(self, bytes boundary not None, size_t max_parts=0, size_t max_memory=0,
                 size_t max_head=16384, bint hold_lines=False):
        cdef form_limits bounds
        bounds.parts = max_parts
        bounds.memory = max_memory
        bounds.part_head = max_head
        self._decoder.reset(new grammar.multipart_decoder(
            _bytes_view(boundary), bounds,
            grammar.line_hold.short_lines if hold_lines else grammar.line_hold.delimiters))
        self._received = []

    cdef grammar.multipart_decoder* _live(self) except NULL:
        if not self._decoder:
            raise ValueError("the reader was not initialised")
        return self._decoder.get()

    @property
    def buffered(self):
        """How many bytes were received but not yet given out."""
        return self._live().buffered()

    def receive(self, data):
        """Take the next piece of the body, or None for its end."""
        cdef bytes piece
        if data is None:
            self._live().finish()
            return
        piece = data if type(data) is bytes else bytes(data)
        self._received.append(piece)
        self._live().receive(_bytes_view(piece))

    cdef object _piece(self, string_view data):
        # Where the data are all of what was received last, as with large files, that itself.
        cdef bytes last
        cdef Py_ssize_t count = len(self._received)
        if count > 0:
            last = self._received[count - 1]
            if data.data() == <const char*>last and data.size() == <size_t>len(last):
                return last
        return _bytes(data)

    def next(self):
        """The next event, or None where it takes more data to tell."""
        cdef grammar.multipart_decoder* decoder = self._live()
        cdef grammar.multipart_event event = unwrap(decoder.next())
        cdef const grammar.multipart_head* head = &decoder.part()
        if event == grammar.multipart_event.data:
            return ("data", self._piece(decoder.data()), decoder.more_data())
        if event == grammar.multipart_event.need_data:
            self._received.clear()
            return None
        if event == grammar.multipart_event.field:
            return ("field", _part_text(head.name), _part_headers(head[0]))
        if event == grammar.multipart_event.file:
            return ("file", _part_text(head.name), _part_text(head.filename), _part_headers(head[0]))
        if event == grammar.multipart_event.preamble:
            return ("preamble", _bytes(decoder.data()))
        return ("epilogue", _bytes(decoder.data()))


def parse_multipart(body, boundary):
    """Parse a multipart/form-data body (RFC 7578) that is in memory.

    ``body`` is bytes-like, ``boundary`` a str or bytes. Returns ``{"fields": {name: str}, "files":
    {name: {"filename": str, "content_type": str | None, "data": bytes}}}``; the first part of a name
    wins, parts without a name are left out, text that is not UTF-8 is replaced. Raises InputError,
    a ValueError, for a malformed body.
    """
    cdef dict fields = {}
    cdef dict files = {}
    cdef tuple event
    reader = MultipartReader(boundary.encode() if isinstance(boundary, str) else boundary)
    reader.receive(body)
    reader.receive(None)
    name = filename = content_type = None
    while True:
        event = reader.next()
        if event[0] == "epilogue":
            return {"fields": fields, "files": files}
        if event[0] == "field":
            name, filename = event[1], None
        elif event[0] == "file":
            name, filename, content_type = event[1], event[2], _content_type(event[3])
        # All input is there, so that a part's data come in one piece.
        elif event[0] == "data" and name is not None:
            if filename is None:
                fields.setdefault(name, (<bytes>event[1]).decode("utf-8", "replace"))
            else:
                files.setdefault(
                    name, {"filename": filename, "content_type": content_type, "data": event[1]})


cdef object _content_type(list headers):
    for name, value in headers:
        if name.lower() == "content-type":
            return value
    return None
