from libcpp cimport bool
from libcpp.optional cimport optional
from libcpp.string cimport string
from libcpp.string_view cimport string_view


cdef extern from "cruet/core/error.hpp" namespace "cruet" nogil:
    cdef cppclass errc:
        pass
    cdef cppclass error:
        errc code
        size_t offset

cdef extern from "cruet/core/result.hpp" namespace "cruet" nogil:
    cdef cppclass result[T]:
        bool has_value()
        T& value()
        error error()

cdef extern from "cruet/core/limits.hpp" namespace "cruet" nogil:
    cdef struct form_limits:
        size_t parts
        size_t memory
        size_t part_head

cdef extern from "shim.hpp" namespace "cruet::shim" nogil:
    string cruet_version()
    void raise_failure()
    T unwrap[T](result[T]) except +raise_failure
    optional[T] value_of[T](result[T]) except +

cdef extern from "shim.hpp" namespace "cruet::shim":
    void set_input_error(object)
    str ascii_text(const char* data, size_t size)
    str name_text(const char* data, size_t size)
    string_view text_view(object text) except +raise_failure
