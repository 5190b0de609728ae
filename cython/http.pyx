# HTTP header values, URL and form grammars: str in, plain objects out. Each function converts,
# calls the header of the same name under include/cruet, and converts.
cimport lib_http as grammar
from lib_core cimport form_limits
from libc.stdint cimport int64_t
from libcpp.memory cimport unique_ptr
from libcpp.vector cimport vector

include "http_forms.pyx"
include "http_cookies.pyx"
include "http_values.pyx"
include "http_messages.pyx"
