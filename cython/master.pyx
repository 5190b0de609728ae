# The master, and what its workers know of their place.

from lib_master cimport (
    become_nursery, become_worker, board_slot, context_ready, context_stopping, context_number, context_trace_fd, delete_context,
    delete_master, delete_nursery, is_new_master, master_exit_code, master_options, native_hang_signal, new_master, nursery_context,
    nursery_fork, nursery_ready, nursery_wait, python_master, run_master as run_native_master,
)


cdef class WorkerPlace:
    """A worker's place beside its master: its line in the scoreboard, and the line of life."""

    cdef worker_context* context

    def __dealloc__(self):
        if self.context != NULL:
            delete_context(self.context)

    cdef slot_view slot(self):
        return board_slot(self.context)

    def ready(self):
        """Tell the master that the application is loaded and is served from now on."""
        context_ready(self.context)

    def stopping(self):
        """Tell the master that the worker knows of its hang, and ends what else it has in hand."""
        context_stopping(self.context)

    @property
    def number(self):
        """The how many-th worker of its master it is, from 1."""
        return context_number(self.context)

    @property
    def trace_fd(self):
        """A descriptor for what is to be said of a hang, which the master logs; -1: none."""
        return context_trace_fd(self.context)


cdef class Nursery:
    """The process that loads the application where workers are forked with it."""

    cdef nursery_context* context

    def __dealloc__(self):
        if self.context != NULL:
            delete_nursery(self.context)

    def ready(self):
        """Tell the master that the application is loaded."""
        nursery_ready(self.context)

    def wait(self):
        """Wait until the master wants a worker; its number, or 0 when no more will be wanted."""
        cdef unsigned long long number
        with nogil:
            number = nursery_wait(self.context)
        return number

    def fork(self):
        """Fork the worker that is wanted; in it its :class:`WorkerPlace`, in the nursery None."""
        cdef WorkerPlace place
        cdef worker_context* worker = nursery_fork(self.context)
        if worker == NULL:
            return None
        place = WorkerPlace.__new__(WorkerPlace)
        place.context = worker
        return place


# The signal by which a master tells a worker that its application hangs.
hang_signal = native_hang_signal()


# What a worker was recycled for, as the master's notices number it.
recycle_reasons = ("none", "requests", "lifetime", "memory")


cdef int _fill(master_options* options, dict given) except -1:
    options.workers = given["workers"]
    options.timeout = _milliseconds(given["timeout"])
    options.graceful_timeout = _milliseconds(given["graceful_timeout"])
    options.recycle.requests = given["max_requests"]
    options.recycle.requests_jitter = given["max_requests_jitter"]
    options.recycle.memory = given["max_worker_memory"]
    options.recycle.lifetime = _milliseconds(given["max_worker_lifetime"])
    options.recycle.lifetime_jitter = _milliseconds(given["max_worker_lifetime_jitter"])
    options.listeners.clear()
    for fd in given["listeners"]:
        options.listeners.push_back(fd)
    return 0


cdef void _tell_observer(void* observer, const char* event, int pid, int status, const string& text) noexcept:
    cdef bytes said = text
    try:
        (<object>observer).notify(event.decode("ascii"), pid, status, said.decode("utf-8", "replace"))
    except BaseException as error:
        _server_log.error("Error in the master's log", exc_info=error)


cdef bint _ask_observer(void* observer, master_options* options) noexcept:
    try:
        settings = (<object>observer).reload()
        if settings is None:
            return False
        _fill(options, settings)
        return True
    except BaseException as error:
        _server_log.error("Error while reading the configuration anew", exc_info=error)
        return False


class NewMaster:
    """What :func:`run_master` returns in a process that is to become a new master: see exec_successor()."""


def run_master(observer, dict settings, *, unsigned lanes=1, bint listeners_shared=False, int predecessor=0,
               bint preload=False, bint detached=False):
    """Fork workers and watch over them; see cruet/process/master.hpp.

    Returns in every process that it makes: in a worker its :class:`WorkerPlace`, with ``preload`` in
    one that is to fork the workers its :class:`Nursery`, in one that is to succeed the master
    :class:`NewMaster`, in the master the exit code. ``settings`` are ``workers``, ``timeout``,
    ``graceful_timeout``, ``max_requests``, ``max_requests_jitter``, ``max_worker_memory``, ``max_worker_lifetime`` and
    ``max_worker_lifetime_jitter``, in seconds and bytes, and ``listeners``: descriptors, of which
    the kernel's queues are emptied at a graceful stop, unless they are ``listeners_shared`` with
    others that accept from them. ``observer`` has ``notify(event, pid, status, text)``, and
    ``reload()``, which returns settings for the next generation of workers, or None where all is to
    stay as it is. OSError where pipes, memory or signals cannot be had.
    """
    cdef master_options options
    cdef python_master* native
    cdef WorkerPlace place
    cdef Nursery nursery
    _fill(&options, settings)
    options.lanes = lanes
    options.listeners_shared = listeners_shared
    options.predecessor = predecessor
    options.preload = preload
    options.detached = detached
    native = new_master(options, <void*>observer, _tell_observer, _ask_observer)
    try:
        if not run_native_master(native):
            raise OSError("the master cannot be set up: no pipes, memory or signals")
        if is_new_master(native):
            return NewMaster
        nursery = Nursery.__new__(Nursery)
        nursery.context = become_nursery(native)
        if nursery.context != NULL:
            return nursery
        place = WorkerPlace.__new__(WorkerPlace)
        place.context = become_worker(native)
        return master_exit_code(native) if place.context == NULL else place
    finally:
        delete_master(native)
