# include/cruet/routing, through route_table.hpp.
from libc.stdint cimport int64_t, uint32_t
from libcpp cimport bool as cbool
from libcpp.string cimport string
from libcpp.string_view cimport string_view
from libcpp.vector cimport vector


cdef extern from "cruet/core/error.hpp" namespace "cruet" nogil:
    cdef enum class errc(unsigned char):
        ok
        bad_rule
        duplicate_variable


cdef extern from "cruet/core/utf8.hpp" namespace "cruet" nogil:
    size_t find_invalid_utf8(string_view text)


cdef extern from "cruet/routing/pattern.hpp" namespace "cruet::routing" nogil:
    cdef enum class argument_kind "cruet::routing::argument::type"(unsigned char):
        none
        boolean
        integer
        real
        text

    cdef enum class word_kind(unsigned char):
        word
        space
        other

    cdef cppclass argument:
        string name
        argument_kind kind
        string text
        cbool as_bool()


cdef extern from "cruet/routing/rule.hpp" namespace "cruet::routing" nogil:
    cdef cppclass trace_step:
        cbool variable
        string text

    cdef cppclass compiled_rule:
        vector[trace_step] trace


cdef extern from "cruet/routing/matcher.hpp" namespace "cruet::routing" nogil:
    cdef enum class match_status(unsigned char):
        found
        redirect
        method_not_allowed
        websocket_mismatch
        not_found
        failed

    cdef cppclass match_values:
        size_t size()
        string_view* data()

    cdef cppclass match_outcome:
        match_status status
        uint32_t rule
        void* owner
        string path
        match_status without_rule()


cdef extern from "cruet/routing/build.hpp" namespace "cruet::routing" nogil:
    cdef cppclass build_step:
        string text
        int variable

    cdef cppclass build_plan:
        vector[build_step] domain
        vector[build_step] path


cdef extern from "route_table.hpp" namespace "cruet::shim" nogil:
    ctypedef int (*ask_engine)(void*, uint32_t, string_view, string_view*, size_t, cbool*)

    cdef cppclass rule_draft:
        rule_draft()
        errc parse(const string& domain, const string& path, cbool merge) except +
        size_t size()
        string name(size_t)
        string converter(size_t)
        string arguments(size_t)
        void set_traits(size_t, const string& expression, double weight, cbool isolating) except +
        void set_constant(size_t, const string& text) except +
        errc compile() except +
        compiled_rule rule
        build_plan plan

    cdef cppclass route_table:
        uint32_t add(const rule_draft&, void* owner) except +
        void configure(uint32_t rule, cbool strict, cbool merge, cbool websocket, cbool any_method)
        void allow(uint32_t rule, const string& method) except +
        match_outcome find(string_view domain, string_view path, string_view method,
                           cbool websocket, cbool merge_slashes, match_values& values,
                           ask_engine ask, void* context) except +
        vector[string] allowed(const match_outcome&) except +
        string expression(uint32_t part) except +
        uint32_t part_count()
        cbool needs_engine(uint32_t part)
        cbool suffixed(uint32_t part)

    ctypedef word_kind (*ask_kind)(uint32_t code) noexcept
    cbool read_arguments(string_view text, ask_kind kind_of, vector[argument]& out) except +
    cbool read_integer(string_view text, int64_t* out)
    cbool append_integer(string& out, int64_t number, int overflow) except +
    void append_path_text(string& url, const char* text, size_t size) except +
    void append_query_pair(string& url, string_view name, string_view text, cbool first) except +
