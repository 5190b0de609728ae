# What requests take from the headers.
from libcpp.string_view cimport string_view


cdef extern from "cruet/url/query.hpp" namespace "cruet::url" nogil:
    cppclass raw_pair:
        string_view name
        string_view value
    bint next_pair(string_view& rest, raw_pair& pair)
    bint needs_decoding(string_view raw)

cdef extern from "cruet/url/percent.hpp" namespace "cruet::url" nogil:
    size_t unquote_into(char* to, string_view text, bint plus_is_space)

cdef extern from "cruet/http/cookie.hpp" namespace "cruet::http" nogil:
    cppclass raw_cookie:
        string_view name
        string_view value
        bint quoted
    bint next_cookie(string_view& rest, raw_cookie& cookie)
    size_t unescape_cookie_into(char* to, string_view inner)
