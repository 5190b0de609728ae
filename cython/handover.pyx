# Connections that an application takes over, to speak WebSocket on them.

from lib_server cimport take_connection

import socket as _sockets

cdef enum:
    # What take_connection says in place of a descriptor.
    _CLOSED = -2
    _ENCRYPTED = -3


class HandedSocket(_sockets.socket):
    """The socket of a connection that the server has handed over; it blocks.

    What the server had read already, the first ``recv`` calls give.
    """

    _ahead = b""

    def recv(self, bufsize, flags=0, /):
        ahead = self._ahead
        if not ahead:
            return super().recv(bufsize, flags)
        if not flags & _sockets.MSG_PEEK:
            self._ahead = ahead[bufsize:]
        return ahead[:bufsize]

    def recv_into(self, buffer, nbytes=0, flags=0, /):
        if not self._ahead:
            return super().recv_into(buffer, nbytes, flags)
        view = memoryview(buffer).cast("B")
        piece = self.recv(min(nbytes or len(view), len(view)), flags)
        view[:len(piece)] = piece
        return len(piece)

    def dup(self):
        """Another socket of the same connection, which has what was read ahead in this one's place."""
        other = super().dup()
        other._ahead, self._ahead = self._ahead, b""
        return other

    def __del__(self):
        # Its connection has ended with the request: there is nothing to warn of.
        self.close()


cdef class ConnectionSocket:
    """``gunicorn.socket`` in the environ of a request that asks for WebSocket.

    The first use of it as a socket takes the connection from the server. From then on what is answered is dropped, and
    the connection ends with the request. RuntimeError where there is no thread to spare, as with ``--threads 1``, where
    the answer has begun, and where the connection is encrypted; ConnectionError where the client has vanished.
    """

    cdef exchange* x
    cdef _Site site
    cdef unsigned lane
    cdef object _socket

    def __cinit__(self):
        self.x = NULL

    def __dealloc__(self):
        if self.x != NULL:
            self.x.release()

    def __getattr__(self, name):
        # Whoever only looks for something else takes nothing.
        if name.startswith("__") or not hasattr(HandedSocket, name):
            raise AttributeError(name)
        return getattr(self._take(), name)

    cdef object _take(self):
        cdef exchange* x = self.x
        cdef string ahead
        cdef int fd
        if self._socket is not None:
            return self._socket
        if x == NULL or not x.threaded():
            raise RuntimeError("a WebSocket keeps its thread: set --threads to 2 or more")
        with nogil:
            fd = take_connection(x, ahead)
        if fd == _CLOSED:
            raise ConnectionError("the client has closed the connection")
        if fd == _ENCRYPTED:
            raise RuntimeError("an encrypted connection cannot be handed over: let a proxy in front speak TLS")
        if fd < 0:
            raise RuntimeError("the connection is not there to be taken: the answer has begun")
        # However long it is kept, that is no hang.
        self.site.slot.leave(self.lane)
        self._socket = HandedSocket(fileno=fd)
        self._socket._ahead = <bytes>ahead
        return self._socket

