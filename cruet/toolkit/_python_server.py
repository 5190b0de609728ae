"""Accepts connections for handlers in Python.

It serves without threads, with TLS, with processes, and for handlers of one's own.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import threading
import typing as t
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

if t.TYPE_CHECKING:
    from .serving import BaseWSGIServer

can_fork = hasattr(os, "fork")
#: Connections that are answered at a time; more wait in the system's queue.
MOST_CONNECTIONS = 256
#: Seconds between two looks at children, and calls of an own ``service_actions``.
POLL = 0.5


class PythonServer:
    """Serves each connection in a thread of its own, or with ``processes`` in a fork.

    Without ``multithread`` the threads only read requests: the application runs in the thread that
    :meth:`run` was called in, so that what it keeps for its thread is there at each request.
    Has the native server's ``run`` and ``stop``. The owner's steps are socketserver's: what it
    overrides is heeded. With ``shares`` its ``process_request`` shares the connections out, with
    ``polls`` its ``service_actions`` waits to be called.
    """

    def __init__(
        self, owner: BaseWSGIServer, processes: int = 1, shares: bool = False, polls: bool = False
    ) -> None:
        self._owner = owner
        self._processes = processes
        self._shares = shares
        self._polls = polls or shares
        if shares and not owner.multithread:
            # Nobody else is answered while a connection lasts.
            owner._one_request = True
        self._children: set[int] = set()
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._stopping = False
        self._error: BaseException | None = None
        # Functions that wait for their turn, each with what its caller waits for.
        self._turns: deque[tuple[Callable[[], None], Future[None]]] = deque()
        # There once it runs.
        self._server_thread: int | None = None
        self._waker: socket.socket | None = None

    def run(self) -> None:
        """Serve until :meth:`stop`. What an application's error is to pass through is raised."""
        listener = self._owner.socket
        listener.setblocking(False)
        self._waker, woken = socket.socketpair()
        self._waker.setblocking(False)
        woken.setblocking(False)
        self._server_thread = threading.get_ident()
        try:
            with woken, self._waker, selectors.DefaultSelector() as selector:
                selector.register(listener, selectors.EVENT_READ)
                selector.register(woken, selectors.EVENT_READ)
                while not self._stopping:
                    # Children that have ended are collected now and then.
                    selector.select(POLL if self._children or self._polls else None)
                    self._reap(wait=False)
                    self._take_turns(woken)
                    self._accept()
                    self._owner.service_actions()
        finally:
            self._stopping = True
            self._end_turns()
            for child in self._children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, 15)
            self._reap(wait=True)
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Have :meth:`run` return; from any thread or a signal handler."""
        self._stopping = True
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None:
            with contextlib.suppress(OSError):
                self._waker.send(b"\0")

    def in_turn(self, function: Callable[[], None]) -> None:
        """Have the serving thread call a function, and wait until it has; raise what it raises.

        :raises ConnectionAbortedError: the server has stopped before it came to it.
        """
        if self._waker is None or self._server_thread == threading.get_ident():
            function()
            return
        done: Future[None] = Future()
        self._turns.append((function, done))
        if self._stopping:
            self._end_turns()
        self._wake()
        done.result()

    def _take_turns(self, woken: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            woken.recv(4096)
        while self._turns and not self._stopping:
            function, done = self._turns.popleft()
            try:
                function()
            except Exception as error:
                done.set_exception(error)
            except BaseException as error:
                # An interruption ends the server; whoever waits shall not wait for ever.
                done.set_exception(ConnectionAbortedError(f"interrupted: {error!r}"))
                raise
            else:
                done.set_result(None)

    def _end_turns(self) -> None:
        while self._turns:
            with contextlib.suppress(IndexError):
                self._turns.popleft()[1].set_exception(ConnectionAbortedError("the server stops"))

    def _accept(self) -> None:
        try:
            connection, address = self._owner.get_request()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:
            # No descriptors left: those in use have to end first.
            self._owner.log("error", f"cannot accept: {error}")
            threading.Event().wait(0.1)
            return
        connection.setblocking(True)
        if not self._owner.verify_request(connection, address):
            self._owner.shutdown_request(connection)
        elif self._shares:
            self._serve_at_once(connection, address)
        elif self._processes > 1:
            self._fork(connection, address)
        else:
            self._start_thread(connection, address)

    def _serve_at_once(self, connection: socket.socket, address: t.Any) -> None:
        try:
            self._owner.process_request(connection, address)
        except Exception:
            self._owner.shutdown_request(connection)
            if self._owner.passthrough_errors:
                raise
            self._owner.handle_error(connection, address)

    def _start_thread(self, connection: socket.socket, address: t.Any) -> None:
        self._places.acquire()
        thread = threading.Thread(target=self._serve_thread, args=(connection, address))
        thread.daemon = True
        thread.start()

    def _serve_thread(self, connection: socket.socket, address: t.Any) -> None:
        try:
            self._serve(connection, address)
        except Exception as error:
            if self._owner.passthrough_errors:
                self._error = error
                self.stop()
            else:
                self._owner.handle_error(connection, address)
        finally:
            self._places.release()

    def _serve(self, connection: socket.socket, address: t.Any) -> None:
        try:
            self._owner.finish_request(connection, address)
        finally:
            self._owner.shutdown_request(connection)

    def _fork(self, connection: socket.socket, address: t.Any) -> None:
        if len(self._children) >= self._processes:
            self._reap(wait=True, all_of_them=False)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child:
            self._children.add(child)
            connection.close()
            return
        code = 1
        try:
            self._owner.socket.close()
            self._serve(connection, address)
            code = 0
        except Exception:
            self._owner.handle_error(connection, address)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self, wait: bool, all_of_them: bool = True) -> None:
        """Collect children that have ended, or wait for one or all of them."""
        for child in list(self._children):
            try:
                ended, _ = os.waitpid(child, 0 if wait else os.WNOHANG)
            except ChildProcessError:
                ended = child
            if ended:
                self._children.discard(child)
                if wait and not all_of_them:
                    return
