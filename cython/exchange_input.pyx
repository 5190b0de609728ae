# The body of a request as a file, and files as the body of a response.

cdef enum:
    _READ_SIZE = 65536

cdef object _raise_for_body(InputStream stream, int code):
    """Raise what the toolkit has for a body that did not come as announced."""
    cdef int status = status_for(code)
    cdef string_view text = message_of(code)
    stream.error = status
    from cruet.toolkit import exceptions

    description = text.data()[:text.size()].decode("ascii").capitalize() + "."
    if status == 413:
        raise exceptions.RequestEntityTooLarge(description)
    if status == 408:
        raise exceptions.RequestTimeout(description)
    raise exceptions.ClientDisconnected(description)


cdef class InputStream:
    """The content of one request, readable once from its start to its end (PEP 3333, wsgi.input).

    Where bodies are streamed, reading waits for what has not arrived. A client that vanishes raises
    the toolkit's ``ClientDisconnected``, content beyond the limit ``RequestEntityTooLarge``,
    content that comes too slowly ``RequestTimeout``.
    """

    # Of the exchange, to which nothing here refers: a large body is let go with its request.
    cdef exchange* x
    cdef _Site site
    cdef unsigned lane
    # Status that an error of reading asks for; 0: there was none.
    cdef int error
    # Read from the body, not yet from here: _ahead[_at:].
    cdef bytes _ahead
    cdef Py_ssize_t _at

    def __cinit__(self):
        self.x = NULL
        self._ahead = b""

    def __dealloc__(self):
        if self.x != NULL:
            self.x.release()

    # One piece of at most `size` bytes, b"" at the end.
    cdef bytes _receive(self, Py_ssize_t size):
        cdef bytes piece = PyBytes_FromStringAndSize(NULL, size)
        cdef char* to = PyBytes_AS_STRING(piece)
        cdef exchange* x = self.x
        cdef long long got
        if x == NULL:
            return b""
        if x.body().streamed() and not x.body().complete():
            # Waiting for a client is not hanging.
            self.site.slot.leave(self.lane)
            with nogil:
                got = read_body(x, to, size)
            self.site.slot.enter(self.lane)
        else:
            got = read_body(x, to, size)
        if got < 0:
            _raise_for_body(self, <int>-got)
        return piece if got == size else piece[:got]

    cdef bytes _take_ahead(self, Py_ssize_t size):
        cdef bytes taken = self._ahead[self._at:self._at + size]
        self._at += len(taken)
        if self._at == len(self._ahead):
            self._ahead = b""
            self._at = 0
        return taken

    cpdef bytes read(self, size=-1):
        """Read ``size`` bytes, fewer only at the end; all where it is negative or None."""
        cdef Py_ssize_t left
        cdef list pieces
        if size is None or size < 0:
            return self._read_all()
        left = size
        piece = self._take_ahead(left) if self._ahead else b""
        left -= len(piece)
        if left == 0:
            return piece
        pieces = [piece] if piece else []
        while left > 0:
            # An announced size is the client's word: no memory is taken for it in advance.
            piece = self._receive(min(left, _READ_SIZE))
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    cdef bytes _read_all(self):
        cdef list pieces = [self._take_ahead(len(self._ahead))] if self._ahead else []
        while True:
            piece = self._receive(_READ_SIZE)
            if not piece:
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.append(piece)

    def read1(self, size=-1):
        """Read what is there, at most ``size`` bytes; waits only while there is nothing."""
        if self._ahead:
            return self._take_ahead(len(self._ahead) if size is None or size < 0 else size)
        return self._receive(_READ_SIZE if size is None or size < 0 else min(size, _READ_SIZE)) if size != 0 else b""

    def readinto(self, buffer):
        """Fill a buffer as :meth:`read1` would; return how many bytes were put."""
        view = memoryview(buffer).cast("B")
        piece = self.read1(len(view))
        view[:len(piece)] = piece
        return len(piece)

    cpdef bytes readline(self, size=-1):
        """Read a line with its end, at most ``size`` bytes of it."""
        cdef Py_ssize_t limit = -1 if size is None else size
        cdef Py_ssize_t end
        cdef list pieces = []
        while limit != 0:
            if not self._ahead:
                self._ahead = self._receive(8192)
                if not self._ahead:
                    break
            end = self._ahead.find(b"\n", self._at)
            end = len(self._ahead) if end < 0 else end + 1
            if limit > 0:
                end = min(end, self._at + limit)
            piece = self._take_ahead(end - self._at)
            pieces.append(piece)
            if limit > 0:
                limit -= len(piece)
            if piece.endswith(b"\n"):
                break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readlines(self, hint=-1):
        """Read lines, all or until ``hint`` bytes are reached."""
        cdef Py_ssize_t total = 0
        cdef list lines = []
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readable(self):
        return True

    def writable(self):
        return False

    def seekable(self):
        return False

    @property
    def closed(self):
        return False

    def flush(self):
        pass

    def close(self):
        """Do nothing: the server throws away what nobody read."""


cdef class FileWrapper:
    """A file as an iterable of blocks (PEP 3333, wsgi.file_wrapper)."""

    cdef public object filelike
    cdef public Py_ssize_t blksize
    cdef object _read

    def __init__(self, filelike, blksize=_READ_SIZE):
        self.filelike = filelike
        self.blksize = blksize
        self._read = filelike.read

    def __iter__(self):
        return self

    def __next__(self):
        piece = self._read(self.blksize)
        if not piece:
            raise StopIteration
        return piece

    def close(self):
        close = getattr(self.filelike, "close", None)
        if close is not None:
            close()
