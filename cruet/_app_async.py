"""``async def`` views and hooks: one event loop a thread, which runs while one of them does."""

from __future__ import annotations

import contextvars
import os
import threading
import typing as t
from collections.abc import Callable, Coroutine
from functools import update_wrapper

from . import _cruet
from .globals import _cv_request

if t.TYPE_CHECKING:
    import asyncio

    from .app import Flask


class AsyncViews:
    """Mixed into Flask."""

    def ensure_sync(self: Flask, func: Callable[..., t.Any]) -> Callable[..., t.Any]:  # type: ignore[misc]
        """Return a function that can be called without awaiting: ``func`` or one that runs it.

        Override it to run coroutine functions by other means.
        """
        return _cruet.ensure_sync(self, func)

    def async_to_sync(  # type: ignore[misc]
        self: Flask, func: Callable[..., Coroutine[t.Any, t.Any, t.Any]]
    ) -> Callable[..., t.Any]:
        """Return a function that runs a coroutine function to its end.

        It runs on this thread's event loop, with the caller's context variables, whose changes the
        caller sees. Tasks that it leaves pending go on while the request runs further coroutines
        and are cancelled at its end; outside of a request, at once.
        """

        def run(*args: t.Any, **kwargs: t.Any) -> t.Any:
            return _run(func(*args, **kwargs))

        return update_wrapper(run, func)


class _ThreadLoop(threading.local):
    """A thread's event loop; a forked child makes its own."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.pid = 0

    def get(self) -> asyncio.AbstractEventLoop:
        if self.loop is None or self.pid != os.getpid() or self.loop.is_closed():
            import asyncio

            self.loop = asyncio.new_event_loop()
            self.pid = os.getpid()
            self.closer = _Closer(self.loop)
        return self.loop


class _Closer:
    """Closes a loop when its thread's storage goes, which the loop itself would complain about."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.pid = os.getpid()

    def __del__(self) -> None:
        # Closing a parent's loop in a child would take the parent's selector with it.
        if self.pid == os.getpid() and not self.loop.is_running():
            self.loop.close()


_thread = _ThreadLoop()


def _run(coroutine: Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        coroutine.close()
        raise RuntimeError(
            "A coroutine cannot be run to its end in a thread whose event loop is running. Await"
            " it instead."
        )
    loop = _thread.get()
    context = contextvars.copy_context()
    before = asyncio.all_tasks(loop)
    task = loop.create_task(coroutine, context=context)
    try:
        return loop.run_until_complete(task)
    finally:
        _keep_changes(context)
        left = asyncio.all_tasks(loop) - before
        if left:
            request_context = _cv_request.get(None)
            if request_context is None:
                cancel_tasks(left)
            else:
                request_context._pending_tasks = left | (request_context._pending_tasks or set())


def _keep_changes(context: contextvars.Context) -> None:
    """Set here what a coroutine set in its copy of the context."""
    for var, value in context.items():
        try:
            if var.get() is value:
                continue
        except LookupError:
            pass
        var.set(value)


def cancel_tasks(tasks: set[asyncio.Task[t.Any]]) -> None:
    """Cancel tasks of this thread's loop and let them end; called when their request does."""
    import asyncio

    loop = _thread.get()
    pending = [task for task in tasks if not task.done() and task.get_loop() is loop]
    for task in pending:
        task.cancel()
    if pending and not loop.is_running():
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
