from libcpp.string cimport string


cdef extern from "shim.hpp" namespace "cruet::shim" nogil:
    string cruet_version()
