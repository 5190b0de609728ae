# What a process is among others: who it is, its name, its terminal, its pid file, its successor.

from lib_process cimport (
    assume_in_nursery, assume_in_worker, create_pidfile, daemon_close, daemon_outcome, daemon_started, given_socket,
    held_line, held_pidfile, identity, inheritance, is_starter, move_pidfile, native_detach_streams, native_exec,
    native_find_identity, native_inherit, native_leave, native_offer_activation, native_set_name, native_take_activation,
    remove_pidfile,
)


cdef object _os_error(int number, path=None):
    text = _os.strerror(number)
    return OSError(number, text) if path is None else OSError(number, text, path)


cdef class Identity:
    """A user and a group by name or number; without a group the user's own, without either the process's.

    Raises LookupError where there is no such user or group.
    """

    cdef identity who

    def __init__(self, str user="", str group=""):
        if not native_find_identity(user.encode(), group.encode(), self.who):
            raise LookupError(f"there is no user {user!r} or no group {group!r}" if user and group else
                              f"there is no user {user!r}" if user else f"there is no group {group!r}")

    @property
    def user(self):
        """The user's number."""
        return self.who.user

    @property
    def group(self):
        """The group's number."""
        return self.who.group

    @property
    def present(self):
        """Whether the process is that already."""
        return self.who.present()

    def assume(self, place, bint init_groups=False):
        """Become it, for good, in a worker or a nursery; False where the master is gone. Raises OSError."""
        cdef int failed
        if isinstance(place, Nursery):
            failed = assume_in_nursery((<Nursery>place).context, self.who, init_groups)
        else:
            failed = assume_in_worker((<WorkerPlace?>place).context, self.who, init_groups)
        if failed > 0:
            raise _os_error(failed)
        return failed == 0


cdef class PidFile:
    """A file with the number of this process.

    Raises FileExistsError where another living process has it, OSError where it cannot be written.
    """

    cdef held_pidfile held
    cdef readonly str path

    def __init__(self, str path):
        cdef int failed = create_pidfile(self.held, _os.fsencode(path))
        if failed:
            raise _os_error(failed, path)
        self.path = path

    def move_to(self, str path):
        """Rename it. Raises OSError."""
        cdef int failed = move_pidfile(self.held, _os.fsencode(path))
        if failed:
            raise _os_error(failed, path)
        self.path = path

    def remove(self):
        """Remove it, if it still names this process."""
        remove_pidfile(self.held)


cdef class DaemonLine:
    """Between a daemon and the process that was started: how the start went."""

    cdef held_line held

    def started(self):
        """The start went well: the process that was started ends with 0."""
        daemon_started(self.held)

    def close(self):
        """In a process that the daemon has forked."""
        daemon_close(self.held)


def leave_terminal():
    """Fork, and go on in a session of its own: a DaemonLine there.

    In the process that was started it waits for the start, and returns the exit code. Raises OSError.
    """
    cdef DaemonLine line = DaemonLine.__new__(DaemonLine)
    cdef int code
    cdef int failed = native_leave(line.held)
    if failed:
        raise _os_error(failed)
    if not is_starter(line.held):
        return line
    with nogil:
        code = daemon_outcome(line.held)
    return code


def detach_streams():
    """Let standard input, output and error lead nowhere."""
    native_detach_streams()


def set_process_name(str name):
    """Set what `ps -o comm` and top show of the process: 15 bytes of it."""
    native_set_name(name.encode())


def take_activation():
    """Sockets that systemd has opened for this process, as (descriptor, name); once."""
    found = [(one.fd, (<bytes>one.name).decode("utf-8", "replace")) for one in native_take_activation()]
    _forget("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
    return found


def _forget(*names):
    # What Python keeps of the environment, too.
    for name in names:
        _os.environ.pop(name, None)


def offer_activation(sockets):
    """Let the program that this process becomes take them as this one did."""
    cdef vector[given_socket] offered
    cdef given_socket one
    for fd, name in sockets:
        one.fd = fd
        one.name = name.encode("utf-8")
        offered.push_back(one)
    native_offer_activation(offered)


def inherit():
    """What a predecessor has left this process: its number, 0 for none, and the sockets that listen."""
    cdef inheritance found = native_inherit()
    _forget("CRUET_PREDECESSOR", "CRUET_INHERITED_SOCKETS")
    return found.predecessor, list(found.sockets)


def exec_successor(command, sockets):
    """Become the command, which inherits the sockets from this process's parent. Raises OSError."""
    cdef vector[string] words
    cdef vector[int] numbers
    for word in command:
        words.push_back(_os.fsencode(word))
    for fd in sockets:
        numbers.push_back(fd)
    raise _os_error(native_exec(words, numbers))
