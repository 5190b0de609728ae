# Requests: what the head says, then the body, from the wire or from a WSGI environ.

include "request_fields.pyx"
include "request_head.pyx"
include "request_body.pyx"
