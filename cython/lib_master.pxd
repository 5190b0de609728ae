# What the master takes from the headers.
from libcpp.string cimport string
from libcpp.vector cimport vector

from lib_server cimport milliseconds, slot_view, worker_context

cdef extern from "cruet/process/recycling.hpp" namespace "cruet::process" nogil:
    cdef cppclass recycle_limits:
        unsigned long long requests
        unsigned long long requests_jitter
        unsigned long long memory
        milliseconds lifetime
        milliseconds lifetime_jitter

cdef extern from "cruet/process/master.hpp" namespace "cruet::process" nogil:
    cdef cppclass master_options:
        unsigned workers
        unsigned lanes
        milliseconds timeout
        milliseconds graceful_timeout
        recycle_limits recycle
        vector[int] listeners
        bint listeners_shared
        int predecessor
        bint preload
        bint detached

    int native_hang_signal "cruet::process::hang_signal"()

cdef extern from "cruet/process/nursery.hpp" namespace "cruet::process" nogil:
    cdef cppclass nursery_context:
        pass

cdef extern from "shim_master.hpp" namespace "cruet::binding":
    nursery_context* become_nursery(python_master* m) except +
    void delete_nursery(nursery_context* n)
    void nursery_ready(nursery_context* n)
    unsigned long long nursery_wait(nursery_context* n) nogil
    worker_context* nursery_fork(nursery_context* n) except +
    unsigned long long context_number(worker_context* w)
    ctypedef void (*notify_callback)(void* observer, const char* event, int pid, int status, const string& text)
    ctypedef bint (*reload_callback)(void* observer, master_options* options)
    cdef cppclass python_master:
        pass

    python_master* new_master(const master_options& options, void* observer, notify_callback notify,
                              reload_callback reload) except +
    void delete_master(python_master* m)
    bint run_master(python_master* m) except +
    worker_context* become_worker(python_master* m) except +
    int master_exit_code(python_master* m)
    bint is_new_master(python_master* m)
    void delete_context(worker_context* w)
    slot_view board_slot(worker_context* w)
    void context_ready(worker_context* w)
    void context_stopping(worker_context* w)
    int context_trace_fd(worker_context* w)
