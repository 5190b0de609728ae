# The master, and what its workers know of their place.

from lib_master cimport (
    become_worker, board_slot, context_life_line, context_ready, delete_context, delete_master, master_exit_code,
    master_options, new_master, python_master, run_master as run_native_master, worker_context,
)


cdef class WorkerPlace:
    """A worker's place beside its master: its line in the scoreboard, and the line of life."""

    cdef worker_context* context

    def __dealloc__(self):
        if self.context != NULL:
            delete_context(self.context)

    cdef slot_view slot(self):
        return board_slot(self.context)

    cdef int life_line(self):
        return context_life_line(self.context)

    def ready(self):
        """Tell the master that the application is loaded and is served from now on."""
        context_ready(self.context)


cdef void _tell_observer(void* observer, const char* event, int pid, int status) noexcept:
    try:
        (<object>observer).notify(event.decode("ascii"), pid, status)
    except BaseException as error:
        _server_log.error("Error in the master's log", exc_info=error)


cdef bint _ask_observer(void* observer) noexcept:
    try:
        return True if (<object>observer).reload() else False
    except BaseException as error:
        _server_log.error("Error while reading the configuration anew", exc_info=error)
        return False


def run_master(observer, *, unsigned workers, unsigned lanes, double timeout, double graceful_timeout):
    """Fork workers and watch over them; see cruet/process/master.hpp.

    Returns in every process that it makes: in a worker its :class:`WorkerPlace`, in the master the
    exit code. ``observer`` has ``notify(event, pid, status)`` and ``reload()``. OSError where
    pipes, memory or signals cannot be had.
    """
    cdef master_options options
    cdef python_master* native
    cdef WorkerPlace place
    options.workers = workers
    options.lanes = lanes
    options.timeout = _milliseconds(timeout)
    options.graceful_timeout = _milliseconds(graceful_timeout)
    native = new_master(options, <void*>observer, _tell_observer, _ask_observer)
    try:
        if not run_native_master(native):
            raise OSError("the master cannot be set up: no pipes, memory or signals")
        place = WorkerPlace.__new__(WorkerPlace)
        place.context = become_worker(native)
        return master_exit_code(native) if place.context == NULL else place
    finally:
        delete_master(native)
