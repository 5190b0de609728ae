# What the master takes from the headers.
from lib_server cimport milliseconds, slot_view

cdef extern from "cruet/process/master.hpp" namespace "cruet::process" nogil:
    cdef cppclass master_options:
        unsigned workers
        unsigned lanes
        milliseconds timeout
        milliseconds graceful_timeout

    cdef cppclass worker_context:
        pass

cdef extern from "shim_master.hpp" namespace "cruet::binding":
    ctypedef void (*notify_callback)(void* observer, const char* event, int pid, int status)
    ctypedef bint (*reload_callback)(void* observer)
    cdef cppclass python_master:
        pass

    python_master* new_master(const master_options& options, void* observer, notify_callback notify,
                              reload_callback reload) except +
    void delete_master(python_master* m)
    bint run_master(python_master* m) except +
    worker_context* become_worker(python_master* m) except +
    int master_exit_code(python_master* m)
    void delete_context(worker_context* w)
    slot_view board_slot(worker_context* w)
    int context_life_line(worker_context* w)
    void context_ready(worker_context* w)
