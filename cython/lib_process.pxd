# What a process's surroundings take from the headers.
from libcpp.string cimport string
from libcpp.vector cimport vector

from lib_master cimport nursery_context
from lib_server cimport worker_context

cdef extern from "cruet/process/identity.hpp" namespace "cruet::process" nogil:
    cdef cppclass identity:
        identity()
        unsigned user
        unsigned group
        string name
        bint present()

cdef extern from "cruet/process/daemon.hpp" namespace "cruet::process":
    void native_detach_streams "cruet::process::detach_streams"()

cdef extern from "cruet/process/title.hpp" namespace "cruet::process":
    void native_set_name "cruet::process::set_process_name"(const string& name)

cdef extern from "cruet/process/activation.hpp" namespace "cruet::process":
    cdef cppclass given_socket:
        given_socket()
        int fd
        string name
    vector[given_socket] native_take_activation "cruet::process::take_activation"() except +
    void native_offer_activation "cruet::process::offer_activation"(const vector[given_socket]& sockets) except +

cdef extern from "cruet/process/upgrade.hpp" namespace "cruet::process":
    cdef cppclass inheritance:
        int predecessor
        vector[int] sockets
    inheritance native_inherit "cruet::process::inherit"() except +
    int native_exec "cruet::process::exec_successor"(const vector[string]& command, const vector[int]& sockets) except +

cdef extern from "shim_process.hpp" namespace "cruet::binding":
    bint native_find_identity "cruet::binding::find_identity"(const string& user, const string& group,
                                                              identity& found) except +
    int assume_in_worker(const worker_context* place, const identity& who, bint init_groups) except +
    int assume_in_nursery(const nursery_context* place, const identity& who, bint init_groups) except +

    cdef cppclass held_pidfile:
        held_pidfile()
    int create_pidfile(held_pidfile& held, const string& path) except +
    int move_pidfile(held_pidfile& held, const string& path) except +
    void remove_pidfile(held_pidfile& held)

    cdef cppclass held_line:
        held_line()
    int native_leave "cruet::binding::leave_terminal"(held_line& held) except +
    bint is_starter(const held_line& held)
    int daemon_outcome(const held_line& held) nogil
    void daemon_started(held_line& held)
    void daemon_close(held_line& held)
