# distutils: language = c++
# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, binding=False
# cython: embedsignature=True, embedsignature.format=clinic, autotestdict=False
"""cruet's extension module: the headers of include/cruet behind Python classes, one fragment an area.

The order is the order of use: a fragment may name what an earlier one defines.
"""

include "core.pyx"
include "http.pyx"
include "datastructures.pyx"
include "local.pyx"
include "routing.pyx"
include "exchange.pyx"
include "request.pyx"
include "response.pyx"
include "instance_state.pyx"
include "wsgi.pyx"
include "dispatch.pyx"
include "server.pyx"
include "process.pyx"
include "board.pyx"
