# What reading a scoreboard takes from the headers.
from libc.stdint cimport uint64_t
from libcpp.string cimport string

from lib_server cimport slot_view, worker_stats

cdef extern from "<array>" namespace "std" nogil:
    cdef cppclass response_array "std::array<std::uint64_t, 6>":
        uint64_t& operator[](size_t)
        size_t size()

cdef extern from "cruet/process/histogram.hpp" namespace "cruet::process" nogil:
    cdef cppclass bucket_array "std::array<std::uint64_t, cruet::process::latency_buckets>":
        uint64_t& operator[](size_t)
        size_t size()

    cdef cppclass latency_counts:
        bucket_array counts
        uint64_t sum
        double quantile(double q)

cdef extern from "cruet/process/worker_stats.hpp" namespace "cruet::process" nogil:
    cdef cppclass stats_sum:
        stats_sum()
        response_array responses
        uint64_t incomplete
        uint64_t bytes_out
        uint64_t connections
        uint64_t refused
        latency_counts latency
        void add(const worker_stats& stats)

cdef extern from "cruet/process/scoreboard.hpp" namespace "cruet::process" nogil:
    uint64_t monotonic_now()
    cdef cppclass scoreboard:
        pass

cdef extern from "shim_board.hpp" namespace "cruet::binding" nogil:
    scoreboard* attach_board(int fd) except +
    void delete_board(scoreboard* board)
    int board_master(const scoreboard* board)
    unsigned board_slots(const scoreboard* board)
    slot_view slot_of(const scoreboard* board, unsigned index)
    const worker_stats& ended_stats(const scoreboard* board)
    string worker_state_name(slot_view slot) except +
    string prometheus_text(const scoreboard* board) except +
