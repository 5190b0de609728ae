# The scoreboard of a running server, as other processes read it.

from libc.stdint cimport uint64_t

from lib_board cimport (
    attach_board, board_master, board_slots, delete_board, ended_stats, latency_counts, monotonic_now, prometheus_text,
    scoreboard, slot_of, stats_sum, worker_state_name,
)
from lib_server cimport slot_view


cdef dict _stats_dict(stats_sum& sum):
    cdef size_t i
    return {
        "responses": [sum.responses[i] for i in range(sum.responses.size())],
        "incomplete": sum.incomplete,
        "bytes_out": sum.bytes_out,
        "connections": sum.connections,
        "refused": sum.refused,
        "latency": [sum.latency.counts[i] for i in range(sum.latency.counts.size())],
        "micros": sum.latency.sum,
    }


cdef class Board:
    """What the workers of a running server do: read from the memory behind a descriptor.

    The descriptor stays the caller's. ValueError: it is no scoreboard of this version of cruet.
    """

    cdef scoreboard* native

    def __cinit__(self, int fd):
        self.native = attach_board(fd)
        if self.native == NULL:
            raise ValueError("this is no scoreboard of this version of cruet")

    def __dealloc__(self):
        if self.native != NULL:
            delete_board(self.native)

    @property
    def master(self):
        """The master's process id."""
        return board_master(self.native)

    def ended(self):
        """What workers have counted that are no more; see :meth:`workers`."""
        cdef stats_sum sum
        sum.add(ended_stats(self.native))
        return _stats_dict(sum)

    def workers(self):
        """A dict for each worker: pid, state, age and the longest request's time in seconds, connections open, busy
        threads, and what it has counted: responses by the status's first digit, incomplete ones, bytes, connections,
        refused requests, latency in the buckets of ``process/histogram.hpp``, and all their microseconds.
        """
        cdef list found = []
        cdef slot_view slot
        cdef stats_sum sum
        cdef uint64_t now = monotonic_now()
        for i in range(board_slots(self.native)):
            slot = slot_of(self.native, i)
            state = worker_state_name(slot).decode("ascii")
            if state == "empty":
                continue
            sum = stats_sum()
            sum.add(slot.stats())
            found.append({
                "pid": slot.pid(),
                "state": state,
                "age": (now - slot.started()) / 1e9,
                "busy": slot.busy(),
                "busy_for": slot.busy_for(now) / 1e9,
                "open": slot.connections(),
                **_stats_dict(sum),
            })
        return found

    def prometheus(self):
        """The text that Prometheus reads."""
        return prometheus_text(self.native).decode("ascii")


def latency_quantile(counts, double q):
    """The time in seconds within which the share ``q`` of the requests counted in buckets was answered."""
    cdef latency_counts native
    cdef Py_ssize_t i
    for i, n in enumerate(counts):
        if i >= <Py_ssize_t>native.counts.size():
            raise ValueError("there are fewer buckets")
        native.counts[i] = n
    return native.quantile(q) / 1e6
